"""Bytes ⇄ keys of pads whose frames the site describes. Sans-IO, stdlib only.

Resync is that of `drivers.framing`: what is no frame loses its first byte only and the rest is searched again. Without
a header every byte may begin a frame. Where no check sum either tells a frame from noise, only the keys that the
description names are keys; all else is garbage.
"""

from dataclasses import dataclass

from drivers.framing import FrameScanner, FrameShape, Garbage
from drivers.padframe.frame import Frame


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """Key `key` (hex, lower case) at `unit` (None: frames have no address); `frame` as it came."""

    unit: int | None
    key: str
    frame: bytes


Message = KeyPressed | Garbage


class PadCodec:
    """One line of described pads. Holds less than the longest frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._scanner: FrameScanner[KeyPressed] = FrameScanner(
            FrameShape(header=frame.header, longest=frame.longest, measure=self._measure, parse=self._parse)
        )

    @property
    def pending(self) -> int:
        return self._scanner.pending

    def feed(self, data: bytes) -> list[Message]:
        return self._scanner.feed(data)

    def flush(self) -> list[Message]:
        """The line is silent: give up what is pending."""
        return self._scanner.flush()

    def _measure(self, head: memoryview) -> int | None:
        count = self._frame.count
        if count is None:
            return self._frame.length
        if len(head) < count.place.at + count.place.size:
            return None
        counted = count.place.read(bytes(head[: count.place.at + count.place.size]))
        size = 0 if counted is None else counted + count.uncounted
        return size if self._frame.shortest <= size <= self._frame.longest else 0

    def _parse(self, view: memoryview) -> KeyPressed | None:
        frame, about = bytes(view), self._frame
        key = about.key.cut(frame)
        unit = about.address.read(frame) if about.address is not None else None
        sound = (
            frame.endswith(about.tail)
            and all(frame[at % len(frame)] == byte for at, byte in about.fixed.items())
            and (about.check is None or about.check.place.read(frame) == about.check.of(frame))
            and (about.address is None or unit is not None)
            and (bool(about.header) or about.check is not None or key in about.keys)
        )
        return KeyPressed(unit, key.hex(), frame) if sound else None
