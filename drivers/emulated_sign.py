"""An emulated sign's end of its line: besides silence, noise and pulling, answers that come late, halved or damaged."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated_line import FAULT_ACTIONS, EmulatedEnd, EmulatedLine, milliseconds

SIGN_ACTIONS: Final[dict[str, dict[str, str]]] = {
    **FAULT_ACTIONS,
    "slow": {"seconds": "0.8"},
    "half": {},
    "damage": {},
}
"""Actions that `SignEnd.press_any` serves; half and damage switch on and off, slow ends with 0 seconds."""


class SignEnd(EmulatedEnd):
    """As the end of any emulated device, with three more things that can be wrong with what it says."""

    def __init__(
        self, line: EmulatedLine, hear: Callable[[bytes], None], now: Callable[[], int] = milliseconds
    ) -> None:
        super().__init__(line, hear, now)
        self.slow_s = 0.0
        self.halved = False
        self.damaged = False
        self._late: set[asyncio.TimerHandle] = set()

    def close(self) -> None:
        for timer in self._late:
            timer.cancel()
        self._late.clear()
        super().close()

    def say(self, frame: bytes, text: str, *, shown: str | None = None) -> None:
        if self.damaged:
            frame = frame[:-3] + bytes(byte ^ 0x01 for byte in frame[-3:])
        if self.halved:
            frame = frame[: max(1, len(frame) // 2)]
        if not self.slow_s:
            super().say(frame, text, shown=shown)
            return

        def later() -> None:
            self._late.discard(timer)
            super(SignEnd, self).say(frame, text, shown=shown)

        timer = asyncio.get_running_loop().call_later(self.slow_s, later)
        self._late.add(timer)

    def press_any(self, action: str, **params: str | int) -> bool:
        """A fault switch; False if `action` is none."""
        match action:
            case "slow":
                self.slow_s = float(params.get("seconds", 0.8))
            case "half":
                self.halved = not self.halved
            case "damage":
                self.damaged = not self.damaged
            case _:
                return self.press(action)
        return True

    def state(self) -> dict[str, Any]:
        return {**super().state(), "slow_s": self.slow_s, "halved": self.halved, "damaged": self.damaged}
