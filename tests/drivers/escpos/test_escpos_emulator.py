"""The emulated printer by itself, spoken to in plain bytes: its answers are those captured from another emulator."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.escpos.emulated_stream import Stream, characters
from drivers.escpos.emulator import EMULATOR, PrinterEmulator

from .wire import until

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "captures" / "escpos_status.json").read_text("utf-8"))
PRESSES = {
    "ready": "paper_ok",
    "near_end": "paper_near_end",
    "paper_out": "paper_out",
    "cover_open": "cover_open",
    "offline": "offline",
}
SLIP = b"\x1b\x40\x1c\x26" + "取号成功\nA012\n".encode("gbk") + b"\x1d\x56\x42\x00"


class Client:
    """A bare TCP client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ask(self, data: str, size: int) -> str:
        self.writer.write(bytes.fromhex(data))
        async with asyncio.timeout(5):
            return (await self.reader.readexactly(size)).hex()


@pytest.fixture
async def emulator() -> AsyncIterator[PrinterEmulator]:
    emulator = PrinterEmulator(now=lambda: 1234)
    yield emulator
    await emulator.stop()


async def connected(address: str) -> Client:
    host, port = address.removeprefix("tcp://").split(":")
    assert host == "127.0.0.1"
    return Client(*await asyncio.open_connection(host, int(port)))


@pytest.mark.parametrize(("name", "action"), PRESSES.items())
async def test_status_is_that_of_real_ones(emulator: PrinterEmulator, name: str, action: str) -> None:
    client = await connected(await emulator.start())
    await emulator.press(action)
    answers = {n: await client.ask(f"1004{n:02x}", 1) for n in (1, 2, 3, 4)}
    assert answers == {int(n): value for n, value in VECTORS["DLE_EOT"][name].items()}
    client.writer.close()


async def test_a_jammed_cutter_is_reported(emulator: PrinterEmulator) -> None:
    client = await connected(await emulator.start())
    await emulator.press("cutter_jam")
    answers = {n: await client.ask(f"1004{n:02x}", 1) for n in (1, 2, 3)}
    assert answers == {int(n): value for n, value in VECTORS["computed_from_bits"]["cutter_error"].items()}
    client.writer.close()


async def test_automatic_status_follows_each_change(emulator: PrinterEmulator) -> None:
    client = await connected(await emulator.start())
    assert await client.ask(VECTORS["ASB"]["enable_all"], 4) == VECTORS["ASB"]["ready"]
    for action, key in (("paper_near_end", "near_end"), ("paper_out", "paper_out(computed)")):
        await emulator.press(action)
        assert await client.ask("", 4) == VECTORS["ASB"][key]
    client.writer.close()


async def test_answers_behind_the_data_wait_for_paper(emulator: PrinterEmulator) -> None:
    """GS r and GS ( H are silent without paper; DLE EOT is not; when paper comes, all is printed and answered."""
    client = await connected(await emulator.start())
    assert await client.ask("1d7201", 1) == VECTORS["GS_r1"]["ready"]
    assert await client.ask("1d4943", 7) == "5f48432d383000"
    await emulator.press("paper_out")
    client.writer.write(SLIP)
    assert await client.ask("1d2848060030303132333410 0404", 1) == "7e"
    assert emulator.view()["slips"] == []
    await emulator.press("paper_near_end")
    assert await client.ask("1d7201", 8) == "37223132333400" + VECTORS["GS_r1"]["near_end"]
    assert emulator.view()["slips"][0]["text"] == ["取号成功", "A012"]
    client.writer.close()


async def test_one_client_at_a_time_on_a_port_that_stays(emulator: PrinterEmulator) -> None:
    address = await emulator.start()
    first, second = await connected(address), await connected(address)
    assert await first.ask("100401", 1) == "12"
    second.writer.write(b"\x10\x04\x04")
    await emulator.press("unplug")
    assert await first.reader.read() == b""
    with pytest.raises(OSError, match=r".+"):
        await connected(address)
    await emulator.press("plug")
    await emulator.press("plug")
    third = await connected(address)
    assert await third.ask("100401", 1) == "12"
    for client in (first, second, third):
        client.writer.close()


