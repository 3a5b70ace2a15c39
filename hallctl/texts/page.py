"""What is said about scanned pages. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

PAGES: Final = {
    "page.other_ticket": (
        "窗口现在办理的是 {label} 号，页面已过时。请按现在的号码重做这一步。",
        "The window serves {label} now; what was shown is out of date. Do the step again for this ticket.",
    ),
    "page.other_pages": (
        "扫描页已有变化，顺序未改。请按现在的页重新排列。",
        "The pages have changed meanwhile, so their order was left. Arrange those that are there now.",
    ),
    "page.unknown": (
        "没有这一页，可能已删除或已过保存期。请刷新后再看。",
        "There is no such page; it was removed or is kept no longer. Look at the list again.",
    ),
    "page.none": ("{label} 号还没有扫描页。请先扫描。", "Nothing was scanned for {label}. Scan a page first."),
    "page.not_finished": (
        "{label} 号的扫描页还没有完成。请先按“完成”。",
        "The pages of {label} are not finished. Press Finish first.",
    ),
    "page.too_many": (
        "{label} 号最多 {most} 页，已经满了。请先删除不要的页，或分次办理。",
        "{label} has its {most} pages, the most there may be. Remove some, or hand these over first.",
    ),
    "page.too_much": (
        "{label} 号的扫描页超过 {most} MB。请降低分辨率，或删除不要的页并按“完成”。",
        "The pages of {label} would be more than {most} MB. Scan at a lower resolution, or remove some and finish.",
    ),
    "page.too_large": (
        "这一页的图像太大，没有保存。请降低分辨率再扫描。",
        "The picture of this page is too large and was not kept. Scan it at a lower resolution.",
    ),
    "page.damaged": (
        "扫描仪送来的图像已损坏，没有保存。请重新扫描这一页。",
        "The scanner's picture is damaged and was not kept. Scan the page again.",
    ),
    "page.no_room": (
        "磁盘空间不足，这一页没有保存。请告知技术员清理磁盘，然后重新扫描。",
        "There is too little room on the disk; the page was not kept. Tell the technician, then scan it again.",
    ),
    "page.unreadable": (
        "这一页的文件读不出来。请重新扫描，并告知技术员检查磁盘。",
        "The file of this page cannot be read. Scan it again and have the technician check the disk.",
    ),
    "page.no_scanner": (
        "本窗口没有扫描仪。请到有扫描仪的窗口扫描，或请技术员在配置里为本窗口加一台。",
        "This window has no scanner. Scan at a window that has one, or have the technician configure one here.",
    ),
    "page.scanning": (
        "正在扫描。请等它完成，或先按“停止”。",
        "A scan is under way. Wait for its end, or stop it first.",
    ),
    "page.no_straightening": (
        "没有安装图像校正组件。请技术员运行 pip install hallctl[straighten]，或不勾选校正和裁边。",
        "The library for straightening is missing. Have the technician run pip install hallctl[straighten], or scan "
        "without straightening and cropping.",
    ),
}
