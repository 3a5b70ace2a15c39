"""Who may take a number (T07, T09, T10, T11, T12, T13), as tables that a hall manager can read."""

from typing import Any

import pytest

from hallctl.domain import commands as c
from hallctl.domain.decision import Decision
from hallctl.domain.events import SlipReprinted, TicketFinished
from hallctl.domain.layout import Limits
from hallctl.domain.model import Tally
from hallctl.domain.pause import pause_before_call
from tests.domain.doors import MONDAY, Doors, person, refused, segment
from tests.domain.schedule import at, clock, hall

# ---------------------------------------------------------------- T07 one waiting number for a person and a service


def test_t07_who_waits_gets_the_existing_number() -> None:
    """T07: same card, same queue, still waiting: the existing number, printed again where there is paper."""
    doors = Doors.of(Limits(day=1)).clock("09:00")
    doors.must(c.ReportDevice("printer-2", "ready"))
    first = doors.gives("li", kiosk="kiosk-2")
    again = doors.ask("li", kiosk="kiosk-2")
    assert again == Decision((SlipReprinted(first.ticket, "kiosk-2", "same_person", 2),), ticket=first.ticket)
    assert doors.ask("li", paperless=True) == Decision((), ticket=first.ticket)
    assert doors.state.tally("pooled").number == 1


def test_t07_the_existing_number_is_told_when_no_new_one_is_given() -> None:
    """T07: also out of hours and when the day is full; another person is refused."""
    doors = Doors.of(Limits(day=1), hall()).clock("11:59")
    first = doors.gives("li")
    doors.clock("12:10")
    assert doors.ask("li") == Decision((), ticket=first.ticket)
    assert refused(doors.ask("wang")).code == "hours.lunch"


@pytest.mark.parametrize("away", ["called", "serving", "held", "missed"])
def test_t07_holds_for_who_waits_only(away: str) -> None:
    """T07: who was called, is served, on hold or missed may take another number."""
    doors = Doors.of().staffed().clock("09:00")
    doors.gives("li")
    steps: dict[str, list[c.Command]] = {
        "called": [],
        "serving": [c.StartTicket("1")],
        "held": [c.StartTicket("1"), c.HoldTicket("1")],
        "missed": [c.MissTicket("1")],
    }
    for command in (c.CallTicket("1"), *steps[away]):
        doors.must(command)
    assert doors.gives("li").number == 2


def test_t07_another_service_is_another_number() -> None:
    doors = Doors.of().clock("09:00")
    doors.gives("li")
    assert doors.gives("li", "police").label == "C001"


# ---------------------------------------------------------------- T09 the staff may pass a rule with a reason

WHY: dict[str, Any] = {"override": True, "reason": "未带证件，导办核对"}

RULES: dict[str, tuple[Doors, dict[str, Any], str]] = {
    # the hall, who asks for what, the code without the staff
    "lunch": (Doors.of(hours=hall()).clock("12:30"), {}, "hours.lunch"),
    "a Saturday": (Doors.of(hours=hall()).on("2026-11-28", "10:00"), {}, "hours.closed"),
    "the day is full": (Doors.of(Limits(day=0)).clock("09:00"), {}, "limit.day"),
    "a part is full": (
        Doors.of(Limits(segments=(segment("09:00", "10:00", 0),))).clock("09:00"), {}, "limit.segment_over",
    ),
    "no card": (Doors.of(identity="required").clock("09:00"), {}, "service.identity_required"),
}  # fmt: skip


@pytest.mark.parametrize(("doors", "asks", "code"), RULES.values(), ids=RULES)
def test_t09_the_staff_pass_a_rule_with_a_reason(doors: Doors, asks: dict[str, Any], code: str) -> None:
    """T09: the event holds who gave it, why, and that a rule was passed."""
    assert refused(doors.ask(**asks)).code == code
    assert refused(doors.ask(**asks, override=True)).code == code, "not without a reason"
    assert refused(doors.ask(**asks, reason="是熟人")).code == code, "not by who may not"
    event = doors.gives(**asks, **WHY)
    assert (event.override, event.reason) == (True, WHY["reason"])
    assert doors.records[-1].actor == "test"


def test_t09_a_person_at_the_limit_gets_a_staff_ticket() -> None:
    doors = Doors.of(Limits(person=1)).staffed().clock("09:00")
    doors.gives("li")
    doors.must(c.CallTicket("1"))
    assert refused(doors.ask("li")).code == "limit.person"
    assert doors.gives("li", **WHY).override


def test_t09_a_reason_where_no_rule_says_no_is_no_override() -> None:
    event = Doors.of(hours=hall()).clock("09:00").gives(**WHY)
    assert (event.override, event.reason) == (False, WHY["reason"])


