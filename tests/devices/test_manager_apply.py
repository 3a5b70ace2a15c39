"""Other devices without a restart: who is as before notices nothing, who goes leaves nothing (O09, H01)."""

import asyncio
from dataclasses import replace

import pytest

from hallctl.devices.contract import DeviceFault
from hallctl.devices.manager import Applied
from hallctl.errors import ConfigError
from tests.devices.fakes import LAMP, SCREEN, Told, eventually, lamp_device, lamp_registry, open_files, section, settle
from tests.devices.test_manager import later, make, parrot, running


async def test_o09_a_device_that_stays_goes_on_with_what_it_does() -> None:
    """A job under way and the session outlive a change of everything around them."""
    told = Told()
    async with lamp_device() as stays, lamp_device() as goes, lamp_device() as comes:
        stays.stuck = True
        kept = section("stays", stays.url, units={"1": "1"})
        async with running(make([kept, section("goes", goes.url)], told)) as manager:
            await eventually(lambda: told.last("stays") == told.last("goes") == "ready")
            showing = asyncio.create_task(manager.run("stays", lambda lamp: lamp.show_window(1, SCREEN), until=later()))
            await eventually(lambda: stays.lines[-1:] == [b"show 1 A012"])
            change = await manager.apply([section("comes", comes.url, units={"7": "2"}), kept])
            assert change == Applied(added=("comes",), removed=("goes",))
            await eventually(lambda: told.last("comes") == "ready")
            stays.tell(b"ok")
            await showing
            assert (stays.connections, goes.connections, comes.connections) == (1, 1, 1)
            assert [status.name for status in manager.states()] == ["comes", "stays"]
            assert manager.find("window_display", window="2") == (("comes", 7),)
            with pytest.raises(DeviceFault, match=r"device\.removed"):
                await manager.run("goes", lambda lamp: lamp.show_window(1, SCREEN), until=later())


async def test_a_changed_device_is_opened_anew_on_the_same_link() -> None:
    told = Told()
    async with lamp_device() as device, running(make([section("lamp", device.url, units={"1": "1"})], told)) as manager:
        await eventually(lambda: told.last("lamp") == "ready")
        device.stuck = True
        waiting = asyncio.create_task(manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=later()))
        await eventually(lambda: device.lines[-1:] == [b"show 1 A012"])
        device.stuck = False
        change = await manager.apply([section("lamp", device.url, options={"colour": "green"}, units={"2": "2"})])
        assert change == Applied(changed=("lamp",))
        with pytest.raises(DeviceFault, match=r"device\.lost"):
            await waiting
        await eventually(lambda: device.connections == 2)
        await manager.run("lamp", lambda lamp: lamp.show_window(2, SCREEN), until=later())
        assert manager.place_of("lamp", 2) == "2"
        assert manager.place_of("lamp", 1) is None


async def test_two_devices_can_trade_their_links() -> None:
    told = Told()
    async with (
        lamp_device() as one,
        lamp_device() as two,
        running(make([section("a", one.url), section("b", two.url)], told)) as manager,
    ):
        await eventually(lambda: told.last("a") == told.last("b") == "ready")
        await manager.apply([section("a", two.url), section("b", one.url)])
        await eventually(lambda: one.connections == two.connections == 2)
        await manager.run("a", lambda lamp: lamp.show_window(3, SCREEN), until=later())
        assert two.lines[-1] == b"show 3 A012"


async def test_sections_with_mistakes_change_nothing() -> None:
    told = Told()
    async with lamp_device() as device, running(make([section("lamp", device.url)], told)) as manager:
        await eventually(lambda: told.last("lamp") == "ready")
        with pytest.raises(ConfigError) as caught:
            await manager.apply([section("lamp", "none:"), parrot("voice")])
        assert [row.key for row in caught.value.problems] == ["devices.0.link"]
        assert [one.name for one in manager.sections] == ["lamp"]
        await manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=later())
        assert device.connections == 1


async def test_a_device_that_comes_back_is_no_longer_removed() -> None:
    told = Told()
    async with lamp_device() as device, running(make([], told)) as manager:
        for _ in range(20):
            await manager.apply([section("lamp", device.url)])
            await manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=later())
            await manager.apply([])
        await settle()
        tasks, files = len(asyncio.all_tasks()), open_files()
        for _ in range(20):
            await manager.apply([section("lamp", device.url)])
            await manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=later())
            await manager.apply([])
        await eventually(lambda: len(asyncio.all_tasks()) == tasks and open_files() == files)
        assert manager.kiosk_of("lamp") is None
        assert manager.units_of("lamp") == {}


async def test_a_tap_hears_both_ways_over_a_reconnection_and_ends() -> None:
    told = Told()
    heard: list[tuple[bytes, bool]] = []
    async with lamp_device() as device:
        registry = lamp_registry(replace(LAMP))
        async with running(make([section("lamp", device.url)], told, registry)) as manager:
            await eventually(lambda: told.last("lamp") == "ready")
            untap = manager.tap("lamp", lambda data, from_device: heard.append((data, from_device)))
            await manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=later())
            assert heard == [(b"show 1 A012\n", False), (b"ok\n", True)]
            await device.pull()
            await eventually(lambda: heard[-1] == (b"", True))
            await device.plug()
            await eventually(lambda: heard[-2:] == [(b"?\n", False), (b"id lamp\n", True)])
            untap()
            untap()
            count = len(heard)
            await manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=later())
            assert len(heard) == count
