"""Signals in: a key, a card, a paper-out become the same commands as a tap on a page (design: many doors, one path)."""

from collections.abc import Callable
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.devices import contract as c
from hallctl.devices.manager import Manager
from hallctl.domain import commands as cmd
from hallctl.domain.model import Level, Stage
from hallctl.domain.state import HallState
from hallctl.engine.cards import Cards
from hallctl.engine.codes import Codes
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import Tasks
from hallctl.errors import DeviceFault, Refusal, StoreError

log = structlog.get_logger()

PAD_PAUSE: Final = "暂停"
"""The reason of a pause from a pad, which cannot give one."""


class Inbox:
    """Turns signals and link states into commands; a refusal is shown on the pad, a defect is logged."""

    def __init__(
        self, hall: Hall, manager: Manager, cards: Cards, codes: Codes, config: HallConfig, clock: Clock
    ) -> None:
        self._hall = hall
        self._manager = manager
        self._cards = cards
        self._codes = codes
        self._clock = clock
        self._labels = {window.id: window.label or window.id for window in config.windows}
        self._tasks = Tasks("inbox")

    def signal(self, device: str, signal: c.Signal) -> None:
        """A device tells something."""
        _SIGNALS[type(signal)](self, device, signal)

    def state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        """A device's link or its own faults have changed."""
        self._tasks.start(self._execute(cmd.ReportDevice(device, state, faults), device))

    async def stop(self) -> None:
        """Wait for what is under way."""
        await self._tasks.stop()

    # ------------------------------------------------------------ signals

    def _pad(self, device: str, key: c.PadKey) -> None:
        self._tasks.start(self._press(device, key))

    async def _press(self, device: str, key: c.PadKey) -> None:
        """A clerk's key: execute it, and tell the pad whether it was accepted."""
        window = self._manager.place_of(device, key.unit)
        make = PAD_ACTIONS.get(key.action)
        command = make(self._hall.hub.state, window, key.digits) if window and make else None
        accepted = command is not None and await self._execute(command, device)
        if not accepted:
            log.info("pad.refused", device=device, unit=key.unit, action=key.action)
        try:
            await self._manager.run(
                device, lambda driver: driver.confirm(key.unit, accepted), until=self._clock.now() + 2000
            )
        except DeviceFault as fault:
            log.debug("pad.silent", device=device, code=fault.code)

    def _rating(self, device: str, key: c.RatingKey) -> None:
        window = self._manager.place_of(device, key.unit)
        if window is None or key.level is None:
            log.warning("rating.unknown_key", device=device, unit=key.unit)
            return
        self._tasks.start(self._execute(cmd.RateTicket(window, Level(key.level), raw=key.raw), device))

    def _card(self, device: str, card: c.CardSeen) -> None:
        kiosk = self._manager.kiosk_of(device)
        if kiosk is not None:
            self._cards.seen(kiosk, card)

    def _card_failed(self, device: str, failure: c.CardFailed) -> None:
        kiosk = self._manager.kiosk_of(device)
        if kiosk is not None:
            self._cards.failed(kiosk, failure.code)

    def _code(self, device: str, code: c.CodeSeen) -> None:
        kiosk = self._manager.kiosk_of(device)
        if kiosk is not None:
            self._codes.seen(kiosk, code)

    def _spoken(self, _device: str, spoken: c.Spoken) -> None:
        """A call is being spoken: boards and kiosks show it in words at the same moment (V03)."""
        call = spoken.announcement
        if not call.ticket:
            return  # an emergency's notice: every page shows it by itself
        params = {
            "zone": call.zone,
            "ticket": call.ticket,
            "label": call.label,
            "window": call.window,
            "window_label": self._labels.get(call.window, call.window),
            "text": call.text,
            "text_en": call.text_en,
            "clip": spoken.clip,
        }
        self._hall.hub.notify("hall.caption", params, lambda to: to.role in {"board", "kiosk"})

    # ------------------------------------------------------------ running

    async def _execute(self, command: cmd.Command, device: str) -> bool:
        try:
            answer = await self._hall.execute(command, f"device:{device}")
        except StoreError as error:
            log.error("signal.lost", device=device, command=type(command).__name__, code=error.code)
            return False
        if isinstance(answer, Refusal):
            log.info("signal.refused", device=device, command=type(command).__name__, code=answer.code)
            return False
        return True


def _call_number(state: HallState, window: str, digits: str) -> cmd.Command | None:
    """Digits before CALL name a number of the window's queues; none mean the next."""
    if not digits:
        return cmd.CallTicket(window)
    plan = state.plan(window) if window in state.layout.windows else None
    for ticket in state.tickets.values():
        if (
            plan is not None
            and ticket.stage is Stage.WAITING
            and ticket.number == int(digits)
            and ticket.queue in plan.serves
        ):
            return cmd.CallTicket(window, ticket.id, "按键指定叫号")
    return None


def _resume(state: HallState, window: str, _digits: str) -> cmd.Command | None:
    """The latest held ticket of the window or of its clerk."""
    clerk = state.window(window).clerk
    held = [t for t in state.tickets.values() if t.stage is Stage.HELD and (t.window == window or t.clerk == clerk)]
    latest = max(held, key=lambda ticket: ticket.held_at or 0, default=None)
    return cmd.ResumeTicket(window, latest.id) if latest else None


def _transfer(state: HallState, window: str, digits: str) -> cmd.Command | None:
    """Digits name the window to transfer to."""
    active = state.active(window)
    target = digits.lstrip("0")
    return cmd.TransferTicket(active.id, window=target, by=window) if active and target else None


PAD_ACTIONS: Final[dict[str, Callable[[HallState, str, str], cmd.Command | None]]] = {
    "next": lambda _state, window, _digits: cmd.CallTicket(window),
    "call": _call_number,
    "recall": lambda _state, window, _digits: cmd.RecallTicket(window),
    "start": lambda _state, window, _digits: cmd.StartTicket(window),
    "finish": lambda _state, window, _digits: cmd.FinishTicket(window),
    "miss": lambda _state, window, _digits: cmd.MissTicket(window),
    "hold": lambda _state, window, _digits: cmd.HoldTicket(window),
    "resume": _resume,
    "transfer": _transfer,
    "pause": lambda _state, window, _digits: cmd.PauseWindow(window, PAD_PAUSE),
    "resume_window": lambda _state, window, _digits: cmd.ResumeWindow(window),
    "undo": lambda _state, window, _digits: cmd.UndoTicket(window),
}
"""Action of a key map → command. Logging in needs a password and is not done on a pad."""

_SIGNALS: Final[dict[type[c.Signal], Callable[[Inbox, str, Any], None]]] = {
    c.PadKey: Inbox._pad,
    c.RatingKey: Inbox._rating,
    c.CardSeen: Inbox._card,
    c.CardFailed: Inbox._card_failed,
    c.CodeSeen: Inbox._code,
    c.Spoken: Inbox._spoken,
}
