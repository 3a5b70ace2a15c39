"""Small files of the data directory: whole or not at all, durable, for the daemon's user only (mode 0600)."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` into the file. A crash or a power cut leaves the old content or the new one; raises OSError."""
    draft = path.with_name(f"{path.name}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
