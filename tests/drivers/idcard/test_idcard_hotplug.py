"""H01: a reader pulled and plugged a hundred times, at rest, armed and while it reads: no leak, no ghost, no names.

By a serial port, and by USB with whole frames and with split ones; below the links stand a pty and a USB bus.
"""

import asyncio
import logging

import pytest
from structlog.testing import capture_logs

from drivers.emulated_line import EmulatedLine
from drivers.idcard.driver import DRIVER
from drivers.idcard.emulator import IdCardEmulator
from hallctl.devices.contract import CardSeen, IdentitySeen
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import NOON, Told, eventually, open_files
from tests.devices.usb_stand_in import UsbBus, UsbStandIn

NUMBER, NAME = "999999199001010016", "测试甲"
SAM_ID = "05.01-20200101-0012345678-0987654321"


class ShortTime:
    """A clock on which a second is 20 ms."""

    def __init__(self) -> None:
        self.ms = NOON

    def now(self) -> int:
        return self.ms

    async def sleep(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)
        await asyncio.sleep(seconds / 50)


class UsbLine(EmulatedLine):
    """The emulator's line as a USB device: what the host writes comes here, in the loop."""

    def __init__(self, bus: UsbBus, pairs: int) -> None:
        super().__init__(0)
        self._bus = bus
        self._device = UsbStandIn("0400:c35a", pairs=pairs, answer=self._heard)
        self._loop = asyncio.get_running_loop()

    @property
    def url(self) -> str:
        return "usb://0400:c35a?split=7"

    @property
    def plugged(self) -> bool:
        return self._device.plugged

    def plug(self) -> None:
        if not self.plugged:
            self._bus.plug(self._device)

    def unplug(self) -> None:
        if self.plugged:
            self._bus.pull(self._device)

    def close(self) -> None:
        self.unplug()

    def send(self, data: bytes) -> None:
        if self.plugged:
            self._device.tell(data)

    def _heard(self, data: bytes) -> bytes:
        """In the pipe's thread."""
        self._loop.call_soon_threadsafe(self._tell_listeners, data)
        return b""

    def _tell_listeners(self, data: bytes) -> None:
        for listener in tuple(self._listeners):
            listener(data)


class Bench:
    """A keeper, its reader, and everything that anybody could have noted."""

    def __init__(self, emulator: IdCardEmulator, url: str) -> None:
        self.emulator = emulator
        self.told = Told()
        self.time = ShortTime()
        around = Surroundings(
            Links(self.time.sleep), self.time, self.told.on_signal, self.told.on_state, self.time.sleep, lambda: 0.1
        )
        self.keeper = Keeper("reader", DRIVER, DRIVER.options(poll_s=0.2, same_card_s=0.5), url, around)

    @property
    def cards(self) -> list[CardSeen]:
        return [signal for _, signal in self.told.signals if isinstance(signal, CardSeen)]

    async def up(self) -> None:
        await eventually(lambda: self.keeper.health.up, "the reader is open")

    async def arm(self) -> None:
        await self.keeper.run(lambda reader: reader.arm(1000), self.time.now() + 100_000)

    async def pull_and_plug(self, turn: int) -> None:
        """Pulled at rest, armed without a card, or in the midst of a card."""
        await self.up()
        if turn % 3:
            await self.arm()
        if turn % 3 == 2:
            await self.emulator.press("in_read", then="unplug")
            await self.emulator.press("place_card", card="resident")
        else:
            await self.emulator.press("unplug")
        await eventually(lambda: not self.keeper.health.up, "it is lost")
        await self.emulator.press("lift_card")
        await self.emulator.press("plug")


async def pulled_and_plugged(bench: Bench, caplog: pytest.LogCaptureFixture, times: int) -> None:
    caplog.set_level(logging.DEBUG)
    files, tasks = open_files(), asyncio.all_tasks()
    with capture_logs() as lines:
        bench.keeper.start()
        for turn in range(times):
            await bench.pull_and_plug(turn)
        await bench.up()
        assert not bench.cards, "a card that was never read whole"
        await bench.arm()
        await bench.emulator.press("place_card", card="resident")
        await eventually(lambda: bench.cards, "the card is told")
        assert [(card.number, card.name) for card in bench.cards] == [(NUMBER, NAME)]
        assert bench.keeper.identity == SAM_ID
        noted = [
            repr(bench.told.signals),
            repr(bench.told.states),
            str(bench.emulator.view()),
            repr(bench.keeper.health),
        ]
        await bench.keeper.stop()
    assert {line["event"] for line in lines} == {"device.up", "device.down"}
    for text in (*noted, str(lines), caplog.text):
        assert NUMBER not in text
        assert NAME not in text
        assert NUMBER.encode("utf-16-le").hex()[:16] not in text.replace(" ", "")
    await bench.emulator.stop()
    await eventually(lambda: open_files() <= files, "no file is left open")
    await eventually(lambda: asyncio.all_tasks() == tasks, "no task is left")


async def test_by_a_serial_port(caplog: pytest.LogCaptureFixture) -> None:
    emulator = IdCardEmulator(finds_again=True)
    await pulled_and_plugged(Bench(emulator, await emulator.start()), caplog, 100)


@pytest.mark.parametrize("pairs", [1, 2], ids=["whole frames", "split endpoints"])
async def test_by_usb(pairs: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    bus = UsbBus()
    monkeypatch.setattr("hallctl.devices.usb_pipe.backend", lambda: bus)
    emulator = IdCardEmulator(finds_again=True, line=UsbLine(bus, pairs))
    await pulled_and_plugged(Bench(emulator, await emulator.start()), caplog, 24)


def test_its_identity_is_not_personal() -> None:
    assert repr(IdentitySeen(SAM_ID)) == f"IdentitySeen(text='{SAM_ID}')"
