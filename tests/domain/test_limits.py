"""How many numbers are given: a day, in parts of it, to one person (T08)."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from hallctl.domain import commands as c
from hallctl.domain import limits
from hallctl.domain.decision import Decision
from hallctl.domain.events import TicketTaken
from hallctl.domain.layout import Limits
from hallctl.domain.taken import Taken
from hallctl.errors import Refusal
from tests.domain.bookings import BookingHall, person
from tests.domain.doors import MONDAY, Doors, refused, segment
from tests.domain.schedule import at, clock, hall

MORNING = (segment("09:00", "10:00", 30), segment("10:00", "11:00", 12))


def left(doors: Doors, service: str = "pooled") -> int | None:
    return limits.remaining(doors.state, service, doors.at)


def test_t08_the_thirty_first_is_told_the_next_part_of_the_day() -> None:
    """T08: 09:00–10:00 has 30 numbers; the 31st gets a clear refusal and the next part."""
    doors = Doors.of(Limits(segments=MORNING)).clock("09:05")
    for given in range(30):
        assert left(doors) == 30 - given
        doors.gives()
    assert left(doors) == 0
    answer = refused(doors.ask())
    assert answer.code == "limit.segment"
    assert answer.sentence("zh") == "这个时段的号已取完，下一时段 10:00 起还有 12 个。"
    assert answer.sentence("en") == "All numbers of this part of the day are taken. There are 12 more at 10:00."
    assert clock(int(answer.params["opens_at"])) == "2026-11-23 10:00"
    assert doors.clock("10:00").gives().number == 31
    assert left(doors) == 11


REFUSALS: dict[str, tuple[Limits, str, int, str, str]] = {
    # limits, time, numbers given at that time, code, when again
    "the day's last": (Limits(day=3), "09:00", 3, "limit.day", "2026-11-24 03:00"),
    "a part, the next has room": (Limits(segments=MORNING), "09:59", 30, "limit.segment", "2026-11-23 10:00"),
    "a part, afterwards there is no limit": (
        Limits(segments=MORNING), "10:30", 12, "limit.segment_over", "2026-11-23 11:00",
    ),
    "a part, and the day is full with it": (Limits(12, None, MORNING), "10:30", 12, "limit.day", "2026-11-24 03:00"),
    "a part that has none, the one after has": (
        Limits(segments=(segment("09:00", "10:00", 1), segment("10:00", "11:00", 0), segment("11:00", "12:00", 5))),
        "09:30", 1, "limit.segment", "2026-11-23 11:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "time", "given", "code", "again"), REFUSALS.values(), ids=REFUSALS)
def test_t08_what_is_told_when_it_is_full(rule: Limits, time: str, given: int, code: str, again: str) -> None:
    doors = Doors.of(rule).clock(time)
    for _ in range(given):
        doors.gives()
    answer = refused(doors.ask())
    assert answer.code == code
    assert clock(int(answer.params["opens_at"])) == again


def test_t08_the_next_part_is_one_in_which_numbers_are_given() -> None:
    """After the last part before lunch come the numbers of the afternoon; after the day's last, those of Monday."""
    rule = Limits(5, None, (segment("11:00", "12:00", 1), segment("12:00", "15:00", 2)))
    doors = Doors.of(rule, hall()).clock("11:30")
    doors.gives()
    answer = refused(doors.ask())
    assert (answer.code, answer.params["room"], answer.params["opens"]) == ("limit.segment", 2, "13:30")
    friday = Doors.of(Limits(day=1), hall()).on("2026-11-27", "09:00")
    friday.gives()
    assert refused(friday.ask()).params["opens"] == "11月30日（周一）08:30"


def test_outside_of_all_parts_only_the_day_counts() -> None:
    doors = Doors.of(Limits(segments=MORNING)).clock("08:59")
    assert left(doors) is None
    doors.limit(day=100, segments=MORNING)
    doors.gives()
    assert left(doors) == 99
    assert limits.remaining(doors.state, "pooled", at(f"{MONDAY} 09:00")) == 30
    assert limits.remaining(doors.state, "police", doors.at) is None


def test_cancelled_numbers_are_free_again_and_others_are_not() -> None:
    """Who cancels is not served: the place is the next one's. Missed and served ones were."""
    doors = Doors.of(Limits(day=3)).staffed().clock("09:00")
    first, second, third = doors.gives(), doors.gives(), doors.gives()
    assert left(doors) == 0
    doors.cancel(third)
    assert left(doors) == 1
    doors.must(c.CallTicket("1"))
    doors.serve()
    doors.must(c.LapseRating(first.ticket))
    assert first.ticket not in doors.state.tickets
    doors.must(c.CallTicket("1"))
    doors.must(c.MissTicket("1"))
    assert left(doors) == 1
    assert doors.gives().number == 4
    assert refused(doors.ask()).code == "limit.day"
    doors.cancel(second)
    assert left(doors) == 1


def test_t08_one_person_a_day() -> None:
    """T08: however the former visits ended; another person, another service, another day begin anew."""
    doors = Doors.of(Limits(person=2)).staffed().clock("09:00")
    for _ in range(2):
        event = doors.gives("li")
        doors.must(c.CallTicket("1"))
        doors.serve()
        doors.must(c.LapseRating(event.ticket))
    answer = refused(doors.ask("li"))
    assert (answer.code, answer.params) == ("limit.person", {"limit": 2})
    doors.gives("wang")
    doors.gives("li", "police")
    doors.gives()
    assert doors.on("2026-11-24").gives("li").number == 1


