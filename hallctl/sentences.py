"""Every code that people meet, with its sentence in zh-CN and en. A sentence says what to do next.

Codes are stable: part of the API, of logs and of the pages. Braces are filled from the refusal's params.
"""

from typing import Final

_REFUSALS: Final = {
    "ticket.unknown": (
        "没有这个号：{ticket}。请核对后再试。",
        "There is no ticket {ticket}. Check the number and try again.",
    ),
    "ticket.not_waiting": (
        "{label} 号不在等候中（现在：{stage}），未作改动。",
        "{label} is not waiting (now: {stage}); nothing was changed.",
    ),
    "ticket.not_called": (
        "{label} 号不在叫号状态（现在：{stage}）。请先叫号。",
        "{label} has not been called (now: {stage}). Call it first.",
    ),
    "ticket.not_serving": (
        "{label} 号还没有开始办理（现在：{stage}）。请先按“开始办理”。",
        "{label} is not being served (now: {stage}). Press Start first.",
    ),
    "ticket.not_held": ("{label} 号没有挂起（现在：{stage}）。", "{label} is not on hold (now: {stage})."),
    "ticket.not_missed": ("{label} 号没有过号（现在：{stage}）。", "{label} has not been missed (now: {stage})."),
    "ticket.not_open": (
        "{label} 号已经结束（{stage}），不能再操作。如需办理请重新取号。",
        "{label} has ended ({stage}). Take a new ticket if needed.",
    ),
    "ticket.not_movable": (
        "{label} 号现在是“{stage}”，不能这样操作。",
        "{label} is {stage} now; this cannot be done with it.",
    ),
    "ticket.elsewhere": (
        "{label} 号在 {window} 号窗口，请到该窗口处理。",
        "{label} is at window {window}; handle it there.",
    ),
    "ticket.recall_too_soon": ("刚刚叫过，请 {seconds} 秒后再重呼。", "Just called; recall again in {seconds} s."),
    "ticket.recall_limit": (
        "{label} 号已重呼 {limit} 次，请按“过号”或继续等候。",
        "{label} was recalled {limit} times; mark it missed or wait.",
    ),
    "ticket.undo_too_late": (
        "叫号已超过 {seconds} 秒，不能撤销。请用“过号”或“转移”。",
        "The call is older than {seconds} s and cannot be undone. Use miss or transfer.",
    ),
    "ticket.reason_required": ("请填写原因。", "Give a reason."),
    "ticket.transfer_where": ("请选择一个要转到的业务或窗口。", "Choose one service or one window to transfer to."),
    "queue.empty": ("没有等候的人。", "Nobody is waiting."),
    "service.unknown": ("没有这项业务：{service}。", "There is no service {service}."),
    "service.not_here": (
        "{window} 号窗口不办理 {service}。请转到办理它的窗口。",
        "Window {window} does not serve {service}. Transfer to one that does.",
    ),
    "service.identity_required": (
        "这项业务需要刷身份证取号；没有带证件请找导办台。",
        "This service needs an identity card; without one please ask the guide.",
    ),
    "window.unknown": ("没有 {window} 号窗口。请核对窗口编号。", "There is no window {window}. Check the number."),
    "window.closed": ("{window} 号窗口未开放。请先开放窗口。", "Window {window} is closed. Open it first."),
    "window.paused": ("{window} 号窗口已暂停。请先恢复服务。", "Window {window} is paused. Resume it first."),
    "window.not_closed": ("{window} 号窗口已经开放。", "Window {window} is open already."),
    "window.still_open": (
        "{window} 号窗口还在开放。请先关窗再退出。",
        "Window {window} is still open. Close it before logging out.",
    ),
    "window.not_paused": ("{window} 号窗口没有暂停。", "Window {window} is not paused."),
    "window.busy": (
        "{window} 号窗口还有 {label} 号未办结。请先办结、挂起或转移。",
        "Window {window} still has {label}. Finish, hold or transfer it first.",
    ),
    "window.no_ticket": (
        "{window} 号窗口当前没有办理的号。请先叫号。",
        "Window {window} has no ticket now. Call one first.",
    ),
    "window.no_clerk": (
        "{window} 号窗口还没有人员登录。请先登录。",
        "Nobody is logged in at window {window}. Log in first.",
    ),
    "window.taken": (
        "{window} 号窗口已由 {clerk} 登录。请用“顶岗”接替。",
        "{clerk} is logged in at window {window}. Use take-over.",
    ),
    "window.same_clerk": ("您已经在 {window} 号窗口登录。", "You are logged in at window {window} already."),
    "priority.fixed": (
        "优先类别由工作人员登记，请到导办台。",
        "Priority is registered by the staff; please ask at the guide's desk.",
    ),
    "clerk.unknown": ("没有这个工号：{clerk}。请联系管理员。", "There is no clerk {clerk}. Ask the administrator."),
    "kiosk.unknown": ("没有这台取号机：{kiosk}。", "There is no kiosk {kiosk}."),
    "rating.not_asked": ("现在没有待评价的服务。", "There is no service to rate now."),
    "day.closed": (
        "今天的取号已结束，请按公告的时间再来，或到导办台询问。",
        "Tickets are closed for today. Come back in opening hours or ask at the guide's desk.",
    ),
    "day.open": ("{day} 已经在营业中。", "{day} is open already."),
    "day.past": (
        "不能开启较早的日期 {day}；当前业务日是 {current}。请检查时钟。",
        "Cannot open the earlier day {day}; the business day is {current}. Check the clock.",
    ),
    "numbers.closed": ("今天还没有开始取号，不用跳号。", "No day is open, so there is no number to skip."),
    "numbers.count": ("一次可跳 1 到 {most} 个号。", "Between 1 and {most} numbers can be skipped at once."),
    "help.none": ("{kiosk} 没有待处理的求助。", "{kiosk} has no call for help."),
    "terminal.unknown": ("没有这台终端：{terminal}。", "There is no terminal {terminal}."),
    "account.unknown": ("没有这个账号：{account}。", "There is no account {account}."),
    "account.no_password": ("新账号需要密码。", "A new account needs a password."),
    "account.weak_password": (
        "密码至少 8 位，并含字母和数字。",
        "A password needs at least 8 characters, with letters and digits.",
    ),
    "account.last_admin": (
        "这是最后一个管理员账号，不能删除或降级。",
        "This is the last administrator; it cannot be removed or demoted.",
    ),
    "slip.no_printer": (
        "{kiosk} 没有配置小票打印机。请拍照或记住号码。",
        "{kiosk} has no printer. Photograph or remember the number.",
    ),
}

