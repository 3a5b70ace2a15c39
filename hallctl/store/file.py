"""Small files of the data directory: whole or not at all, durable, for the daemon's user only (mode 0600)."""

import contextlib
import os
import stat
from pathlib import Path

from hallctl.store import folder


def write_whole(path: Path, data: bytes, like: os.stat_result | None = None) -> None:
    """Put `data` into the file. A crash or a power cut leaves the old content or the new one; raises OSError.

    With `like` the file gets that mode and, as far as this process may give it away, that owner and group.
    """
    draft = path.with_name(f"{path.name}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        if like is not None:
            _liken(handle, like)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder.sync(path.parent)


def _liken(handle: int, like: os.stat_result) -> None:
    """Owner first: a change of owner takes mode bits away."""
    for owner, group in ((like.st_uid, like.st_gid), (-1, like.st_gid)):
        with contextlib.suppress(PermissionError):
            os.fchown(handle, owner, group)
            break
    os.fchmod(handle, stat.S_IMODE(like.st_mode))
