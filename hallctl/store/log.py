"""SQLite's write-ahead log as it lies on the disk, looked at without SQLite.

Source: https://www.sqlite.org/fileformat2.html, "The Write-Ahead Log", and walformat.html for the index.

SQLite takes the log as ending at the first frame whose checksum does not hold. After a power cut that is right: the
last commit was not on the disk yet. If whole commits follow, the disk has damaged what had been synced, and going on
without a word would lose what was acknowledged and issue its numbers again.
"""

import os
import struct
import sys
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct(">IIII8sII")  # magic, version, page size, sequence, salts, checksum
_FRAME: Final = struct.Struct(">II8s8x")  # page, size of the database after a commit or 0, salts, checksum
_MX_FRAME: Final = slice(16, 20)
"""Where the index (-shm) has the number of frames that SQLite took, in the machine's byte order."""


def commits_beyond(database: Path) -> int:
    """How many commits of the log's own generation stand behind its end as SQLite found it. Somebody must have the
    database open, or the index is not there; then 0."""
    log, index = (database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm"))
    try:
        with index.open("rb") as file:
            head = file.read(_MX_FRAME.stop)
        descriptor = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return 0
    try:
        start = os.pread(descriptor, _HEADER.size, 0)
        if len(start) < _HEADER.size or len(head) < _MX_FRAME.stop:
            return 0
        _magic, _version, page_size, _sequence, salts, *_checksum = _HEADER.unpack(start)
        taken = int.from_bytes(head[_MX_FRAME], sys.byteorder)
        return _count(descriptor, _FRAME.size + page_size, taken, salts)
    finally:
        os.close(descriptor)


def _count(descriptor: int, stride: int, taken: int, salts: bytes) -> int:
    """Commits among the frames after the first `taken` ones, as long as the log was written in one generation."""
    commits = 0
    offset = _HEADER.size + taken * stride
    while len(frame := os.pread(descriptor, _FRAME.size, offset)) == _FRAME.size:
        _page, size_after, its_salts = _FRAME.unpack(frame)
        commits += size_after != 0 and its_salts == salts
        offset += stride
    return commits
