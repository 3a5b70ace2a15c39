"""``[hours]`` as a technician writes it, and what is said when it is wrong (T11)."""

import re
import tomllib

import pytest
from pydantic import BaseModel, ValidationError

from hallctl.domain.hours import ALWAYS_OPEN, Reduced, Session
from hallctl.sections.hours import (
    HoursSection,
    ReducedSection,
    ServiceHoursSection,
    SpecialSection,
    hours,
    service_week,
    session_of,
    week_of,
)
from hallctl.sections.hours_check import check_hours
from tests.domain.schedule import SERVICES, SHANGHAI

EVERYTHING = """
workdays = ["08:30-12:00", "13:30-17:30"]
weekly = { fri = ["08:30-12:00"], sat = ["09:00-12:00"] }
extra = { mon = ["12:00-13:30"], sat = ["14:00-16:00"] }
holidays = "cn"
entered_years = [2027]
first_ticket_min = 15
last_ticket_min = 20
break_tickets = true
overtime_min = 60
overtime_tickets = false

[[special]]
date = 2026-09-30
sessions = ["08:30-12:00"]
reason = "盘点"
reason_en = "stocktaking"

[[special]]
date = "2027-01-01"
to = "2027-01-03"
reason = "元旦"

[[special]]
date = 2027-01-09
workday = true

[services.tax]
workdays = ["08:30-11:00"]
weekly = { tue = [] }
last_ticket_min = 30

[services.police]
workdays = ["07:00-22:00"]
instead = true
"""


def section(text: str) -> HoursSection:
    return HoursSection.model_validate(tomllib.loads(text))


def problems(text: str, day_starts_min: int = 180) -> list[str]:
    """The keys that are told, each with sentences in both languages that need no more filling."""
    found = check_hours(section(text), SERVICES, day_starts_min)
    for row in found:
        assert re.search(r"[一-鿿].*。$", row.zh), row
        assert re.search(r"^[A-Z0-9“'\"].*\.$", row.en), row
    return [row.key for row in found]


def test_everything_that_can_be_said() -> None:
    assert problems(EVERYTHING) == []
    made = hours(section(EVERYTHING), SHANGHAI, 180)
    assert made.week is not None
    assert made.week.days[0] == (Session(510, 720), Session(720, 810, True), Session(810, 1050))
    assert made.week.days[4] == (Session(510, 720),)
    assert made.week.days[5] == (Session(540, 720), Session(840, 960, True))
    assert made.week.days[6] == ()
    assert made.week.makeup == (Session(510, 720), Session(810, 1050))
    assert made.special["2026-09-30"].reason_en == "stocktaking"
    assert made.special["2027-01-02"].sessions == ()
    assert made.special["2027-01-09"].sessions == made.week.makeup
    assert made.services["tax"].week is not None
    assert made.services["tax"].week.days[1] == ()
    assert made.services["police"].instead
    assert 2027 in made.calendar.years


def test_no_section_is_always_open() -> None:
    made = hours(HoursSection(), SHANGHAI, 180)
    assert made.always
    assert ALWAYS_OPEN.always
    assert check_hours(HoursSection(), SERVICES, 180) == []


def test_a_week_without_workdays_has_a_makeup_day() -> None:
    """A Sunday that is worked for a holiday is like the first weekday that is named."""
    week = week_of(section('weekly = { wed = ["09:00-12:00"], thu = ["09:00-15:00"] }'))
    assert week is not None
    assert week.makeup == (Session(540, 720),)
    assert week.days[0] == ()


def test_a_service_without_a_week_has_the_halls() -> None:
    assert service_week(ServiceHoursSection(last_ticket_min=5), None) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("08:30-12:00", 510, 720),
        ("8:30-12:00", 510, 720),
        ("08：30 – 12：00", 510, 720),
        ("08:30至12:00", 510, 720),
        ("08:30～12:00", 510, 720),
        ("22:00-02:00", 1320, 1560),
        ("13:00-24:00", 780, 1440),
        ("00:00-24:00", 0, 1440),
    ],
)
def test_times_as_people_type_them(text: str, start: int, end: int) -> None:
    assert session_of(text) == Session(start, end)


@pytest.mark.parametrize("text", ["", "08:30", "8.30-12", "25:00-26:00", "08:60-09:00", "09:00-09:00", "24:00-02:00",
                                  "08:30-12:00-13:00", "上午", "09:00-24:01", "-09:00-10:00"])  # fmt: skip
def test_times_that_are_none_are_told(text: str) -> None:
    assert session_of(text) is None
    assert problems(f'workdays = ["08:30-12:00", "{text}"]') == ["hours.workdays.1"]


