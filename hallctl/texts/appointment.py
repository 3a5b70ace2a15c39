"""Appointments: what is refused, and why; what is told beside a number. Code → (zh-CN, en); see `hallctl.sentences`."""

from typing import Final

APPOINTMENTS: Final[dict[str, tuple[str, str]]] = {
    "appointment.not_bookable": (
        "“{service}”不用预约，请到大厅直接取号。",
        "No appointment is needed for {service}. Please take a number in the hall.",
    ),
    "appointment.no_slot": (
        "没有这个预约时段。可选：{next}。",
        "There is no such slot. Free: {next_en}.",
    ),
    "appointment.past": (
        "这个预约时段已经开始或结束，不能再约。可选：{next}。",
        "This slot has begun or is over and cannot be booked. Free: {next_en}.",
    ),
    "appointment.horizon": (
        "只能预约 {days} 天以内的时段（到 {last}）。请选较早的日期。",
        "Appointments are taken up to {days} days ahead, until {last}. Choose an earlier date.",
    ),
    "appointment.full": (
        "{when} 已约满。还有空位：{next}。",
        "No place is left {when_en}. Free: {next_en}.",
    ),
    "appointment.nobody": (
        "预约需要证件号码或手机号，请补上一项。",
        "An appointment needs an identity number or a telephone number; give one of them.",
    ),
    "appointment.twice": (
        "已经有这项业务当天的预约（{when}），同一天只能约一次。如需改时间请先取消。",
        "There is an appointment for this service on that day already ({when_en}). Cancel it first to choose another.",
    ),
    "appointment.twice_in_list": (
        "名单里同一个人同一天重复预约了这项业务，请保留一行。",
        "The list has the same person twice for this service on that day; keep one row.",
    ),
    "appointment.blocked": (
        "因 {days} 天内 {times} 次预约未到，{until} 前不能网上预约。现场取号不受影响；有疑问请联系大厅。",
        "Appointments were missed {times} times within {days} days, so none can be booked remotely until {until}. "
        "Numbers are given in the hall as always; ask the staff if this is wrong.",
    ),
    "appointment.code_taken": (
        "这个预约码已被使用，请换一个。",
        "This code is in use already; choose another.",
    ),
    "appointment.unknown": (
        "没有找到预约。请核对预约码或证件；也可以直接取号。",
        "No appointment was found. Check the code or the card, or take a number without one.",
    ),
    "appointment.not_cancellable": (
        "这个预约现在是“{stage}”，不能取消。",
        "This appointment is {stage} now and cannot be cancelled.",
    ),
    "appointment.ambiguous": (
        "有几位今天的预约人手机尾号相同，请改用预约码或证件。",
        "Several people with an appointment today have these last digits. Use the code or your card.",
    ),
    "appointment.choose": (
        "今天有 {count} 个预约，请选择要办理的一个。",
        "There are {count} appointments today; choose one of them.",
    ),
    "appointment.other_day": (
        "预约时间是 {when}，请那时再来签到。今天要办可以直接取号。",
        "The appointment is {when_en}; please check in then. You can take a number for today as well.",
    ),
    "appointment.over": (
        "这个预约已取消或已过期。请直接取号，不影响办事。",
        "This appointment was cancelled or is over. Please take a number; you will be served all the same.",
    ),
    "appointment.too_early": (
        "还没到签到时间：预约前 {minutes} 分钟（{opens}）起可以签到。",
        "It is too early: check-in opens {minutes} minutes before the slot, at {opens}.",
    ),
    "appointment.used": (
        "这个预约已取过号 {label} 并已结束。如需再办请重新取号。",
        "This appointment led to number {label}, and that visit is over. Take a new number if needed.",
    ),
    "appointment.early": (
        "您到早了：{starts} 开始叫号，请先休息等候。",
        "You are early: you will be called from {starts} on. Please have a seat.",
    ),
    "appointment.late": (
        "预约时段 {ends} 已结束，超过 {grace} 分钟，已为您按普通号排队。",
        "Your slot ended at {ends}, more than {grace} minutes ago, so this is a normal number in the queue.",
    ),
    "appointment.again": (
        "您已签到，号码是 {label}，不用重复取号。",
        "You have checked in already; your number is {label}.",
    ),
    "appointment.called": (
        "您的 {label} 号已经叫过。请到导办台或窗口说明，工作人员会为您恢复排队。",
        "Your number {label} was called before. Please tell the guide or the window; the staff will put you back.",
    ),
    "appointment.joined": (
        "您已在排队，号码是 {label}，预约已合并到这个号。",
        "You are in the queue already with {label}; your appointment goes with that number.",
    ),
    "appointment.cancelled_late": (
        "取消得太晚，按一次未到处理。下次请提前取消，把时间留给别人。",
        "It was cancelled late and counts as not coming. Next time cancel earlier, so that others can come.",
    ),
    "appointment.phone": (
        "手机号不对：应为 5 到 15 位数字。",
        "This is no telephone number: it has 5 to 15 digits.",
    ),
    "appointment.key_missing": (
        "请提供预约码、证件、手机尾号或预约编号中的一项。",
        "Give a code, a card, the last digits of a telephone number or an appointment.",
    ),
    "quota.below": (
        "这个时段已约 {booked} 人，名额不能比这更少。已约：{list}。",
        "{booked} people have booked this slot; the quota cannot be less. Booked: {list}.",
    ),
    "quota.capacity": (
        "名额应在 0 到 {most} 之间：窗口在这段时间最多办理这么多人。",
        "The quota is 0 to {most}: the windows cannot serve more people in this slot.",
    ),
    "block.unknown": ("没有这条限制，可能已解除或到期。", "There is no such block; it was lifted or has ended."),
}
