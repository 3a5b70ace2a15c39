"""A played day: clerks who never idle while somebody waits, the same journal for the same seed, sums that close."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hallctl.domain.model import Level, Priority, Stage
from hallctl.lab.case import of_profile, profile_of
from hallctl.lab.day import Day
from hallctl.lab.script import MINUTE_MS, NEVER, Part, Script, Shift, Switch
from hallctl.lab.setting import setting
from hallctl.store import journal
from tests.lab.days import NINE, layout, script, visit


def township(seed: int = 7) -> tuple[Day, Script]:
    """A market day of the township, to be played with its records."""
    case = of_profile(profile_of("township"), setting(["day=market"]))
    made = case.script(seed)
    return Day(case.layout, made, keep=True), made


def assert_nobody_waits_for_idle_window(day: Day) -> None:
    """Work conservation: whoever asks has nobody whom it may call."""
    for window in day.counters.idle:
        assert not any(map(day.state.waiting, day.state.plan(window).serves)), (window, day.course.now)


def test_no_window_idles_while_somebody_waits_for_it() -> None:
    case = of_profile(profile_of("township"), setting(["day=season", "tickets=240"]))
    for seed in (1, 2):
        Day(case.layout, case.script(seed), watch=assert_nobody_waits_for_idle_window).play()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 120),
            st.floats(0.1, 30),
            st.sampled_from([Priority.GREEN, Priority.NORMAL]),
            st.sampled_from([0, 1, NEVER]),
            st.booleans(),
        ),
        max_size=30,
    ),
    st.integers(1, 4),
)
def test_any_day_keeps_its_sums_and_nobody_idles(
    people: list[tuple[float, float, Priority, int, bool]], windows: int
) -> None:
    """Every ticket issued has one end; every window is free at the end."""
    visits = [
        replace(visit(at, serve, priority), absent=absent, absence_ms=90_000, returns_ms=60_000 if back else None)
        for at, serve, priority, absent, back in people
    ]
    day = Day(layout(windows), script(visits, windows), watch=assert_nobody_waits_for_idle_window)
    seen = day.play()
    assert len(seen.tickets) == len(people)
    assert all(t.stage in (Stage.DONE, Stage.MISSED, Stage.EXPIRED) for t in seen.tickets.values())
    assert not seen.refused
    assert all(window.ticket is None and window.clerk is None for window in day.state.windows.values())


def public_bytes(day: Day) -> bytes:
    """The journal's rows of the day, all columns but the salted ones of what is private."""
    rows, _head = journal.rows(day.records, journal.GENESIS)
    return msgspec.json.encode([columns[:8] for _statement, columns in rows])


def test_same_seed_same_journal() -> None:
    """To the byte; another seed is another day."""
    written = []
    for seed in (7, 7, 8):
        day, _made = township(seed)
        day.play()
        written.append(public_bytes(day))
    assert written[0] == written[1] != written[2]


def test_records_are_a_journal() -> None:
    """Gapless numbers, moments that never go back, the business day on each; T and its figures."""
    day, _made = township()
    day.play()
    assert [record.seq for record in day.records] == list(range(1, len(day.records) + 1))
    assert all(a.at <= b.at for a, b in zip(day.records, day.records[1:], strict=False))
    assert {record.day for record in day.records} == {"2026-11-23"}


def test_who_does_not_come_costs_the_window_three_calls() -> None:
    """One visit is never there: called, recalled twice, missed after 90 s; the next is called then."""
    absent = replace(visit(0), absent=NEVER, absence_ms=90_000)
    day = Day(layout(), script([absent, visit(1)]), keep=True)
    seen = day.play()
    first, second = seen.tickets.values()
    assert first.stage is Stage.MISSED
    assert first.calls == 3
    assert second.first_called_at == NINE + 90_000


