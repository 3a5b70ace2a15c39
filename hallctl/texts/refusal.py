"""What the domain says no to. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

REFUSALS: Final = {
    "ticket.unknown": (
        "没有这个号：{ticket}。请核对后再试。",
        "There is no ticket {ticket}. Check the number and try again.",
    ),
    "ticket.never_called": (
        "{label} 号还没有叫过，或不是近日的号。请核对号码。",
        "{label} has never been called, or is not of these days. Check the number.",
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
    "ticket.transfer_where": (
        "请选择一个去处：一项业务、一个窗口或一位工作人员。",
        "Choose one place to transfer to: a service, a window or a clerk.",
    ),
    "ticket.miss_calls": (
        "{label} 号还要再叫 {times} 次才能过号。请先重呼。",
        "{label} must be called {times} more time(s) before it is missed. Recall it first.",
    ),
    "ticket.miss_too_soon": (
        "{label} 号刚叫不久，请再等 {seconds} 秒再过号。",
        "{label} was called a short time ago; wait {seconds} s before it is missed.",
    ),
    "ticket.missed_void": (
        "{label} 号过号作废，不能恢复。请到取号机或导办台重新取号。",
        "{label} was missed and is void. Take a new number at the kiosk or from the guide.",
    ),
    "ticket.missed_twice": (
        "{label} 号再次过号，不能恢复。请到取号机或导办台重新取号。",
        "{label} was missed for the second time and is not put back. Take a new number at the kiosk or from the guide.",
    ),
    "ticket.no_more_today": (
        "今天已经结束，{label} 号不能再转去等候。请办结，或请群众下次再来。",
        "The day has ended: {label} cannot wait anywhere else. Finish it, or ask the person to come again.",
    ),
    "ticket.too_many_steps": (
        "{label} 号后面已有 {most} 个步骤，不能再加。请先办结几步，或不选“办完回来”。",
        "{label} has {most} steps to come already. Finish some first, or send it on without coming back.",
    ),
    "ticket.outcome_required": (
        "{label} 号是咨询，请选择结果（已解答、已引导或已登记）再办结，或转到办理的业务。",
        "{label} is a consultation: choose how it ended (solved, referred or registered), or send it on.",
    ),
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
    "window.not_there": (
        "{window} 号窗口现在没有开放，不能把号转过去。请转到业务或别的窗口。",
        "Window {window} is not open: nothing can be sent there. Choose the service or another window.",
    ),
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
    "clerk.not_here": (
        "{clerk} 现在不在任何开放的窗口。请转到业务，或转给别的工作人员。",
        "{clerk} is not at any open window now. Choose the service or another clerk.",
    ),
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
    "slip.late": (
        "小票没有及时打印，号码有效，可补打。",
        "The slip was not printed in time. The number is valid; the slip can be printed again.",
    ),
}
