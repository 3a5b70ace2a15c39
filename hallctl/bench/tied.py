"""Becomes another program, tied to the bench: ``python -m hallctl.bench.tied PARENT 0,1 PROGRAM ARGUMENT…``.

The program runs on the named processors only and gets SIGTERM when the bench dies, however it dies (Linux, prctl(2)
PR_SET_PDEATHSIG, kept over execve(2)). The Python that reads this ends; nothing of it remains in what is measured.
"""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1


def main(arguments: list[str]) -> None:
    """Replace this process."""
    parent, processors, program, *_ = arguments
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before it could be told
        sys.exit(1)
    if processors:
        os.sched_setaffinity(0, {int(number) for number in processors.split(",")})
    os.execvp(program, arguments[2:])  # noqa: S606 - the program is the bench's own choice, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
