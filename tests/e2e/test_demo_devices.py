"""The demo's devices: each family is there, and on a machine without the programs of some the others work."""

import asyncio
from pathlib import Path

import pytest

from drivers.camera.emulator import CameraEmulator
from hallctl import bootstrap, demo
from tests.e2e.stage import staged_hall

WITHOUT = {"socialcard"}
"""It stands below a PC/SC service of the system, which the demo does not start; the page says so."""


def test_every_family_stands_in_the_demo() -> None:
    registry = bootstrap.installed()
    config, _digest = bootstrap.checked(bootstrap.shipped(demo.CONFIG), registry)
    assert {device.driver for device in config.devices} == set(registry.names) - WITHOUT


async def test_without_their_programs_scanners_say_so_and_nothing_else_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without ffmpeg and scanimage: each of the two devices has its sentence, the others are ready."""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    async with staged_hall(tmp_path) as hall:
        await hall.devices_ready("printer-1", "reader-1", "codes-1", "codes-2", "keypad-5", "sign-hall", "copier-3")
        state = hall.daemon.context.state
        missing = {"camera-2": ("scanner.no_ffmpeg",), "scanner-5": ("scanner.no_sane",)}
        await hall.until(
            lambda: {n: d.faults for n, d in state.devices.items() if n in missing} == missing,
            "what is missing is told",
        )
        assert {state.devices[name].state for name in missing} == {"offline"}


async def test_the_demo_ends_while_somebody_looks_at_the_camera() -> None:
    """Nothing of the emulated camera goes on, and nothing is complained of."""
    camera = CameraEmulator(port=0)
    await camera.start()
    port = int(camera.options["source"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readexactly(2)
    assert camera.view()["filming"]
    await camera.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    writer.close()
