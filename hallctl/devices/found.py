"""What a survey has found: which device it probably is, how sure that is, and the section it would get."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hallctl.devices.contract import DriverSpec
from hallctl.sections.device import DeviceSection

Words = tuple[str, str]

NAMES: Final = {
    "slip_printer": "printer",
    "card_reader": "reader",
    "code_reader": "scanner",
    "page_scanner": "pages",
    "call_pad": "pads",
    "rating_pad": "ratings",
    "window_display": "strips",
    "speaker": "voice",
}
"""First half of the name that is proposed for a device, by what it can do."""

AT_KIOSK: Final = frozenset({"slip_printer", "card_reader", "code_reader"})
"""What stands at a kiosk."""


@dataclass(frozen=True, slots=True)
class Found:
    """One device: `what` it is in words, the driver (None: nobody can tell) and `others` that it might be, its link,
    how sure that is and why, what it says of itself, and by which name it is configured already."""

    what: Words
    driver: str | None
    link: str
    confidence: str
    """sure: it has answered; likely: what it says of itself fits; possible: a driver could work over such a link."""
    why: Words
    others: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    identity: str = ""
    configured: str | None = None
    section: DeviceSection | None = None
    """Ready but for what people must choose; None without a driver or where it is configured."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A place that was left alone, and why."""

    place: str
    why: Words


def section_of(
    spec: DriverSpec, link: str, options: dict[str, Any], taken: Collection[str], kiosks: Sequence[str]
) -> DeviceSection:
    """The section that is proposed: a name that is not taken, the kiosk where there is only one."""
    capability = next((name for name in NAMES if name in spec.capabilities), "")
    word = NAMES.get(capability, spec.name)
    name = next(f"{word}-{n}" for n in range(1, len(taken) + 2) if f"{word}-{n}" not in taken)
    kiosk = kiosks[0] if len(kiosks) == 1 and capability in AT_KIOSK else None
    return DeviceSection(name=name, driver=spec.name, link=link, kiosk=kiosk, options=options)