async def test_a_waiting_client_is_served_when_the_first_has_gone(emulator: PrinterEmulator) -> None:
    address = await emulator.start()
    first, second = await connected(address), await connected(address)
    assert await first.ask("100401", 1) == "12"
    first.writer.close()
    assert await second.ask("100401", 1) == "12"
    second.writer.close()


async def test_the_cable_is_cut_after_so_many_bytes(emulator: PrinterEmulator) -> None:
    client = await connected(await emulator.start())
    await emulator.press("cut_cable_after", bytes=12)
    client.writer.write(SLIP)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await client.reader.readexactly(1)
    assert not emulator.view()["plugged"]
    assert emulator.view()["slips"] == []
    client.writer.close()


async def test_mute_and_slow(emulator: PrinterEmulator) -> None:
    client = await connected(await emulator.start())
    await emulator.press("mute")
    client.writer.write(bytes.fromhex("100401"))
    await until(lambda: bool(emulator.view()["wire"]))
    await emulator.press("unmute")
    await emulator.press("slow", seconds="0.01")
    assert await client.ask("100404", 1) == "12"
    assert [row["dir"] for row in emulator.view()["wire"]] == ["in", "in", "out"]
    client.writer.close()


async def test_the_view_is_json_with_the_newest_slip_as_a_picture(emulator: PrinterEmulator) -> None:
    client = await connected(await emulator.start())
    for _ in range(7):
        client.writer.write(SLIP)
    assert await client.ask("1d7201", 1) == "00"
    view = json.loads(json.dumps(emulator.view()))
    assert len(view["slips"]) == 5
    assert [("png" in slip) for slip in view["slips"]] == [False] * 4 + [True]
    assert base64.b64decode(view["slips"][-1]["png"]).startswith(b"\x89PNG")
    assert view["printed"] == 7
    assert view["wire"][0]["at"] == 1234
    assert "取号成功" in view["wire"][0]["text"]
    client.writer.close()


async def test_unknown_actions_are_refused_and_all_known_are_served(emulator: PrinterEmulator) -> None:
    await emulator.start()
    with pytest.raises(ValueError, match="no action dance"):
        await emulator.press("dance")
    for action in EMULATOR.actions:
        await emulator.press(action)


def test_rare_characters_come_out_wrong_as_on_paper() -> None:
    """Four-byte GB18030 prints other signs in a GBK ROM, and Chinese without FS & is gibberish."""
    assert characters("¥".encode("gb18030"), True) == "▯0▯6"
    assert "永" not in characters("永".encode("gbk"), False)


ALL = (
    SLIP
    + b"\x1d\x76\x30\x00\x01\x00\x02\x00\x10\x04"
    + bytes.fromhex("1d286b0700315030413030311d286b0300315130")
    + b"\x1b\x61\x01\x1b\x64\x03\x10\x04\x01\x1d\x72\x01\x1b\x44\x08\x00\x10\x14\x01\x00\x01\x1d\x6b\x04A\x00"
)


def test_a_command_inside_a_raster_is_not_a_command() -> None:
    names = [order.name for order in Stream().feed(ALL)]
    assert names.count("DLE EOT") == 1
    assert b"".join(order.raw for order in Stream().feed(ALL)) == ALL


@given(st.lists(st.integers(0, len(ALL)), max_size=8))
def test_commands_in_any_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(ALL)]
    stream = Stream()
    orders = [order for a, b in pairwise(edges) for order in stream.feed(ALL[a:b])]
    assert [o.raw for o in orders if o.name != "text"] == [o.raw for o in Stream().feed(ALL) if o.name != "text"]
    assert b"".join(order.raw for order in orders) == ALL


@given(st.binary(max_size=400))
def test_noise_is_survived(noise: bytes) -> None:
    Stream().feed(noise)
