"""``python -m tests.third_party.emupos_venv``: the environment of emupos, made once.

emupos needs a newer Python than hallctl, and packages of other versions: it lives in ``.venv/emupos`` and is only ever
another program on the wire. What it is made of is pinned by hash in ``emupos.txt``. Without such a Python, or without a
network the first time, nothing is made: it says what to type, and the tests that need it are skipped with that line.
"""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".venv" / "emupos"
PROGRAM: Final = FOLDER / "bin" / "emupos"
LINE: Final = "pyenv install 3.13; .venv/bin/python -m tests.third_party.emupos_venv"
"""What to type where it is missing."""

_PINNED: Final = Path(__file__).with_name("emupos.txt")
_STAMP: Final = FOLDER / "ready"
_NAMES: Final = ("python3.13", "python3.14", "python3")
_SUITS: Final = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 13))"


def ready() -> bool:
    """Whether the environment is there, whole, and of what is pinned now."""
    return PROGRAM.exists() and _STAMP.exists() and _STAMP.read_text(encoding="ascii") == _digest()


def find_python() -> str | None:
    """A Python of 3.13 or newer on this machine that can make environments, or None."""
    versions = sorted((Path.home() / ".pyenv" / "versions").glob("*/bin/python"), reverse=True)
    for candidate in [*_NAMES, *map(str, versions)]:
        try:
            tried = subprocess.run([candidate, "-c", _SUITS], capture_output=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if tried.returncode == 0:
            return candidate
    return None


def make(python: str) -> None:
    """Make it anew; subprocess.CalledProcessError or TimeoutExpired when it cannot be."""
    pip = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([python, "-m", "venv", "--clear", str(FOLDER)], capture_output=True, timeout=120, check=True)
    subprocess.run([*pip, "--require-hashes", "-r", str(_PINNED)], capture_output=True, timeout=300, check=True)
    _STAMP.write_text(_digest(), encoding="ascii")


def _digest() -> str:
    return hashlib.sha256(f"{FOLDER}\n".encode() + _PINNED.read_bytes()).hexdigest()


def main() -> int:
    """Always 0: the gate goes on without emupos, and its tests say that they were skipped."""
    if ready():
        return 0
    python = find_python()
    if python is None:
        sys.stdout.write("No Python 3.13 here: the tests with emupos as the printer are skipped. To have them:\n")
        sys.stdout.write(f"    {LINE}    # or your system's python3.13 with python3.13-venv\n")
        return 0
    sys.stdout.write(f"Installing emupos into {FOLDER.relative_to(ROOT)} ...\n")
    try:
        make(python)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        last = (error.stderr or b"").decode(errors="replace").strip().splitlines()[-1:]
        sys.stdout.write(f"It could not be installed ({' '.join(last) or error}); its tests are skipped.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
