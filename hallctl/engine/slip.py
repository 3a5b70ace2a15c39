"""Lays a slip out: the template of the config, filled with the ticket's facts (T04).

The result is a value: the printer's driver prints it, the preview draws it. A slip carries the hall, the service, the
number and where to wait; never a name or an identity number.
"""

from typing import Final

from hallctl.config import HallConfig
from hallctl.devices.contract import Blank, Cut, Qr, Rule, Slip, SlipLine, Text
from hallctl.domain import waits
from hallctl.domain.calendar import local_time
from hallctl.domain.model import Ticket
from hallctl.domain.state import HallState
from hallctl.sections.device import SlipLineSection

BUILT_IN: Final = [
    SlipLineSection.model_validate(row)
    for row in (
        {"text": "{reprint}", "align": "center", "bold": True},
        {"text": "{hall}", "align": "center", "height": 2, "bold": True},
        {"text": "{zone} · {service}", "align": "center"},
        {"rule": True},
        {"text": "{label}", "align": "center", "width": 4, "height": 4, "bold": True},
        {"rule": True},
        {"text": "您前面还有 {ahead} 人", "align": "center", "width": 2, "height": 2},
        {"text": "预计等候 {wait}", "align": "center"},
        {"text": "{pause}", "align": "center", "bold": True},
        {"text": "办理窗口：{windows}", "align": "center"},
        {"text": "{note}", "align": "center"},
        {"qr": "{url}"},
        {"text": "请在等候区休息，留意叫号与大屏幕", "align": "center"},
        {"text": "过号请到导办台恢复，不必重新取号", "align": "center"},
        {"text": "{time}", "align": "center"},
        {"text": "咨询投诉 {phone}", "align": "center"},
        {"cut": True},
    )
]
"""The slip of a hall that has not written its own."""


def lay_out(config: HallConfig, state: HallState, ticket: Ticket, *, copy: int, token: str) -> Slip:
    """The ticket's slip; `copy` above 1 is marked 补打. A line whose placeholders are all empty is left out."""
    fields = facts(config, state, ticket, copy=copy, token=token)
    lines: list[SlipLine] = []
    for row in config.slip.template or BUILT_IN:
        line = _line(row, fields)
        if line is not None:
            lines.append(line)
    return Slip(tuple(lines))


def facts(config: HallConfig, state: HallState, ticket: Ticket, *, copy: int, token: str) -> dict[str, str]:
    """The placeholders of a template and their values."""
    service = next((s for s in config.services if s.id == ticket.queue), config.services[0])
    zone = next((z.name for z in config.zones if z.id == service.zone), "")
    windows = [w.label or w.id for w in config.windows if ticket.queue in w.services]
    wait_s, pause = waits.expected(state, ticket, ticket.taken_at, ticket.ahead)
    base = config.server.public_url.rstrip("/")
    return {
        "hall": config.hall.name,
        "zone": zone,
        "service": service.name,
        "label": ticket.label,
        "ahead": str(ticket.ahead),
        "pause": _pause_text(config, pause),
        "wait": _wait_text(wait_s),
        "windows": "、".join(windows),
        "time": local_time(ticket.taken_at, config.tz).strftime("%Y-%m-%d %H:%M"),
        "note": service.note,
        "phone": config.hall.phone,
        "reprint": f"【补打】第 {copy} 张" if copy > 1 else "",
        "url": f"{base}/ticket/#{token}" if base else token,
        "id": ticket.id,
    }


def _wait_text(wait_s: waits.Range | None) -> str:
    """The expected wait in words; None: no window is open."""
    if wait_s is None:
        return "窗口开放后叫号"
    return f"约 {wait_s[0] // 60}–{wait_s[1] // 60} 分钟" if wait_s[1] else "无需等候"


def _pause_text(config: HallConfig, pause: tuple[int, int] | None) -> str:
    """What a slip says of the lunch break before the call (T12); nothing where there is none."""
    if pause is None:
        return ""
    return f"预计午休后叫到您，{local_time(pause[1], config.tz):%H:%M} 起继续"


def _line(row: SlipLineSection, fields: dict[str, str]) -> SlipLine | None:
    if row.cut:
        return Cut()
    if row.rule:
        return Rule()
    if row.blank:
        return Blank(row.blank)
    if row.qr is not None:
        return Qr(row.qr.format(**fields), row.module)
    template = row.text or ""
    used = [name for name in fields if "{" + name + "}" in template]
    if used and not any(fields[name] for name in used):
        return None
    return Text(template.format(**fields), row.width, row.height, row.align, row.bold)
