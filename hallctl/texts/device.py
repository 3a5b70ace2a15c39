"""What is wrong with a device. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

DEVICES: Final = {
    "device.lost": ("设备连接断开，请检查电源和接线。", "The device's link was lost; check power and cable."),
    "device.removed": (
        "设备已从配置中删除；需要时请重新添加：hallctl devices add。",
        "The device was taken out of the config; add it again if it is needed: hallctl devices add.",
    ),
    "device.unreachable": (
        "连不上设备，请检查地址、电源和接线。",
        "The device cannot be reached; check address, power and cable.",
    ),
    "device.forbidden": (
        "没有权限使用这个接口，请运行 sudo usermod -aG dialout,lp,input,video hallctl；把 systemd/60-hallctl.rules "
        "复制到 /etc/udev/rules.d/，再运行 sudo udevadm control --reload && sudo udevadm trigger，然后重启服务。",
        "The port may not be used; type: sudo usermod -aG dialout,lp,input,video hallctl; copy systemd/60-hallctl.rules"
        " to /etc/udev/rules.d/, type: sudo udevadm control --reload && sudo udevadm trigger; and restart the service.",
    ),
    "device.in_use": (
        "接口被其他程序占用，多半是 ModemManager，请运行 sudo systemctl disable --now ModemManager；"
        "也可用 sudo fuser -v /dev/ttyUSB0 查看是谁占用。",
        "Another program holds the port, mostly ModemManager; type: sudo systemctl disable --now ModemManager; or see "
        "who it is: sudo fuser -v /dev/ttyUSB0.",
    ),
    "device.shared": (
        "这个接口已被本厅另一台设备以另一个名字使用，请核对两台设备的链接。",
        "Another device of this hall uses the same port by another name; check the links of both.",
    ),
    "device.ambiguous": (
        "接了几台相同的设备，分不清是哪一台；请在链接里写上序列号，或写上插口（如 @1-1.2）。",
        "Several such devices are plugged in; give the serial number in the link, or the socket (such as @1-1.2).",
    ),
    "device.no_usb": (
        "缺少 libusb，请运行：sudo apt-get install libusb-1.0-0。",
        "libusb is missing; type: sudo apt-get install libusb-1.0-0.",
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
    "device.refused": (
        "设备拒绝了命令，请核对型号与驱动选项；仍不行请报修。",
        "The device refused the command; check model and driver options, else have it repaired.",
    ),
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
    "printer.head_hot": (
        "打印头过热，凉下来会自动恢复，请稍等几分钟。",
        "The print head is too hot; it goes on by itself when it has cooled down: wait a few minutes.",
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
    "card.wrong_kind": (
        "这张卡不是能用的证件，请换身份证或社保卡，或找工作人员。",
        "This card is not of a kind that is read here; use an identity or social-security card, or ask the staff.",
    ),
    "card.bad_number": (
        "证件号码校验不符，请换一张证件或找工作人员。",
        "The number on the card fails its check; try another card or ask the staff.",
    ),
    "card.locked": (
        "这张社保卡要密码才能读出号码，请改用身份证。",
        "This social-security card gives its number only for a password; use the identity card instead.",
    ),
    "card.still_in": (
        "读卡器里还插着一张卡，请先取出：是您的就再插一次，不是请交给工作人员。",
        "A card is still in the reader; take it out: if it is yours put it in again, if not give it to the staff.",
    ),
    "reader.no_pcsc": (
        "缺少读接触式卡的组件，请运行：pip install 'hallctl[pcsc]'，然后重启服务。",
        "The component for contact cards is missing; type: pip install 'hallctl[pcsc]', and restart the service.",
    ),
    "reader.no_service": (
        "读卡服务没有运行，请运行：sudo apt-get install pcscd && sudo systemctl enable --now pcscd.socket。",
        "The card service does not run; type: sudo apt-get install pcscd && sudo systemctl enable --now pcscd.socket.",
    ),
    "reader.fault": (
        "读卡器自检失败，请重新插拔或报修。",
        "The reader failed its self-test; replug it or have it repaired.",
    ),
    "reader.unauthorised": (
        "读卡器的安全模块没有授权，请送修或更换读卡器。",
        "The reader's security module has no authorisation; have it repaired or use another reader.",
    ),
    "scanner.no_paper": ("进纸器里没有纸，请放好原件再扫。", "The feeder is empty; put the sheets in and scan again."),
    "scanner.jammed": (
        "扫描仪卡纸，请打开盖板取出纸张，理齐后重扫剩下的页。",
        "A sheet is jammed; open the cover, take it out, and scan the pages that are left.",
    ),
    "scanner.misfed": (
        "进纸不正常（没吸到纸、一次多张或尺寸不符），请理齐原件重放。",
        "A sheet was not fed, several were at once, or it has a wrong size; align the sheets and put them in again.",
    ),
    "scanner.cover_open": ("扫描仪盖板未关，请关好再扫。", "The scanner's cover is open; close it and scan again."),
    "scanner.busy": (
        "扫描仪正被占用，请等它完成，或关闭正在使用它的其他程序。",
        "The scanner is in use; wait until it is done, or close the other program that uses it.",
    ),
    "scanner.io": (
        "扫描仪读取出错，请重新插拔数据线后再扫；仍不行请报修。",
        "Reading from the scanner failed; replug its cable and scan again, else have it repaired.",
    ),
    "scanner.stopped": ("扫描仪已停机，请查看它的面板。", "The scanner has stopped; look at its panel."),
    "scanner.denied": (
        "没有使用扫描仪的权限，请运行：sudo usermod -aG video,scanner hallctl，然后重启服务。",
        "The scanner may not be used; type: sudo usermod -aG video,scanner hallctl, and restart the service.",
    ),
    "scanner.no_camera": (
        "找不到摄像头，请检查 USB 线，并核对链路（ls /dev/v4l/by-id）。",
        "There is no camera; check its USB cable, and compare the link with: ls /dev/v4l/by-id.",
    ),
    "scanner.no_picture": (
        "摄像头没有画面，请重新插拔 USB 线；仍不行请换一个 USB 口。",
        "The camera gives no picture; replug its USB cable, or use another USB port.",
    ),
    "scanner.no_size": (
        "摄像头没有这个尺寸的 MJPEG 画面，请改选项 width、height（0 为最大）。",
        "The camera has no MJPEG picture of that size; change the options width and height (0 is the largest).",
    ),
    "scanner.no_focus": (
        "这个摄像头不能设定焦距，请去掉选项 focus。",
        "This camera's focus cannot be set; remove the option focus.",
    ),
    "scanner.no_preview": (
        "这台扫描仪没有实时画面，请直接扫描。",
        "This scanner has no live picture; scan without it.",
    ),
    "scanner.no_source": (
        "这台扫描仪没有所选的来源（摄像头、平板或进纸器），请另选。",
        "This scanner lacks that source (camera, flatbed or feeder); choose another.",
    ),
    "scanner.no_scanner": (
        "找不到扫描仪，请检查电源和数据线，并核对选项 device（scanimage -L）。",
        "There is no such scanner; check power and cable, and compare the option device with: scanimage -L.",
    ),
    "scanner.no_option": (
        "扫描仪不接受所给的参数，请核对选项 extra（scanimage -A）。",
        "The scanner does not take what it was given; compare the option extra with: scanimage -A.",
    ),
    "scanner.no_ffmpeg": (
        "缺少 ffmpeg，请运行：sudo apt-get install ffmpeg。",
        "ffmpeg is missing; type: sudo apt-get install ffmpeg.",
    ),
    "scanner.no_sane": (
        "缺少 scanimage，请运行：sudo apt-get install sane-utils。",
        "scanimage is missing; type: sudo apt-get install sane-utils.",
    ),
    "scanner.moved": (
        "扫描仪要求改用另一个地址（多为 https），请修改选项 url。",
        "The scanner asks for another address (mostly https); change the option url.",
    ),
    "scanner.certificate": (
        "扫描仪的证书与所填指纹不符，请核对选项 fingerprint；若换过设备或证书，请重新填写。",
        "The scanner's certificate is not the one expected; check the option fingerprint, and give the new one if the "
        "device or its certificate was replaced.",
    ),
    "voice.no_engine": ("没有语音引擎：请安装 espeak-ng。", "There is no speech engine: install espeak-ng."),
    "voice.no_sound": ("不能播放声音，请检查声卡与音量。", "Sound cannot be played; check the sound card and volume."),
}
