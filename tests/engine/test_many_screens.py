"""Many screens behind one line: after a start every one of them gets its text, and keeps it after a break."""

import asyncio
from pathlib import Path

from drivers.emulated_port import EmulatedPort
from drivers.ledstrip.emulator import LedStripEmulator
from hallctl.config import HallConfig, parse
from tests.devices.fakes import eventually
from tests.harness import running_hall

WINDOWS = 30


def config(link: str) -> HallConfig:
    """A hall with a strip over each of its windows, all on one line."""
    windows = "".join(f'[[windows]]\nid = "{n}"\nzone = "z"\nservices = ["a"]\n' for n in range(1, WINDOWS + 1))
    units = "\n".join(f'{n} = "{n}"' for n in range(1, WINDOWS + 1))
    return parse(
        '[hall]\nid = "many"\nname = "大厅"\n[[zones]]\nid = "z"\nname = "区"\n'
        '[[services]]\nid = "a"\nname = "综合受理"\nprefix = "A"\nzone = "z"\n'
        f'{windows}[[kiosks]]\nid = "kiosk-1"\n[strip]\nclosed = "{{window}}号窗口未开放"\n'
        f'[[devices]]\nname = "strips"\ndriver = "ledstrip"\nlink = "{link}"\n[devices.units]\n{units}\n'
    )


async def test_every_strip_of_a_full_bus_is_written_at_the_start_and_when_the_line_comes_back(tmp_path: Path) -> None:
    """V04, H01."""
    strips = LedStripEmulator(line=EmulatedPort())
    link = await strips.start()
    try:
        async with running_hall(tmp_path, config(link)):
            for _ in range(2):
                await eventually(
                    lambda: (
                        [strip["text"] for _, strip in sorted(strips.view()["strips"].items(), key=_number)]
                        == [f"{n}号窗口未开放" for n in range(1, WINDOWS + 1)]
                    ),
                    "all strips",
                )
                await strips.press("unplug")
                await asyncio.sleep(0.05)
                await strips.press("power_cycle")
                await strips.press("plug")
    finally:
        await strips.stop()


def _number(row: tuple[str, dict[str, str]]) -> int:
    return int(row[0])