def test_who_was_missed_comes_back_and_is_restored() -> None:
    back = replace(visit(0), absent=1, absence_ms=60_000, returns_ms=10 * MINUTE_MS)
    seen = Day(layout(), script([back])).play()
    (ticket,) = seen.tickets.values()
    assert ticket.stage is Stage.DONE
    assert ticket.started_at == NINE + 11 * MINUTE_MS


def test_patience_ends_while_waiting_only() -> None:
    """The second waits for eight minutes and has patience for five; the third for ten."""
    visits = [
        visit(0, serve_min=8),
        replace(visit(0.1), patience_ms=5 * MINUTE_MS),
        replace(visit(0.2), patience_ms=10 * MINUTE_MS),
    ]
    seen = Day(layout(), script(visits)).play()
    assert [ticket.stage for ticket in seen.tickets.values()] == [Stage.DONE, Stage.CANCELLED, Stage.DONE]


def test_shift_ends_after_the_citizen_who_is_there() -> None:
    """At noon the one at the window is served to the end; the next waits until the window is staffed again."""
    whole = script([visit(0, serve_min=20), visit(1)], until_min=10)
    noon, later = NINE + 10 * MINUTE_MS, NINE + 60 * MINUTE_MS
    shifts = (Shift("1", "a", NINE, noon), Shift("1", "b", later, later + 30 * MINUTE_MS, True))
    seen = Day(layout(), replace(whole, shifts=shifts, closes_at=shifts[1].ends)).play()
    first, second = seen.tickets.values()
    assert first.ended_at == NINE + 20 * MINUTE_MS
    assert second.first_called_at == later
    assert (first.clerk, second.clerk) == ("a", "b")


def test_last_shift_serves_out_whoever_waits() -> None:
    """延时: two wait at closing, both are served; without serving out both expire."""
    visits = [visit(0, serve_min=20), visit(1), visit(2)]
    stages = []
    for serve_out in (True, False):
        seen = Day(layout(), script(visits, until_min=10, serve_out=serve_out)).play()
        stages.append([ticket.stage for ticket in seen.tickets.values()])
    assert stages == [[Stage.DONE] * 3, [Stage.DONE, Stage.EXPIRED, Stage.EXPIRED]]


def test_window_is_switched_while_the_day_runs() -> None:
    """C13: from nine thirty on window 6 calls the pooled queue too; who waited for nobody is called at once."""
    case = of_profile(profile_of("township"), setting([]))
    half_past = NINE + 30 * MINUTE_MS
    made = script([visit(0, service="general")], until_min=60)
    made = replace(made, shifts=(Shift("6", "a", NINE, made.closes_at, True),),
                   switches=(Switch(half_past, "6", ("issue", "general")),))  # fmt: skip
    seen = Day(case.layout, made).play()
    (ticket,) = seen.tickets.values()
    assert ticket.first_called_at == half_past
    assert ticket.window == "6"


def test_visit_of_two_services_is_sent_on() -> None:
    """C08: the second service is that of the second part, and the take time stays."""
    case = of_profile(profile_of("township"), setting([]))
    parts = (Part("consult", 0, 2 * MINUTE_MS), Part("household", 0, 3 * MINUTE_MS))
    made = script([replace(visit(0), parts=parts)], until_min=60)
    made = replace(made, shifts=(Shift("1", "a", NINE, made.closes_at), Shift("5", "b", NINE, made.closes_at)))
    (ticket,) = Day(case.layout, made).play().tickets.values()
    assert (ticket.queue, ticket.window, ticket.stage) == ("household", "5", Stage.DONE)
    assert ticket.ended_at == NINE + 5 * MINUTE_MS
    assert ticket.taken_at == NINE


def test_rating_is_given_or_lapses() -> None:
    """E02: one asks, one rates; nobody is asked for ever."""
    visits = [replace(visit(0), level=Level.SATISFIED), visit(30)]
    first, second = Day(layout(), script(visits)).play().tickets.values()
    assert (first.level, second.level) == (Level.SATISFIED, None)
    assert (first.rating.value, second.rating.value) == ("rated", "lapsed")
