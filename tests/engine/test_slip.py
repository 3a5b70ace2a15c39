"""What a slip says of the lunch break before the call (T12)."""

import pytest

from hallctl.config import parse
from hallctl.devices.contract import Text
from hallctl.domain.model import Priority, Ticket
from hallctl.domain.state import HallState
from hallctl.engine.slip import lay_out
from tests.domain.schedule import at
from tests.harness import SMALL

CONFIG = parse(SMALL + '[hours]\nworkdays = ["08:30-12:00", "14:30-17:30"]\nfirst_ticket_min = 15\n')

LINES = [
    # taken at, people ahead, what the slip says
    ("09:00", 2, None),
    ("11:30", 5, "预计午休后叫到您，14:30 起继续"),
    ("16:50", 9, None),
]


@pytest.mark.parametrize(("time", "ahead", "line"), LINES)
def test_t12_the_slip_tells_the_lunch_break(time: str, ahead: int, line: str | None) -> None:
    """T12: the line is there only where a break comes before the call."""
    taken_at = at(f"2026-11-23 {time}")
    ticket = Ticket("t", "2026-11-23", "pooled", 1, "A001", "pooled", Priority.NORMAL, taken_at, taken_at, 1, "test",
                    ahead=ahead)  # fmt: skip
    slip = lay_out(CONFIG, HallState(layout=CONFIG.layout()), ticket, copy=1, token="x")
    told = [row.text for row in slip.lines if isinstance(row, Text) and "午休" in row.text]
    assert told == ([line] if line else [])
