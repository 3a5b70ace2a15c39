"""A document camera: a V4L2 node that gives MJPEG, through ffmpeg."""

import asyncio
import io
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

from hallctl.devices.contract import ScannedPage, ScanSettings
from tests.kernel.camera_module import MODULE
from tests.kernel.hall import hall, until

NODE = Path("/dev/video10")
SIZE = (640, 480)
SECTION = {"name": "camera", "driver": "camera", "link": f"video://{NODE}", "options": {"warm_up": 1, "frame_s": 10}}


def module(*command: str) -> bool:
    """Whether busybox's modprobe or rmmod succeeded."""
    return subprocess.run(["busybox", *command], check=False, capture_output=True, timeout=60).returncode == 0


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pictures as the camera has them."""
    if not Path(f"/lib/modules/{os.uname().release}/extra/{MODULE}.ko").exists():
        pytest.skip(f"{MODULE} could not be built: gcc and make are missing")
    clip = tmp_path_factory.mktemp("camera") / "clip.mjpeg"
    picture = f"testsrc2=size={SIZE[0]}x{SIZE[1]}:rate=5"
    make = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", picture, "-frames:v", "10", "-c:v", "mjpeg", str(clip)]
    subprocess.run(make, check=True, timeout=100)
    return clip


@asynccontextmanager
async def camera(clip: Path) -> AsyncIterator[None]:
    """The camera is plugged in and gives five pictures a second."""
    assert module("modprobe", MODULE, "video_nr=10", "exclusive_caps=1", "max_buffers=4")
    await until(NODE.exists, "the node")
    feed = ["ffmpeg", "-loglevel", "error", "-re", "-stream_loop", "-1", "-f", "mjpeg", "-r", "5", "-i", str(clip)]
    process = await asyncio.create_subprocess_exec(*feed, "-c", "copy", "-f", "v4l2", str(NODE))
    try:
        yield
    finally:
        process.terminate()
        await process.wait()
        await until(lambda: module("rmmod", MODULE), "it is let go")


async def test_preview_and_page(clip: Path) -> None:
    async with camera(clip), hall(SECTION) as side:
        await side.is_told("camera", "ready")
        shown: list[bytes] = []
        showing = asyncio.create_task(side.run("camera", lambda device: device.preview(shown.append)))
        await until(lambda: len(shown) >= 3, "three pictures of the preview")
        pages: list[ScannedPage] = []

        async def take(page: ScannedPage) -> None:
            pages.append(page)

        assert await side.run("camera", lambda device: device.scan_pages(ScanSettings(), take)) == 1
        count = len(shown)
        await until(lambda: len(shown) > count, "the preview goes on")
        showing.cancel()
        await asyncio.wait({showing})
    assert (pages[0].width, pages[0].height) == SIZE
    for jpeg in (shown[0], pages[0].jpeg):
        assert Image.open(io.BytesIO(jpeg)).size == SIZE


async def test_pulled_out_and_plugged_in_again(clip: Path) -> None:
    async with hall(SECTION) as side:
        await side.is_told("camera", "offline", "device.unreachable")
        async with camera(clip):
            await side.is_told("camera", "ready")
        await side.is_told("camera", "offline", "device.lost")
        async with camera(clip):
            await side.is_told("camera", "ready")
