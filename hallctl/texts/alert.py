"""What a supervisor is warned of, and what is suggested. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

ALERTS: Final[dict[str, tuple[str, str]]] = {
    "watch.unstaffed": (
        "{service}有 {value} 人等候，没有开放的窗口。",
        "{service}: {value} waiting and no open window.",
    ),
    "watch.unstaffed.window": (
        "有 {value} 人只能在 {window} 号窗口办理，窗口没有开放。",
        "{value} can only be served at window {window}, which is not open.",
    ),
    "watch.waiting": (
        "{service}有 {value} 人等候，提醒线 {line} 人。",
        "{service}: {value} waiting; the line is {line}.",
    ),
    "watch.wait": (
        "{service}有人等了 {value} 分钟，提醒线 {line} 分钟。",
        "{service}: somebody has waited for {value} min; the line is {line}.",
    ),
    "watch.overdue": (
        "全大厅有 {value} 人等得太久，提醒线 {line} 人。",
        "{value} in the hall have waited for too long; the line is {line}.",
    ),
    "watch.pause": (
        "{window} 号窗口已暂停 {value} 分钟，提醒线 {line} 分钟。",
        "Window {window} has paused for {value} min; the line is {line}.",
    ),
    "watch.serving": (
        "{window} 号窗口一个号办了 {value} 分钟，提醒线 {line} 分钟。",
        "Window {window} has served one ticket for {value} min; the line is {line}.",
    ),
    "suggest.mode": ("把 {window} 号窗口切换到“{mode}”。", "Switch window {window} to “{mode}”."),
    "suggest.plan": (
        "让 {window} 号窗口把{queue}当作自己的业务来叫。",
        "Let window {window} call {queue} as a service of its own.",
    ),
    "suggest.own": ("把 {window} 号窗口换回平时的业务。", "Switch window {window} back to its usual services."),
    "suggest.resume": ("恢复 {window} 号窗口。", "Resume window {window}."),
    "suggest.open": (
        "开放 {window} 号窗口（人员已登录）。",
        "Open window {window}: its clerk is logged in.",
    ),
    "suggest.open_mode": (
        "开放 {window} 号窗口（人员已登录），切换到“{mode}”。",
        "Open window {window}, whose clerk is logged in, with “{mode}”.",
    ),
    "suggest.staff": ("安排人员到 {window} 号窗口。", "Send somebody to window {window}."),
    "suggest.staff_mode": (
        "安排人员到 {window} 号窗口，并切换到“{mode}”。",
        "Send somebody to window {window}, with “{mode}”.",
    ),
    "suggest.effect": (
        "预计{queue}等候从 {before} 分钟降到 {after} 分钟。",
        "{queue}: expected wait from {before} down to {after} min.",
    ),
    "suggest.effect_first": (
        "现在没有窗口办理{queue}，之后预计等候 {after} 分钟。",
        "No window calls {queue} now; expected wait then {after} min.",
    ),
    "suggest.cost": ("{queue}增加 {more} 分钟。", "{queue}: {more} min longer."),
    "alert.unknown": ("这条提醒已经解除。", "This alert is over already."),
    "alert.settled": ("这条提醒已经处理过了。", "This alert has been dealt with already."),
    "alert.no_suggestion": (
        "这条提醒现在没有建议。可在“规则”里调整窗口，或写明原因后忽略。",
        "There is no suggestion for this alert now. Arrange windows under Rules, or dismiss it with a reason.",
    ),
    "alert.other_suggestion": (
        "情况有变，建议已经更新，请看过新的建议再确认。",
        "Things have changed and so has the suggestion; look at the new one before you confirm.",
    ),
}
