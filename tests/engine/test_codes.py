"""H06: a code from an emulated reader, over its bytes, to the kiosk's page; and a keypad's key to a called ticket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from drivers.barcode.emulator import BarcodeEmulator
from drivers.hidpad.emulator import HidPadEmulator
from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.domain.code import marked
from tests.devices.fakes import eventually
from tests.harness import RunningHall, running_hall, small_config

PERSONAL = "99999919900101001X"


@asynccontextmanager
async def hall_with(directory: Path, devices: str) -> AsyncIterator[RunningHall]:
    async with running_hall(directory, small_config(devices)) as hall:
        states = hall.daemon.manager.states
        await eventually(lambda: all(one.state in ("ready", "degraded") for one in states()), "the devices are open")
        yield hall


async def told(client: Client, kind: str) -> dict[str, Any]:
    """The next notice of the kind."""
    async with asyncio.timeout(5):
        async for event in client.events():
            if event["type"] == kind:
                data: dict[str, Any] = event["data"]
                return data
    raise AssertionError


def reader(url: str) -> str:
    return f'[[devices]]\nname = "codes"\ndriver = "barcode"\nlink = "{url}"\nkiosk = "kiosk-1"\n'


@pytest.mark.parametrize("kind", ["plain", "keyboard"])
async def test_h06_codes_are_told_apart_and_the_page_hears_what_they_lead_to(tmp_path: Path, kind: str) -> None:
    emulator = BarcodeEmulator(kind=kind)
    url = await emulator.start()
    try:
        async with hall_with(tmp_path, reader(url)) as hall:
            kiosk = await hall.client(Role.KIOSK, "kiosk-1")
            taken = await kiosk.change("ticket.take", service="pooled", kiosk="kiosk-1", paperless=True)
            token = hall.daemon.context.identity.slip_token(taken["ticket"]["id"])
            forged = token[:-1] + ("0" if token[-1] != "0" else "1")
            for text, expected in (
                (f"http://hall.example/ticket/#{token}", {"kind": "ticket", "value": token}),
                (marked("YY", "12345678"), {"kind": "appointment", "value": "12345678"}),
                ("654321", {"kind": "appointment", "value": "654321"}),
                (marked("SL", "20261122000123"), {"kind": "receipt", "value": "20261122000123"}),
                (forged, {"kind": "unknown", "value": None}),
                (PERSONAL, {"kind": "unknown", "value": None}),
            ):
                await emulator.press("scan", text=text)
                assert await told(kiosk, "code.seen") == {"kiosk": "kiosk-1", **expected}
            found = await kiosk.ask("ticket.find", token=token)
            assert found["label"] == "A001"
    finally:
        await emulator.stop()


async def test_only_the_readers_own_kiosk_hears_and_the_log_has_kind_and_length_only(tmp_path: Path) -> None:
    emulator = BarcodeEmulator()
    url = await emulator.start()
    try:
        async with hall_with(tmp_path, reader(url)) as hall:
            kiosk, board = await hall.client(Role.KIOSK, "kiosk-1"), await hall.client(Role.BOARD)
            with capture_logs() as lines:
                await emulator.press("scan", text=PERSONAL)
                await told(kiosk, "code.seen")
            seen = [line for line in lines if line["event"] == "code.seen"]
            assert seen == [
                {"event": "code.seen", "log_level": "info", "kiosk": "kiosk-1", "kind": "unknown", "characters": 18}
            ]
            assert PERSONAL not in str(lines)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await told(board, "code.seen")
    finally:
        await emulator.stop()


async def test_a_keypad_that_is_a_keyboard_calls_the_next_ticket(tmp_path: Path) -> None:
    """H04 and the one command path: Enter on a numeric keypad at window 1 calls A001."""
    emulator = HidPadEmulator()
    url = await emulator.start()
    pad = f'[[devices]]\nname = "pad"\ndriver = "hidpad"\nlink = "{url}"\nunits = {{ 1 = "1" }}\n'
    try:
        async with hall_with(tmp_path, pad) as hall:
            desk = await hall.desk("1")
            await desk.change("ticket.take", service="pooled")
            await emulator.press("key", key="enter")
            state = hall.daemon.context
            await eventually(lambda: state.state.active("1") is not None, "the ticket is called")
            active = state.state.active("1")
            assert active is not None
            assert active.label == "A001"
    finally:
        await emulator.stop()


async def test_an_unplugged_reader_comes_back_by_itself(tmp_path: Path) -> None:
    """H01: pulled and plugged, the daemon goes on and the next code is read."""
    emulator = BarcodeEmulator(kind="keyboard")
    url = await emulator.start()
    try:
        async with hall_with(tmp_path, reader(url)) as hall:
            kiosk = await hall.client(Role.KIOSK, "kiosk-1")
            states = hall.daemon.manager.states
            await emulator.press("unplug")
            await eventually(lambda: states()[0].state == "offline", "it is offline")
            await emulator.press("plug")
            await eventually(lambda: states()[0].state == "ready", "it is back")
            await emulator.press("scan", text="12345678")
            assert (await told(kiosk, "code.seen"))["value"] == "12345678"
    finally:
        await emulator.stop()


async def test_h06_a_module_that_reads_only_when_told_lights_up_for_the_page_that_waits(tmp_path: Path) -> None:
    emulator = BarcodeEmulator(kind="gm65")
    url = await emulator.start()
    options = '[devices.options]\ndialect = "gm65"\nreading = "command"\n'
    try:
        async with hall_with(tmp_path, reader(url) + options) as hall:
            kiosk = await hall.client(Role.KIOSK, "kiosk-1")
            await emulator.press("scan", text=marked("YY", "12345678"))
            assert emulator.scans == 0, "it is dark"
            assert await kiosk.ask("code.look", kiosk="kiosk-1") == {"seconds": 30}
            await emulator.press("scan", text=marked("YY", "12345678"))
            assert (await told(kiosk, "code.seen"))["value"] == "12345678"
    finally:
        await emulator.stop()


async def test_a_kiosk_without_a_code_reader_waits_for_none(tmp_path: Path) -> None:
    async with running_hall(tmp_path, small_config()) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        assert await kiosk.ask("code.look", kiosk="kiosk-1") == {"seconds": 0}
