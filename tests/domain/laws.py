"""What must hold of every hall at every moment, whatever is done with it."""

from collections import Counter

from hypothesis.stateful import RuleBasedStateMachine, invariant

from hallctl.domain import events as e
from hallctl.domain.apply import apply
from hallctl.domain.model import ACTIVE, OPEN, Stage
from hallctl.domain.release import clerk_is_there, window_is_there
from hallctl.domain.state import HallState
from tests.domain.halls import MemoryHall, copy_of


class Laws(RuleBasedStateMachine):
    """A hall and its laws; `left_out` are (day, number) of labels that somebody had kept from the day before."""

    def __init__(self) -> None:
        super().__init__()
        self.hall = MemoryHall()
        self.left_out: set[tuple[str, int]] = set()

    @invariant()
    def at_most_one_active_ticket_per_window(self) -> None:
        state = self.hall.state
        active = [ticket for ticket in state.tickets.values() if ticket.stage in ACTIVE]
        assert len({ticket.window for ticket in active}) == len(active)
        for ticket in active:
            assert state.window(str(ticket.window)).ticket == ticket.id
        for window in state.windows.values():
            if window.ticket is not None:
                assert state.tickets[window.ticket].stage in ACTIVE

    @invariant()
    def each_waiting_ticket_stands_in_one_lane(self) -> None:
        state = self.hall.state
        lanes = [lane for classes in state.lanes.values() for lane in classes.values()]
        standing = Counter(entry[2] for lane in lanes for entry in lane)
        waiting = {ticket.id for ticket in state.tickets.values() if ticket.stage is Stage.WAITING}
        assert set(standing) == waiting
        assert all(count == 1 for count in standing.values())
        for lane in lanes:
            assert list(lane) == sorted(lane)

    @invariant()
    def numbers_are_unique_and_left_out_only_where_told(self) -> None:
        """T01: from 1 on each day, by one, but where numbers were skipped."""
        last: dict[str, int] = {}
        for record in self.hall.records:
            event = record.event
            if isinstance(event, e.DayOpened) and event.fresh:
                last = {}
            elif isinstance(event, e.TicketTaken):
                for number in range(last.get(event.service, 0) + 1, event.number):
                    assert (str(record.day), number) in self.left_out
                assert event.number > last.get(event.service, 0)
                last[event.service] = event.number
            elif isinstance(event, e.NumbersSkipped):
                assert last.get(event.service, 0) < event.number <= last.get(event.service, 0) + 999
                last[event.service] = event.number

    @invariant()
    def stages_add_up_to_the_issued(self) -> None:
        """Each ticket is in exactly one stage: live, or gone with a final one."""
        taken = sum(1 for record in self.hall.records if isinstance(record.event, e.TicketTaken))
        gone = sum(1 for r in self.hall.records if isinstance(r.event, e.TicketCancelled | e.TicketExpired))
        finished = sum(1 for record in self.hall.records if isinstance(record.event, e.TicketFinished))
        live = sum(1 for ticket in self.hall.state.tickets.values() if ticket.stage in OPEN)
        missed_and_left = taken - gone - finished - live
        assert 0 <= missed_and_left <= sum(1 for r in self.hall.records if isinstance(r.event, e.TicketMissed))

    @invariant()
    def no_figure_is_negative(self) -> None:
        """O08: steps of the clock make no negative wait; what is undone or restored was counted before."""
        for tally in self.hall.state.tallies.values():
            assert min(tally.wait_sum_ms, tally.serve_mean_ms, tally.calls, tally.called, tally.streak) >= 0
            assert min(tally.done, tally.missed, tally.cancelled, tally.expired) >= 0

    @invariant()
    def missed_are_those_who_stayed_away(self) -> None:
        """C14: missed is one figure, expired another; nobody is in both."""
        state = self.hall.state
        missed = Counter(ticket.queue for ticket in state.tickets.values() if ticket.stage is Stage.MISSED)
        assert {name: tally.missed for name, tally in state.tallies.items() if tally.missed} == dict(missed)

    @invariant()
    def nobody_waits_for_one_who_is_not_there(self) -> None:
        """C08: what is meant for one window or clerk can be called there, now or after a pause."""
        state = self.hall.state
        for ticket in state.targeted():
            assert ticket.target is None or window_is_there(state, ticket.target)
            assert ticket.for_clerk is None or clerk_is_there(state, ticket.for_clerk)

    @invariant()
    def nobody_waits_while_the_day_is_closed(self) -> None:
        """C14: after the close nobody is kept waiting for a call that does not come."""
        state = self.hall.state
        assert state.day is not None or not any(t.stage is Stage.WAITING for t in state.tickets.values())

    @invariant()
    def labels_are_unique(self) -> None:
        """C09, T01: at no moment two open tickets have the same label, whatever day they are of."""
        labels = [ticket.label for ticket in self.hall.state.tickets.values() if ticket.stage in OPEN]
        assert len(set(labels)) == len(labels)

    def teardown(self) -> None:
        """A replay of the journal gives the live state."""
        replayed = HallState(layout=self.hall.state.layout)
        for record in self.hall.records:
            apply(replayed, record)
        assert copy_of(replayed) == copy_of(self.hall.state)
