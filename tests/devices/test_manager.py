"""All devices of a hall: finding them, driving them, and that none delays another (H01, T06)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from hallctl.devices import manager as manager_module
from hallctl.devices.contract import Announcement, Blank, DeviceFault, DriverSpec, Link, Options, PadKey, Port, Slip
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import (
    LAMP,
    SCREEN,
    FastTime,
    Lamp,
    LampDevice,
    LampOptions,
    Pty,
    Told,
    collect,
    eventually,
    lamp_device,
    lamp_registry,
    open_files,
    open_lamp,
    section,
    settle,
)

HELLO = Announcement(
    text="请A012号到3号窗口", text_en=None, times=1, ticket="t", label="A012", window="3", zone="north"
)


class Parrot:
    """A speaker without a link."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.said: list[str] = []

    async def run(self) -> None:
        await self._link.read()

    async def say(self, announcement: Announcement) -> None:
        self.said.append(announcement.text)

    async def close(self) -> None:
        return


async def open_parrot(link: Link, options: Options, port: Port) -> Parrot:
    port.heard()
    return Parrot(link)


PARROT = DriverSpec("parrot", Options, ("none",), ("speaker",), 1, open_parrot)
REGISTRY = Registry([("lamp", lambda: LAMP), ("parrot", lambda: PARROT)])


def parrot(name: str, **more: Any) -> DeviceSection:
    return DeviceSection.model_validate({"name": name, "driver": "parrot", **more})


def make(devices: list[DeviceSection], told: Told, registry: Registry = REGISTRY, **more: Any) -> Manager:
    time = FastTime()
    return Manager(devices, registry, time, told.on_signal, told.on_state, sleep=time.sleep, jitter=lambda: 0.0, **more)


@asynccontextmanager
async def running(manager: Manager) -> AsyncIterator[Manager]:
    await manager.start()
    try:
        yield manager
    finally:
        await manager.stop()


def later() -> int:
    return FastTime().ms + 100_000_000


# ---------------------------------------------------------------- who can do what, where


def hall() -> Manager:
    bus = "serial:///dev/hallctl-no-such-bus"
    devices = [
        section("strips", bus, units={"1": "1", "2": "2"}),
        section("more-strips", bus, units={"3": "3", "4": "2"}),
        section("pad", "tcp://192.0.2.9:4001", kiosk="kiosk-1", units={"7": "7"}),
        parrot("voice-north", zone="north"),
        parrot("voice"),
    ]
    return make(devices, Told())


def test_devices_are_found_by_capability_and_place() -> None:
    manager = hall()
    assert manager.find("window_display", window="2") == (("strips", 2), ("more-strips", 4))
    assert manager.find("window_display", window="9") == ()
    assert manager.find("window_display", kiosk="kiosk-1") == (("pad", None),)
    assert manager.find("window_display", kiosk="kiosk-2") == ()
    assert manager.find("speaker", zone="north") == (("voice-north", None), ("voice", None))
    assert manager.find("speaker", zone="south") == (("voice", None),)
    assert manager.find("speaker") == (("voice-north", None), ("voice", None))
    assert manager.find("slip_printer", kiosk="kiosk-1") == ()


def test_a_unit_stands_for_its_window() -> None:
    manager = hall()
    assert manager.place_of("strips", 2) == "2"
    assert manager.place_of("strips", 9) is None
    assert manager.place_of("strips", None) is None
    assert manager.place_of("pad", None) == "7"
    assert manager.place_of("pad", 8) is None
    assert manager.place_of("nobody", 1) is None


def test_every_problem_of_the_sections_is_told() -> None:
    with pytest.raises(ConfigError) as caught:
        make([section("a", "none:", options={"colour": "blue"}), parrot("b", link="tcp://192.0.2.1:1")], Told())
    assert [row.key for row in caught.value.problems] == [
        "devices.0.link",
        "devices.0.options.colour",
        "devices.1.link",
    ]


def test_a_printer_draws_a_preview() -> None:
    manager = hall()
    assert manager.preview("pad", Slip((Blank(), Blank()))) == b"red 2"
    assert manager.preview("voice", Slip(())) is None
    with pytest.raises(KeyError):
        manager.preview("nobody", Slip(()))


async def test_a_hall_without_devices() -> None:
    async with running(make([], Told())) as manager:
        assert manager.states() == []
        assert manager.find("speaker") == ()


# ---------------------------------------------------------------- driving them


async def test_a_job_goes_to_its_device_and_signals_come_with_their_unit() -> None:
    told = Told()
    async with lamp_device() as device:
        devices = [section("strip", device.url, units={"3": "3"}), parrot("voice")]
        async with running(make(devices, told)) as manager:
            ((name, unit),) = manager.find("window_display", window="3")
            await manager.run(name, lambda lamp: lamp.show_window(unit, SCREEN), until=later())
            assert device.lines == [b"?", b"show 3 A012"]
            device.tell(b"key 3 call")
            await eventually(lambda: told.signals)
            assert told.signals == [("strip", PadKey(3, "call"))]
            assert manager.place_of("strip", 3) == "3"
            await manager.run("voice", lambda speaker: speaker.say(HELLO), until=later())
            assert await manager.run("voice", said, until=later()) == [HELLO.text]
            with pytest.raises(KeyError):
                await manager.run("nobody", said, until=later())
            states = {status.name: status for status in manager.states()}
    assert (states["voice"].state, states["voice"].driver, states["voice"].link) == ("ready", "parrot", "none:")
    assert (states["strip"].state, states["strip"].faults, states["strip"].counts.opened) == ("ready", (), 1)
    assert states["strip"].since > 0


