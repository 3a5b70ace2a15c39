"""Finding a module by a safe question, and captures without what codes say (H06)."""

import pytest

from drivers.barcode.driver import DRIVER
from drivers.barcode.emulator import BarcodeEmulator
from drivers.barcode.probe import identify
from drivers.barcode.redaction import CodeRedaction
from drivers.emulated_input import typed
from tests.drivers.serial_bench import BenchPort, started


@pytest.mark.parametrize("kind", ["gm65", "plain"])
async def test_a_module_is_found_by_a_question_that_changes_nothing(kind: str) -> None:
    emulator, port = BarcodeEmulator(kind=kind), BenchPort()
    settings = bytes(emulator.settings)
    async with started(emulator) as bus:
        found = await port.through(identify(bus.link(), port.sleep))
        assert found == ("GM65" if kind == "gm65" else None)
        assert bytes(emulator.settings) == settings
        assert [probe.query for probe in DRIVER.probes] == ["baud=9600", "baud=115200"]


@pytest.mark.parametrize("fault", ["mute", "half", "damage"])
async def test_what_makes_no_sense_is_not_found(fault: str) -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    async with started(emulator) as bus:
        await emulator.press(fault)
        assert await port.through(identify(bus.link(), port.sleep)) is None


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_capture_shows_no_code(size: int) -> None:
    """Whatever pieces it comes in: as many bytes, the ends stay, of the text nothing."""
    stream = b"99999919900101001X\r\n\x02\xe6\x9d\x8e\x03"
    redact = CodeRedaction()
    shown = b"".join(redact(stream[at : at + size], True) for at in range(0, len(stream), size))
    assert shown == b"******************\r\n\x02***\x03"
    assert redact(b"\x7e\x00\x08", False) == b"\x7e\x00\x08"


def test_a_capture_of_a_keyboard_shows_no_key() -> None:
    redact = CodeRedaction()
    for data in (typed("1990"), typed("12")[:36], typed("12")[36:]):
        assert redact(data, True) == bytes(len(data))
