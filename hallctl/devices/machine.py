"""This machine as its own files tell it: /sys, /dev, /proc and /etc under one root, so that a test has its own."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """Paths are given and told as on the machine (``/dev/ttyUSB0``), wherever `root` is."""

    root: Path = Path("/")

    def path(self, place: str) -> Path:
        return self.root / place.lstrip("/")

    def text(self, place: str) -> str:
        """The file's text without the white space around it; empty when it cannot be read."""
        try:
            return self.path(place).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return ""

    def names(self, place: str) -> list[str]:
        """What is in the folder, in order; empty when there is none."""
        try:
            return sorted(entry.name for entry in self.path(place).iterdir())
        except OSError:
            return []

    def there(self, place: str) -> bool:
        return self.path(place).exists()

    def real(self, place: str) -> str:
        """The place with all links followed."""
        real = os.path.realpath(self.path(place))
        root = os.path.realpath(self.root)
        return "/" + os.path.relpath(real, root).lstrip("/") if real.startswith(root) else real

    def holders(self, node: str) -> list[str]:
        """Programs that have the node open, as far as we may see: ``name (pid)``. Never this one."""
        found = []
        for pid in self.names("/proc"):
            if not pid.isdigit() or pid == str(os.getpid()):
                continue
            files = self.path(f"/proc/{pid}/fd")
            try:
                held = any(str(entry.readlink()) == node for entry in files.iterdir())
            except OSError:
                continue
            if held:
                found.append(f"{self.text(f'/proc/{pid}/comm') or '?'} ({pid})")
        return found
