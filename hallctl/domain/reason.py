"""Reasons of a call in words, and who would be next without calling: for the window page, the journal, the preview."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from hallctl.domain.model import Beaten
from hallctl.domain.policy import Choice, choose
from hallctl.domain.state import HallState
from hallctl.errors import Refusal, sentence

TIMED: Final = frozenset({"time", "class", "age"})
"""Rules whose amount is seconds; said in minutes from one minute on."""

PARTS: Final = {"share": 1000, "relative": 10}
"""Rules whose amount is thousandths, and what is said of them: calls, and hundredths of what is aimed at."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of why: its code in `hallctl.texts.reason` and what fills it."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)

    def sentence(self, language: str = "zh") -> str:
        return sentence(self.code, language, self.params)


def reasons(why: str, beat: Iterable[Beaten], given: str | None = None) -> tuple[Reason, ...]:
    """Why a ticket was called: first the rule, then why each of the heads that it `beat` was not; `given` is the
    staff's own reason. Takes what a `Choice` and a `TicketCalled` have, of any day."""
    beat = tuple(beat)
    return (_rule(why, beat, given), *map(_lost, beat))


def _rule(why: str, beat: tuple[Beaten, ...], given: str | None) -> Reason:
    params: dict[str, str | int] = {}
    if why == "cap":
        params["count"] = max((other.amount for other in beat if other.by == "cap"), default=0)
    elif why == "chosen":
        params["reason"] = given or "–"
    return Reason(f"reason.why_{why}", params)


def _lost(other: Beaten) -> Reason:
    """Why the head lost, with its amount in the unit that people use."""
    amount: str | int = other.amount
    name = other.by
    if other.by in TIMED:
        name, amount = (f"{name}_min", other.amount // 60) if other.amount >= 60 else (f"{name}_s", other.amount)
    elif other.by in PARTS:
        amount = _decimal(other.amount, PARTS[other.by])
    return Reason(f"reason.by_{name}", {"label": label_of(other.ticket), "amount": amount})


def _decimal(amount: int, part: int) -> str:
    """The amount in whole parts with at most two places: 1250 of 1000 is ``1.25``."""
    return f"{amount / part:.2f}".rstrip("0").rstrip(".")


def label_of(ticket: str) -> str:
    """The label in a ticket's id, which is made of day and label, also where the ticket has left memory."""
    return ticket.partition("-")[2]


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would be called to the window now, if it asked; `reasons` are the choice in words."""

    window: str
    label: str
    choice: Choice
    reasons: tuple[Reason, ...]


def preview(state: HallState, window: str, now: int) -> Preview | Refusal:
    """Who is next for the window and why, without calling: also while it is paused or busy. Refused where a call would
    find nobody, in an emergency, and for a window that the hall does not have."""
    if window not in state.layout.windows:
        return Refusal("window.unknown", {"window": window})
    if state.emergency is not None:
        return Refusal("hall.emergency")
    choice = choose(state, state.plan(window), now)
    if choice is None:
        return Refusal("queue.empty")
    return Preview(window, state.tickets[choice.ticket].label, choice, reasons(choice.why, choice.beat))
