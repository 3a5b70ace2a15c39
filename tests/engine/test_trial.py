"""Testing devices: what is printed, shown and read, and that the hall notices nothing of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from hallctl.devices import contract as c
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry
from hallctl.engine.trial import Trial
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import FastTime, Told, eventually


class Machine:
    """A device that can do everything, without a link; `pages` are those in its feeder."""

    def __init__(self, link: c.Link, port: c.Port) -> None:
        self.port = port
        self.did: list[str] = []
        self.pages = 0
        self._link = link

    async def run(self) -> None:
        await self._link.read()

    async def close(self) -> None:
        return

    async def print_slip(self, slip: c.Slip) -> None:
        self.did.append(" ".join(line.text for line in slip.lines if isinstance(line, c.Text)))

    async def show_window(self, unit: int | None, screen: c.WindowScreen) -> None:
        self.did.append(f"{unit} {screen.text}")

    async def say(self, announcement: c.Announcement) -> None:
        self.did.append(announcement.text)

    async def arm(self, _seconds: float) -> None:
        self.did.append("arm")

    async def disarm(self) -> None:
        self.did.append("disarm")

    async def look(self, _seconds: float) -> None:
        self.did.append("look")

    async def confirm(self, unit: int | None, accepted: bool) -> None:
        self.did.append(f"confirm {unit} {accepted}")

    async def ask_rating(self, unit: int | None) -> None:
        self.did.append(f"ask {unit}")

    async def preview(self, _show: Callable[[bytes], None]) -> None:
        raise c.DeviceFault("scanner.no_preview")

    async def scan_pages(self, _settings: c.ScanSettings, take: Callable[[c.ScannedPage], Awaitable[None]]) -> int:
        for number in range(self.pages):
            await take(c.ScannedPage(b"x" * 2000, 800, 600))
            self.did.append(f"page {number}")
            await asyncio.sleep(0)
        return self.pages


class Stage:
    """A manager of one such device, its test, and the machine itself."""

    def __init__(self, *capabilities: str, units: dict[str, str] | None = None) -> None:
        self.machine: Machine | None = None
        self.told, self.time, self.restored = Told(), FastTime(), list[str]()
        spec = c.DriverSpec("all", c.Options, ("none",), capabilities, 1, self._open)
        device = DeviceSection(name="d", driver="all", units=units or {})
        registry = Registry([("all", lambda: spec)])
        time = self.time
        self.manager = Manager([device], registry, time, self._signal, self.told.on_state, sleep=time.sleep)
        self.gate = asyncio.Event()
        self.trial = Trial(self.manager, time, restore=self.restored.append, sleep=self._sleep)

    async def _open(self, link: c.Link, _options: c.Options, port: c.Port) -> Machine:
        self.machine = Machine(link, port)
        port.heard()
        return self.machine

    def _signal(self, device: str, signal: c.Signal) -> None:
        if not self.trial.signal(device, signal):
            self.told.on_signal(device, signal)

    async def _sleep(self, _seconds: float) -> None:
        await self.gate.wait()

    @property
    def at(self) -> Machine:
        assert self.machine is not None
        return self.machine


@asynccontextmanager
async def stage(*capabilities: str, units: dict[str, str] | None = None) -> AsyncIterator[Stage]:
    made = Stage(*capabilities, units=units)
    await made.manager.start()
    await eventually(lambda: made.machine is not None)
    try:
        yield made
    finally:
        await made.manager.stop()


async def test_each_screen_shows_its_window_and_then_what_the_hall_has_to_show() -> None:
    async with stage("window_display", units={"1": "3", "2": "4"}) as at:
        running = asyncio.create_task(at.trial.run("d", None, 1))
        await eventually(lambda: at.at.did == ["1 测试3", "2 测试4"])
        assert at.restored == []
        at.gate.set()
        [outcome] = await running
        assert at.restored == ["d"]
        assert outcome.ok
        assert outcome.saw is not None
        assert "2 → 4" in outcome.saw[0]


async def test_all_parts_one_after_the_other() -> None:
    async with stage("slip_printer", "speaker") as at:
        outcomes = await at.trial.run("d", None, 1)
        assert [outcome.part for outcome in outcomes] == ["slip_printer", "speaker"]
        assert at.at.did[0].startswith("测试 TEST")
        assert "㼆" in at.at.did[0]


@pytest.mark.parametrize(
    ("part", "signal", "words", "did"),
    [
        ("card_reader", c.CardSeen("resident", "测试人", "99999919900101001X", "19900101"), "测**", ["arm", "disarm"]),
        ("code_reader", c.CodeSeen("20261122-A001"), "13", ["look"]),
        ("call_pad", c.PadKey(1, "next"), "next", ["confirm 1 True"]),
        ("rating_pad", c.RatingKey(1, "satisfied", "2"), "satisfied", ["ask 1"]),
    ],
)
async def test_what_a_hand_does_in_a_test_does_not_reach_the_hall(
    part: str, signal: c.Signal, words: str, did: list[str]
) -> None:
    async with stage(part, units={"1": "3"}) as at:
        running = asyncio.create_task(at.trial.run("d", part, 5))
        await eventually(lambda: at.trial.waits("d"))
        at.at.port.emit(signal)
        [outcome] = await running
        assert outcome.saw is not None
        assert words in outcome.saw[0]
        assert at.at.did == did
        assert at.told.signals == []
        at.at.port.emit(signal)
        await eventually(lambda: at.told.signals == [("d", signal)])


async def test_nothing_within_the_time_is_no_fault_but_not_well() -> None:
    async with stage("code_reader") as at:
        at.gate.set()
        [outcome] = await at.trial.run("d", None, 7)
        assert (outcome.ok, outcome.fault) == (False, None)
        assert outcome.saw is not None
        assert "7" in outcome.saw[1]


async def test_one_page_is_scanned_of_a_whole_stack() -> None:
    async with stage("page_scanner") as at:
        at.at.pages = 50
        [outcome] = await at.trial.run("d", None, 1)
        assert outcome.saw is not None
        assert "800×600" in outcome.saw[0]
        assert len(at.at.did) < 50
        at.at.pages = 0
        [outcome] = await at.trial.run("d", None, 1)
        assert outcome.saw is not None
        assert not outcome.ok


async def test_a_device_is_tested_once_at_a_time() -> None:
    async with stage("code_reader") as at:
        running = asyncio.create_task(at.trial.run("d", None, 5))
        await eventually(lambda: at.trial.waits("d"))
        with pytest.raises(c.DeviceFault, match=r"device\.busy"):
            await at.trial.run("d", None, 5)
        at.trial.stop()
        [outcome] = await running
        assert not outcome.ok
        with pytest.raises(KeyError):
            await at.trial.run("nobody", None, 5)
