"""Identity cards at kiosks: a reader opens only after the notice was shown, and closes after one card (O14, H03).

A card's name and number live here for the moment it takes to digest and mask them. The page gets the masks and a
claim, which stands for the person in ``ticket.take`` for two minutes. A code that the hall's config names as one of
identity counts as a card while the kiosk's reader is open.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from hallctl.clock import Clock, monotonic_s
from hallctl.devices.contract import CardSeen
from hallctl.devices.manager import Manager
from hallctl.domain.appointment import of_person
from hallctl.domain.booking import BookingStage
from hallctl.domain.calendar import local_time
from hallctl.domain.code import Holder
from hallctl.domain.decide_take import is_agent
from hallctl.domain.model import Person, Priority
from hallctl.domain.state import HallState
from hallctl.engine.hub import Hub
from hallctl.engine.identity import ELDER_AGE, Identity, priority_of
from hallctl.errors import DeviceFault, RequestError, sentence

OPEN_S: Final = 30
"""Seconds that a reader looks for a card after the notice."""

CLAIM_S: Final = 120


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim stands for, at which kiosk, and until when (s of a clock that never steps)."""

    person: Person
    priority: Priority
    kiosk: str
    until: float


class Cards:
    """The kiosks' card readers and the claims made from cards."""

    def __init__(
        self,
        manager: Manager,
        hub: Hub,
        identity: Identity,
        clock: Clock,
        tz: Any,
        elder_age: int = ELDER_AGE,
        monotonic: Callable[[], float] = monotonic_s,
    ) -> None:
        self._manager = manager
        self._hub = hub
        self._identity = identity
        self._clock = clock
        self._tz = tz
        self._elder_age = elder_age
        self._monotonic = monotonic
        self._claims: dict[str, Claim] = {}
        self._open: dict[str, float] = {}

    async def arm(self, kiosk: str) -> int:
        """Open the kiosk's readers; the seconds they stay open. Raises RequestError, or DeviceFault if none opens."""
        await self._all(kiosk, lambda driver: driver.arm(float(OPEN_S)))
        self._open[kiosk] = self._monotonic() + OPEN_S
        return OPEN_S

    async def disarm(self, kiosk: str) -> None:
        """Close the kiosk's readers."""
        self._open.pop(kiosk, None)
        await self._all(kiosk, lambda driver: driver.disarm())

    async def _all(self, kiosk: str, work: Callable[[Any], Awaitable[None]]) -> None:
        """Do it to every card reader of the kiosk; DeviceFault (the last one's) if it could be done to none. One that
        is known to be away is not waited for while there is another."""
        found = [device for device, _unit in self._manager.find("card_reader", kiosk=kiosk)]
        if not found:
            raise RequestError("card.no_reader")
        known = self._hub.state.devices
        there = [device for device in found if device in known and known[device].state in {"ready", "degraded"}]
        until, faults = self._clock.now() + 5000, []
        for device in there or found:
            try:
                await self._manager.run(device, work, until=until)
            except DeviceFault as fault:
                faults.append(fault)
        if len(faults) == len(there or found):
            raise faults[-1]

    def shown(self, kiosk: str, holder: Holder) -> bool:
        """A code that stands for a person was read at the kiosk: as a card, if its reader is open; False if not."""
        if self._open.pop(kiosk, 0.0) <= self._monotonic():
            return False
        self._tell(kiosk, self._identity.holder(kind=holder.kind, key=holder.key), Priority.NORMAL)
        return True

    def seen(self, kiosk: str, card: CardSeen) -> None:
        """A card was read at the kiosk: tell its page the masks and a claim."""
        person = self._identity.person(kind=card.kind, name=card.name, number=card.number)
        priority = priority_of(card.birth, local_time(self._clock.now(), self._tz).date(), self._elder_age)
        self._tell(kiosk, person, priority)

    def _tell(self, kiosk: str, person: Person, priority: Priority) -> None:
        now = self._monotonic()
        self._open.pop(kiosk, None)
        self._claims = {name: claim for name, claim in self._claims.items() if claim.until > now}
        name = secrets.token_urlsafe(16)
        self._claims[name] = Claim(person, priority, kiosk, now + CLAIM_S)
        state = self._hub.state
        agent = is_agent(state, person)
        existing = {
            queue: state.tickets[ticket].label
            for (digest, queue), ticket in state.persons.items()
            if digest == person.digest and not agent  # who takes another all the same (T10)
        }
        self._notify(
            kiosk,
            {
                "kiosk": kiosk,
                "claim": name,
                "kind": person.kind,
                "name_mask": person.name_mask,
                "number_mask": person.number_mask,
                "priority": priority.value,
                "existing": existing or None,
                "booked": _booked(state, person) or None,
                "agent": agent,
            },
        )

    def failed(self, kiosk: str, code: str) -> None:
        """A card could not be read: tell the kiosk's page in words."""
        words = {"code": code, "zh": sentence(code, "zh", {}), "en": sentence(code, "en", {})}
        self._notify(kiosk, {"kiosk": kiosk, "fault": words})

    def claim(self, name: str, kiosk: str | None) -> Claim:
        """What the claim stands for; it may be used until it ends, at its own kiosk only."""
        claim = self._claims.get(name)
        if claim is None or claim.until <= self._monotonic() or claim.kiosk != kiosk:
            raise RequestError("card.no_claim")
        return claim

    def latest(self, kiosk: str) -> Claim:
        """The card that was read last at the kiosk, while its claim stands."""
        now = self._monotonic()
        mine = [claim for claim in self._claims.values() if claim.kiosk == kiosk and claim.until > now]
        if not mine:
            raise RequestError("card.no_claim")
        return max(mine, key=lambda claim: claim.until)

    def _notify(self, kiosk: str, params: dict[str, Any]) -> None:
        self._hub.notify("card.seen", params, lambda to: to.role == "kiosk" and to.place == kiosk)


def _booked(state: HallState, person: Person) -> list[dict[str, Any]]:
    """The person's appointments of today that are still to come, so that the page offers the check-in (A02)."""
    return [
        {"id": one.id, "service": one.service, "start": one.start, "end": one.end}
        for one in of_person(state, person.digest)
        if one.day == state.day and one.stage in {BookingStage.BOOKED, BookingStage.MISSED}
    ]
