"""The wheel has all that a hall needs: code, drivers, pages, examples, units, the documents of the wire."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

NEEDED = (
    "hallctl/__main__.py",
    "hallctl/py.typed",
    "hallctl/api/openapi.json",
    "hallctl/api/asyncapi.json",
    "hallctl/store/migrations/versions/r0001_first.py",
    "hallctl/shipped/config/hall.toml",
    "hallctl/shipped/config/township.toml",
    "hallctl/shipped/config/village.toml",
    "hallctl/shipped/config/county.toml",
    "hallctl/shipped/systemd/hallctl.service",
    "hallctl/shipped/systemd/60-hallctl.rules",
    *(
        f"drivers/{name}/driver.py"
        for name in ("callpad", "escpos", "idcard", "ledstrip", "onbon", "eqsign", "ratingpad", "voice")
    ),
    *(
        f"drivers/{name}/emulator.py"
        for name in ("callpad", "escpos", "idcard", "ledstrip", "onbon", "eqsign", "ratingpad", "voice")
    ),
    *(f"kiosk_ui/{page}/index.html" for page in ("kiosk", "window", "board", "rating", "ticket", "admin", "demo")),
    "kiosk_ui/vendor/preact.js",
    "kiosk_ui/vendor/VENDOR.json",
)


def test_the_wheel_is_whole_and_slim(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    wheel = next(tmp_path.glob("hallctl-*.whl"))
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set(NEEDED) <= names, sorted(set(NEEDED) - names)
    assert not [name for name in names if name.startswith(("tests/", "kiosk_ui/screenshots")) or name.endswith(".pyc")]
    assert wheel.stat().st_size < 2_000_000