def test_t09_nobody_passes_an_emergency_a_closed_day_or_a_printer_without_paper() -> None:
    doors = Doors.of(hours=hall()).clock("12:30")
    assert refused(doors.ask(kiosk="kiosk-2", **WHY)).code == "printer.offline"
    doors.must(c.DeclareEmergency("火警"))
    assert refused(doors.ask(**WHY)).code == "hall.emergency"
    doors.must(c.EndEmergency())
    doors.must(c.CloseDay())
    assert refused(doors.ask(**WHY)).code == "day.closed"


# ---------------------------------------------------------------- T10 agents


def test_t10_an_agent_takes_eight_numbers_under_one_card() -> None:
    """T10: for eight principals, whatever the limit of one person; the service's own limits hold."""
    doors = Doors.of(Limits(day=9, person=1)).clock("09:00")
    doors.must(c.SetAgent("村代办员 李", "li"))
    events = [doors.gives("li") for _ in range(8)]
    assert [event.number for event in events] == list(range(1, 9))
    assert all(event.agent and not event.override for event in events)
    for_five = doors.gives("li", principals=5)
    assert (for_five.agent, for_five.principals) == (True, 5)
    assert doors.state.tickets[for_five.ticket].principals == 5
    assert refused(doors.ask("li")).code == "limit.day"


PRINCIPALS = [
    # who, for how many, code (None: a number is given)
    ("li", 1, None),
    ("li", 99, None),
    ("li", 100, "agent.principals"),
    ("li", 0, "agent.principals"),
    ("wang", 1, None),
    ("wang", 2, "agent.only"),
    (None, 1, None),
    (None, 2, "agent.only"),
]


@pytest.mark.parametrize("identity", ["none", "optional"])
@pytest.mark.parametrize(("who", "count", "code"), PRINCIPALS)
def test_t10_only_an_agent_acts_for_others(who: str | None, count: int, code: str | None, identity: str) -> None:
    doors = Doors.of(identity=identity).clock("09:00")
    doors.must(c.SetAgent("村代办员 李", "li"))
    if code is not None:
        assert refused(doors.ask(who, principals=count)).code == code
        return
    event = doors.gives(who, principals=count)
    assert (event.principals, event.agent) == (count, who == "li")


def test_t10_the_staff_take_for_an_agent_who_is_not_registered() -> None:
    """T09, T10: with a reason, told as an override; the ledger counts the people all the same."""
    doors = Doors.of().clock("09:00")
    assert refused(doors.ask(principals=3)).code == "agent.only"
    event = doors.gives(principals=3, **WHY)
    assert (event.principals, event.agent, event.override) == (3, True, True)


def test_t10_who_is_no_agent_any_more_is_like_everybody() -> None:
    doors = Doors.of().clock("09:00")
    doors.must(c.SetAgent("村代办员 李", "li"))
    doors.gives("li")
    doors.must(c.RemoveAgent("村代办员 李"))
    assert refused(doors.ask("li", principals=2)).code == "agent.only"
    assert isinstance(doors.ask("li"), Decision)
    assert doors.state.tally("pooled").number == 1


# ---------------------------------------------------------------- T11 hours, holidays of 2026, days worked for them

CALENDAR = [
    # moment, code (None: a number is given), when again
    ("2025-12-31 10:00", None, None),
    ("2026-01-01 10:00", "hours.holiday", "2026-01-04 08:30"),
    ("2026-01-04 10:00", None, None),  # a Sunday that is worked
    ("2026-02-14 10:00", None, None),  # a Saturday that is worked before the Spring Festival
    ("2026-02-16 10:00", "hours.holiday", "2026-02-24 08:30"),
    ("2026-02-23 10:00", "hours.holiday", "2026-02-24 08:30"),
    ("2026-02-28 10:00", None, None),  # and one after it
    ("2026-04-06 10:00", "hours.holiday", "2026-04-07 08:30"),
    ("2026-05-01 10:00", "hours.holiday", "2026-05-06 08:30"),
    ("2026-05-09 10:00", None, None),
    ("2026-06-19 10:00", "hours.holiday", "2026-06-22 08:30"),
    ("2026-09-20 10:00", None, None),  # a Sunday that is worked for the National Day
    ("2026-09-25 10:00", "hours.holiday", "2026-09-28 08:30"),
    ("2026-10-01 10:00", "hours.holiday", "2026-10-08 08:30"),
    ("2026-10-07 10:00", "hours.holiday", "2026-10-08 08:30"),
    ("2026-10-10 10:00", None, None),
    ("2026-10-11 10:00", "hours.closed", "2026-10-12 08:30"),  # a plain Sunday
    ("2026-11-23 08:14", "hours.not_yet", "2026-11-23 08:15"),
    ("2026-11-23 08:15", None, None),
    ("2026-11-23 11:50", "hours.cutoff", "2026-11-23 13:15"),
    ("2026-11-23 12:30", "hours.lunch", "2026-11-23 13:15"),
    ("2026-11-23 17:19", None, None),
    ("2026-11-23 17:20", "hours.cutoff", "2026-11-24 08:15"),
    ("2026-11-23 17:40", "hours.closed", "2026-11-24 08:15"),
]


