"""Slips on their way to paper: at which printer each comes out, and how the hall is told what became of it.

A slip is begun, durably, before its first byte is sent. Until then it may go anywhere: to the kiosk's own printer, else
to those of the kiosks that it is rerouted to. From then on it stays: a second one without 补打 must never come out.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.devices.contract import Slip
from hallctl.devices.manager import Manager
from hallctl.domain.commands import BeginSlip, Command, ConfirmSlip, DoubtSlip, FailSlip
from hallctl.domain.decision import BLOCKING, printer_refusal
from hallctl.domain.effects import PrintSlip
from hallctl.domain.model import Ticket
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import Tasks
from hallctl.errors import DeviceFault, Refusal, StoreError

log = structlog.get_logger()

RETRY_S: Final = 1.0
"""Pause before a slip whose beginning or end could not be made durable is tried again."""


@dataclass(slots=True, eq=False)
class Errand:
    """One copy on its way: where it is being tried now, and the printers that failed before it was begun."""

    effect: PrintSlip
    slip: Slip
    kiosk: str = ""
    device: str = ""
    begun: bool = False
    due: bool = True
    failed: dict[str, str] = field(default_factory=dict)
    attempt: "asyncio.Task[Any] | None" = None


class Spooler:
    """Prints slips. `lay_out(ticket, copy)` makes them."""

    def __init__(self, hall: Hall, manager: Manager, clock: Clock, lay_out: Callable[[Ticket, int], Slip]) -> None:
        self._hall = hall
        self._manager = manager
        self._clock = clock
        self._lay_out = lay_out
        self._tasks = Tasks("spooler")
        self._under_way: set[Errand] = set()
        self._finishing = False

    def put(self, effect: PrintSlip) -> None:
        """Print the copy; the hall is told how that ended."""
        ticket = self._hall.hub.state.tickets.get(effect.ticket)
        if ticket is not None:
            self._tasks.start(self._print(Errand(effect, self._lay_out(ticket, effect.copy))))

    def route(self) -> None:
        """What is known of a printer has changed: slips not begun that wait for one which cannot print go where one
        can."""
        for errand in self._under_way:
            place = self._next(errand)
            waits = not errand.begun and printer_refusal(self._hall.hub.state, errand.device) is not None
            if waits and place is not None and place[1] != errand.device and errand.attempt is not None:
                errand.attempt.cancel()

    def finish(self) -> None:
        """The daemon ends: what was not begun stays queued, for the next start."""
        self._finishing = True

    async def stop(self) -> None:
        """Wait briefly for what is under way."""
        await self._tasks.stop()

    # ------------------------------------------------------------ one slip

    async def _print(self, errand: Errand) -> None:
        """Try one printer after the other until it is begun at one; silence is never told as success."""
        while (place := self._next(errand)) is not None:
            errand.kiosk, errand.device = place
            if await self._settled(errand):
                return
        device, fault = next(iter(errand.failed.items()), (None, "slip.no_printer"))
        await self._tell(errand, FailSlip(errand.effect.ticket, device, fault, errand.effect.copy))

    def _next(self, errand: Errand) -> tuple[str, str] | None:
        """(kiosk, device) to try: the first that is known to be able to print; while none is and none has failed yet,
        the kiosk's own, which may come back in time."""
        state = self._hall.hub.state
        printers = state.layout.printers(errand.effect.kiosk)
        left = [place for place in printers.items() if place[1] not in errand.failed]
        able = (place for place in left if printer_refusal(state, place[1]) is None)
        return next(able, left[0] if left and not errand.failed else None)

    async def _settled(self, errand: Errand) -> bool:
        """Whether nothing more is to be done for the copy; False: it was not begun at this printer."""
        fault = await self._attempt(errand)
        ticket, copy = errand.effect.ticket, errand.effect.copy
        outcome: Command
        if fault is None:
            outcome = ConfirmSlip(ticket, errand.device, copy)
        elif not errand.begun:
            return self._finishing or not errand.due
        elif fault.code in BLOCKING:
            outcome = FailSlip(ticket, errand.device, fault.code, copy)
        else:
            outcome = DoubtSlip(ticket, errand.device, fault.code, copy)
        await self._tell(errand, outcome)
        return True

    async def _attempt(self, errand: Errand) -> DeviceFault | None:
        """The fault with which the attempt at ``errand.device`` ended; ``device.busy`` where another printer was found
        to be better."""
        work = self._manager.run(
            errand.device,
            lambda driver: driver.print_slip(errand.slip, lambda: self._begin(errand)),
            until=errand.effect.until,
        )
        errand.attempt = attempt = asyncio.create_task(work, name=f"slip {errand.effect.ticket}")
        self._under_way.add(errand)
        try:
            await asyncio.wait({attempt})
        finally:
            attempt.cancel()
            self._under_way.discard(errand)
        if attempt.cancelled():
            return DeviceFault("device.busy")
        fault = attempt.exception()
        if fault is not None and not isinstance(fault, DeviceFault):
            raise fault
        if fault is not None and not errand.begun:
            await self._not_begun(errand, fault)
        return fault

    async def _not_begun(self, errand: Errand, fault: DeviceFault) -> None:
        """This printer is out of the question; where the store was, it is asked again soon."""
        if isinstance(fault.__cause__, StoreError):
            if not self._lasts(errand):
                errand.due = False
            await asyncio.sleep(RETRY_S)
        else:
            errand.failed[errand.device] = fault.code

    async def _begin(self, errand: Errand) -> None:
        """The printer is about to get the first byte. Raises DeviceFault: it must not."""
        if errand.attempt is None or errand.attempt.cancelling():
            raise DeviceFault("device.busy", detail="the slip goes to another printer")
        errand.begun = True  # before anything is awaited: from now on it does not move any more
        command = BeginSlip(errand.effect.ticket, errand.device, errand.kiosk, errand.effect.copy)
        try:
            answer = await self._hall.execute(command, f"device:{errand.device}")
        except StoreError as error:
            errand.begun = False
            raise DeviceFault("device.refused", detail="the beginning could not be made durable") from error
        if isinstance(answer, Refusal):
            errand.begun = errand.due = False
            raise DeviceFault("device.refused", detail="the slip is not due any more")

    async def _tell(self, errand: Errand, outcome: Command) -> None:
        """Tell the hall, as long as it is of use."""
        actor = f"device:{errand.device}" if errand.device else "printer"
        while True:
            try:
                await self._hall.execute(outcome, actor)
            except StoreError as error:
                log.warning("outcome.lost", command=type(outcome).__name__, code=error.code)
            else:
                return
            if not self._lasts(errand):
                return
            await asyncio.sleep(RETRY_S)

    def _lasts(self, errand: Errand) -> bool:
        return not self._finishing and self._clock.now() < errand.effect.until
