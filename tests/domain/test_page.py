"""Scanned pages in the domain (H05): whose they are, what may be done with them, when they go."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hallctl.domain import commands as c
from hallctl.domain import page_commands as g
from hallctl.domain.decision import Decision
from hallctl.domain.effects import ErasePages, effects
from hallctl.domain.model import Stage
from hallctl.domain.page import DAY_MS, MEGABYTE, ScanRules
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from tests.domain.halls import LAYOUT, MemoryHall, copy_of

SIZE = 100_000
DIGEST = "d" * 64


def scanned(number: int, size: int = SIZE, window: str = "1", ticket: str | None = None) -> g.ScanPage:
    return g.ScanPage(window, f"{number:032x}", size, 1000, 1400, 200, DIGEST, ticket)


def serving(rules: ScanRules | None = None) -> MemoryHall:
    """A hall whose window 1 serves a ticket."""
    hall = MemoryHall(HallState(layout=replace(LAYOUT, scans=rules or ScanRules()))).open("1")
    hall.ticket_in(Stage.SERVING)
    return hall


def refused(hall: MemoryHall, command: c.Command) -> str:
    before = copy_of(hall.state)
    answer = hall.do(command)
    assert isinstance(answer, Refusal), answer
    assert all(answer.sentence(language) for language in ("zh", "en"))
    assert copy_of(hall.state) == before
    return answer.code


def order(hall: MemoryHall) -> list[int]:
    [scan] = hall.state.scans.values()
    return [int(page.id, 16) for page in scan.pages]


def erased(hall: MemoryHall, since: int = 0) -> list[str]:
    """Pages whose files are to be deleted because of the records after `since`."""
    made = [effect for record in hall.records[since:] for effect in effects(hall.state, record)]
    return [page for effect in made if isinstance(effect, ErasePages) for page in effect.pages]


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{number:032x}" for number in numbers)


def test_h05_pages_belong_to_the_ticket_that_is_served() -> None:
    hall = MemoryHall().open("1", "2")
    ticket = hall.ticket_in(Stage.CALLED)
    assert refused(hall, scanned(1)) == "ticket.not_serving"
    hall.must(c.StartTicket("1"))
    assert refused(hall, scanned(1, window="2")) == "window.no_ticket"
    assert refused(hall, scanned(1, ticket="20261123-A999")) == "page.other_ticket"
    hall.must(scanned(1, ticket=ticket.id))
    assert hall.state.scans[ticket.id].label == ticket.label
    assert refused(hall, g.RemovePage("2", *ids(1))) == "window.no_ticket"


def test_h05_pages_go_with_the_ticket_to_the_next_window() -> None:
    hall = MemoryHall().open("1", "2")
    ticket = hall.ticket_in(Stage.SERVING)
    hall.must(scanned(1))
    hall.must(c.TransferTicket(ticket.id, window="2"))
    assert refused(hall, g.FinishPages("1")) == "window.no_ticket"
    hall.must(c.CallTicket("2"))
    hall.must(c.StartTicket("2"))
    hall.must(scanned(2, window="2"))
    hall.must(g.FinishPages("2"))
    assert order(hall) == [1, 2]


def test_a_page_is_taken_out_and_put_back_to_its_place() -> None:
    """Nothing is lost by a wrong key: until the pages are finished."""
    hall = serving()
    for number in (1, 2, 3):
        hall.must(scanned(number))
    hall.must(g.RemovePage("1", *ids(2)))
    assert order(hall) == [1, 3]
    assert refused(hall, g.RemovePage("1", *ids(2))) == "page.unknown"
    hall.must(g.RestorePage("1", *ids(2)))
    assert order(hall) == [1, 2, 3]
    assert refused(hall, g.RestorePage("1", *ids(2))) == "page.unknown"
    assert erased(hall) == []


def test_pages_are_arranged_all_or_none() -> None:
    hall = serving()
    for number in (1, 2, 3):
        hall.must(scanned(number))
    hall.must(g.ArrangePages("1", ids(3, 1, 2)))
    assert order(hall) == [3, 1, 2]
    for wrong in (ids(3, 1), ids(3, 1, 1), ids(3, 1, 4), ids(3, 1, 2, 2), ()):
        assert refused(hall, g.ArrangePages("1", wrong)) == "page.other_pages"
    seq = hall.state.seq
    hall.must(g.ArrangePages("1", ids(3, 1, 2)))
    assert hall.state.seq == seq


def test_finishing_lets_the_removed_go_and_a_later_change_opens_again() -> None:
    hall = serving()
    assert refused(hall, g.FinishPages("1")) == "page.none"
    hall.must(scanned(1))
    hall.must(scanned(2))
    hall.must(g.RemovePage("1", *ids(1)))
    assert refused(hall, g.OfferPages("1")) == "page.not_finished"
    hall.must(g.FinishPages("1"))
    assert erased(hall) == list(ids(1))
    [scan] = hall.state.scans.values()
    assert (scan.finished_at, scan.removed) == (hall.at, ())
    assert refused(hall, g.RestorePage("1", *ids(1))) == "page.unknown"
    seq = hall.state.seq
    hall.must(g.FinishPages("1"))
    assert hall.state.seq == seq, "finished already"
    hall.must(g.OfferPages("1"))
    hall.must(scanned(3))
    assert refused(hall, g.OfferPages("1")) == "page.not_finished"


def test_o05_a_manager_looks_and_fetches_on_the_record() -> None:
    hall = serving()
    hall.must(scanned(1))
    [ticket] = hall.state.scans
    hall.do(g.ShowPage(ticket, *ids(1)), "clerk:boss")
    assert (hall.records[-1].event.TYPE, hall.records[-1].actor) == ("page.shown", "clerk:boss")
    hall.must(g.FinishPages("1"))
    hall.do(g.OfferPages(None, ticket), "clerk:boss")
    assert (hall.records[-1].event.TYPE, hall.records[-1].actor) == ("page.offered", "clerk:boss")
    assert refused(hall, g.ShowPage(ticket, *ids(9))) == "page.unknown"
    assert refused(hall, g.ShowPage("nobody", *ids(1))) == "page.unknown"
    assert refused(hall, g.OfferPages(None, "nobody")) == "page.none"


def test_one_ticket_has_so_many_pages_and_bytes_and_no_more() -> None:
    hall = serving(ScanRules(max_pages=2, max_bytes=MEGABYTE))
    hall.must(scanned(1))
    assert refused(hall, scanned(2, MEGABYTE)) == "page.too_much"
    hall.must(scanned(2))
    assert refused(hall, scanned(3)) == "page.too_many"
    hall.must(g.RemovePage("1", *ids(1)))
    hall.must(scanned(3))
    assert refused(hall, g.RestorePage("1", *ids(1))) == "page.too_many"
    hall.must(g.RemovePage("1", *ids(2)))
    assert refused(hall, scanned(4, MEGABYTE - 3 * SIZE + 1)) == "page.too_much", "removed pages have files"


@pytest.mark.parametrize("finished", [True, False])
def test_o04_pages_go_after_the_days_of_the_rule(finished: bool) -> None:
    """O04: never while somebody is served; a command that comes too early does nothing."""
    hall = serving()
    hall.must(scanned(1))
    [ticket] = hall.state.scans
    if finished:
        hall.must(g.FinishPages("1"))
    expire = g.ExpirePages(ticket, "old")
    hall.at += 30 * DAY_MS
    hall.must(expire)
    assert ticket in hall.state.scans, "somebody sits at the window"
    hall.at -= 30 * DAY_MS
    hall.must(c.FinishTicket("1"))
    hall.at += 3 * DAY_MS - 1
    hall.must(expire)
    assert ticket in hall.state.scans
    hall.at += 1
    hall.must(expire)
    assert hall.state.scans == {}
    assert erased(hall) == list(ids(1))
    assert hall.do(expire) == Decision(())


def test_pages_that_lost_their_files_are_let_go_and_the_others_stay() -> None:
    hall = serving()
    for number in (1, 2):
        hall.must(scanned(number))
    hall.must(g.RemovePage("1", *ids(2)))
    [ticket] = hall.state.scans
    hall.must(g.ExpirePages(ticket, "lost", ids(2, 7)))
    assert order(hall) == [1]
    hall.must(g.ExpirePages(ticket, "lost", ids(1)))
    assert hall.state.scans == {}


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("end", [c.CancelTicket, c.CloseDay])
def test_what_was_never_finished_goes_with_a_ticket_that_is_cancelled_or_expires(end: type, finished: bool) -> None:
    hall = serving()
    hall.must(scanned(1))
    [ticket] = hall.state.scans
    if finished:
        hall.must(g.FinishPages("1"))
    hall.must(c.HoldTicket("1"))
    hall.must(end(ticket) if end is c.CancelTicket else c.CloseDay())
    assert (ticket in hall.state.scans) == finished
    assert erased(hall) == ([] if finished else list(ids(1)))


class Pages(RuleBasedStateMachine):
    """Random histories: what is kept and what was to be erased are together all that was ever scanned."""

    @initialize()
    def begin(self) -> None:
        self.hall = MemoryHall(HallState(layout=replace(LAYOUT, scans=ScanRules(max_pages=4)))).open("1", "2")
        self.made: list[str] = []

    @rule(window=st.sampled_from(["1", "2"]), step=st.integers(0, 7))
    def serve(self, window: str, step: int) -> None:
        self.hall.take()
        active = self.hall.state.active(window)
        commands = [
            c.CallTicket(window), c.StartTicket(window), c.StartTicket(window), c.FinishTicket(window),
            c.HoldTicket(window), c.CancelTicket(active.id if active else "x"),
            c.TransferTicket(active.id if active else "x", service="pooled"), c.CallTicket(window),
        ]  # fmt: skip
        self.hall.do(commands[step])

    @rule(window=st.sampled_from(["1", "2"]))
    def scan(self, window: str) -> None:
        command = scanned(len(self.made), window=window)
        if isinstance(self.hall.do(command), Decision):
            self.made.append(command.page)

    @rule(window=st.sampled_from(["1", "2"]), which=st.integers(0, 5), step=st.integers(0, 3))
    def edit(self, window: str, which: int, step: int) -> None:
        active = self.hall.state.active(window)
        scan = self.hall.state.scans.get(active.id) if active else None
        kept = scan.kept if scan else ()
        page = kept[which % len(kept)].id if kept else "0" * 32
        turned = tuple(page.id for page in reversed(scan.pages)) if scan else ()
        commands = [
            g.RemovePage(window, page), g.RestorePage(window, page), g.ArrangePages(window, turned),
            g.FinishPages(window),
        ]  # fmt: skip
        self.hall.do(commands[step])

    @rule(days=st.integers(0, 4))
    def pass_time(self, days: int) -> None:
        self.hall.at += days * DAY_MS
        for ticket in list(self.hall.state.scans):
            self.hall.do(g.ExpirePages(ticket, "old"))

    @rule(which=st.integers(0, 3))
    def end_day(self, which: int) -> None:
        if which == 0:
            self.hall.do(c.CloseDay())
            self.hall.do(c.OpenDay("2026-11-23"))

    @invariant()
    def each_page_is_kept_or_erased_and_never_both(self) -> None:
        kept = [page.id for scan in self.hall.state.scans.values() for page in scan.kept]
        assert sorted(kept + erased(self.hall)) == sorted(self.made)


TestPages = Pages.TestCase
TestPages.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
