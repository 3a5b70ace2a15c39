"""One day of a hall, played from a script: citizens come, check in, wait, leave; `counters` are the windows.

What the hall does with that is the domain's: nothing in this room knows a rule of the queue.
"""

from collections.abc import Callable
from typing import Final

from hallctl.domain.booking_commands import BookAppointment, CheckInAppointment, Wish
from hallctl.domain.commands import CancelTicket, CloseDay, Command, OpenDay, TakeTicket
from hallctl.domain.decision import Decision
from hallctl.domain.events import Record
from hallctl.domain.layout import Layout
from hallctl.domain.model import Account, Stage
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from hallctl.lab.counters import Counters
from hallctl.lab.course import Course
from hallctl.lab.observation import Observation
from hallctl.lab.script import MINUTE_MS, Script, Visit

DOOR_MS: Final = 60 * MINUTE_MS
"""So long somebody waits for the doors to open."""

LATEST_MS: Final = 8 * 60 * MINUTE_MS
"""After closing a day ends so much later at the latest, though people wait: nobody sits at their windows."""


class Day:
    """A hall that plays one script. With `keep` its records are kept; `watch` sees it after each moment, `taken` with
    the ticket when one has just been taken, before anybody is called."""

    def __init__(
        self,
        layout: Layout,
        script: Script,
        *,
        keep: bool = False,
        watch: Callable[["Day"], None] | None = None,
        taken: Callable[["Day", str], None] | None = None,
    ) -> None:
        clerks = dict.fromkeys(shift.clerk for shift in script.shifts)
        accounts = {clerk: Account(clerk, clerk, ("window",)) for clerk in clerks}
        self.course = Course(HallState(layout=layout, accounts=accounts), script.opens_at, keep)
        self.script = script
        self._visits: dict[str, Visit] = {}
        self.counters = Counters(self.course, self._visits)
        self._watch = watch
        self._taken = taken

    @property
    def state(self) -> HallState:
        """The hall."""
        return self.course.state

    @property
    def records(self) -> list[Record]:
        """What has happened, if it was to be kept."""
        return self.course.records

    def play(self) -> Observation:
        """The whole day, from its opening to its end."""
        course, counters, script = self.course, self.counters, self.script
        course.do(OpenDay(day=script.day), "timer")
        for number, visit in enumerate(script.visits):
            course.later(visit.at, self._arrive, visit, self._book(visit, number))
        for switch in script.switches:
            course.later(switch.at, counters.switch, switch)
        for shift in script.shifts:
            course.later(shift.begins, counters.sit_down, shift)
            course.later(shift.ends, counters.get_up, shift)
        for last_of_moment in course.steps(script.closes_at + LATEST_MS):
            counters.offer()
            if last_of_moment and self._watch is not None:
                self._watch(self)
        course.now = max(course.now, script.closes_at)
        course.do(CloseDay(), "timer")
        course.seen.end(course.now)
        return course.seen

    def _book(self, visit: Visit, number: int) -> str | None:
        """The code of the appointment, booked before the doors open; None without a slot, or if that has no place."""
        if visit.slot is None:
            return None
        code = f"{number:06d}"
        wish = Wish(service=visit.parts[0].service, start=visit.slot, codes=(code,), phone=f"lab {number}")
        decision = self.course.do(BookAppointment(wish=wish, source="lab"), "lab")
        return code if isinstance(decision, Decision) else None

    def _arrive(self, visit: Visit, code: str | None) -> None:
        """Check in or take a number. Who comes a little too early waits at the door; who may have none goes home."""
        course = self.course
        decision = course.do(self._wanted(visit, code), "kiosk")
        if isinstance(decision, Refusal):
            opens_at = decision.params.get("opens_at")
            if isinstance(opens_at, int) and course.now < opens_at <= course.now + DOOR_MS:
                course.seen.refused[decision.code] -= 1
                course.later(opens_at, self._arrive, visit, code)
            return
        if decision.ticket is None:
            return
        self._visits[decision.ticket] = visit
        course.seen.agents += visit.agent
        if self._taken is not None:
            self._taken(self, decision.ticket)
        if visit.patience_ms is not None:
            course.later(course.now + visit.patience_ms, self._leave, decision.ticket)

    def _wanted(self, visit: Visit, code: str | None) -> Command:
        """A service that wants an identity gets a ticket from the staff: nobody has a card in the lab."""
        if code is not None:
            return CheckInAppointment(code=code)
        name = visit.parts[0].service
        service = self.state.layout.services.get(name)
        reason = "lab" if service is not None and service.identity == "required" else None
        return TakeTicket(service=name, priority=visit.priority, reason=reason, override=reason is not None)

    def _leave(self, ticket: str) -> None:
        """The patience is over: who still waits goes."""
        if self.course.stage(ticket) is Stage.WAITING:
            self.course.do(CancelTicket(ticket=ticket, reason="left"), "kiosk")
