"""The document camera with the real ffmpeg: pages, a preview that gives way, and cameras that fail (H01, H05)."""

import asyncio
import fcntl
import shutil
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import ValidationError

from drivers.camera import control
from drivers.camera.driver import DRIVER
from drivers.camera.emulator import EMULATOR, CameraEmulator
from drivers.camera.options import CameraOptions
from hallctl.devices.contract import CAPABILITIES, FaultsSeen, IdentitySeen, LinkLost, ScannedPage, ScanSettings
from tests.devices.fakes import eventually
from tests.drivers.scan_bench import BenchLink, ScanPort, children, fault_of, nothing_left, running, scan

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="type: sudo apt-get install ffmpeg")
pytestmark = needs_ffmpeg

PATTERN = "lavfi:testsrc2=size=320x240:rate=50"
FAST: dict[str, Any] = {"warm_up": 2, "preview_rate": 30, "frame_s": 10}


def small(**more: Any) -> CameraEmulator:
    return CameraEmulator(port=0, width=320, height=240, rate=50, **more)


@asynccontextmanager
async def camera(port: ScanPort | None = None, **options: Any) -> AsyncIterator[tuple[Any, CameraEmulator]]:
    """The driver on an emulated camera, which can be opened once as a real one."""
    emulated = small()
    await emulated.start()
    try:
        given = {**FAST, **emulated.options, **options}
        async with running(DRIVER, port or ScanPort(), **given) as driver:
            yield driver, emulated
    finally:
        await emulated.stop()


class Viewer:
    """Whoever looks at a preview."""

    def __init__(self, driver: Any) -> None:
        self.frames: list[bytes] = []
        self.task = asyncio.create_task(driver.preview(self.frames.append))

    async def sees(self, count: int = 2) -> None:
        """So many more pictures."""
        enough = len(self.frames) + count
        await eventually(lambda: len(self.frames) >= enough or self.task.done(), "pictures")

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


async def test_a_page_and_who_the_camera_is() -> None:
    port = ScanPort()
    async with camera(port) as (driver, emulated):
        assert isinstance(driver, CAPABILITIES["page_scanner"])
        await eventually(lambda: port.signals == [IdentitySeen("tcp 320x240"), FaultsSeen(())])
        (page,) = await scan(driver, "camera")
        assert (page.width, page.height, page.dpi) == (320, 240, None)
        assert Image.open(BytesIO(page.jpeg)).format == "JPEG"
        assert emulated.refused == 0


@pytest.mark.parametrize("kind", ["lavfi", "file"])
async def test_a_pattern_and_a_file_are_cameras_too(kind: str, tmp_path: Path) -> None:
    source = PATTERN
    if kind == "file":
        pictures = BytesIO()
        for shade in range(0, 200, 20):
            Image.new("RGB", (320, 240), (shade, shade, 90)).save(pictures, "JPEG")
        (tmp_path / "clip.mjpeg").write_bytes(pictures.getvalue())
        source = f"file:{tmp_path}/clip.mjpeg"
    async with running(DRIVER, ScanPort(), source=source, rotation=90, **FAST) as driver:
        (page,) = await scan(driver)
        assert (page.width, page.height) == (240, 320)
        viewer = Viewer(driver)
        await viewer.sees(1)
        assert Image.open(BytesIO(viewer.frames[0])).size == (240, 320)
        await viewer.leave()


async def test_a_preview_gives_way_to_a_page_and_comes_back() -> None:
    async with camera() as (driver, emulated):
        viewer = Viewer(driver)
        await viewer.sees()
        assert len(await scan(driver)) == 1
        await viewer.sees()
        both = await asyncio.gather(scan(driver), scan(driver))
        assert [len(pages) for pages in both] == [1, 1]
        await viewer.sees()
        assert emulated.refused == 0, "the camera was never opened twice"
        await viewer.leave()


async def test_a_page_that_is_given_up_lets_the_preview_go_on() -> None:
    """In whatever turn of the loop it is given up, counted from the moment in which the preview let the camera go."""
    async with camera() as (driver, _):
        viewer = Viewer(driver)
        for turns in range(24):
            await viewer.sees(1)
            before = children()
            given_up = asyncio.create_task(scan(driver))
            while children() == before:  # noqa: ASYNC110 - turn by turn
                await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.wait({given_up})
        await viewer.sees()
        await viewer.leave()


async def test_a_preview_that_is_cancelled_leaves_no_process() -> None:
    async with camera() as (driver, _):
        before = children()
        viewer = Viewer(driver)
        await viewer.sees()
        assert children() != before
        await viewer.leave()
        assert viewer.task.cancelled()
        await eventually(lambda: children() == before)


