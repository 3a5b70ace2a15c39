"""The windows of a played day: clerks who press the next key whenever they are free, and what happens at the window.

A clerk calls as long as somebody may be called, waits for who does not come, and goes home when the shift is over.
"""

from typing import Final

from msgspec.structs import replace

from hallctl.domain.commands import (
    ArrangeWindows,
    CallTicket,
    CloseWindow,
    FinishTicket,
    LapseRating,
    LoginClerk,
    LogoutClerk,
    MissTicket,
    OpenWindow,
    RateTicket,
    RecallTicket,
    RestoreTicket,
    StartTicket,
    TransferTicket,
)
from hallctl.domain.model import Desk, Stage
from hallctl.errors import Refusal
from hallctl.lab.course import Course
from hallctl.lab.script import MINUTE_MS, NEVER, Part, Shift, Switch, Visit

RATES_AFTER_MS: Final = 8_000
"""From the end of the service to the key on the rating pad."""

CALLS: Final = 3
"""A clerk calls so often before somebody is missed (requirements 4.4: after 3 calls)."""

AGAIN_MS: Final = 5_000
"""Before a clerk tries again what the hall has refused as too soon."""


class Counters:
    """All windows. `visits` says who holds a ticket; `idle` are windows that would call, the longest idle first."""

    def __init__(self, course: Course, visits: dict[str, Visit]) -> None:
        self.idle: dict[str, None] = {}
        self._course = course
        self._visits = visits
        self._calls: dict[str, int] = {}
        self._parts: dict[str, int] = {}
        self._ending: dict[str, bool] = {}
        self._retrying: set[str] = set()

    def offer(self) -> None:
        """Somebody has begun to wait: the window that has been idle longest calls, the next one where it may not."""
        state, fresh = self._course.state, self._course.fresh
        while fresh:
            queue = next(iter(fresh))
            del fresh[queue]
            for window in [window for window in self.idle if queue in state.plan(window).serves]:
                if self._call(window):
                    break

    # ------------------------------------------------------------ clerks

    def sit_down(self, shift: Shift) -> None:
        """A shift begins."""
        self._ending.pop(shift.window, None)
        if self._course.state.window(shift.window).state is Desk.CLOSED:
            self._course.do(LoginClerk(window=shift.window, clerk=shift.clerk), shift.clerk)
            self._course.do(OpenWindow(window=shift.window), shift.clerk)
            self._next(shift.window)

    def get_up(self, shift: Shift) -> None:
        """A shift ends. Who is at the window is served to the end; on a shift that serves out, so are all who wait."""
        if self._course.state.active(shift.window) is not None or shift.window not in self.idle:
            self._ending[shift.window] = shift.serve_out
        elif not (shift.serve_out and self._call(shift.window)):
            self._close(shift.window)

    def switch(self, switch: Switch) -> None:
        """The window calls others from its next call on."""
        plan = switch.plan
        if switch.services:
            plan = replace(self._course.state.layout.windows[switch.window], services=switch.services)
        self._course.do(ArrangeWindows(arrangements=((switch.window, plan),)), "supervisor")
        if switch.window in self.idle:
            self._call(switch.window)

    def _close(self, window: str) -> None:
        clerk = self._course.clerk(window)
        self._ending.pop(window, None)
        self.idle.pop(window, None)
        self._course.do(CloseWindow(window=window), clerk)
        self._course.do(LogoutClerk(window=window), clerk)

    def _next(self, window: str) -> None:
        """The window is free: it calls, stands idle, or closes where its shift is over."""
        if self._course.state.window(window).state is not Desk.OPEN:
            return
        serve_out = self._ending.get(window)
        if serve_out is not False and self._call(window):
            return
        if serve_out is None:
            self.idle[window] = None
        else:
            self._close(window)

    def _call(self, window: str) -> bool:
        """Press the next key; False where nobody may be called. Who may be called later is tried each minute."""
        course = self._course
        decision = course.do(CallTicket(window=window), self._course.clerk(window))
        if isinstance(decision, Refusal) or decision.ticket is None:
            serves = course.state.plan(window).serves
            if window not in self._retrying and any(map(course.state.waiting, serves)):
                self._retrying.add(window)
                course.later((course.now // MINUTE_MS + 1) * MINUTE_MS, self._retry, window)
            return False
        self.idle.pop(window, None)
        self._answer(window, decision.ticket)
        return True

    def _retry(self, window: str) -> None:
        self._retrying.discard(window)
        if window in self.idle:
            self._call(window)

    # ------------------------------------------------------------ at the window

    def _answer(self, window: str, ticket: str) -> None:
        """What the citizen does who is called."""
        visit, now, later = self._visits[ticket], self._course.now, self._course.later
        answered = self._calls.get(ticket, 0)
        self._calls[ticket] = answered + 1
        if answered < visit.absent:
            for call in range(1, CALLS):
                later(now + visit.absence_ms * call // CALLS, self._recall, window, ticket)
            later(now + visit.absence_ms, self._miss, window, ticket)
            return
        part = self._part(ticket)
        if visit.recalled:
            later(now + part.reach_ms // 2, self._recall, window, ticket)
        later(now + part.reach_ms, self._start, window)
        later(now + part.reach_ms + part.serve_ms, self._finish, window, ticket)

    def _part(self, ticket: str) -> Part:
        """The service that it comes for now; a step that the script does not know is as long as the last one."""
        parts = self._visits[ticket].parts
        return parts[min(self._parts.get(ticket, 0), len(parts) - 1)]

    def _recall(self, window: str, ticket: str) -> None:
        if self._course.stage(ticket) is Stage.CALLED:
            self._course.do(RecallTicket(window=window), self._course.clerk(window))

    def _miss(self, window: str, ticket: str) -> None:
        """Nobody came. Where the rules want more calls first, the clerk calls again."""
        course, visit = self._course, self._visits[ticket]
        decision = course.do(MissTicket(window=window), self._course.clerk(window))
        if isinstance(decision, Refusal):
            course.do(RecallTicket(window=window), self._course.clerk(window))
            course.later(course.now + AGAIN_MS, self._miss, window, ticket)
            return
        if visit.returns_ms is not None and visit.absent < NEVER:
            course.later(course.now + visit.returns_ms, self._return, ticket)
        self._rest(window, visit)

    def _return(self, ticket: str) -> None:
        """Somebody who was missed is back and asks the guide."""
        if self._course.stage(ticket) is Stage.MISSED:
            self._course.do(RestoreTicket(ticket=ticket), "guide")

    def _start(self, window: str) -> None:
        self._course.do(StartTicket(window=window), self._course.clerk(window))

    def _finish(self, window: str, ticket: str) -> None:
        """The service ends: the ticket goes on to its next one, or the citizen goes home and may rate."""
        course, visit, clerk = self._course, self._visits[ticket], self._course.clerk(window)
        done = self._parts[ticket] = self._parts.get(ticket, 0) + 1
        if done < len(visit.parts):
            course.do(TransferTicket(ticket=ticket, service=visit.parts[done].service, by=window), clerk)
        else:
            course.do(FinishTicket(window=window), clerk)
            if visit.level is not None:
                course.later(course.now + RATES_AFTER_MS, self._rate, window, ticket)
            else:
                course.later(course.now + course.state.layout.rating_s * 1000, self._lapse, ticket)
        self._rest(window, visit)

    def _rest(self, window: str, visit: Visit) -> None:
        if visit.rest_ms:
            self._course.later(self._course.now + visit.rest_ms, self._next, window)
        else:
            self._next(window)

    def _rate(self, window: str, ticket: str) -> None:
        level = self._visits[ticket].level
        if level is not None and self._course.state.asked.get(window) == ticket:
            self._course.do(RateTicket(window=window, ticket=ticket, level=level), "rating")

    def _lapse(self, ticket: str) -> None:
        if self._course.stage(ticket) is Stage.DONE:
            self._course.do(LapseRating(ticket=ticket), "timer")
