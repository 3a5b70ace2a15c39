"""A real PC/SC service (pcscd) with a virtual reader (vsmartcard's vpcd), for the emulated card to be put into."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from hallctl.bench import shim

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SOCKET = Path("/run/pcscd/pcscd.comm")
START_S = 10


def need_service() -> None:
    """Skips, with the line to type, where no service can be run."""
    try:
        from smartcard import scard  # noqa: F401 - only whether it is there
    except ImportError:
        pytest.skip("pyscard is missing; type: .ci/optional-packages")
    if shutil.which("pcscd") is None or not DRIVER.exists():
        pytest.skip("type: sudo apt-get install --no-install-recommends pcscd vsmartcard-vpcd")
    if shim.compiler() is None:
        pytest.skip("type: sudo apt-get install gcc libc6-dev")
    if answers():
        pytest.skip("another pcscd runs; type: sudo systemctl stop pcscd.socket pcscd.service")
    if os.geteuid() != 0:
        pytest.skip("pcscd's socket is root's; type: sudo .venv/bin/python -m pytest tests/drivers/socialcard")


def answers() -> bool:
    """Whether a service listens at the place where its clients look for it."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(SOCKET))
        except OSError:
            return False
        return True


def free_ports() -> int:
    """The first of two neighbouring ports that are free: the virtual reader has two slots."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port: int = first.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port
            except (OSError, OverflowError):
                continue


class CardService:
    """pcscd as a child, its virtual reader on loopback only; `start` and `stop` may be called again and again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_ports()
        self._config = folder / "reader.conf"
        self._config.write_text(
            f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:0x{self.port:04X}\n'
            f"LIBPATH {DRIVER}\nCHANNELID 0x{self.port:04X}\n"
        )
        self._log = folder / "pcscd.log"
        self._loopback = folder / "loopback.so"
        trouble = shim.compiled(Path(__file__).with_name("loopback.c"), self._loopback)
        assert not trouble, trouble
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when clients are answered."""
        SOCKET.parent.mkdir(exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["pcscd", "--foreground", "--config", str(self._config)],
                stdout=log,
                stderr=log,
                env={**os.environ, "LD_PRELOAD": str(self._loopback)},
            )
        end = time.monotonic() + START_S
        while not answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                pytest.skip(f"pcscd cannot run here: {self._log.read_text(errors='replace')[-200:]}")
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(START_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
