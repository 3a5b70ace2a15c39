"""Hot-plug against the kernel's and udev's own telling, ports and USB devices as sysfs and usbfs show them (H01)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRAPPER = shutil.which("umockdev-wrapper")


@pytest.mark.skipif(WRAPPER is None, reason="umockdev is not installed; type: sudo apt-get install umockdev")
def test_what_the_kernel_tells_opens_and_ends_the_links() -> None:
    program = [str(WRAPPER), sys.executable, "-m", "tests.devices.kernel_plug"]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["told"], "nothing is polled"
    assert told["left"] == {"adapter": "offline", "named": "ready", "printer": "offline", "camera": "offline"}
    assert told["places"] == ["0403:6001 1-3", "0416:5011 1-4", "1a86:7523 1-2", "1d6b:0002 usb1"]
    assert told["serial"] == "ping!"
    assert told["bulk"] == {"heard": "12", "wrong": "device.lost"}
