"""H01: a contact reader pulled and plugged a hundred times, at rest, armed and with a card: no leak, no ghost."""

# ruff: noqa: ARG002, N802 - the methods' names and arguments are pyscard's

import asyncio
import sys
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from drivers.socialcard.driver import DRIVER
from drivers.socialcard.emulator import SocialCardEmulator
from hallctl.devices import card_pipe
from hallctl.devices.contract import CardSeen
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import NOON, Told, eventually, open_files
from tests.devices.test_card_pipe import GONE, NOT_THERE, READER, Scard


class ScardWithCard(Scard):
    """pyscard's calls, with the emulated card in the reader. A reader can be pulled in the midst of a card."""

    def __init__(self, emulator: SocialCardEmulator) -> None:
        super().__init__()
        self._emulator = emulator
        self._presentation: object = None
        self.pull_after: int | None = None

    def SCardConnect(self, context: int, name: str, mode: int, protocols: int) -> tuple[int, int, int]:
        self._presentation = self._emulator.presentation if name in self.readers else None
        return (0, 9, 1) if self._presentation is not None else (NOT_THERE, 0, 0)

    def SCardTransmit(self, card: int, protocol: int, command: list[int]) -> tuple[int, list[int]]:
        if self.pull_after is not None:
            self.pull_after -= 1
            if self.pull_after < 0:
                self.readers = []
        if not self.readers or self._presentation is not self._emulator.presentation:
            return GONE, []
        answer = self._emulator.transmit(bytes(command))
        return (0, list(answer)) if answer else (GONE, [])


class ShortTime:
    """A clock on which a second is 20 ms."""

    def __init__(self) -> None:
        self.ms = NOON

    def now(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)
        await asyncio.sleep(seconds / 50)


class Bench:
    """A keeper of a reader that can be pulled, and what it tells."""

    def __init__(self, emulator: SocialCardEmulator, scard: ScardWithCard) -> None:
        self.emulator = emulator
        self.scard = scard
        self.told = Told()
        self._time = time = ShortTime()
        around = Surroundings(
            Links(time.sleep), time, self.told.on_signal, self.told.on_state, time.sleep, lambda: 0.01
        )
        self.keeper = Keeper("cards", DRIVER, DRIVER.options(), "pcsc:", around)

    @property
    def cards(self) -> list[CardSeen]:
        return [signal for _, signal in self.told.signals if isinstance(signal, CardSeen)]

    async def plug(self) -> None:
        self.scard.readers = [READER]
        self.keeper.retry_now()
        await eventually(lambda: self.keeper.health.up, "it is open")

    async def arm(self) -> None:
        await self.keeper.run(lambda reader: reader.arm(1000), self._time.now() + 100_000)

    async def plug_and_pull(self, turn: int) -> None:
        """Pulled at rest, armed, or with a card in it, before one of its answers."""
        await self.plug()
        if turn % 3:
            await self.arm()
        if turn % 3 == 2:
            self.scard.pull_after = turn // 3 % 4
            await self.emulator.press("insert_card")
        else:
            self.scard.readers = []
        await eventually(lambda: not self.keeper.health.up, "it is lost")
        await self.emulator.press("take_card")
        self.scard.pull_after = None


async def test_a_hundred_times_pulled_and_plugged(monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = SocialCardEmulator()
    scard = ScardWithCard(emulator)
    monkeypatch.setitem(sys.modules, "smartcard", SimpleNamespace(scard=scard))
    monkeypatch.setattr(card_pipe, "LOOK_S", 0.002)
    files, tasks = open_files(), asyncio.all_tasks()
    bench = Bench(emulator, scard)
    with capture_logs() as lines:
        bench.keeper.start()
        for turn in range(100):
            await bench.plug_and_pull(turn)
        await bench.plug()
        assert not bench.cards
        await bench.arm()
        await emulator.press("insert_card")
        await eventually(lambda: bench.cards, "the card is told")
        await bench.keeper.stop()
    (card,) = bench.cards
    assert {line["event"] for line in lines} == {"device.up", "device.down"}
    for text in (str(lines), repr(bench.told.signals), str(emulator.view())):
        assert card.number not in text
        assert card.name not in text
    assert scard.contexts == set()
    await eventually(lambda: open_files() <= files, "no file is left open")
    assert asyncio.all_tasks() == tasks
