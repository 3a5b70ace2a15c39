"""Why a ticket is called next: the rule that chose it, and why each other head was not. Code → (zh-CN, en); see
`hallctl.sentences`. ``reason.why_…`` and ``reason.by_…`` are the names of `hallctl.domain.policy`."""

from typing import Final

REASONS: Final[dict[str, tuple[str, str]]] = {
    "reason.why_fifo": ("按先后顺序，轮到它。", "It is first by time."),
    "reason.why_priority": ("按优先类别和等候时间，轮到它。", "It is first by class and waiting."),
    "reason.why_ratio": ("按业务比例，轮到它的业务。", "It is its service's turn by the shares."),
    "reason.why_longest_relative_wait": (
        "与业务的目标相比，它等得最久。",
        "It has waited longest for what its service aims at.",
    ),
    "reason.why_cap": (
        "公平上限：优先号已连续 {count} 个，轮到普通号。",
        "Fairness cap: {count} privileged calls in a row; it is an ordinary one's turn.",
    ),
    "reason.why_returned": (
        "过号后约定回来的号，已经轮到它。",
        "It missed its call and comes back as agreed; it is due.",
    ),
    "reason.why_chosen": ("工作人员指定叫号：{reason}。", "Chosen by the staff: {reason}."),
    "reason.by_time_min": ("比 {label} 早 {amount} 分钟。", "{amount} min before {label}."),
    "reason.by_time_s": ("比 {label} 早 {amount} 秒。", "{amount} s before {label}."),
    "reason.by_class_min": (
        "优先类别在 {label} 之前，领先 {amount} 分钟。",
        "Its class is before that of {label}, by {amount} min of waiting.",
    ),
    "reason.by_class_s": (
        "优先类别在 {label} 之前，领先 {amount} 秒。",
        "Its class is before that of {label}, by {amount} s of waiting.",
    ),
    "reason.by_age_min": (
        "等得久，已领先优先类别的 {label} {amount} 分钟。",
        "It has waited so long that it is {amount} min ahead of {label}, whose class is before its own.",
    ),
    "reason.by_age_s": (
        "等得久，已领先优先类别的 {label} {amount} 秒。",
        "It has waited so long that it is {amount} s ahead of {label}, whose class is before its own.",
    ),
    "reason.by_share": (
        "按比例，比 {label} 的业务多欠 {amount} 次叫号。",
        "By the shares {amount} calls more are due to its service than to that of {label}.",
    ),
    "reason.by_relative": (
        "等候占目标的比例，比 {label} 高 {amount} 个百分点。",
        "Its waiting as a part of what is aimed at is {amount} percentage points above that of {label}.",
    ),
    "reason.by_cap": (
        "{label} 是优先号，优先号已连续 {amount} 个，让一个普通号。",
        "{label} is privileged and lets an ordinary one go first after {amount} such calls in a row.",
    ),
    "reason.by_returned": ("先于 {label}：它过号后约定回来。", "Before {label}: it comes back as agreed after a miss."),
    "reason.by_own": ("先于 {label}：它只能由这个窗口叫。", "Before {label}: only this window may call it."),
}
