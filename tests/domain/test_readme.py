"""The examples of ``hallctl/domain/README.md`` are played: what the document says is what the hall does (C02, C03)."""

import re
from pathlib import Path

import pytest

from hallctl.config import parse
from hallctl.domain import events as e
from hallctl.domain.policy import POLICIES
from hallctl.domain.reason import reasons
from tests.domain.orders import SERVICES, Order

README = Path(__file__).parent.parent.parent / "hallctl" / "domain" / "README.md"
TEXT = README.read_text(encoding="utf-8")

CLASSES = {
    "普通": "normal", "绿色通道": "green", "军人": "military", "残疾人": "disabled", "老年人": "elder",
    "孕妇": "pregnant",
}  # fmt: skip

HALL = '[hall]\nid = "example"\nname = "例"\n[[zones]]\nid = "main"\nname = "大厅"\n' + "".join(
    f'[[services]]\nid = "{name}"\nname = "{name}"\nprefix = "{prefix}"\nzone = "main"\n{{{name}}}'
    for name, prefix in SERVICES.items()
)
REST = '[[windows]]\nid = "99"\nzone = "main"\nservices = ["a", "b", "q", "s"]\n'
"""A window that is never asked, so that every service has one."""

EXAMPLES = re.findall(r"^### ([^\n]+)\n\n```toml\n(.*?)^```\n\n((?:\|[^\n]*\n)+)", TEXT, re.MULTILINE | re.DOTALL)


def hall_of(toml: str) -> Order:
    """The hall of the example: windows as in a config file; ``[services.a]`` are more keys of service a."""
    more = dict.fromkeys(SERVICES, "")
    for name, keys in re.findall(r"^\[services\.(\w)\]\n((?:\w.*\n)+)", toml, re.MULTILINE):
        more[name] = keys
    windows = re.sub(r"^\[services\.(\w)\]\n((?:\w.*\n)+)", "", toml, flags=re.MULTILINE)
    windows = windows.replace("[[windows]]\n", '[[windows]]\nzone = "main"\n')
    return Order(parse(HALL.format(**more) + windows + "\n" + REST).layout())


def rows_of(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines()[2:]]


def taken(what: str, label: str) -> str:
    """A row of taking a number, as `Order` writes it: ``a 老年人``, ``a 预约 09:30``, ``a 1 号窗口``."""
    service, _, how = what.removesuffix("取号").strip().partition(" ")
    if booked := re.fullmatch(r"预约 (\d\d:\d\d)", how):
        return f"{service} appointment@{booked[1]} {label}"
    return f"{service} {CLASSES[how or '普通']} {label}"


def said(order: Order) -> str:
    """Why the last call was made, in a sentence: the rule where it is an exception, else why the next one was not."""
    called = next(record.event for record in reversed(order.hall.records) if isinstance(record.event, e.TicketCalled))
    rule, *lost = reasons(called.why, called.beat)
    return (lost[0] if lost and called.why in POLICIES else rule).sentence("zh")


def play(toml: str, table: str) -> list[list[str]]:
    """The rows of the table as the hall fills them in."""
    order, found = hall_of(toml), []
    for time, what, label, _why in rows_of(table):
        if window := re.fullmatch(r"(\d+) 号窗口叫号", what):
            order.play(f"{time} clock 0")
            called, _rule, _beat = order.call(window[1])
            found.append([time, what, f"**{called}**", "没有人可叫。" if called == "-" else said(order)])
        elif window := re.fullmatch(r"(\d+) 号窗口过号", what):
            order.play(f"{time} #{window[1]} miss")
            found.append([time, what, label, ""])
        else:
            order.play(f"{time} {taken(what, label)}")
            found.append([time, what, label, ""])
    return found


def test_every_policy_has_an_example() -> None:
    shown = "".join(heading for heading, _toml, _table in EXAMPLES)
    assert [name for name in POLICIES if f"`{name}`" not in shown] == []
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize(("heading", "toml", "table"), EXAMPLES, ids=[heading for heading, *_ in EXAMPLES])
def test_the_example_is_what_happens(heading: str, toml: str, table: str) -> None:
    assert play(toml, table) == rows_of(table), heading


def test_the_built_in_head_starts_are_those_of_the_program() -> None:
    """The table of classes."""
    told = {name: int(minutes) for name, minutes in re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \|", TEXT, re.MULTILINE)}
    rules = hall_of(EXAMPLES[0][1]).layout.classes
    assert told == {str(priority): rule.head_ms // 60_000 for priority, rule in rules.items()}
