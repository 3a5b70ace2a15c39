"""An emulated scanner: SANE's own ``test`` backend, steered through its configuration; nothing of it is ours.

Each scanimage reads the configuration anew, so that a switch counts from the next scan on.
"""

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from drivers.emulated_line import milliseconds
from hallctl.devices.contract import EmulatorSpec

_FAULTS: Final = {
    "well": "Default",
    "busy": "SANE_STATUS_DEVICE_BUSY",
    "jam": "SANE_STATUS_JAMMED",
    "no_paper": "SANE_STATUS_NO_DOCS",
    "cover_open": "SANE_STATUS_COVER_OPEN",
    "io_error": "SANE_STATUS_IO_ERROR",
}


class SaneEmulator:
    """A flatbed with a feeder of ten sheets."""

    def __init__(self, *, folder: str = "", now: Callable[[], int] = milliseconds) -> None:
        """`folder` is the driver's option `config`. There is no wire of which `now` would tell."""
        del now
        self._folder = Path(folder or temporary())
        self._fault = "well"
        self._slow = False
        self._plugged = True

    @property
    def options(self) -> dict[str, Any]:
        """The driver's options with which it finds this scanner."""
        return fitting(folder=str(self._folder))

    async def start(self) -> str:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write()
        return "none:"

    async def stop(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    async def press(self, action: str, **params: str | int) -> None:
        if action in _FAULTS:
            self._fault = action
        elif action in ("slow", "fast"):
            self._slow = action == "slow"
        elif action in ("plug", "unplug"):
            self._plugged = action == "plug"
        else:
            raise ValueError(f"no action {action}{params or ''}")
        self._write()

    def view(self) -> dict[str, Any]:
        return {
            "options": self.options,
            "fault": self._fault,
            "slow": self._slow,
            "plugged": self._plugged,
            "wire": [],
        }

    def _write(self) -> None:
        (self._folder / "dll.conf").write_text("test\n")
        (self._folder / "test.conf").write_text(
            f"number_of_devices {int(self._plugged)}\n"
            "mode Gray\ndepth 8\nresolution 50\n"
            'test-picture "Color pattern"\n'
            f"read-delay {'true' if self._slow else 'false'}\nread-delay-duration 100000\n"
            f'read-status-code "{_FAULTS[self._fault]}"\n'
        )


@cache
def temporary() -> str:
    """A folder of this process, for an emulator that is given none."""
    return mkdtemp(prefix="hallctl-emulated-")


def fitting(*, folder: str = "", **_given: Any) -> dict[str, Any]:
    """The driver's options for a scanner whose configuration is in `folder`."""
    return {"device": "test:0", "config": folder or temporary()}


EMULATOR: Final = EmulatorSpec(
    name="sane",
    actions={**{name: {} for name in _FAULTS}, "slow": {}, "fast": {}, "unplug": {}, "plug": {}},
    make=SaneEmulator,
    options=fitting,
)
