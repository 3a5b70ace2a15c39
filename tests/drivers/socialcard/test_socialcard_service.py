"""The whole way to a card: keeper, link ``pcsc:``, pyscard, a real pcscd, vsmartcard's reader, the emulated card."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from drivers.socialcard.driver import DRIVER
from drivers.socialcard.emulator import SocialCardEmulator
from hallctl.clock import SystemClock
from hallctl.devices.contract import CardFailed, CardSeen, Signal
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import Told, open_files
from tests.drivers.socialcard.card_service import CardService, need_service

LIMIT_S = 20
"""The service looks for a card every 0.4 s; a slow machine may take much longer."""


async def until(condition: Callable[[], object], what: str) -> None:
    try:
        async with asyncio.timeout(LIMIT_S):
            while not condition():  # noqa: ASYNC110 - the other side of a wire sets no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never: {what}") from None


class Bench:
    """The keeper of a reader, its card, and what it tells."""

    def __init__(self, service: CardService, keeper: Keeper, emulator: SocialCardEmulator, told: Told) -> None:
        self.service = service
        self.keeper = keeper
        self.emulator = emulator
        self.told = told

    def of(self, kind: type[Signal]) -> list[Signal]:
        return [signal for _, signal in self.told.signals if isinstance(signal, kind)]

    async def arm(self, seconds: float = 60) -> None:
        await self.keeper.run(lambda reader: reader.arm(seconds), SystemClock().now() + 5000)

    async def disarm(self) -> None:
        await self.keeper.run(lambda reader: reader.disarm(), SystemClock().now() + 5000)

    async def insert(self, card: str) -> None:
        await self.emulator.press("insert_card", card=card)

    async def take(self) -> None:
        """Returns when the service has noticed it."""
        await self.emulator.press("take_card")
        await until(lambda: self.emulator.looks >= 2, "the service sees that there is no card")


@pytest.fixture
def service(tmp_path: Path) -> AsyncIterator[CardService]:
    need_service()
    service = CardService(tmp_path)
    service.start()
    yield service
    service.stop()


@pytest.fixture
async def bench(service: CardService) -> AsyncIterator[Bench]:
    told, files = Told(), open_files()
    emulator = SocialCardEmulator(port=service.port, chained=True)
    url = await emulator.start()
    around = Surroundings(Links(), SystemClock(), told.on_signal, told.on_state, jitter=lambda: 0.1)
    keeper = Keeper("cards", DRIVER, DRIVER.options(poll_s=0.2, same_card_s=0.5), url, around)
    keeper.start()
    await until(lambda: keeper.health.up, "the reader is open")
    yield Bench(service, keeper, emulator, told)
    await keeper.stop()
    await emulator.stop()
    await until(lambda: open_files() <= files, "no file is left open")


async def test_cards_of_all_kinds_through_a_real_service(bench: Bench) -> None:
    """Put in, told once, taken, another; one that is no social-security card, and one that lies wrong."""
    await bench.arm()
    await bench.insert("adult")
    await until(lambda: len(bench.of(CardSeen)) == 1, "the card is told")
    await bench.take()
    await bench.insert("bank")
    await until(lambda: bench.of(CardFailed), "the bank card is refused")
    await bench.take()
    await bench.insert("upside_down")
    await until(lambda: bench.emulator.looks >= 2, "the service asks the card in vain")
    await bench.insert("long_name")
    await until(lambda: len(bench.of(CardSeen)) == 2, "the next card is told")
    await bench.disarm()
    await bench.arm()
    await until(lambda: len(bench.of(CardFailed)) == 2, "it is still in when the next person comes")
    seen = [signal.name for signal in bench.of(CardSeen) if isinstance(signal, CardSeen)]
    assert seen == ["测试己", "测试·买买提江·测试"]
    assert bench.of(CardFailed) == [CardFailed("card.wrong_kind"), CardFailed("card.still_in")]


async def test_a_service_that_stops_is_told_and_comes_back(bench: Bench) -> None:
    """H01: one line down, one up; afterwards cards are read as before, and no line has said whose."""
    with capture_logs() as lines:
        bench.service.stop()
        await until(lambda: bench.told.last("cards") == "offline", "it is offline")
        bench.service.start()
        await until(lambda: bench.keeper.health.up, "it is back")
        await bench.arm()
        await bench.insert("adult")
        await until(lambda: bench.of(CardSeen), "the card is told")
    assert [line["event"] for line in lines] == ["device.down", "device.up"]
    assert "测试己" not in str(lines)
    assert "99999919880808" not in str(lines) + repr(bench.told.signals)
