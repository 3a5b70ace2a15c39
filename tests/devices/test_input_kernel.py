"""Links that are keyboards against the kernel's own questions and answers (evdev's ioctls), by umockdev (H01)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WRAPPER = shutil.which("umockdev-wrapper")


@pytest.mark.skipif(WRAPPER is None, reason="umockdev is not installed")
def test_a_keyboard_of_the_kernel_is_grabbed_and_read_and_a_mouse_is_refused() -> None:
    program = [str(WRAPPER), sys.executable, "-m", "tests.devices.kernel_keyboard"]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=40, check=False)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["code"] == "3-x"
    assert told["mouse"].startswith("device.wrong_identity: ")
    assert "A mouse has no keys" in told["mouse"]
    assert told["mouse"].endswith("; 0 files left open")