_REQUESTS: Final = {
    "request.malformed": (
        "请求不是有效的 JSON-RPC 2.0。请检查客户端。",
        "The request is not valid JSON-RPC 2.0. Check the client.",
    ),
    "request.unknown_method": (
        "没有这个方法：{method}。请看接口文档。",
        "There is no method {method}. See the API document.",
    ),
    "request.invalid_params": (
        "参数不对：{problem}。请看接口文档。",
        "Wrong parameters: {problem}. See the API document.",
    ),
    "request.no_id": ("改动类请求需要 request_id。", "A changing request needs a request_id."),
    "request.reused": (
        "request_id 已用于另一请求，请换一个新的。",
        "The request_id was used for another request; make a new one.",
    ),
    "request.too_large": ("消息超过 {limit} 字节。", "The message exceeds {limit} bytes."),
    "request.binary": ("只接受文本帧。", "Only text frames are accepted."),
    "request.too_many": ("请求太频繁，请 {seconds} 秒后再试。", "Too many requests; try again in {seconds} s."),
    "request.version": (
        "接口版本 {version} 不受支持，本机为 {supported}。请更新客户端。",
        "API version {version} is not supported; this hall speaks {supported}. Update the client.",
    ),
    "request.internal": (
        "系统内部错误，操作未执行。请重试；若再次出现请联系技术员并告知时间。",
        "Internal error, nothing was done. Try again; if it recurs tell the technician the time.",
    ),
    "auth.required": ("请先配对终端或登录。", "Pair this terminal or log in first."),
    "auth.wrong_role": ("“{role}”不能使用 {method}。", "The role {role} may not use {method}."),
    "auth.wrong_place": ("本终端只能操作 {place}。", "This terminal may act for {place} only."),
    "auth.bad_token": ("登录已失效，请重新登录或配对。", "The token is not valid (any more). Log in or pair again."),
    "auth.bad_password": ("账号或密码不正确。", "Wrong account or password."),
    "auth.locked": ("尝试次数过多，请 {seconds} 秒后再试。", "Too many attempts; try again in {seconds} s."),
    "auth.bad_code": (
        "配对码不正确或已过期。请在管理页重新生成。",
        "The pairing code is wrong or expired. Make a new one on the admin page.",
    ),
    "card.no_reader": (
        "本取号机没有读卡器，请到导办台取号。",
        "This kiosk has no card reader; please take a ticket at the guide's desk.",
    ),
    "card.no_notice": ("显示隐私告知后才能读卡。", "The privacy notice must be shown before a card is read."),
    "card.no_claim": ("身份信息已过期，请重新刷卡。", "The card reading has expired; present the card again."),
    "account.not_allowed": (
        "账号 {account} 没有“{role}”权限。",
        "The account {account} does not have the role {role}.",
    ),
}

