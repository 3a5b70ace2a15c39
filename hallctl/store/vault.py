"""Files that nobody reads without the hall's key: one scanned page each, encrypted with AES-256-GCM.

A file is whole or not there (see `hallctl.store.file`), mode 0600, its name random and known to the journal only. It
begins with a nonce of 12 random bytes; the name goes into the tag, so that one file cannot stand for another.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hallctl.errors import StoreError
from hallctl.store.file import write_whole
from hallctl.store.folder import sync

FOLDER: Final = "pages"
NONCE: Final = 12

SPARE: Final = 256 * 1024 * 1024
"""Bytes of the disk that pages never take: the journal must go on when pages cannot."""

_NAME: Final = re.compile(r"[0-9a-f]{32}")


class Vault:
    """The folder ``pages`` of a data directory. Its methods wait for the disk: call them from a thread."""

    def __init__(self, directory: Path, key: bytes, spare: int = SPARE) -> None:
        """`key` has 32 bytes; the folder is made with the first file."""
        self.folder = directory / FOLDER
        self._cipher = AESGCM(key)
        self._spare = spare

    def write(self, name: str, content: bytes) -> None:
        """Keep `content` under a new `name` (32 hex digits); it is durable on return. Where it fails nothing is left.

        Raises StoreError ``page.no_room`` while the disk is nearly full or refuses to take it.
        """
        try:
            self._make_folder()
            if shutil.disk_usage(self.folder).free < self._spare + len(content):
                raise StoreError("page.no_room", detail=str(self.folder))
            nonce = os.urandom(NONCE)
            write_whole(self._path(name), nonce + self._cipher.encrypt(nonce, content, name.encode()))
        except OSError as error:
            for left in (f"{name}.new", name):
                (self.folder / left).unlink(missing_ok=True)
            raise StoreError("page.no_room", detail=f"{name}: {error}") from error

    def _make_folder(self) -> None:
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700)
            sync(self.folder.parent)

    def read(self, name: str) -> bytes:
        """The content; raises StoreError ``page.unreadable`` where the file is gone or was changed."""
        try:
            sealed = self._path(name).read_bytes()
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], name.encode())
        except (OSError, InvalidTag, ValueError) as error:
            raise StoreError("page.unreadable", detail=f"{name}: {error!r}") from error

    def remove(self, *names: str) -> None:
        """Delete the files; harmless if they are gone. Raises OSError."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        """All files, what a crash left half written too. Raises OSError."""
        return {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()

    def clear(self, *names: str) -> None:
        """Delete files of the folder by any names that `names` told. Raises OSError."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"no name of a page: {name[:40]!r}")
        return self.folder / name