WRONG: dict[str, tuple[str, list[str]]] = {
    "times in the wrong order": ('workdays = ["12:00-08:30"]', ["hours.workdays.0"]),
    "begins before the business day": ('weekly = { mon = ["02:00-06:00"] }', ["hours.weekly.mon.0"]),
    "sessions overlap": ('workdays = ["08:30-12:00", "11:30-17:30"]', ["hours.workdays"]),
    "sessions overlap on one day": (
        'workdays = ["08:30-12:00"]\nweekly = { fri = ["08:30-12:00", "08:30-12:00"] }', ["hours.weekly.fri"],
    ),
    "extra ones overlap usual ones": (
        'workdays = ["08:30-12:00"]\nextra = { tue = ["11:00-13:00"] }', ["hours.extra.tue"],
    ),
    "extra ones without usual ones": ('extra = { tue = ["11:00-13:00"] }', ["hours.extra"]),
    "the cut-off eats a session": (
        'workdays = ["08:30-12:00", "13:30-14:00"]\nlast_ticket_min = 30', ["hours.last_ticket_min"],
    ),
    "the cut-off eats a service's session": (
        'workdays = ["08:30-12:00"]\nservices.tax = { workdays = ["09:00-10:00"], last_ticket_min = 90 }',
        ["hours.services.tax.last_ticket_min"],
    ),
    "the hall's cut-off eats a service's session": (
        'workdays = ["08:30-12:00"]\nlast_ticket_min = 60\nservices.tax = { workdays = ["09:00-10:00"] }',
        ["hours.last_ticket_min"],
    ),
    "the cut-off eats a special session": (
        'workdays = ["08:30-12:00"]\nlast_ticket_min = 60\nspecial = [{date = 2026-07-01, sessions = ["09:00-10:00"]}]',
        ["hours.last_ticket_min"],
    ),
    "numbers in an overtime that there is not": ("overtime_tickets = true", ["hours.overtime_tickets"]),
    "years entered that nobody expects": ('holidays = "none"\nentered_years = [2027]', ["hours.entered_years"]),
    "a special date twice": (
        "special = [{date = 2026-07-01}, {date = 2026-07-01}]", ["hours.special.1.date"],
    ),
    "special ranges overlap": (
        "special = [{date = 2026-07-01, to = 2026-07-10}, {date = 2026-07-10, to = 2026-07-12}]",
        ["hours.special.1.date"],
    ),
    "a range backwards": ("special = [{date = 2026-07-10, to = 2026-07-01}]", ["hours.special.0.to"]),
    "a range of years": ("special = [{date = 2026-07-10, to = 2062-07-11}]", ["hours.special.0.to"]),
    "closed and yet worked": (
        "special = [{date = 2026-07-10, workday = true, sessions = []}]", ["hours.special.0.workday"],
    ),
    "a special session that is none": (
        'special = [{date = 2026-07-10, sessions = ["9-12"]}]', ["hours.special.0.sessions.0"],
    ),
    "special sessions overlap": (
        'special = [{date = 2026-07-10, sessions = ["09:00-12:00", "10:00-11:00"]}]', ["hours.special.0.sessions"],
    ),
    "a service that is not there": ("services.passport = {}", ["hours.services.passport"]),
    "a service while the hall is closed": (
        'workdays = ["08:30-12:00"]\nservices.tax = { workdays = ["09:00-10:00", "13:00-15:00"] }',
        ["hours.services.tax.workdays.1"],
    ),
    "a service on a closed day": (
        'workdays = ["08:30-12:00"]\nservices.tax = { weekly = { sat = ["09:00-10:00"] } }',
        ["hours.services.tax.weekly.sat.0"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "keys"), WRONG.values(), ids=WRONG.keys())
def test_contradictions_are_told_with_their_key(text: str, keys: list[str]) -> None:
    """T11: before a hall opens, never in front of a citizen."""
    assert problems(text) == keys


def test_what_looks_wrong_but_is_not() -> None:
    assert problems('workdays = ["08:30-12:00"]\nservices.tax = { workdays = ["13:00-15:00"], instead = true }') == []
    assert problems('weekly = { fri = ["20:00-03:00"] }') == []
    assert problems('workdays = ["00:00-24:00"]') == []
    assert problems('workdays = ["08:30-12:00", "13:30-13:40"]\nbreak_tickets = true\nlast_ticket_min = 30') == []
    assert problems('workdays = ["08:30-12:00", "12:00-12:10"]\nlast_ticket_min = 30') == []


def test_times_with_fewer_windows() -> None:
    """C15: over noon only a part of the windows is staffed; whoever tells a wait counts with it."""
    made = hours(section('reduced = [{ time = "12:00-13:30", staffed = 0.3 }]'), SHANGHAI, 180)
    assert made.reduced == (Reduced(720, 810, 0.3),)
    assert made.always
    twice = 'reduced = [{ time = "12:00-13:30", staffed = 0.3 }, { time = "11:30-12:10", staffed = 0.5 }]'
    assert problems(twice) == ["hours.reduced.0"]
    for wrong in ('{ time = "13:30-12:00", staffed = 0.3 }', '{ time = "12:00-13:30", staffed = 1.5 }'):
        with pytest.raises(ValidationError):
            section(f"reduced = [{wrong}]")


def test_all_problems_are_told_at_once() -> None:
    text = 'workdays = ["x", "08:30-12:00", "11:00-13:00"]\novertime_tickets = true\nservices.nobody = {}'
    assert problems(text) == [
        "hours.workdays.0", "hours.overtime_tickets", "hours.workdays", "hours.services.nobody",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    ["weekly = { mo = [] }", "opens = '08:30'", "holidays = 'us'", "last_ticket_min = -1",
     "special = [{date = '2026-02-30'}]"],
)  # fmt: skip
def test_unknown_keys_and_values_are_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        section(wrong)


@pytest.mark.parametrize(
    "model", [HoursSection, SpecialSection, ServiceHoursSection, ReducedSection], ids=lambda model: model.__name__
)
def test_every_key_is_described(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, name
