"""The machine in which the guest runs: QEMU, by default with an emulated processor, as every machine can."""

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.kernel.image import Image, Missing

LIMIT_S: Final = 1500.0
"""A guest that has not ended by then is killed."""

PROGRAM: Final = "qemu-system-x86_64"


def command(image: Image, initrd: Path, result: Path, *, kvm: bool) -> list[str]:
    """The whole command line. The host's root is read-only; only `result` can be written to."""
    shares = [("host", Path("/"), ",readonly=on"), ("layer", image.layer, ",readonly=on"), ("result", result, "")]
    line = [PROGRAM, "-accel", "kvm" if kvm else "tcg", "-cpu", "host" if kvm else "max", "-smp", "2", "-m", "2048"]
    line += ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio"]
    line += ["-kernel", str(image.kernel), "-initrd", str(initrd), "-append", "console=ttyS0 loglevel=1 panic=-1"]
    for tag, path, more in shares:
        share = f"local,path={path},mount_tag={tag},security_model=none,multidevs=remap{more}"
        line += ["-virtfs", share]
    return line


def run(line: list[str], say: Callable[[str], None], limit_s: float = LIMIT_S) -> bool:
    """Run the guest until it switches itself off, handing on its console; False when it had to be killed."""
    try:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise Missing(f"{PROGRAM} is missing. Type: sudo apt-get install qemu-system-x86") from None
    killed = threading.Event()

    def kill() -> None:
        killed.set()
        process.kill()

    timer = threading.Timer(limit_s, kill)
    timer.start()
    try:
        assert process.stdout is not None
        for row in process.stdout:
            say(row.decode(errors="replace").rstrip())
    finally:
        timer.cancel()
        process.kill()
        process.wait()
    return not killed.is_set()
