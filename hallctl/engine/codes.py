"""Bar and QR codes at kiosks: what was read is told apart, and the kiosk's page hears what it leads to (H06).

A code may say anything, also what is personal. Of one that is not the hall's own nothing goes further than this module.
"""

from typing import Any

import structlog

from hallctl.devices.contract import CodeSeen
from hallctl.domain.code import Code, CodeKind, told_apart
from hallctl.engine.hub import Hub
from hallctl.engine.identity import Identity

log = structlog.get_logger()


class Codes:
    """The kiosks' code readers."""

    def __init__(self, hub: Hub, identity: Identity) -> None:
        self._hub = hub
        self._identity = identity

    def seen(self, kiosk: str, seen: CodeSeen) -> None:
        """A code was read at the kiosk: tell its page the kind, and the token, code or number."""
        code = self._genuine(told_apart(seen.text))
        log.info("code.seen", kiosk=kiosk, kind=code.kind.value, characters=len(seen.text))
        params: dict[str, Any] = {"kiosk": kiosk, "kind": code.kind.value, "value": code.value or None}
        self._hub.notify("code.seen", params, lambda to: to.role == "kiosk" and to.place == kiosk)

    def _genuine(self, code: Code) -> Code:
        """A token that this hall has not made is as good as none."""
        if code.kind is CodeKind.TICKET and self._identity.ticket_of(code.value) is None:
            return Code(CodeKind.UNKNOWN)
        return code
