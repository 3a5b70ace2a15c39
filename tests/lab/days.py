"""Days in small for the tests of the lab: a hall of one service, and scripts by hand."""

from collections.abc import Iterable

from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Priority, WindowPlan
from hallctl.lab.script import DAY, MINUTE_MS, Part, Script, Shift, Visit

NINE = 1_795_395_600_000
"""2026-11-23 09:00 in Shanghai."""


def layout(windows: int = 1, policy: str = "priority") -> Layout:
    """One service, so many windows."""
    plans = {str(n): WindowPlan(str(n), "main", ("tax",), policy) for n in range(1, windows + 1)}
    return Layout(services={"tax": Service("tax", "A", "main")}, windows=plans, kiosk_printers={})


def visit(minute: float, serve_min: float = 5.0, priority: Priority = Priority.NORMAL, service: str = "tax") -> Visit:
    """Somebody who comes so many minutes after nine."""
    part = Part(service, 0, round(serve_min * MINUTE_MS))
    return Visit(at=NINE + round(minute * MINUTE_MS), parts=(part,), priority=priority)


def script(visits: Iterable[Visit], windows: int = 1, until_min: float = 480.0, *, serve_out: bool = True) -> Script:
    """A day from nine on, with all windows staffed."""
    ends = NINE + round(until_min * MINUTE_MS)
    shifts = tuple(Shift(str(n), f"clerk-{n}", NINE, ends, serve_out) for n in range(1, windows + 1))
    return Script(DAY, NINE, ends, tuple(sorted(visits, key=lambda v: v.at)), shifts)
