"""Finding a card by safe questions, over TCP and on a serial line."""

from typing import Any

import pytest

from drivers.emulated_line import EmulatedLine
from drivers.onbon.driver import DRIVER
from drivers.onbon.emulator import OnbonEmulator
from drivers.onbon.probe import identify
from tests.drivers.serial_bench import BenchPort, started
from tests.drivers.sign_bench import over_tcp


@pytest.mark.parametrize(
    ("cards", "options", "found"),
    [
        ((1,), {}, "BX-6K2 128x32, card 1"),
        ((7,), {"model": "5K1", "width": 64, "height": 16}, "BX-5K1 64x16, card 7"),
        ((1,), {"model": "5E1"}, None),
    ],
)
async def test_a_card_is_found_by_questions_that_change_nothing(
    cards: tuple[int, ...], options: dict[str, Any], found: str | None
) -> None:
    """At the address of delivery, else at the one to which every card answers."""
    emulator, port = OnbonEmulator(line=EmulatedLine(57600), cards=cards, **options), BenchPort()
    async with started(emulator) as bus:
        assert await port.through(identify(bus.link(), port.sleep)) == found
        told = {row["text"] for row in emulator.view()["wire"] if row["dir"] == "in"}
        assert told <= {"ping", "parameters?", "for card 1, not here"}
    assert [(probe.scheme, probe.query, probe.port) for probe in DRIVER.probes] == [
        ("tcp", "", 5005),
        ("serial", "baud=57600", 0),
        ("serial", "baud=9600", 0),
    ]


async def test_a_card_that_does_not_tell_its_size_is_found_and_a_silent_one_not() -> None:
    emulator, port = OnbonEmulator(), BenchPort()
    emulator.knows_parameters = False
    async with over_tcp(emulator) as link:
        assert await port.through(identify(link.link(), port.sleep)) == "BX-K, card 1"
        await emulator.press("mute")
        assert await port.through(identify(link.link(), port.sleep)) is None
