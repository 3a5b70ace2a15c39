"""What the layer under the daemon is to fail, changed while the daemon runs: a page of memory that both have."""

import enum
import mmap
import struct
from pathlib import Path
from typing import Final

_FAULT: Final = struct.Struct("=iiiIii32s")  # struct fault of fault.h
_COUNTS: Final = 16  # offset of `seen` and `hits`


class On(enum.IntEnum):
    """The calls that can fail; CHANGE is of a size or a name."""

    OPEN = 0
    READ = 1
    WRITE = 2
    SYNC = 3
    CHANGE = 4


class Only(enum.IntFlag):
    """What a fault is limited to: calls that write, writes that make the file longer; TORN writes half first."""

    ANY = 0
    WRITING = 1
    GROWING = 2
    TORN = 4


class Plan:
    """The page in the file `path`, made anew. At most one fault stands for each kind of call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(_FAULT.size * len(On)))
        with path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), 0)

    def fail(
        self, on: On, error: int, name: str = "", *, after: int = 0, times: int = -1, only: Only = Only.ANY
    ) -> None:
        """From the next call but `after` on, the calls on files called `name` (all, if empty) fail, so many times
        (-1: for good), with the errno `error`; 0 only counts. The counters begin anew."""
        _FAULT.pack_into(self._page, on * _FAULT.size, error, after, times, only, 0, 0, name.encode())

    def mend(self) -> None:
        """Let everything succeed again; the counters stay."""
        for on in On:
            struct.pack_into("=i", self._page, on * _FAULT.size, 0)

    def seen(self, on: On) -> int:
        """Calls of this kind on the named files since `fail`."""
        return self._counts(on)[0]

    def hits(self, on: On) -> int:
        """How many of them failed."""
        return self._counts(on)[1]

    def _counts(self, on: On) -> tuple[int, int]:
        seen, hits = struct.unpack_from("=ii", self._page, on * _FAULT.size + _COUNTS)
        return seen, hits
