"""What is wrong with a device. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

DEVICES: Final = {
    "device.lost": ("设备连接断开，请检查电源和接线。", "The device's link was lost; check power and cable."),
    "device.unreachable": (
        "连不上设备，请检查地址、电源和接线。",
        "The device cannot be reached; check address, power and cable.",
    ),
    "device.silent": (
        "设备没有应答，请检查电源、波特率和地址。",
        "The device does not answer; check power, baud rate and address.",
    ),
    "device.unproven": (
        "线路已通；这种设备只听不答，请看它的显示，或按它一个键来确认。",
        "The line is open; this device does not answer by itself: look at what it shows, or press one of its keys.",
    ),
    "device.wrong_identity": (
        "这个接口上接的不是所配置的设备，请核对型号与接口。",
        "What answers there is not the configured device; check model and port.",
    ),
    "device.garbled": (
        "设备应答无法识别，请检查波特率、接地和线缆。",
        "The device's answers make no sense; check baud rate, ground and cable.",
    ),
    "device.refused": ("设备拒绝了命令。", "The device refused the command."),
    "device.busy": ("设备忙，任务过多，已放弃最旧的任务。", "The device is too busy; the oldest job was dropped."),
    "device.failed": (
        "设备驱动出错，正在自动重试。请查看日志。",
        "The device's driver failed and is tried again; see the log.",
    ),
    "printer.paper_out": ("打印机缺纸，请更换纸卷。", "The printer is out of paper; put a new roll in."),
    "printer.paper_near_end": ("打印纸快用完，请准备纸卷。", "The paper is nearly used up; have a roll ready."),
    "printer.cover_open": ("打印机上盖未关，请关好。", "The printer's cover is open; close it."),
    "printer.cutter": ("切刀卡住，请打开上盖清理后合上。", "The cutter is jammed; open the cover, clear it, close it."),
    "printer.offline": ("打印机离线，请检查打印机面板。", "The printer is offline; look at its panel."),
    "printer.error": (
        "打印机故障，请关机重开；仍不行请报修。",
        "The printer has an error; switch it off and on, else have it repaired.",
    ),
    "printer.unproven": (
        "不能确认小票已打印，可补打。",
        "It is not certain that the slip was printed; it can be printed again.",
    ),
    "display.off": (
        "显示屏处于关机状态，请检查它的定时开关机。",
        "The screen is switched off; check its times of switching on and off.",
    ),
    "display.busy": (
        "显示屏控制卡一直忙，请断开其他正在连接它的软件。",
        "The sign's card is always busy; disconnect other programs from it.",
    ),
    "display.corrupted": (
        "显示屏收到的数据有误，请检查线缆、接地和波特率。",
        "What reaches the sign is damaged; check cable, ground and baud rate.",
    ),
    "display.full": (
        "显示屏控制卡放不下这么多区域或文字，请减少 areas。",
        "The sign's card has no room for so many areas or so much text; configure fewer areas.",
    ),
    "display.no_font": (
        "显示屏控制卡里没有所选字号的字库，请用厂家软件下载字库，或改选项 font。",
        "The sign's card lacks the font of that size; load it with the maker's program, or change the option font.",
    ),
    "display.unsupported": (
        "显示屏控制卡不支持所需的命令，请核对型号和固件。",
        "The sign's card does not know a command that is needed; check model and firmware.",
    ),
    "display.size_unknown": (
        "控制卡不告知屏幕大小，请在选项 width、height 里填写点数。",
        "The card does not say how large the screen is; give the options width and height in pixels.",
    ),
    "display.no_area": (
        "有窗口没有自己的显示区域，请在选项 areas 里分配。",
        "A window has no part of the screen of its own; give it one in the option areas.",
    ),
    "card.no_card": ("没有检测到证件，请放好后重试。", "No card was found; place it again."),
    "card.read_failed": ("读卡失败，请将证件平放不动再试。", "Reading failed; lay the card flat and keep it still."),
    "card.unauthorised": (
        "证件未通过验证，请换一张证件或找工作人员。",
        "The card could not be verified; try another or ask the staff.",
    ),
    "reader.fault": (
        "读卡器自检失败，请重新插拔或报修。",
        "The reader failed its self-test; replug it or have it repaired.",
    ),
    "voice.no_engine": ("没有语音引擎：请安装 espeak-ng。", "There is no speech engine: install espeak-ng."),
    "voice.no_sound": ("不能播放声音，请检查声卡与音量。", "Sound cannot be played; check the sound card and volume."),
}
