"""Encrypted files of scanned pages (H05): whole or not there, unreadable without the key, removed without a trace."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from hallctl.errors import StoreError
from hallctl.store import vault as module
from hallctl.store.vault import Vault

KEY = bytes(range(32))
NAME = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
CONTENT = b"\xff\xd8 a page with 99999919900101001X on it \xff\xd9"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path, KEY, spare=0)


def test_h05_what_was_written_is_read_and_stands_nowhere_in_the_clear(vault: Vault, tmp_path: Path) -> None:
    vault.write(NAME, CONTENT)
    assert vault.read(NAME) == CONTENT
    assert vault.names() == {NAME}
    assert stat.S_IMODE((tmp_path / "pages" / NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "pages").stat().st_mode) == 0o700
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"99999919900101001X" not in on_disk
    assert b"\xff\xd8" not in on_disk[:2]


def test_the_same_content_is_never_the_same_file(vault: Vault) -> None:
    vault.write(NAME, CONTENT)
    vault.write(OTHER, CONTENT)
    assert (vault.folder / NAME).read_bytes() != (vault.folder / OTHER).read_bytes()


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "swap", "gone", "key"])
def test_a_file_that_is_not_what_was_written_is_never_shown(vault: Vault, tmp_path: Path, damage: str) -> None:
    vault.write(NAME, CONTENT)
    vault.write(OTHER, b"another page")
    path = vault.folder / NAME
    sealed = path.read_bytes()
    if damage == "flip":
        path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    elif damage == "cut":
        path.write_bytes(sealed[:-3])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "swap":
        path.write_bytes((vault.folder / OTHER).read_bytes())
    elif damage == "gone":
        path.unlink()
    else:
        vault = Vault(tmp_path, KEY[::-1], spare=0)
    with pytest.raises(StoreError) as error:
        vault.read(NAME)
    assert error.value.code == "page.unreadable"


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_disk_that_refuses_leaves_nothing(vault: Vault, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """O06's sibling: a full disk is told, and no half file stays."""

    def refuse(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    vault.write(OTHER, CONTENT)
    if call == "write":
        monkeypatch.setattr(os, "open", refuse)
    elif call == "fsync":
        monkeypatch.setattr(os, "fsync", refuse)
    else:
        monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StoreError) as error:
        vault.write(NAME, CONTENT)
    monkeypatch.undo()
    assert error.value.code == "page.no_room"
    assert vault.names() == {OTHER}


def test_pages_stop_before_the_disk_is_full(tmp_path: Path) -> None:
    """The journal's room is never taken by pages."""
    vault = Vault(tmp_path, KEY, spare=1 << 60)
    with pytest.raises(StoreError) as error:
        vault.write(NAME, CONTENT)
    assert error.value.code == "page.no_room"
    assert vault.names() == set()
    assert module.SPARE >= 64 * 1024 * 1024


def test_removing_is_harmless_twice_and_names_lead_nowhere_else(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "hall.db").write_bytes(b"db")
    vault.write(NAME, CONTENT)
    vault.remove(NAME, NAME)
    vault.remove(NAME)
    assert vault.names() == set()
    for wrong in ("../hall.db", "", "x" * 32, NAME.upper(), f"{NAME}.new", "/etc/passwd"):
        with pytest.raises(ValueError, match="no name of a page"):
            vault.remove(wrong)
        with pytest.raises(StoreError):
            vault.read(wrong)
    assert (tmp_path / "hall.db").exists()


def test_what_a_crash_left_is_listed_and_cleared(vault: Vault) -> None:
    vault.write(NAME, CONTENT)
    (vault.folder / f"{OTHER}.new").write_bytes(b"half")
    assert vault.names() == {NAME, f"{OTHER}.new"}
    vault.clear(f"{OTHER}.new")
    assert vault.names() == {NAME}
