"""What goes over the wires, for the technician: live, bounded, and without anything personal.

Bytes pass the filter of their driver (`DriverSpec.redact`) before they are kept anywhere. A filter must see a link from
its beginning: what comes before the first silence after a trace has begun in the midst of a frame is overwritten whole.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from hallctl.clock import Clock, monotonic_s
from hallctl.devices.contract import DriverSpec, Signal
from hallctl.devices.manager import Manager
from hallctl.engine.told import STATES, Words, told
from hallctl.errors import sentence

KEPT: Final = 2_000
"""Rows of a trace; the oldest go."""

MESSAGES: Final = 20
"""The last things that a device has told."""

LEASE_S: Final = 15.0
"""A trace that nobody has read for so long ends."""

SILENCE_S: Final = 0.1
"""A frame that has begun is over when nothing came for so long."""

MOST_BYTES: Final = 4096
"""Bytes of one row; the rest of a larger piece is in rows of its own."""

CARRIERS: Final = frozenset({"card_reader", "code_reader", "page_scanner"})
"""What comes from these is overwritten whole where the driver has no filter."""

Filter = Callable[[bytes, bool], bytes]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened; `what` is in|out|end|state|signal, `devices` those on the wire."""

    n: int
    at: int
    devices: tuple[str, ...]
    what: str
    data: bytes = b""
    words: Words = ("", "")


@dataclass(frozen=True, slots=True)
class Message:
    """What a device has told, and when."""

    at: int
    words: Words


@dataclass(slots=True)
class Wire:
    """One tapped link with its filters."""

    names: tuple[str, ...]
    specs: list[DriverSpec]
    filters: list[Filter] = field(default_factory=list)
    untap: Callable[[], None] = lambda: None
    aligned: bool = False
    last_s: float | None = None

    def __post_init__(self) -> None:
        self.renew(aligned=not self.personal)

    @property
    def personal(self) -> bool:
        return any(spec.redact is not None or CARRIERS & set(spec.capabilities) for spec in self.specs)

    def renew(self, *, aligned: bool) -> None:
        """The link begins anew."""
        self.aligned = aligned
        self.last_s = None
        self.filters = [spec.redact() if spec.redact is not None else _plain(spec) for spec in self.specs]

    def redacted(self, data: bytes, from_device: bool, now_s: float) -> bytes:
        """As many bytes, with what may be personal overwritten."""
        if not self.aligned:
            silent = self.last_s is not None and now_s - self.last_s >= SILENCE_S
            self.last_s = now_s
            if not silent:
                return bytes(len(data))
            self.aligned = True
        for redact in self.filters:
            data = redact(data, from_device)
        return data


def _plain(spec: DriverSpec) -> Filter:
    if CARRIERS & set(spec.capabilities):
        return lambda data, from_device: bytes(len(data)) if from_device else data
    return lambda data, _from_device: data


class Trace:
    """Remembers the last messages of every device, and while somebody looks all that goes over the wires."""

    def __init__(self, manager: Manager, clock: Clock, monotonic: Callable[[], float] = monotonic_s) -> None:
        self._manager = manager
        self._clock = clock
        self._monotonic = monotonic
        self._rows: deque[Row] = deque(maxlen=KEPT)
        self._count = 0
        self._wires: dict[str, Wire] = {}
        self._messages: dict[str, deque[Message]] = {}
        self._end: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------ told by the devices

    def signal(self, device: str, signal: Signal) -> None:
        words = told(signal)
        self._messages.setdefault(device, deque(maxlen=MESSAGES)).append(Message(self._clock.now(), words))
        self._add((device,), "signal", words=words)

    def state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        zh = "；".join((STATES[state][0], *(sentence(code, "zh", {}) for code in faults)))
        en = "; ".join((STATES[state][1], *(sentence(code, "en", {}) for code in faults)))
        self._add((device,), "state", words=(zh, en))

    # ------------------------------------------------------------ asked by people

    def messages(self, device: str) -> list[Message]:
        """What the device has told last, newest first."""
        return list(reversed(self._messages.get(device, ())))

    def read(self, device: str | None, after: int) -> tuple[list[Row], int]:
        """Rows of the device (None: of all) after row `after`, and how many of them had to go before they were asked
        for. The first call begins the trace, and each lets it go on."""
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(LEASE_S, self.stop)
        self.follow()
        oldest = self._rows[0].n if self._rows else self._count + 1
        lost = max(0, oldest - after - 1) if after else 0
        return [row for row in self._rows if row.n > after and (device is None or device in row.devices)], lost

    @property
    def last(self) -> int:
        """The number of the newest row."""
        return self._count

    def follow(self) -> None:
        """Tap the devices that there are now, while somebody looks; what the others told is forgotten."""
        sections = {section.name: section for section in self._manager.sections}
        self._messages = {name: kept for name, kept in self._messages.items() if name in sections}
        if self._end is None:
            return
        wanted: dict[str, list[str]] = {}
        for section in sections.values():
            if not section.link.startswith("none:"):
                wanted.setdefault(section.link, []).append(section.name)
        for link in [link for link, wire in self._wires.items() if list(wire.names) != wanted.get(link)]:
            self._wires.pop(link).untap()
        for link, names in wanted.items():
            if link not in self._wires:
                self._wires[link] = self._tap(names)

    def stop(self) -> None:
        """Nobody looks any more."""
        if self._end is not None:
            self._end.cancel()
            self._end = None
        for wire in self._wires.values():
            wire.untap()
        self._wires.clear()
        self._rows.clear()

    def _tap(self, names: list[str]) -> Wire:
        wire = Wire(tuple(names), [self._manager.spec(name) for name in names])
        wire.last_s = self._monotonic()
        wire.untap = self._manager.tap(names[0], lambda data, from_device: self._heard(wire, data, from_device))
        return wire

    def _heard(self, wire: Wire, data: bytes, from_device: bool) -> None:
        if not data:
            wire.renew(aligned=True)
            self._add(wire.names, "end", words=("连接断开", "the link has ended"))
            return
        shown = wire.redacted(data, from_device, self._monotonic())
        for piece in _pieces(shown):
            self._add(wire.names, "in" if from_device else "out", piece)

    def _add(self, devices: tuple[str, ...], what: str, data: bytes = b"", words: Words = ("", "")) -> None:
        if self._end is None:
            return
        self._count += 1
        self._rows.append(Row(self._count, self._clock.now(), devices, what, data, words))


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), MOST_BYTES):
        yield data[start : start + MOST_BYTES]