@pytest.mark.parametrize(("when", "code", "again"), CALENDAR, ids=[row[0] for row in CALENDAR])
def test_t11_numbers_by_the_calendar(when: str, code: str | None, again: str | None) -> None:
    """T11: holidays and 调休 of 2026, lunch, the last number; the refusal says when it opens again."""
    early: dict[str, Any] = {"first_ticket_min": 15, "last_ticket_min": 10} if when.startswith("2026-11") else {}
    doors = Doors.of(hours=hall(overtime_min=60, **early))
    doors.state.turn_day(when[:10], when[:10])
    answer = doors.clock(when).ask()
    if code is None:
        assert isinstance(answer, Decision)
        return
    refusal = refused(answer)
    assert refusal.code == code
    assert clock(int(refusal.params["opens_at"])) == again
    assert str(refusal.params["opens"]) in refusal.sentence("zh")
    assert str(refusal.params["opens_en"]) in refusal.sentence("en")


SERVED = [
    # the service ends at, counts as
    ("2026-11-23 11:59", "regular"),
    ("2026-11-23 12:20", "overtime"),  # over lunch
    ("2026-11-23 17:29", "regular"),
    ("2026-11-23 17:31", "overtime"),
    ("2026-11-23 19:30", "overtime"),  # long after, and still of this day
    ("2026-11-25 18:30", "extra"),  # Wednesday evening, 错时
    ("2026-11-25 20:01", "overtime"),
]


@pytest.mark.parametrize(("ends", "served"), SERVED)
def test_t11_served_after_the_close_counts_as_overtime(ends: str, served: str) -> None:
    """T11: 延时服务 and 错时服务 are told by the event, kept with the ticket and counted for the service."""
    doors = Doors.of(hours=hall(overtime_min=60, extra={"wed": ["18:00-20:00"]})).staffed()
    day = ends[:10]
    if day != MONDAY:
        doors.on(day)
    event = doors.clock(f"{day} 11:00").gives()
    doors.must(c.CallTicket("1"))
    doors.must(c.StartTicket("1"))
    doors.clock(ends).must(c.FinishTicket("1"))
    finished = doors.records[-1].event
    assert isinstance(finished, TicketFinished)
    assert finished.served == served
    assert doors.state.tickets[event.ticket].served == served
    tally = doors.state.tally("pooled")
    assert (tally.done, tally.overtime, tally.extra) == (1, served == "overtime", served == "extra")


def test_a_hall_without_hours_serves_at_no_special_time() -> None:
    doors = Doors.of().staffed().clock("2026-11-23 23:00")
    doors.gives()
    doors.must(c.CallTicket("1"))
    doors.serve()
    assert doors.state.tally("pooled").overtime == Tally().overtime


# ---------------------------------------------------------------- T12 the lunch break before the call

LUNCH = ("12:00", "13:30")
PAUSES = [
    # comes at, expected wait in minutes (from, to), the break that is told
    ("11:00", (10, 20), None),
    ("11:00", (50, 66), None),  # expected at 11:58
    ("11:00", (50, 80), LUNCH),  # expected at 12:05
    ("11:50", (15, 30), LUNCH),
    ("12:15", (0, 0), LUNCH),  # takes it in the break
    ("13:30", (30, 60), None),
    ("16:30", (60, 120), None),  # what comes then is no lunch
    ("08:20", (10, 20), None),  # before the doors open
    ("08:20", (200, 260), LUNCH),
]


@pytest.mark.parametrize(("comes", "wait", "told"), PAUSES)
def test_t12_a_lunch_break_before_the_call(comes: str, wait: tuple[int, int], told: tuple[str, str] | None) -> None:
    doors = Doors.of(hours=hall(first_ticket_min=15, break_tickets=True, overtime_min=60))
    low, high = wait
    pause = pause_before_call(doors.state, "pooled", (low * 60, high * 60), at(f"{MONDAY} {comes}"))
    assert (pause and tuple(str(clock(moment))[-5:] for moment in pause)) == told


def test_t12_a_hall_without_hours_has_no_lunch() -> None:
    assert pause_before_call(Doors.of().state, "pooled", (3600, 7200), at(f"{MONDAY} 11:30")) is None


# ---------------------------------------------------------------- T13 no identity where nobody asks for one


def test_t13_a_service_that_asks_for_no_card_keeps_none() -> None:
    """T13: though a card was read, for the class or for another service."""
    doors = Doors.of(identity="none").clock("09:00")
    assert doors.gives("li").person is None
    assert doors.gives("li").number == 2
    assert doors.state.persons == {}
    assert doors.state.taken.persons == {}
    assert doors.gives("li", "police").person == person("li")
