"""A health card's QR code instead of an identity card: while one is waited for, and none of it is kept (O14, T13)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drivers.barcode.emulator import BarcodeEmulator
from drivers.idcard.emulator import IdCardEmulator
from hallctl.api.reads import NOTICE
from hallctl.api.role import Role
from hallctl.client import Client
from hallctl.config import parse
from tests.devices.fakes import eventually
from tests.engine.test_codes import told
from tests.harness import SMALL, RunningHall, running_hall, small_config

KEY = "0123456789ABCDEF0123456789ABCDEF"
SECTION = "[[identity_codes]]\nname = 'health-card'\npattern = 'EHC:(?P<holder>[0-9A-Z]{32}):[0-9]+'\n"


class Kiosk:
    """A kiosk with a card reader and a code reader."""

    def __init__(self, hall: RunningHall, client: Client, cards: IdCardEmulator, codes: BarcodeEmulator) -> None:
        self.hall = hall
        self.client = client
        self.cards = cards
        self.codes = codes
        self._times = 10

    async def scan(self) -> None:
        """The person's code, another time: only what stands for the person stays the same."""
        self._times += 1
        await self.codes.press("scan", text=f"EHC:{KEY}:{self._times}")

    async def arm(self) -> None:
        await self.client.ask("card.arm", kiosk="kiosk-1", notice=NOTICE)


@pytest.fixture
async def kiosk(tmp_path: Path) -> AsyncIterator[Kiosk]:
    cards, codes = IdCardEmulator(), BarcodeEmulator()
    links = {"idcard": await cards.start(), "barcode": await codes.start()}
    devices = SECTION + "".join(
        f'[[devices]]\nname = "{driver}"\ndriver = "{driver}"\nlink = "{link}"\nkiosk = "kiosk-1"\n'
        for driver, link in links.items()
    )
    try:
        with_identity = SMALL.replace('prefix = "A"', 'prefix = "A"\nidentity = "optional"')
        async with running_hall(tmp_path, parse(with_identity + devices)) as hall:
            states = hall.daemon.manager.states
            await eventually(lambda: all(one.state in ("ready", "degraded") for one in states()), "devices are open")
            yield Kiosk(hall, await hall.client(Role.KIOSK, "kiosk-1"), cards, codes)
    finally:
        await cards.stop()
        await codes.stop()


async def test_as_a_card_while_one_is_waited_for(kiosk: Kiosk, tmp_path: Path) -> None:
    """T13: a keyed digest and a mask; the same person waits once; neither log nor database knows the code."""
    with capture_logs() as lines:
        await kiosk.arm()
        await kiosk.scan()
        seen = await told(kiosk.client, "card.seen")
        assert (seen["kind"], seen["name_mask"], seen["priority"]) == ("health-card", "", "normal")
        assert seen["number_mask"] == "*" * 28 + "CDEF"
        assert seen["existing"] is None
        take = {"service": "pooled", "kiosk": "kiosk-1", "claim": seen["claim"], "paperless": True}
        taken = await kiosk.client.change("ticket.take", **take)
        await kiosk.arm()
        await kiosk.scan()
        again = await told(kiosk.client, "card.seen")
        assert again["existing"] == {"pooled": taken["ticket"]["label"]}
    read = [line for line in lines if line["event"] == "code.seen"]
    assert read[0] == {
        "event": "code.seen",
        "log_level": "info",
        "kiosk": "kiosk-1",
        "kind": "identity",
        "characters": 39,
    }
    assert KEY not in str(lines)
    with sqlite3.connect(next(tmp_path.glob("*.db"))) as database:
        dump = "\n".join(database.iterdump())
    database.close()
    assert "health-card" in dump
    assert KEY not in dump


async def test_before_the_notice_and_a_second_time_it_is_an_unknown_code(kiosk: Kiosk) -> None:
    """O14: no identity is taken unless the kiosk's reader is open; it closes after one."""
    unknown = {"kiosk": "kiosk-1", "kind": "unknown", "value": None}
    await kiosk.scan()
    assert await told(kiosk.client, "code.seen") == unknown
    await kiosk.arm()
    await kiosk.scan()
    await told(kiosk.client, "card.seen")
    await kiosk.scan()
    assert await told(kiosk.client, "code.seen") == unknown
    await kiosk.arm()
    await kiosk.client.ask("card.disarm", kiosk="kiosk-1")
    await kiosk.scan()
    assert await told(kiosk.client, "code.seen") == unknown


async def test_a_reader_that_is_away_does_not_keep_the_other_from_being_opened(tmp_path: Path) -> None:
    cards = IdCardEmulator()
    link = await cards.start()
    devices = (
        '[[devices]]\nname = "away"\ndriver = "idcard"\nlink = "serial:///dev/none?baud=115200"\nkiosk = "kiosk-1"\n'
        f'[[devices]]\nname = "there"\ndriver = "idcard"\nlink = "{link}"\nkiosk = "kiosk-1"\n'
    )
    try:
        async with running_hall(tmp_path, small_config(devices)) as hall:
            state = hall.daemon.context
            await eventually(lambda: "there" in state.state.devices, "the reader is known")
            await eventually(lambda: state.state.devices["there"].state == "ready", "the reader is open")
            client = await hall.client(Role.KIOSK, "kiosk-1")
            async with asyncio.timeout(4):
                await client.ask("card.arm", kiosk="kiosk-1", notice=NOTICE)
            await cards.press("place_card", card="resident")
            assert (await told(client, "card.seen"))["kind"] == "resident"
    finally:
        await cards.stop()