_DEVICES: Final = {
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

_STORE: Final = {
    "store.unavailable": (
        "数据无法写入磁盘，本次操作未执行。请检查磁盘空间，并告知技术员。",
        "The data could not be written to disk; nothing was done. Check disk space and tell the technician.",
    ),
    "store.damaged": (
        "数据库文件已损坏。请先运行 hallctl verify 查看损坏处，再用 hallctl restore 从备份恢复。",
        "The database file is damaged. See where with hallctl verify, then restore a backup with hallctl restore.",
    ),
    "store.gone": (
        "数据目录 {path} 用过，但数据库不见了。请用 hallctl restore 从备份恢复；确要从零开始，请删除 {mark}。",
        "The directory {path} was in use, but its database is gone. Restore a backup with hallctl restore; to begin "
        "anew, remove {mark} from it.",
    ),
    "store.disk": (
        "磁盘读写出错，本次操作未执行。请告知技术员检查磁盘，必要时更换磁盘并用 hallctl restore 恢复备份。",
        "The disk cannot be read or written; nothing was done. Have the technician check the disk; if it must be "
        "replaced, restore a backup with hallctl restore.",
    ),
    "store.locked": (
        "数据目录 {path} 正由另一个 hallctl 使用。请先停止它，或另选数据目录。",
        "The data directory {path} is in use by another hallctl. Stop that one or choose another directory.",
    ),
    "store.newer": (
        "数据库版本 {version} 比本程序新。请安装新版本 hallctl。",
        "The database (version {version}) is newer than this program. Install the newer hallctl.",
    ),
    "store.stopping": ("服务正在停止，请稍后重试。", "The daemon is stopping; try again shortly."),
}

_CONFIG: Final = {
    "config.invalid": (
        "配置有 {count} 处错误，见下。改好后再试：hallctl check-config。",
        "The config has {count} problem(s), see below. Mend them and run: hallctl check-config.",
    ),
    "config.missing": (
        "找不到配置文件 {path}。请用 --config 指明。",
        "There is no config file {path}. Name one with --config.",
    ),
    "clock.doubtful": (
        "时钟与上一个业务日相差太大，今天没有自动开始取号。请核对时钟，无误后由管理员在管理页开始。",
        "The clock is too far from the last business day, so today was not opened by itself. "
        "Check the clock; if it is right, open the day on the admin page.",
    ),
    "config.last_good": (
        "配置有错，正在使用上一次可用的配置。请技术员运行 hallctl check-config。",
        "The config has errors; the last good one is in use. Technician: run hallctl check-config.",
    ),
}

_KEEPING: Final = {
    "verify.changed": (
        "第 {seq} 条与前面的记录接不上：它或它前面的一条被改动过。请保护现场，从备份核对。",
        "Record {seq} does not follow the one before: it or that one was changed. Leave all as it is and compare with "
        "a backup.",
    ),
    "verify.missing": (
        "缺第 {seq} 到第 {last} 条：记录被删除。请从备份核对。",
        "Records {seq} to {last} are missing: they were removed. Compare with a backup.",
    ),
    "verify.private": (
        "第 {seq} 条的个人信息被改动过（按规定清空不算）。请从备份核对。",
        "The personal part of record {seq} was changed (emptying it by rule would be in order). Compare with a backup.",
    ),
    "verify.seal": (
        "第 {seq} 条与纸上的封签不符：这一天或之前的记录被改写过。请从备份核对。",
        "Record {seq} is not the one of the seal on paper: that day or something before it was rewritten. Compare with "
        "a backup.",
    ),
    "verify.cut": (
        "封签的第 {seq} 条已不存在，流水账到第 {last} 条为止：末尾被删除，或恢复到了更早的时刻。",
        "The sealed record {seq} is gone; the journal ends at {last}: its end was removed, or the hall was restored to "
        "an earlier moment.",
    ),
    "verify.unreadable": (
        "从第 {seq} 条起读不出来（{detail}）。请从备份恢复：hallctl restore。",
        "From record {seq} on it cannot be read ({detail}). Restore from a backup: hallctl restore.",
    ),
    "verify.file": (
        "数据库文件损坏（{detail}）。请从备份恢复：hallctl restore。",
        "The database file is damaged ({detail}). Restore from a backup: hallctl restore.",
    ),
    "verify.rows": (
        "表与流水账不一致：{what}。以流水账为准；请从备份恢复并告知开发者。",
        "The tables do not say what the journal says: {what}. The journal counts; restore, and tell the developers.",
    ),
    "verify.replay": (
        "第 {seq} 条不能重放（{detail}）。请用写下它的 hallctl 版本核对。",
        "Record {seq} cannot be replayed ({detail}). Verify with the version of hallctl that wrote it.",
    ),
    "verify.no_hall": (
        "{path} 里没有大厅数据。请用 --data 指明数据目录或备份文件。",
        "There is no hall in {path}. Name the data directory or a backup file with --data.",
    ),
    "verify.bad_seal": (
        "封签 {seal} 写法不对，应为“序号:64 位十六进制”。请照纸上重新输入。",
        "The seal {seal} is not SEQ:HASH (64 hexadecimal digits). Type it again from the paper.",
    ),
    "seal.no_day": (
        "{day} 没有记录，没有可封的流水账。请核对日期。",
        "There is no record of {day}, so nothing to seal. Check the day.",
    ),
    "backup.no_hall": (
        "{path} 里没有大厅数据，无从备份。请用 --data 指明数据目录。",
        "There is no hall in {path} to back up. Name the data directory with --data.",
    ),
    "backup.full": (
        "备份没有做成：{path} 空间不足。大厅照常运行；请清理磁盘或换一个备份目录。",
        "No backup was made: there is no room in {path}. The hall goes on; free some space or name another folder.",
    ),
    "backup.failed": (
        "备份没有做成：{path} 写不进去。大厅照常运行；请检查备份盘是否接好、可写、有空间。",
        "No backup was made: {path} cannot be written. The hall goes on; check that the disk is there, writable and "
        "has room.",
    ),
    "backup.busy": ("{path} 里正在做另一个备份。请等它完成。", "Another backup is being made in {path}. Wait for it."),
    "backup.foreign": (
        "{path} 是另一个大厅的备份目录。请为每个大厅各用一个目录。",
        "{path} holds the backups of another hall. Give each hall a folder of its own.",
    ),
    "backup.damaged": (
        "备份 {path} 已损坏，不能使用。请换一个备份；若刚刚做成，请运行 hallctl verify 检查大厅数据。",
        "The backup {path} is damaged and cannot be used. Take another; if it was just made, run hallctl verify on the "
        "hall.",
    ),
    "backup.broken_chain": (
        "流水账第 {seq} 条与前面接不上，没有归档。请运行 hallctl verify。",
        "Record {seq} of the journal does not follow the one before; it was not archived. Run hallctl verify.",
    ),
    "restore.exists": (
        "{path} 已存在，不会覆盖。请先停止 hallctl，把旧文件移到别处，或换一个空目录。",
        "{path} exists and is never overwritten. Stop hallctl and move the old files away, or name an empty directory.",
    ),
    "restore.nothing": (
        "{path} 里没有可用的备份。请核对备份目录。",
        "There is no usable backup in {path}. Check the folder.",
    ),
    "restore.point": (
        "恢复不到所要的时刻：备份里最多到第 {seq} 条。请换一个时刻或另一个备份。",
        "The wanted point cannot be reached: the backup goes up to record {seq}. Choose another point or backup.",
    ),
    "restore.bad_point": (
        "时刻 {at} 看不懂。请写成 2026-11-22 10:30，或用 --seq 指明序号；二者只用一个。",
        "The moment {at} is not understood. Write 2026-11-22 10:30, or name a record with --seq; only one of the two.",
    ),
    "restore.damaged": (
        "备份 {path} 已损坏，已改用更早的一个。",
        "The backup {path} is damaged; an earlier one was used.",
    ),
    "restore.left_behind": (
        "备份 {path} 属于上次恢复之前放弃的记录，没有使用。要用它，请直接写它的文件名。",
        "The backup {path} holds what an earlier restore left behind; it was not used. To use it, name the file.",
    ),
    "restore.gap": (
        "归档在第 {seq} 条之后断开（归档里另有到第 {last} 条的记录），其后的内容没有恢复。",
        "The archive breaks after record {seq} (it has others up to {last}); what comes after was not restored.",
    ),
    "restore.numbers": (
        "{day} 营业日还在进行：恢复点之后取的号可能已在群众手里，系统会再次发出同样的号。"
        "开门前请核对下列最后的号与群众手里的小票；遇到重号，后取的请重新取号。",
        "The business day {day} is still in hand: numbers issued after the point may be in people's hands; the hall "
        "does not know them and will issue them again. Before opening compare the last numbers below with the slips; "
        "who comes with a double takes a new number.",
    ),
    "restore.skipped": (
        "{day} 营业日：备份里已知的号之后，每项业务又跳过了 {count} 个号，已在群众手里的号不会再次发出。"
        "若其后发出的号可能更多，请由管理员用 numbers.skip 再跳。",
        "Day {day}: beyond the numbers that the backup knows of, {count} more of each service were left out: none that "
        "is on paper is issued again. If more may be, an administrator leaves more out with numbers.skip.",
    ),
}

SENTENCES: Final[dict[str, tuple[str, str]]] = {**_REFUSALS, **_REQUESTS, **_DEVICES, **_STORE, **_CONFIG, **_KEEPING}
