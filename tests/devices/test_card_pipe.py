"""Contact card readers, with a stand-in for pyscard's calls: a card or none, the reader's end, what is missing."""

# ruff: noqa: ARG002, N802 - the methods' names and arguments are pyscard's

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from hallctl.devices import card_pipe
from hallctl.devices.card_pipe import NO_CARD
from hallctl.devices.contract import DeviceFault, LinkLost
from hallctl.devices.links import Links
from tests.devices.fakes import eventually

READER = "ACS ACR38U 00 00"
GONE, NOT_THERE, NO_SERVICE = 1, 2, 3


class Scard(ModuleType):
    """pyscard's low level, as winscard.h has it: results are numbers, 0 is good."""

    SCARD_S_SUCCESS, SCARD_E_TIMEOUT = 0, 10
    SCARD_SCOPE_USER = SCARD_SHARE_SHARED = SCARD_STATE_UNAWARE = SCARD_RESET_CARD = 0
    SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1, SCARD_STATE_UNKNOWN = 1, 2, 4

    def __init__(self) -> None:
        super().__init__("smartcard.scard")
        self.service, self.readers, self.card = True, [READER], ""
        self.contexts: set[int] = set()
        self.connected = ""
        self.asked: list[bytes] = []

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:
        if not self.service:
            return NO_SERVICE, 0
        self.contexts.add(7)
        return 0, 7

    def SCardReleaseContext(self, context: int) -> int:
        self.contexts.discard(context)
        return 0

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:
        return (0, list(self.readers)) if self.readers else (NOT_THERE, [])

    def SCardConnect(self, context: int, name: str, mode: int, protocols: int) -> tuple[int, int, int]:
        self.connected = self.card if name in self.readers else ""
        return (0, 9, 1) if self.connected else (NOT_THERE, 0, 0)

    def SCardDisconnect(self, card: int, then: int) -> int:
        self.connected = ""
        return 0

    def SCardTransmit(self, card: int, protocol: int, command: list[int]) -> tuple[int, list[int]]:
        if self.connected != self.card or not self.readers:
            return GONE, []
        self.asked.append(bytes(command))
        return 0, [*self.card.encode(), 0x90, 0x00 - 0x100]  # it gives signed bytes on some systems

    def SCardGetStatusChange(self, context: int, wait_ms: int, states: list[Any]) -> tuple[int, list[Any]]:
        assert wait_ms == 0
        name = states[0][0]
        return 0, [(name, 0 if name in self.readers else self.SCARD_STATE_UNKNOWN, [])]

    def SCardGetErrorMessage(self, result: int) -> str:
        return f"error {result}"


@pytest.fixture
async def scard(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scard]:
    stand_in = Scard()
    monkeypatch.setitem(sys.modules, "smartcard", SimpleNamespace(scard=stand_in))
    monkeypatch.setattr(card_pipe, "LOOK_S", 0.01)
    yield stand_in
    await eventually(lambda: "pcsc" not in [thread.name for thread in threading.enumerate()], "the thread has ended")
    assert stand_in.contexts == set()


async def test_one_write_is_one_command_and_one_read_its_answer(scard: Scard) -> None:
    scard.card = "one"
    link = await Links().open("pcsc:ACS%20ACR38U")
    for command in (b"\x00\xa4\x04\x00", b"\x00\xb2\x01\x04"):
        await link.write(command)
        assert await link.read() == b"one\x90\x00"
    assert scard.asked == [b"\x00\xa4\x04\x00", b"\x00\xb2\x01\x04"]
    await link.close()


async def test_no_card_is_an_answer_and_the_next_card_is_asked_from_its_start(scard: Scard) -> None:
    link = await Links().open("pcsc:")
    told = []
    for card in ("", "one", "one", "two", "two", "", "two"):
        scard.card = card
        await link.write(b"\x00\xa4\x04\x00")
        told.append(await link.read())
    assert told == [NO_CARD, b"one\x90\x00", b"one\x90\x00", NO_CARD, b"two\x90\x00", NO_CARD, b"two\x90\x00"]
    await link.close()


async def test_an_answer_that_nobody_read_is_no_part_of_the_next(scard: Scard) -> None:
    scard.card = "one"
    link = await Links().open("pcsc:")
    for _ in range(3):
        await link.write(b"\x00\xa4\x04\x00")
    await eventually(lambda: len(scard.asked) == 3)
    await asyncio.sleep(0.02)
    assert await link.read() == b"one\x90\x00"
    await link.close()


@pytest.mark.parametrize("asking", [True, False])
async def test_pulling_the_reader_ends_the_link(scard: Scard, asking: bool) -> None:
    scard.card = "one"
    links = Links()
    link = await links.open("pcsc:")
    scard.readers = []
    if asking:
        await link.write(b"\x00\xa4\x04\x00")
    with pytest.raises(LinkLost, match="unplugged"):
        await link.read()
    await link.close()
    with pytest.raises(DeviceFault, match=r"device\.unreachable"):
        await links.open("pcsc:")


async def test_a_reader_that_is_not_there_is_told_with_those_that_are(scard: Scard) -> None:
    with pytest.raises(DeviceFault, match=r"device\.unreachable: no reader Other; there are: ACS"):
        await Links().open("pcsc:Other")


async def test_without_pyscard_or_pcscd_the_line_to_type_is_told(scard: Scard, monkeypatch: pytest.MonkeyPatch) -> None:
    scard.service = False
    with pytest.raises(DeviceFault, match=r"reader\.no_service") as caught:
        await Links().open("pcsc:")
    assert "apt-get install pcscd" in caught.value.sentence("zh")
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(DeviceFault, match=r"reader\.no_pcsc") as missing:
        await Links().open("pcsc:")
    assert "pip install 'hallctl[pcsc]'" in missing.value.sentence("en")
