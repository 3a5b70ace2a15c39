"""Bar and QR codes at kiosks: what was read is told apart, and the kiosk's page hears what it leads to (H06).

A code may say anything, also what is personal. Of one that is not the hall's own nothing goes further than this module.
"""

from collections.abc import Sequence
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.devices.contract import CodeSeen
from hallctl.devices.manager import Manager
from hallctl.domain.code import Code, CodeKind, IdentityCode, holder_of, told_apart
from hallctl.engine.cards import Cards
from hallctl.engine.hub import Hub
from hallctl.engine.identity import Identity

LOOK_S: Final = 30
"""Seconds that a reader looks for a code for a page that waits for one."""

log = structlog.get_logger()


class Codes:
    """The kiosks' code readers."""

    def __init__(
        self,
        hub: Hub,
        identity: Identity,
        manager: Manager,
        clock: Clock,
        cards: Cards,
        identity_codes: Sequence[IdentityCode],
    ) -> None:
        self._hub = hub
        self._identity = identity
        self._manager = manager
        self._clock = clock
        self._cards = cards
        self._identity_codes = identity_codes

    async def look(self, kiosk: str) -> int:
        """Let the kiosk's readers light up for a code, where they do so only when told; the seconds for which they do,
        0 where the kiosk has none. Raises DeviceFault."""
        found = self._manager.find("code_reader", kiosk=kiosk)
        until = self._clock.now() + 5000
        for device, _unit in found:
            await self._manager.run(device, lambda driver: driver.look(float(LOOK_S)), until=until)
        return LOOK_S if found else 0

    def seen(self, kiosk: str, seen: CodeSeen) -> None:
        """A code was read at the kiosk: tell its page the kind, and the token, code or number. One that stands for a
        person is told as a card is, while one is waited for, and is unknown else."""
        holder = holder_of(seen.text, self._identity_codes)
        if holder is not None and self._cards.shown(kiosk, holder):
            log.info("code.seen", kiosk=kiosk, kind="identity", characters=len(seen.text))
            return
        code = self._genuine(told_apart(seen.text))
        log.info("code.seen", kiosk=kiosk, kind=code.kind.value, characters=len(seen.text))
        params: dict[str, Any] = {"kiosk": kiosk, "kind": code.kind.value, "value": code.value or None}
        self._hub.notify("code.seen", params, lambda to: to.role == "kiosk" and to.place == kiosk)

    def _genuine(self, code: Code) -> Code:
        """A token that this hall has not made is as good as none."""
        if code.kind is CodeKind.TICKET and self._identity.ticket_of(code.value) is None:
            return Code(CodeKind.UNKNOWN)
        return code
