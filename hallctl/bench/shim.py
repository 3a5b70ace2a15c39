"""A slower disk: a library below SQLite that makes each flush take longer, loaded with LD_PRELOAD.

Halls have slower disks than the machine that measures. The library is compiled with ``cc`` when it is needed; without a
compiler the figures that need it are told as not measured, with the line to type.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("flush_delay.c")
DELAY: Final = "HALLCTL_FLUSH_DELAY_US"

MISSING: Final = "不能测量：没有 C 编译器。 Not measured: no C compiler. apt-get install gcc libc6-dev"


def compiler() -> str | None:
    """The C compiler's path, None without one."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def build(directory: Path) -> Path | None:
    """Compile the library into `directory`; None where that cannot be done."""
    library = directory / "flush_delay.so"
    if compiler() is None or compiled(SOURCE, library):
        return None
    return library


def compiled(source: Path, library: Path, *options: str) -> str:
    """Compile a library for LD_PRELOAD; what the compiler says against it, empty if it was made."""
    command = [compiler() or "cc", "-shared", "-fPIC", "-O2", *options, "-o", str(library), str(source)]
    done = subprocess.run(  # noqa: S603 - our own files, no shell
        [*command, "-ldl", "-lpthread"], capture_output=True, check=False, timeout=60, text=True
    )
    return "" if done.returncode == 0 else done.stderr or f"{command[0]}: {done.returncode}"


def slower(library: Path, delay_us: int) -> dict[str, str]:
    """The environment of a process whose flushes take `delay_us` longer."""
    return {"LD_PRELOAD": str(library), DELAY: str(delay_us)}
