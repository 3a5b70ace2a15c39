"""The emulated reader against the captured bytes: it was written apart from the codec."""

import pytest

from drivers.idcard.emulator import IdCardEmulator
from tests.drivers.serial_bench import BenchBus, BenchLink, capture, started

VECTORS = capture("idcard_sdt.json")
REQUESTS = {name: bytes.fromhex(value) for name, value in VECTORS["requests"].items()}
RESPONSES = {name: bytes.fromhex(value) for name, value in (VECTORS["responses"] | VECTORS["synthetic"]).items()}


async def ask(bus: BenchBus, link: BenchLink, request: bytes, size: int) -> bytes:
    bus.write(request)
    answer = b""
    while len(answer) < size:
        answer += await link.read()
    return answer


@pytest.mark.parametrize(
    ("request_", "response"),
    [
        ("reset_sam", "sam_ok"),
        ("sam_status", "sam_ok"),
        ("read_sam_id", "sam_id(05.01-20200101-0012345678-0987654321)"),
        ("find_card", "find_none"),
        ("select_card", "select_fail"),
        ("read_base", "read_fail"),
        ("set_baud_9600", "sam_ok"),
        ("set_max_rf_0x50", "sam_ok"),
    ],
)
async def test_without_a_card(request_: str, response: str) -> None:
    async with started(IdCardEmulator()) as bus:
        expected = RESPONSES[response]
        assert await ask(bus, bus.link(), REQUESTS[request_], len(expected)) == expected


async def test_a_card_from_placing_to_reading() -> None:
    emulator = IdCardEmulator()
    async with started(emulator) as bus:
        link = bus.link()
        await emulator.press("place_card", card="resident")
        for request, response in (
            ("select_card", "select_fail"),
            ("find_card", "find_ok"),
            ("select_card", "select_ok"),
            ("read_base", "read_resident"),
            ("find_card", "find_none"),
        ):
            expected = RESPONSES[response]
            assert await ask(bus, link, REQUESTS[request], len(expected)) == expected
        assert emulator.view()["masked"] == "测** 9999**************"


async def test_requests_that_are_wrong() -> None:
    async with started(IdCardEmulator()) as bus:
        link = bus.link()
        damaged = REQUESTS["sam_status"][:-1] + b"\x00"
        assert await ask(bus, link, damaged, 11) == RESPONSES["status_10"]
        assert await ask(bus, link, bytes.fromhex("aaaaaa966900037777") + b"\x03", 11) == RESPONSES["status_21"]
        assert (await ask(bus, link, REQUESTS["read_new_address"], 11))[9] == 0x91
        bus.write(REQUESTS["sam_status"][:6])
        bus.write(REQUESTS["sam_status"][6:8])
        assert await ask(bus, link, REQUESTS["sam_status"][8:], 11) == RESPONSES["sam_ok"]