async def said(speaker: Parrot) -> list[str]:
    return speaker.said


async def test_a_stuck_a_dead_and_a_breaking_device_do_not_delay_another() -> None:
    """Five hops to paper, and a dead printer cannot delay a call."""
    told = Told()
    async with lamp_device() as good, lamp_device() as stuck, lamp_device() as dead, lamp_device() as mute:
        stuck.stuck, mute.mute = True, True
        devices = [section(n, d.url) for n, d in (("good", good), ("stuck", stuck), ("dead", dead), ("mute", mute))]
        await dead.pull()
        async with running(make(devices, told)) as manager:
            names = ("stuck", "dead", "mute")
            waiting = [
                asyncio.create_task(manager.run(n, lambda lamp: lamp.show_window(1, SCREEN), until=later()))
                for n in names * 5
            ]
            await eventually(lambda: stuck.lines[-1:] == [b"show 1 A012"] and told.last("dead") == "offline")
            for _ in range(20):
                await manager.run("good", lambda lamp: lamp.show_window(1, SCREEN), until=later())
            assert not any(task.done() for task in waiting)
        assert all(isinstance(e, DeviceFault) for e in await asyncio.gather(*waiting, return_exceptions=True))


async def test_two_devices_on_one_bus_share_its_port_and_its_end() -> None:
    line, told = Pty(), Told()
    devices = [section("one", line.url, units={"1": "1"}), section("other", line.url, units={"2": "2"})]
    async with running(make(devices, told)):
        assert await collect(line, 4) == b"?\n?\n"
        line.write(b"id lamp\n")
        await eventually(lambda: told.last("one") == told.last("other") == "ready")
        line.write(b"key 1 call\n")
        await eventually(lambda: len(told.signals) == 2)
        line.unplug()
        await eventually(lambda: told.last("one") == told.last("other") == "offline")
    line.close()


async def test_retry_wakes_one_device() -> None:
    told = Told()
    async with lamp_device() as device:
        device.identity = b"id toaster"
        gate = asyncio.Event()

        async def never(seconds: float) -> None:
            await gate.wait()

        time = FastTime()
        manager = Manager(
            [section("lamp", device.url)], lamp_registry(), time, told.on_signal, told.on_state, sleep=never
        )
        async with running(manager):
            await eventually(lambda: told.last("lamp") == "offline")
            device.identity = b"id lamp"
            time.ms += 5_000
            manager.retry("lamp")
            await eventually(lambda: told.last("lamp") == "ready")
            with pytest.raises(KeyError):
                manager.retry("nobody")


# ---------------------------------------------------------------- leaving nothing behind


async def test_stop_leaves_no_task_and_no_file() -> None:
    await settle()
    tasks, files = asyncio.all_tasks(), open_files()
    told = Told()
    async with AsyncExitStack() as stack:
        devices: list[LampDevice] = [await stack.enter_async_context(lamp_device()) for _ in range(6)]
        devices[1].stuck, devices[2].mute, devices[3].identity = True, True, b"id toaster"
        await devices[4].pull()
        sections = [section(f"lamp-{n}", device.url) for n, device in enumerate(devices)]
        async with running(make([*sections, parrot("voice")], told)) as manager:
            stuck = asyncio.create_task(manager.run("lamp-1", lambda lamp: lamp.show_window(1, SCREEN), until=later()))
            await eventually(lambda: told.last("lamp-0") == "ready" and told.last("lamp-3") == "offline")
        with pytest.raises(DeviceFault, match=r"device\.lost"):
            await stuck
        left = [task for task in asyncio.all_tasks() - tasks if "_serve" not in repr(task)]
        assert left == []
    await eventually(lambda: asyncio.all_tasks() == tasks and open_files() == files)


async def test_twenty_starts_and_stops_leak_nothing() -> None:
    told = Told()
    async with lamp_device() as device:
        await settle()
        tasks, files = len(asyncio.all_tasks()), open_files()
        for _ in range(20):
            told.states.clear()
            async with running(make([section("lamp", device.url), parrot("voice")], told)):
                await eventually(lambda: told.last("lamp") == "ready")
        await eventually(lambda: len(asyncio.all_tasks()) == tasks and open_files() == files)


async def test_twenty_times_pulled_and_plugged() -> None:
    """H01 in miniature: the daemon's side of it, on a clock that jumps over the waits."""
    told = Told()
    async with lamp_device() as device, running(make([section("lamp", device.url)], told)):
        await eventually(lambda: told.last("lamp") == "ready")
        files = open_files()
        for _ in range(20):
            await device.pull()
            await eventually(lambda: told.last("lamp") == "offline")
            await device.plug()
            await eventually(lambda: told.last("lamp") == "ready")
        await eventually(lambda: open_files() == files)
    assert told.of("lamp") == ["connecting", "ready", *["offline", "ready"] * 20]


async def test_a_driver_that_refuses_to_stop_does_not_hold_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager_module, "STOP_S", 0.05)
    release = asyncio.Event()

    class Stubborn(Lamp):
        async def run(self) -> None:
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue

    async def open_stubborn(link: Link, options: LampOptions, port: Port) -> Lamp:
        await open_lamp(link, options, port)
        return Stubborn(link, options, port)

    told = Told()
    spec = replace(LAMP, open=open_stubborn)
    async with lamp_device() as device:
        manager = make([section("lamp", device.url)], told, lamp_registry(spec))
        await manager.start()
        await eventually(lambda: told.last("lamp") == "ready")
        await manager.stop()
        release.set()
        await eventually(lambda: not [task for task in asyncio.all_tasks() if task.get_name().startswith("device")])