async def test_a_newer_preview_takes_over() -> None:
    """A page that was loaded anew must not keep the camera from a scan."""
    async with camera() as (driver, emulated):
        older, newer = Viewer(driver), None
        await older.sees()
        newer = Viewer(driver)
        await newer.sees()
        await asyncio.wait({older.task}, timeout=5)
        assert older.task.result() is None
        assert len(await scan(driver)) == 1
        await newer.sees()
        await newer.leave()
        assert emulated.refused == 0


async def test_a_preview_shows_no_more_pictures_than_wished() -> None:
    port = ScanPort()
    async with camera(port, preview_rate=1) as (driver, emulated):
        port.pace = 0  # time stands still
        viewer = Viewer(driver)
        await viewer.sees(1)
        sent = emulated.sent
        await eventually(lambda: emulated.sent > sent + 10)
        assert len(viewer.frames) == 1
        await viewer.leave()


@pytest.mark.parametrize("mode", ["no_frames", "frozen"])
async def test_a_camera_without_pictures_is_told_and_proves_itself_anew(mode: str) -> None:
    emulated = small()
    await emulated.start()
    port = ScanPort()
    async with nothing_left():
        driver = await DRIVER.open(BenchLink(), DRIVER.options(**FAST, **emulated.options), port)
        run = asyncio.create_task(driver.run())
        port.pace = 20
        await emulated.press(mode)
        assert (await fault_of(scan(driver))).code == "scanner.no_picture"
        assert (await fault_of(run)).code == "scanner.no_picture", "the session has ended"
        await driver.close()
    await emulated.stop()


@pytest.mark.parametrize("action", ["dies", "unplug"])
async def test_a_camera_that_goes_ends_the_preview_with_a_fault(action: str) -> None:
    emulated = small()
    await emulated.start()
    async with nothing_left():
        driver = await DRIVER.open(BenchLink(), DRIVER.options(**FAST, **emulated.options), ScanPort())
        viewer = Viewer(driver)
        await viewer.sees()
        await emulated.press(action)
        fault = await fault_of(viewer.task)
        assert fault.code in ("scanner.io", "scanner.no_picture")
        await driver.close()
    await emulated.stop()


async def test_unplugged_ends_the_session() -> None:
    """A link video: lives as long as the camera's node."""
    link = BenchLink()
    async with nothing_left():
        driver = await DRIVER.open(link, DRIVER.options(source=PATTERN, **FAST), ScanPort())
        run = asyncio.create_task(driver.run())
        link.pull()
        with pytest.raises(LinkLost):
            await run
        await driver.close()


