"""The line of an emulated serial device: a pty with a lasting name, faults at the wire, and a log of the frames.

It carries bytes and knows no protocol, so that every emulator stays independent of the codec it is to test.
"""

import asyncio
import os
import shutil
import tempfile
import time
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

LOG_SIZE: Final = 40

NOISE: Final = bytes.fromhex("00 ff 68 03 aa aa aa 96 a0 90 01 00 7f ff")
"""What a noisy line adds before a frame: among other bytes, beginnings of frames that never end."""


def milliseconds() -> int:
    """Milliseconds of the steady clock; a demo hands in its own clock to have moments of the day."""
    return time.monotonic_ns() // 1_000_000


class EmulatedLine:
    """A pty whose slave is found under a name that outlives unplugging, as udev's stable names do."""

    def __init__(self, baud: int) -> None:
        self._baud = baud
        self._listeners: list[Callable[[bytes], None]] = []
        self._folder: Path | None = None
        self._master = -1
        self._slave = -1

    @property
    def url(self) -> str:
        return f"serial://{self._name}?baud={self._baud}"

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def attach(self, listener: Callable[[bytes], None]) -> None:
        """Every listener hears every byte, as on a multi-drop line."""
        self._listeners.append(listener)

    def detach(self, listener: Callable[[bytes], None]) -> None:
        self._listeners.remove(listener)

    def plug(self) -> None:
        """Make the device appear; again without effect."""
        if self.plugged:
            return
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="hallctl-emulated-"))
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._name.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._receive)

    def unplug(self) -> None:
        """Make it disappear: whoever has it open sees the end of the line."""
        if not self.plugged:
            return
        asyncio.get_running_loop().remove_reader(self._master)
        self._name.unlink()
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = -1

    def close(self) -> None:
        """Unplug and remove the name for good."""
        self.unplug()
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None

    def send(self, data: bytes) -> None:
        """To the host; what it does not read in time is lost, as on a real line."""
        if not self.plugged:
            return
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return

    @property
    def _name(self) -> Path:
        if self._folder is None:
            raise RuntimeError("the line was never plugged in")
        return self._folder / "tty"

    def _receive(self) -> None:
        try:
            data = os.read(self._master, 4096)
        except OSError:
            return
        for listener in tuple(self._listeners):
            listener(data)


class EmulatedEnd:
    """One emulated device's end of a line: switches for faults, and the log that `Emulator.view` shows.

    Muted is dead: it neither hears nor answers, as a device without power whose line is still there. What is said can
    besides come late (slow), as its first half only, or with its last bytes damaged.
    """

    def __init__(
        self, line: EmulatedLine, hear: Callable[[bytes], None], now: Callable[[], int] = milliseconds
    ) -> None:
        self.line = line
        self.muted = False
        self.noisy = False
        self.halved = False
        self.damaged = False
        self.slow_s = 0.0
        self._hear = hear
        self._now = now
        self._late: set[asyncio.TimerHandle] = set()
        self._log: deque[dict[str, Any]] = deque(maxlen=LOG_SIZE)

    def open(self) -> str:
        self.line.plug()
        self.line.attach(self._receive)
        return self.line.url

    def close(self) -> None:
        for timer in self._late:
            timer.cancel()
        self._late.clear()
        self.line.detach(self._receive)
        self.line.close()

    def say(self, frame: bytes, text: str, *, shown: str | None = None) -> None:
        """Send a frame; `shown` replaces its hex in the log where that would be personal."""
        if self.damaged:
            frame = frame[:-3] + bytes(byte ^ 0x01 for byte in frame[-3:])
        if self.halved:
            frame = frame[: max(1, len(frame) // 2)]
        if not self.slow_s:
            self._send(frame, text, shown)
            return

        def later() -> None:
            self._late.discard(timer)
            self._send(frame, text, shown)

        timer = asyncio.get_running_loop().call_later(self.slow_s, later)
        self._late.add(timer)

    def heard(self, frame: bytes, text: str) -> None:
        self._note("in", frame, text, None)

    def wire(self) -> list[dict[str, Any]]:
        return list(self._log)

    def press(self, action: str, **params: str | int) -> bool:
        """A fault switch common to all devices; False if `action` is none."""
        match action:
            case "mute" | "unmute":
                self.muted = action == "mute"
            case "noise":
                self.noisy = not self.noisy
            case "half":
                self.halved = not self.halved
            case "damage":
                self.damaged = not self.damaged
            case "slow":
                self.slow_s = float(params.get("seconds", 0.8))
            case "unplug":
                self.line.unplug()
            case "plug":
                self.line.plug()
            case _:
                return False
        return True

    def state(self) -> dict[str, Any]:
        """The switches and the log, for `Emulator.view`."""
        return {
            "plugged": self.line.plugged,
            "muted": self.muted,
            "noisy": self.noisy,
            "halved": self.halved,
            "damaged": self.damaged,
            "slow_s": self.slow_s,
            "wire": self.wire(),
        }

    def _send(self, frame: bytes, text: str, shown: str | None) -> None:
        if self.muted or not self.line.plugged:
            return
        self._note("out", frame, text, shown)
        self.line.send(NOISE + frame if self.noisy else frame)

    def _receive(self, data: bytes) -> None:
        if not self.muted:
            self._hear(data)

    def _note(self, direction: str, frame: bytes, text: str, shown: str | None) -> None:
        row = {"at": self._now(), "dir": direction, "hex": frame.hex(" ") if shown is None else shown, "text": text}
        self._log.append(row)


FAULT_ACTIONS: Final[dict[str, dict[str, str]]] = {
    "mute": {},
    "unmute": {},
    "noise": {},
    "half": {},
    "damage": {},
    "slow": {"seconds": "0.8"},
    "unplug": {},
    "plug": {},
}
"""Actions that `EmulatedEnd.press` serves; noise, half and damage switch on and off, slow ends with 0 seconds."""
