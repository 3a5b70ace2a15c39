"""Rules of the queue: hours, limits, arrangement of windows, emergency. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

RULES: Final[dict[str, tuple[str, str]]] = {
    "hall.emergency": (
        "大厅处于紧急状态，暂停取号和叫号。请听从工作人员指引。",
        "The hall is in an emergency: no numbers are given or called. Please follow the staff.",
    ),
    "emergency.notice_missing": ("请填写紧急通知的内容。", "Write the notice of the emergency."),
    "emergency.none": ("现在没有紧急状态。", "There is no emergency now."),
    "hours.not_yet": (
        "还没有到取号时间。下次取号时间：{opens}。",
        "It is too early. Numbers are given {opens_en}.",
    ),
    "hours.lunch": (
        "现在是午休，暂停取号。下次取号时间：{opens}。",
        "This is the lunch break. Numbers are given again {opens_en}.",
    ),
    "hours.cutoff": (
        "{until} 结束办理，现在已停止取号。下次取号时间：{opens}。",
        "Service ends at {until}, so no more numbers are given now. They are again {opens_en}.",
    ),
    "hours.closed": (
        "现在不是取号时间。下次取号时间：{opens}。",
        "No numbers are given at this time. They are again {opens_en}.",
    ),
    "hours.holiday": (
        "今天不办公（{name}）。下次取号时间：{opens}。",
        "The hall is closed today ({name_en}). Numbers are given again {opens_en}.",
    ),
    "limit.day": (
        "今天这项业务的号已取完。下次取号时间：{opens}。急需办理请到导办台。",
        "All numbers of today for this service are taken. They are given again {opens_en}. "
        "If it is urgent, please ask at the guide's desk.",
    ),
    "limit.segment": (
        "这个时段的号已取完，下一时段 {opens} 起还有 {room} 个。",
        "All numbers of this part of the day are taken. There are {room} more {opens_en}.",
    ),
    "limit.segment_over": (
        "这个时段的号已取完，{opens} 起可以继续取号。",
        "All numbers of this part of the day are taken. They are given again {opens_en}.",
    ),
    "limit.person": (
        "这项业务每人每天最多取 {limit} 个号，您今天已取满。确需再办请到导办台。",
        "One person may take {limit} numbers a day for this service, and you have. "
        "If you need another, please ask at the guide's desk.",
    ),
    "agent.only": (
        "只有登记过的代办员刷证后才能一次代多人取号。请先登记，或每人各取一个号。",
        "Only a registered agent, with the card read, takes a number for several people. "
        "Register first, or take one number each.",
    ),
    "agent.principals": (
        "代办人数应为 1 到 {most} 人，请重新填写。",
        "An agent acts for 1 to {most} people; enter the number again.",
    ),
    "agent.known": (
        "这张证件已登记为代办员“{agent}”。如需改名请先删除原登记。",
        "This card is registered for the agent {agent}. Remove that first to give another name.",
    ),
    "agent.unknown": ("没有代办员“{agent}”。请核对姓名或工号。", "There is no agent {agent}. Check the name."),
    "window.blind": (
        "{window} 号窗口只按顺序叫号，不能指定。请按“下一位”。",
        "Window {window} calls in order only. Press Next.",
    ),
    "window.plan_missing": ("请选择要调整的窗口。", "Choose the windows to arrange."),
    "window.plan_empty": ("{window} 号窗口至少要有一项业务。", "Window {window} needs at least one service."),
    "window.arranged_twice": (
        "{window} 号窗口在一次调整里出现两次，请只写一次。",
        "Window {window} stands twice in one arrangement; name it once.",
    ),
    "window.plan_twice": (
        "{window} 号窗口的同一业务出现两次，请保留一次。",
        "Window {window} has a service twice; keep it once.",
    ),
    "window.policy_unknown": (
        "{window} 号窗口：没有叫号规则“{policy}”，请从列表中选择。",
        "Window {window}: there is no policy {policy}; choose one of the list.",
    ),
    "window.ratio": (
        "{window} 号窗口的比例只能用于它自己的业务，且每项至少为 1。",
        "Window {window}: shares are for its own services only, each at least 1.",
    ),
    "window.ratio_policy": (
        "{window} 号窗口：比例和规则“按比例”要一起设置，请补上或去掉。",
        "Window {window}: shares and the policy ratio go together; add or remove one.",
    ),
    "window.help": (
        "{window} 号窗口的支援条件不对：自己等候人数不小于 0，被支援业务至少 1 人。",
        "Window {window}: it helps from 0 of its own waiting and at least 1 for the one helped.",
    ),
    "window.mode_unknown": (
        "{window} 号窗口没有“{mode}”方案，请在设置中添加或选择别的。",
        "Window {window} has no mode {mode}; add it to the config or choose another.",
    ),
    "calendar.no_data": (
        "还没有下一年的节假日和调休数据，到时只按周末休息。请更新软件，或在 hours.special 里录入后写上 entered_years。",
        "The public holidays of the coming year are not known yet; only weekends would be free. Update the program, or "
        "enter them in hours.special and name the year in entered_years.",
    ),
}