async def test_a_source_that_is_removed_ends_the_session(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mjpeg"
    pictures = BytesIO()
    for _ in range(3):
        Image.new("RGB", (64, 48)).save(pictures, "JPEG")
    clip.write_bytes(pictures.getvalue())
    port = ScanPort()
    driver = await DRIVER.open(BenchLink(), DRIVER.options(source=f"file:{clip}", **FAST), port)
    port.pace = 100
    run = asyncio.create_task(driver.run())
    clip.unlink()
    with pytest.raises(LinkLost):
        await run
    await driver.close()


async def test_opened_and_killed_a_hundred_times() -> None:
    """H01: no process, no task, no file is left."""
    emulated = small()
    await emulated.start()
    async with nothing_left():
        driver = await DRIVER.open(BenchLink(), DRIVER.options(**FAST, **emulated.options), ScanPort())
        for turn in range(100):
            viewer = Viewer(driver)
            await eventually(lambda: children(), "it has begun")
            if turn % 20 == 0:
                await viewer.sees(1)
            await viewer.leave()
        assert len(await scan(driver)) == 1
        await driver.close()
    await emulated.stop()


# ---------------------------------------------------------------- what is wrong with a camera


@pytest.mark.parametrize(
    ("link", "options", "code"),
    [
        ("none:", {}, "scanner.no_camera"),
        ("none:", {"source": "/dev/nothing-there"}, "scanner.no_camera"),
        ("video:///dev/v4l/by-id/nothing%20there", {}, "scanner.no_camera"),
        ("video:///dev/null", {}, "scanner.no_camera"),
        ("none:", {"source": "tcp://127.0.0.1:1"}, "scanner.no_camera"),
        ("none:", {"source": PATTERN, "program": "/nowhere/ffmpeg"}, "scanner.no_ffmpeg"),
        ("video:///dev/null", {"program": "/nowhere/ffmpeg"}, "scanner.no_ffmpeg"),
    ],
)
async def test_no_camera_is_told_so(link: str, options: dict[str, str], code: str) -> None:
    async with nothing_left():
        fault = await fault_of(DRIVER.open(BenchLink(link), DRIVER.options(**options), ScanPort()))
    assert fault.code == code


def ffmpeg_says(folder: Path, listing: str, script: str = "exit 1") -> str:
    """A program that lists formats as ffmpeg does for a v4l2 camera, and behaves as it is told for the rest."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\ncase \"$*\" in *list_formats*) echo '{listing}' >&2; exit 1;; esac\n{script}\n")
    path.chmod(0o755)
    return str(path)


MJPEG = "[v4l2 @ 0x1] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720"


@pytest.mark.parametrize(
    ("listing", "script", "options", "code"),
    [
        ("[v4l2 @ 0x1] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480", "", {}, "scanner.no_size"),
        (MJPEG, "", {"width": 4000, "height": 3000}, "scanner.no_size"),
        ("/dev/video0: Device or resource busy", "", {}, "scanner.busy"),
        (MJPEG, "echo 'ioctl(VIDIOC_STREAMON): Device or resource busy' >&2; exit 1", {}, "scanner.busy"),
        (MJPEG, "head -c 100000 /dev/urandom; exec sleep 60", {"frame_s": 0.3}, "scanner.no_picture"),
        (MJPEG, "while :; do echo complaint complaint >&2; done", {"frame_s": 0.3}, "scanner.no_picture"),
        (MJPEG, "", {"focus": 30}, "scanner.no_focus"),
    ],
)
async def test_what_a_v4l2_camera_cannot(
    tmp_path: Path, listing: str, script: str, options: dict[str, Any], code: str
) -> None:
    program = ffmpeg_says(tmp_path, listing, script or "exit 1")
    async with nothing_left():
        fault = await fault_of(
            DRIVER.open(BenchLink("video:///dev/null"), DRIVER.options(program=program, **options), ScanPort())
        )
    assert fault.code == code


async def test_the_largest_size_is_the_pages_and_a_smaller_one_the_previews(tmp_path: Path) -> None:
    """The children of ffmpeg end with it: the script's own `cat` holds the pipe."""
    picture = BytesIO()
    Image.new("RGB", (64, 48)).save(picture, "JPEG")
    part = b"--ffmpeg\r\nContent-length: %d\r\n\r\n" % len(picture.getvalue()) + picture.getvalue() + b"\r\n"
    (tmp_path / "stream").write_bytes(part * 8)
    script = f'echo "$*" >>{tmp_path}/asked; cat {tmp_path}/stream; sleep 60; true'
    program = ffmpeg_says(tmp_path, MJPEG.replace("640x480", "640x480 3264x2448"), script)
    options = DRIVER.options(program=program, **FAST)
    async with nothing_left():
        driver = await DRIVER.open(BenchLink("video:///dev/video%20X"), options, ScanPort())
        viewer = Viewer(driver)
        await viewer.sees(1)
        await viewer.leave()
        await driver.close()
    page, preview = (tmp_path / "asked").read_text().splitlines()
    assert "-video_size 3264x2448 -i /dev/video X" in page
    assert "-video_size 1280x720 -i /dev/video X" in preview


def test_focus_is_set_as_the_kernel_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's end of the call: autofocus off, then the lens."""
    asked: list[tuple[int, tuple[int, ...]]] = []
    monkeypatch.setattr(fcntl, "ioctl", lambda _file, call, data: asked.append((call, struct.unpack("=Ii", data))))
    node = tmp_path / "video0"
    node.write_bytes(b"")
    control.set_focus(str(node), 30)
    assert asked == [(0xC008561C, (0x009A090C, 0)), (0xC008561C, (0x009A090A, 30))]
    assert control.name_of(str(node)) == ""


async def test_no_such_source() -> None:
    async with running(DRIVER, ScanPort(), source=PATTERN, **FAST) as driver:
        assert (await fault_of(scan(driver, "feeder"))).code == "scanner.no_source"


async def test_a_page_that_is_refused_by_the_taker_is_no_fault_of_the_camera() -> None:
    async with running(DRIVER, ScanPort(), source=PATTERN, **FAST) as driver:

        async def full(_page: ScannedPage) -> None:
            raise OSError("no space left")

        with pytest.raises(OSError, match="no space"):
            await driver.scan_pages(ScanSettings(), full)
        assert len(await scan(driver)) == 1


@pytest.mark.parametrize("options", [{"source": "http://x"}, {"width": 640}, {"rotation": 45}, {"preview_rate": 0}])
def test_options_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CameraOptions.model_validate(options)


async def test_the_emulator_knows_its_actions() -> None:
    assert EMULATOR.make(port=7).options == EMULATOR.options(port=7) == {"source": "tcp://127.0.0.1:7"}
    emulator = EMULATOR.make(port=0)
    await emulator.start()
    for action, params in EMULATOR.actions.items():
        await emulator.press(action, **params)
    assert emulator.view()["plugged"]
    with pytest.raises(ValueError, match="no action shout"):
        await emulator.press("shout")
    await emulator.stop()
