"""What to do and to look for when a device is tested, by capability: (zh-CN, en)."""

from typing import Final

LOOK: Final[dict[str, tuple[str, str]]] = {
    "slip_printer": (
        "会打出一张标明“测试”的小票：看汉字、二维码和切纸。",
        "A slip marked TEST is printed: look at the characters, the QR code and the cut.",
    ),
    "window_display": (
        "每块屏会显示“测试”和窗口号几秒：看地址和窗口是否对应、字是否完整。",
        "Each screen shows 测试 and its window for some seconds: is it the right one, is the text whole?",
    ),
    "speaker": (
        "会播报一句测试语音：听是否清楚、音量是否合适。",
        "A test sentence is spoken: listen whether it is clear and loud enough.",
    ),
    "card_reader": (
        "请在读卡区放一张证件（只显示遮蔽后的姓名）。",
        "Lay a card on the reader (only the masked name is shown).",
    ),
    "code_reader": ("请扫一个条码或二维码（只显示长度）。", "Scan a bar or QR code (only its length is shown)."),
    "call_pad": (
        "请按叫号器上的任意键（测试时不会叫号）。",
        "Press any key of the call pad (nobody is called in a test).",
    ),
    "rating_pad": (
        "评价器会亮起请求评价：请按一个键（测试时不计入评价）。",
        "The rating pad lights up: press a key (it does not count in a test).",
    ),
    "page_scanner": (
        "请放一页纸：会扫描一页，只显示大小，不保存。",
        "Put a page in: one is scanned, its size shown, nothing is kept.",
    ),
}

SAW: Final[dict[str, tuple[str, str]]] = {
    "slip_printer": ("打印机已确认小票。", "The printer has confirmed the slip."),
    "window_display": ("已显示：{units}。", "Shown at: {units}."),
    "speaker": ("已播报。", "It was spoken."),
    "nothing": ("{seconds} 秒内没有收到任何动作。", "Nothing came within {seconds} s."),
    "page_scanner": (
        "扫到一页：{width}×{height} 点，{kilobytes} KB。",
        "One page: {width}×{height} dots, {kilobytes} KB.",
    ),
    "no_page": ("没有扫到纸。", "There was no page."),
}

TEST_LINE: Final = "测试 TEST"
TEST_SPEECH: Final = "这是一次测试播报"