def test_a_person_who_cancels_may_take_another() -> None:
    doors = Doors.of(Limits(person=1)).clock("09:00")
    doors.cancel(doors.gives("li"))
    assert doors.gives("li").number == 2
    assert doors.state.taken.persons == {("li", "pooled"): 1}


def test_a_day_begins_with_nothing_taken() -> None:
    doors = Doors.of(Limits(day=2)).clock("09:00")
    doors.gives("li")
    doors.must(c.CloseDay())
    doors.must(c.OpenDay(MONDAY))
    assert left(doors) == 1, "a day that is opened again goes on"
    doors.on("2026-11-24")
    assert left(doors) == 2
    assert doors.state.taken == Taken()


def test_the_day_runs_past_midnight() -> None:
    """A limit of the day holds until its end at three; a part of the day is of the wall clock's date."""
    doors = Doors.of(Limits(3, None, (segment("00:00", "02:00", 1),))).clock("23:30")
    doors.gives()
    assert left(doors) == 2
    doors.clock("2026-11-24 00:30")
    assert left(doors) == 1
    doors.gives()
    answer = refused(doors.ask())
    assert (answer.code, clock(int(answer.params["opens_at"]))) == ("limit.segment", "2026-11-24 02:00")


EDGES = [
    ("2026-11-23 07:00", "2026-11-23 08:30"),
    ("2026-11-23 08:30", "2026-11-23 09:00"),
    ("2026-11-23 09:00", "2026-11-23 10:00"),
    ("2026-11-23 11:00", "2026-11-23 12:00"),
    ("2026-11-23 12:00", "2026-11-23 13:30"),
    ("2026-11-23 17:30", "2026-11-24 00:00"),
    ("2026-11-24 00:00", "2026-11-24 08:30"),
]


@pytest.mark.parametrize(("now", "edge"), EDGES)
def test_the_next_moment_at_which_answers_change(now: str, edge: str) -> None:
    doors = Doors.of(Limits(segments=MORNING), hall())
    assert clock(limits.next_edge(doors.state.layout, at(now))) == edge


def test_without_hours_and_limits_nothing_changes_by_itself() -> None:
    assert limits.next_edge(Doors.of().state.layout, at(f"{MONDAY} 09:00")) is None


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_those_of_the_tickets_whatever_is_done(seed: int) -> None:
    """Exact over takes, cancels, services and days, against a plain count of everything that was taken."""
    chance = random.Random(seed)
    doors = Doors.of().staffed().clock("09:00")
    alive: dict[str, tuple[str, int, str | None]] = {}
    day = 23
    for _ in range(400):
        doors.at += chance.randrange(-5_000, 60_000)
        match chance.randrange(12):
            case 0 if alive:
                ticket = chance.choice(list(alive))
                if isinstance(doors.do(c.CancelTicket(ticket)), Decision):
                    del alive[ticket]
            case 1:
                if isinstance(doors.do(c.CallTicket("1")), Decision):
                    doors.serve()
            case 2 if chance.random() < 0.1 and day < 27:
                day += 1
                doors.on(f"2026-11-{day}", "09:00")
                alive.clear()
            case _:
                who = chance.choice([None, "li", "wang", "zhao"])
                decision = doors.ask(who, chance.choice(["pooled", "police"]))
                assert isinstance(decision, Decision)
                for event in decision.events:
                    assert isinstance(event, TicketTaken)
                    alive[event.ticket] = (event.service, doors.at, who)
        assert doors.state.taken == Taken.of(alive.values())
    assert Counter(service for service, _at, _who in alive.values()) == {
        service: doors.state.taken.total(service) for service in doors.state.taken.times
    }


def test_appointments_keep_their_places() -> None:
    """T08: limits hold across kiosk, web and appointments: a place that is booked is not given to somebody else, the
    check-in takes it, a cancelled one is free."""
    doors = BookingHall.with_rules()
    limit_tax(doors, Limits(10, None, (segment("09:00", "10:00", 3),)))
    first, second = doors.book("li", "09:00"), doors.book("wang", "09:30")
    doors.book("zhao", "10:30")
    doors.clock("09:00")
    assert limits.remaining(doors.state, "tax", doors.at) == 1
    doors.ticket_of(doors.do(c.TakeTicket("tax", person=person("walker"))))
    assert limits.remaining(doors.state, "tax", doors.at) == 0
    full = doors.do(c.TakeTicket("tax", person=person("another")))
    assert isinstance(full, Refusal)
    assert (full.code, full.params["opens"], full.params["room"]) == ("limit.segment", "10:00", 6)
    doors.ticket_of(doors.check_in(first))
    assert limits.remaining(doors.state, "tax", doors.at) == 0
    doors.cancel(second)
    assert limits.remaining(doors.state, "tax", doors.at) == 1
    doors.clock("10:10")
    assert limits.remaining(doors.state, "tax", doors.at) == 7


def limit_tax(doors: BookingHall, rule: Limits) -> None:
    services = doors.state.layout.services
    services["tax"] = replace(services["tax"], limits=rule)
