"""The emulated scanner in the hands of two clients of other makers, through scanimage: sane-airscan, and SANE's own."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from drivers.escl.emulator import EsclEmulator
from drivers.program import run
from tests.drivers.scan_bench import ScanPort

BACKENDS = [*Path("/usr/lib").glob("*/sane"), Path("/usr/lib/sane"), Path("/usr/lib64/sane")]

needs_escl = pytest.mark.skipif(
    shutil.which("scanimage") is None or not any((folder / "libsane-escl.so.1").exists() for folder in BACKENDS),
    reason="type: sudo apt-get install sane-utils",
)
needs_airscan = pytest.mark.skipif(
    shutil.which("scanimage") is None or not any((folder / "libsane-airscan.so.1").exists() for folder in BACKENDS),
    reason="type: sudo apt-get install sane-utils sane-airscan",
)


async def scanimage(folder: Path, *arguments: str) -> tuple[int, list[Path], str]:
    """Exit code, pages, words."""
    environment = {"SANE_CONFIG_DIR": str(folder), "HOME": str(folder)}
    batch = [f"--batch={folder}/page%02d.pnm", "--format=pnm"]
    outcome = await run(["scanimage", *arguments, *batch], 40, ScanPort(), environment=environment)
    return outcome.code, sorted(folder.glob("page*.pnm")), outcome.said


def configure_airscan(folder: Path, url: str) -> str:
    (folder / "dll.conf").write_text("airscan\n")
    (folder / "airscan.conf").write_text(f'[devices]\n"Hall" = {url}/, eSCL\n[options]\ndiscovery = disable\n')
    return "airscan:e0:Hall"


@needs_airscan
@pytest.mark.parametrize("chunked", [False, True])
async def test_sane_airscan_scans_flatbed_and_feeder(tmp_path: Path, chunked: bool) -> None:
    emulated = EsclEmulator(port=0, chunked=chunked)
    await emulated.start()
    device = configure_airscan(tmp_path, emulated.options["url"])
    code, pages, said = await scanimage(
        tmp_path, "-d", device, "--resolution=100", "-x", "50", "-y", "50", "--batch-count=1"
    )
    assert (code, len(pages)) == (0, 1), said
    size = Image.open(BytesIO(pages[0].read_bytes())).size
    assert max(size) < 210, "50 mm at 100 dpi"
    code, pages, said = await scanimage(tmp_path, "-d", device, "--source=ADF", "--resolution=75")
    assert (code, len(pages)) in ((0, 3), (7, 3)), said
    await emulated.stop()


@needs_airscan
@pytest.mark.parametrize(("action", "code"), [("cover_open", 8), ("jam", 6), ("load", 7)])
async def test_sane_airscan_understands_its_faults(tmp_path: Path, action: str, code: int) -> None:
    """Its exit code is a SANE_Status."""
    emulated = EsclEmulator(port=0)
    await emulated.start()
    await emulated.press(action, sheets=0, after=0) if action == "load" else await emulated.press(action)
    device = configure_airscan(tmp_path, emulated.options["url"])
    ended, pages, said = await scanimage(tmp_path, "-d", device, "--source=ADF", "--resolution=75")
    assert (ended, pages) == (code, []), said
    await emulated.stop()


@needs_escl
async def test_sanes_own_backend_scans_flatbed_and_feeder(tmp_path: Path) -> None:
    emulated = EsclEmulator(port=0)
    await emulated.start()
    origin = emulated.options["url"].removesuffix("/eSCL")
    (tmp_path / "dll.conf").write_text("escl\n")
    (tmp_path / "escl.conf").write_text(f"device {origin} Hall\n")
    device = f"escl:{origin}"
    code, pages, said = await scanimage(tmp_path, "-d", device, "--resolution=75", "--batch-count=1")
    assert (code, len(pages)) == (0, 1), said
    code, pages, said = await scanimage(tmp_path, "-d", device, "--resolution=75", "--source=ADF")
    assert (code, len(pages)) in ((0, 3), (7, 3)), said
    await emulated.stop()
