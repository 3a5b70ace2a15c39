"""The model of a disk that loses power: what is synced is kept, the rest is any of what it may be."""

import os
import random
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from tests.loss.recording import CREATED, DIRECTORY, HEAD, Cut, Disk, Kind, Record, read
from tests.loss.shimmed import COMPILER, MISSING, layer

FOLDER, FILE = 3, 4
PATH = "/data/file"

_end = count(1)


def told(disk: Disk, kind: Kind, fd: int, payload: bytes = b"", *, offset: int = 0, flags: int = 0) -> None:
    disk.tell(Record(kind, fd, flags, offset, payload, next(_end)))


def synced(disk: Disk, fd: int) -> None:
    told(disk, Kind.SYNC, fd)
    told(disk, Kind.SYNCED, fd)


def disk_with_file(content: bytes) -> Disk:
    """A disk with one durable file, open as FILE."""
    disk = Disk()
    told(disk, Kind.OPEN, FOLDER, b"/data", flags=DIRECTORY)
    told(disk, Kind.OPEN, FILE, PATH.encode(), flags=CREATED)
    told(disk, Kind.WRITE, FILE, content)
    synced(disk, FILE)
    synced(disk, FOLDER)
    return disk


def found(disk: Disk, cut: Cut) -> set[bytes | None]:
    """What the file may hold after a cut, over many cuts; None: it is not there."""
    return {disk.after_cut(random.Random(seed), cut).get(PATH) for seed in range(300)}


def test_what_is_synced_is_kept() -> None:
    assert all(found(disk_with_file(b"a" * 600), cut) == {b"a" * 600} for cut in Cut)


def test_what_is_not_synced_is_kept_or_not() -> None:
    disk = disk_with_file(b"a")
    told(disk, Kind.WRITE, FILE, b"b")
    assert found(disk, Cut.DROPPED) == {b"a"}
    assert found(disk, Cut.KEPT) == {b"b"}
    assert found(disk, Cut.SECTORS) == {b"a", b"b"}
    told(disk, Kind.WRITE, FILE, b"c")
    assert found(disk, Cut.SECTORS) == {b"a", b"b", b"c"}
    synced(disk, FILE)
    assert all(found(disk, cut) == {b"c"} for cut in Cut)


def test_sectors_are_on_their_own_and_tear() -> None:
    disk = disk_with_file(b"a" * 1024)
    told(disk, Kind.WRITE, FILE, b"b" * 1024)
    whole = {first * 512 + second * 512 for first in (b"a", b"b") for second in (b"a", b"b")}
    assert found(disk, Cut.SECTORS) == whole
    assert len(found(disk, Cut.TORN) - whole) > 20


def test_a_sync_under_way_has_not_happened() -> None:
    disk = disk_with_file(b"a")
    told(disk, Kind.WRITE, FILE, b"b")
    told(disk, Kind.SYNC, FILE)
    told(disk, Kind.WRITE, FILE, b"c")
    assert found(disk, Cut.DROPPED) == {b"a"}
    told(disk, Kind.SYNCED, FILE)
    assert found(disk, Cut.DROPPED) == {b"b"}
    assert found(disk, Cut.SECTORS) == {b"b", b"c"}


def test_a_failed_sync_may_have_lost_it_for_good() -> None:
    disk = disk_with_file(b"a")
    told(disk, Kind.WRITE, FILE, b"b")
    told(disk, Kind.UNSYNCED, FILE)
    synced(disk, FILE)
    assert all(found(disk, cut) == {b"a"} for cut in Cut)


def test_a_name_needs_its_folder() -> None:
    disk = Disk()
    told(disk, Kind.OPEN, FOLDER, b"/data", flags=DIRECTORY)
    told(disk, Kind.OPEN, FILE, PATH.encode(), flags=CREATED)
    told(disk, Kind.WRITE, FILE, b"a")
    synced(disk, FILE)
    assert found(disk, Cut.DROPPED) == {None}
    assert found(disk, Cut.SECTORS) == {None, b"a"}
    synced(disk, FOLDER)
    assert found(disk, Cut.DROPPED) == {b"a"}
    told(disk, Kind.UNLINK, -1, PATH.encode())
    assert found(disk, Cut.SECTORS) == {None, b"a"}


def test_a_whole_file_replaces_another_or_does_not() -> None:
    """How small files are written here: draft, sync, rename, sync of the folder."""
    disk = disk_with_file(b"old")
    told(disk, Kind.OPEN, 5, b"/data/draft", flags=CREATED)
    told(disk, Kind.WRITE, 5, b"new")
    synced(disk, 5)
    told(disk, Kind.RENAME, -1, f"/data/draft\0{PATH}".encode())
    assert found(disk, Cut.TORN) == {b"old", b"new"}
    synced(disk, FOLDER)
    assert found(disk, Cut.TORN) == {b"new"}


def test_a_size_is_one_of_those_it_had() -> None:
    disk = disk_with_file(b"aaaa")
    told(disk, Kind.TRUNCATE, FILE, offset=2)
    assert found(disk, Cut.DROPPED) == {b"aaaa"}
    assert found(disk, Cut.KEPT) == {b"aa"}
    assert {len(content or b"") for content in found(disk, Cut.SECTORS)} == {2, 4}


WRITER = """
import ctypes, os, sys
root, journal, content = sys.argv[1:]
assert ctypes.CDLL(None).disk_begin(root.encode(), journal.encode(), b"") == 0
file = os.open(f"{root}/file", os.O_WRONLY | os.O_CREAT)
os.pwrite(file, content.encode(), 0)
os.fdatasync(file)
"""


@pytest.mark.skipif(COMPILER is None, reason=MISSING)
@pytest.mark.parametrize("left", [1, HEAD - 1, HEAD, HEAD + 4])
def test_a_process_killed_while_it_writes_the_journal_leaves_it_readable(tmp_path: Path, left: int) -> None:
    """A record of which only `left` bytes came is taken away by the next process; what is around it is followed."""
    root, journal = tmp_path / "data", tmp_path / "journal"
    root.mkdir()

    def written(content: str) -> None:
        arguments = [sys.executable, "-c", WRITER, str(root), str(journal), content]
        subprocess.run(arguments, check=True, timeout=60, env=os.environ | {"LD_PRELOAD": str(layer())})

    written("first")
    whole = journal.read_bytes()
    end = next(record.end for record in read(journal) if record.kind is Kind.WRITE)
    torn = whole[end - HEAD - len("first") : end]
    journal.write_bytes(whole + torn[:left])
    written("second")
    disk = Disk()
    for record in read(journal):
        disk.tell(record)
    assert disk.syncs == 2
    assert disk.after_cut(random.Random(), Cut.KEPT) == {str(root / "file"): b"second"}
