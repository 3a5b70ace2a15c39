"""``python -m tests.kernel`` (make test-kernel): our drivers on devices of a real kernel, in a machine of its own.

Prints a table of what was tried and its result; the exit code is 0 if all of it held.
"""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.kernel import image, machine, table

TREE = Path(__file__).parents[2]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.kernel", description=__doc__)
    parser.add_argument("--kvm", action="store_true", help="with the processor's own help, where that works: quicker")
    parser.add_argument("--write", action="store_true", help="write the table into tests/kernel/README.md")
    parser.add_argument("--only", default="", help="tests to run, as pytest's -k")
    parser.add_argument("--limit", type=float, default=machine.LIMIT_S, help="seconds until it is killed (1500)")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Boot, run, read the result; the exit code."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the machine ends with us
    kvm = given.kvm
    with tempfile.TemporaryDirectory() as name:
        folder, initrd = Path(name) / "result", Path(name) / "initrd"
        folder.mkdir()
        try:
            guest = image.fetch(_say)
            guest.initrd(initrd, TREE, given.only)
            _say(f"Linux {guest.version}, {'KVM' if kvm else 'emulated processor'} ...")
            began = time.monotonic()
            ended = machine.run(machine.command(guest, initrd, folder, kvm=kvm), _say, given.limit)
        except image.Missing as missing:
            _say(str(missing))
            return 2
        rows = table.read(folder / "result.xml")
    seconds = time.monotonic() - began
    if not ended:
        _say(f"The guest did not end within {given.limit:.0f} s and was killed.")
    text = table.markdown(rows, guest.version, kvm=kvm, seconds=seconds)
    _say(f"\n{text}")
    held = ended and bool(rows) and all(row.result == "held" for row in rows)
    if given.write and held and not given.only:
        table.write(text)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
