"""A camera that gives MJPEG: v4l2loopback, built for the guest's kernel from Debian's sources, beside the system.

The kernel's own test camera (vivid) gives raw pictures only, which no document camera does at full size.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

MODULE: Final = "v4l2loopback"


def packages(version: str) -> tuple[str, ...]:
    """Debian's packages with the module's source and what it takes to build it for the kernel `version`."""
    common = f"{version.rpartition('-')[0]}-common"
    number = ".".join(version.split(".")[:2])
    return f"linux-headers-{version}", f"linux-headers-{common}", f"linux-kbuild-{number}", f"{MODULE}-dkms"


def build(version: str, folder: Path, unpack: Callable[[Path, tuple[str, ...]], None], target: Path) -> None:
    """Build it in `folder` and put it into `target`; subprocess.CalledProcessError or OSError when it cannot be."""
    unpack(folder, packages(version))
    sources = folder / "usr/src"
    headers = sources / f"linux-headers-{version}"
    makefile = headers / "Makefile"
    makefile.write_text(makefile.read_text(encoding="ascii").replace("/usr/src", str(sources)), encoding="ascii")
    module = next(sources.glob(f"{MODULE}-*"))
    command = ["make", "-C", str(headers), f"M={module}", "modules"]
    subprocess.run(command, capture_output=True, timeout=300, check=True)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(module / f"{MODULE}.ko", target)
