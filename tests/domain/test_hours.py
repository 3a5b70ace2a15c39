"""Opening hours as tables that a hall manager can read (T08, T11, T12). 2026-09-30 is a Wednesday before holidays.

The township opens Monday to Friday 08:30-12:00 and 13:30-17:30; other settings stand with each table.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from hallctl.domain import opening
from hallctl.domain.hours import ALWAYS_OPEN, Hours
from hallctl.errors import Refusal
from tests.domain.schedule import HOUR, at, clock, hall


def answer(hours: Hours, when: str, service: str | None = None) -> tuple[str, str | None]:
    """("given", None), or the code and when numbers are given again."""
    refusal = opening.refusal(hours, at(when), service)
    if refusal is None:
        return "given", None
    opens_at = refusal.params.get("opens_at")
    assert opens_at is None or isinstance(opens_at, int)
    return refusal.code.removeprefix("hours."), clock(opens_at)


# ---------------------------------------------------------------- is a number given

TABLES: dict[str, tuple[dict[str, Any], list[tuple[str, str, str | None]]]] = {
    "a plain day": (
        {},
        [
            ("2026-09-28 07:00", "not_yet", "2026-09-28 08:30"),
            ("2026-09-28 08:29", "not_yet", "2026-09-28 08:30"),
            ("2026-09-28 08:30", "given", None),
            ("2026-09-28 11:59", "given", None),
            ("2026-09-28 12:00", "lunch", "2026-09-28 13:30"),
            ("2026-09-28 13:29", "lunch", "2026-09-28 13:30"),
            ("2026-09-28 13:30", "given", None),
            ("2026-09-28 17:29", "given", None),
            ("2026-09-28 17:30", "closed", "2026-09-29 08:30"),
            ("2026-09-28 23:59", "closed", "2026-09-29 08:30"),
            ("2026-09-29 00:30", "not_yet", "2026-09-29 08:30"),
        ],
    ),
    "no numbers in the last half hour, the door opens a quarter of an hour early": (
        {"last_ticket_min": 30, "first_ticket_min": 15},
        [
            ("2026-09-28 08:14", "not_yet", "2026-09-28 08:15"),
            ("2026-09-28 08:15", "given", None),
            ("2026-09-28 11:29", "given", None),
            ("2026-09-28 11:30", "cutoff", "2026-09-28 13:15"),
            ("2026-09-28 12:00", "lunch", "2026-09-28 13:15"),
            ("2026-09-28 13:15", "given", None),
            ("2026-09-28 17:00", "cutoff", "2026-09-29 08:15"),
            ("2026-09-28 17:30", "closed", "2026-09-29 08:15"),
        ],
    ),
    "numbers over lunch, but none in the day's last half hour": (
        {"last_ticket_min": 30, "break_tickets": True},
        [
            ("2026-09-28 11:45", "given", None),
            ("2026-09-28 12:30", "given", None),
            ("2026-09-28 17:00", "cutoff", "2026-09-29 08:30"),
        ],
    ),
    "overtime for those who have a number": (
        {"overtime_min": 60},
        [("2026-09-28 17:29", "given", None), ("2026-09-28 17:45", "closed", "2026-09-29 08:30")],
    ),
    "overtime with numbers until its last ten minutes": (
        {"overtime_min": 60, "overtime_tickets": True, "last_ticket_min": 10},
        [
            ("2026-09-28 11:50", "cutoff", "2026-09-28 13:30"),
            ("2026-09-28 17:45", "given", None),
            ("2026-09-28 18:19", "given", None),
            ("2026-09-28 18:20", "closed", "2026-09-29 08:30"),
        ],
    ),
    "over lunch and on Saturday mornings at other times (错时)": (
        {"extra": {"mon": ["12:00-13:30"], "sat": ["09:00-12:00"]}, "last_ticket_min": 20},
        [
            ("2026-09-28 11:50", "given", None),
            ("2026-09-28 13:25", "given", None),
            ("2026-09-29 12:30", "lunch", "2026-09-29 13:30"),
            ("2026-09-19 09:00", "given", None),
            ("2026-09-19 11:45", "cutoff", "2026-09-20 08:30"),
        ],
    ),
    "late opening on Thursdays, into Friday": (
        {"weekly": {"thu": ["14:00-20:00", "22:00-02:00"]}, "last_ticket_min": 30},
        [
            ("2026-09-24 13:00", "not_yet", "2026-09-24 14:00"),
            ("2026-09-24 21:00", "lunch", "2026-09-24 22:00"),
            ("2026-09-24 23:59", "given", None),
            ("2026-07-17 01:29", "given", None),
            ("2026-07-17 01:30", "cutoff", "2026-07-17 08:30"),
            ("2026-07-17 02:00", "not_yet", "2026-07-17 08:30"),
        ],
    ),
    "closed for a move, a short day, and nothing after it for long": (
        {
            "special": [
                {"date": "2026-07-06", "to": "2026-07-10", "reason": "搬迁"},
                {"date": "2026-07-13", "sessions": ["09:00-11:00"]},
                {"date": "2026-07-14", "to": "2026-08-31"},
            ]
        },
        [
            ("2026-07-03 18:00", "closed", "2026-07-13 09:00"),
            ("2026-07-06 09:00", "holiday", "2026-07-13 09:00"),
            ("2026-07-11 09:00", "closed", "2026-07-13 09:00"),
            ("2026-07-13 10:00", "given", None),
            ("2026-07-13 14:00", "closed", None),
            ("2026-07-14 14:00", "holiday", None),
        ],
    ),
    "round the clock, but for one day": (
        {"workdays": [], "last_ticket_min": 30, "special": [{"date": "2026-07-06"}]},
        [
            ("2026-07-04 23:59", "given", None),
            ("2026-07-05 00:00", "given", None),
            ("2026-10-01 12:00", "given", None),
            ("2026-07-05 23:40", "cutoff", "2026-07-07 00:00"),
            ("2026-07-06 12:00", "holiday", "2026-07-07 00:00"),
        ],
    ),
}


@pytest.mark.parametrize(
    ("keys", "when", "code", "opens"),
    [pytest.param(keys, *row, id=f"{name}: {row[0]}") for name, (keys, rows) in TABLES.items() for row in rows],
)
def test_numbers_are_given_by_the_calendar(keys: dict[str, Any], when: str, code: str, opens: str | None) -> None:
    """T11, T08: refused or given, and when again."""
    assert answer(hall(**keys), when) == (code, opens)


# https://www.gov.cn/zhengce/content/202511/content_7047090.htm, 国务院办公厅关于2026年部分节假日安排的通知
# (国办发明电〔2025〕7号, 2025-11-04), word by word: first and last day of each holiday, the days worked for it.
NOTICE_2026 = [
    ("元旦", "01-01", "01-03", ["01-04"]),
    ("春节", "02-15", "02-23", ["02-14", "02-28"]),
    ("清明节", "04-04", "04-06", []),
    ("劳动节", "05-01", "05-05", ["05-09"]),
    ("端午节", "06-19", "06-21", []),
    ("中秋节", "09-25", "09-27", []),
    ("国庆节", "10-01", "10-07", ["09-20", "10-10"]),
]


@pytest.mark.parametrize(("name", "first", "last", "worked"), NOTICE_2026, ids=lambda value: str(value))
def test_holidays_and_makeup_days_of_2026(name: str, first: str, last: str, worked: list[str]) -> None:
    """T11: no numbers on all days of the holiday, and the sentence names it; numbers on the days worked for it."""
    hours = hall()
    day = date.fromisoformat(f"2026-{first}")
    while day <= date.fromisoformat(f"2026-{last}"):
        refusal = opening.refusal(hours, at(f"{day} 09:00"))
        assert refusal is not None
        assert (refusal.code, refusal.params["name"]) == ("hours.holiday", name), day
        day += timedelta(days=1)
    for one in worked:
        assert answer(hours, f"2026-{one} 09:00") == ("given", None), one
        assert answer(hours, f"2026-{one} 12:30")[0] == "lunch", one


def test_every_day_of_2026_is_as_the_notice_says() -> None:
    """T11: nothing but the notice and the weekend decides; all 365 days."""
    free = {f"2026-{first}": f"2026-{last}" for _, first, last, _ in NOTICE_2026}
    worked = {f"2026-{day}" for *_, days in NOTICE_2026 for day in days}
    hours = hall()
    for n in range(365):
        day = date(2026, 1, 1) + timedelta(days=n)
        name = day.isoformat()
        holiday = any(first <= name <= last for first, last in free.items())
        is_open = not holiday and (day.weekday() < 5 or name in worked)
        assert (answer(hours, f"{name} 10:00")[0] == "given") == is_open, name


def test_a_hall_overrides_a_holiday() -> None:
    """T11: duty hours on 3 October, and a make-up Saturday on which this hall stays closed."""
    hours = hall(special=[
        {"date": "2026-10-03", "sessions": ["09:00-11:00"], "reason": "国庆值班"},
        {"date": "2026-10-10", "sessions": [], "reason": "系统升级", "reason_en": "system upgrade"},
    ])  # fmt: skip
    assert answer(hours, "2026-10-02 09:00") == ("holiday", "2026-10-03 09:00")
    assert answer(hours, "2026-10-03 09:00") == ("given", None)
    assert answer(hours, "2026-10-03 11:00") == ("closed", "2026-10-08 08:30")
    refusal = opening.refusal(hours, at("2026-10-10 09:00"))
    assert refusal is not None
    assert (refusal.params["name"], refusal.params["name_en"]) == ("系统升级", "system upgrade")


def test_a_hall_without_hours_is_always_open() -> None:
    """T11: the default of a hall that says nothing, also on holidays."""
    for when in ("2026-02-17 03:00", "2026-10-01 12:00", "2026-06-06 23:59"):
        assert opening.refusal(ALWAYS_OPEN, at(when), "tax") is None
        assert opening.served_as(ALWAYS_OPEN, at(when)) == "regular"
    assert opening.next_change(ALWAYS_OPEN, at("2026-10-01 12:00")) is None
    assert opening.giving_until(ALWAYS_OPEN, at("2026-10-01 12:00")) is None
    assert opening.session_end(ALWAYS_OPEN, at("2026-10-01 12:00")) is None
    assert opening.break_before(ALWAYS_OPEN, at("2026-10-01 12:00"), HOUR) is None
    assert opening.after_service_ms(ALWAYS_OPEN, 5, 7) == 12


# ---------------------------------------------------------------- services

SERVICES: dict[str, tuple[dict[str, Any], list[tuple[str, str, str | None]]]] = {
    "mornings only": (
        {"workdays": ["08:30-11:00"]},
        [
            ("2026-09-28 10:59", "given", None),
            ("2026-09-28 11:00", "closed", "2026-09-29 08:30"),
            ("2026-09-20 09:00", "given", None),  # worked for National Day
            ("2026-10-01 09:00", "holiday", "2026-10-08 08:30"),
        ],
    ),
    "longer than the hall changes nothing": (
        {"workdays": ["07:00-20:00"]},
        [("2026-09-28 08:00", "not_yet", "2026-09-28 08:30"), ("2026-09-28 12:10", "lunch", "2026-09-28 13:30")],
    ),
    "longer than the hall, instead of its hours": (
        {"workdays": ["07:00-20:00"], "instead": True},
        [
            ("2026-09-28 07:00", "given", None),
            ("2026-09-28 12:10", "given", None),
            ("2026-10-01 09:00", "holiday", "2026-10-08 07:00"),
        ],
    ),
    "Tuesdays only": (
        {"workdays": [], "weekly": {"tue": ["13:30-16:00"]}},
        [
            ("2026-09-28 09:00", "closed", "2026-09-29 13:30"),
            ("2026-09-29 09:00", "not_yet", "2026-09-29 13:30"),
            ("2026-09-29 15:00", "given", None),
            ("2026-09-29 16:00", "closed", "2026-10-13 13:30"),
        ],
    ),
    "as the hall but for Wednesday, and an hour's cut-off": (
        {"weekly": {"wed": []}, "last_ticket_min": 60},
        [
            ("2026-09-28 11:00", "cutoff", "2026-09-28 13:30"),
            ("2026-09-30 10:00", "closed", "2026-10-08 08:30"),
        ],
    ),
}


@pytest.mark.parametrize(
    ("keys", "when", "code", "opens"),
    [pytest.param(keys, *row, id=f"{name}: {row[0]}") for name, (keys, rows) in SERVICES.items() for row in rows],
)
def test_a_service_has_hours_of_its_own(keys: dict[str, Any], when: str, code: str, opens: str | None) -> None:
    """T11, T08: they narrow the hall's, or stand for them; other services have the hall's."""
    hours = hall(services={"tax": keys})
    assert answer(hours, when, "tax") == (code, opens)
    assert answer(hours, when, "pooled") == answer(hours, when) == answer(hall(), when)


def test_a_special_date_holds_for_services_too() -> None:
    """On a duty Saturday a service has its hours of a workday, as far as the hall is open."""
    hours = hall(
        services={
            "tax": {"workdays": ["08:30-11:00"], "instead": True},
            "police": {"weekly": {"mon": ["08:30-09:00"]}},
        },
        special=[{"date": "2026-07-04", "sessions": ["10:00-12:00"]}],
    )
    assert answer(hours, "2026-07-04 09:00", "tax") == ("not_yet", "2026-07-04 10:00")
    assert answer(hours, "2026-07-04 11:30", "tax") == ("closed", "2026-07-06 08:30")
    assert answer(hours, "2026-07-04 11:30", "police") == ("given", None)


def test_a_night_service_of_a_hall_that_is_always_open() -> None:
    hours = hall(workdays=[], services={"police": {"workdays": ["22:00-02:00"]}})
    assert answer(hours, "2026-07-07 01:59", "police") == ("given", None)
    assert answer(hours, "2026-07-07 02:00", "police") == ("not_yet", "2026-07-07 22:00")
    assert answer(hours, "2026-07-07 02:00", "tax") == ("given", None)


# ---------------------------------------------------------------- what the sentence says


@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        ("2026-09-28 12:10", "13:30", "at 13:30"),
        ("2026-09-28 18:00", "明天 08:30", "tomorrow at 08:30"),
        ("2026-09-30 18:00", "10月8日（周四）08:30", "on Thu 2026-10-08 at 08:30"),
    ],
)
def test_the_next_opening_is_told_in_words(when: str, zh: str, en: str) -> None:
    refusal = opening.refusal(hall(), at(when))
    assert refusal is not None
    assert (refusal.params["opens"], refusal.params["opens_en"]) == (zh, en)


def test_no_opening_within_a_month_is_told_too() -> None:
    hours = hall(special=[{"date": "2026-07-01", "to": "2026-12-31"}])
    assert opening.refusal(hours, at("2026-07-02 09:00")) == Refusal(
        "hours.holiday",
        {"opens": "另行公告", "opens_en": "at a time to be announced", "name": "大厅安排",
         "name_en": "the hall's own arrangement"},
    )  # fmt: skip


def test_the_cut_off_says_how_long_people_are_served() -> None:
    refusal = opening.refusal(hall(last_ticket_min=30), at("2026-09-28 11:40"))
    assert refusal is not None
    assert refusal.params["until"] == "12:00"
