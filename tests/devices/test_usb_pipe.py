"""USB devices by pyusb, over a bus in this process: endpoints, split frames, identical twins, unplugging (H01)."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from hallctl.devices import usb_pipe
from hallctl.devices.contract import DeviceFault, LinkLost
from hallctl.devices.links import Links, OpenLink
from tests.devices.fakes import eventually, settle
from tests.devices.usb_stand_in import UsbBus, UsbStandIn

SDT = bytes.fromhex("aaaaaa9669000312ffee")
REAL_BACKEND = usb_pipe.backend
ANSWER = bytes.fromhex("aaaaaa96690014000090") + bytes(range(17))


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> UsbBus:
    bus = UsbBus()
    monkeypatch.setattr(usb_pipe, "backend", lambda: bus)
    return bus


@pytest.fixture(autouse=True)
async def _nothing_is_left(bus: UsbBus) -> AsyncIterator[None]:
    yield
    await eventually(lambda: not _threads(), "every thread has ended")
    assert [device.handles for device in bus.known] == [0] * len(bus.known)
    assert not any(device.claimed for device in bus.known)


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("usb ")]


async def read_all(link: OpenLink, size: int) -> bytes:
    data = b""
    async with asyncio.timeout(5):
        while len(data) < size:
            data += await link.read()
    return data


async def test_a_frame_goes_whole_and_what_comes_is_read(bus: UsbBus) -> None:
    printer = bus.plug(UsbStandIn("0416:5011", answer=lambda data: b"\x12" if data == b"\x10\x04\x01" else b""))
    link = await Links().open("usb://0416:5011")
    await link.write(b"\x10\x04\x01")
    assert await read_all(link, 1) == b"\x12"
    printer.tell(b"\x14\x00\x00\x0f")
    assert await read_all(link, 4) == b"\x14\x00\x00\x0f"
    big = bytes(range(256)) * 300
    await link.write(big)
    assert b"".join(printer.received) == b"\x10\x04\x01" + big
    assert link.address == "usb://0416:5011"
    await link.close()


async def test_a_frame_is_split_over_two_pairs_of_endpoints_where_asked(bus: UsbBus) -> None:
    """Native ID-card readers: 7 bytes over the first pair, the rest over the second; what comes is put together."""
    reader = bus.plug(UsbStandIn("0400:c35a", pairs=2, answer=lambda data: ANSWER if data == SDT else b""))
    link = await Links().open("usb://0400:c35a?split=7")
    for _ in range(20):
        await link.write(SDT)
        assert await read_all(link, len(ANSWER)) == ANSWER
    reader.tell(ANSWER[:7])
    assert await read_all(link, 7) == ANSWER[:7]
    assert reader.received == [SDT] * 20
    await link.close()


async def test_a_device_with_one_pair_gets_whole_frames_whatever_is_asked(bus: UsbBus) -> None:
    reader = bus.plug(UsbStandIn("0400:c35a", answer=lambda data: ANSWER if data == SDT else b""))
    link = await Links().open("usb://0400:c35a?split=7")
    await link.write(SDT)
    assert await read_all(link, len(ANSWER)) == ANSWER
    assert reader.received == [SDT]
    await link.close()


async def test_a_device_that_takes_no_bytes_can_still_tell_why(bus: UsbBus) -> None:
    """A printer without paper stops taking data; its status must come through, and closing must not hang."""
    printer = bus.plug(UsbStandIn("0416:5011"))
    link = await Links().open("usb://0416:5011")
    printer.stuck = True
    writing = asyncio.create_task(link.write(b"slip"))
    printer.tell(b"\x72")
    assert await read_all(link, 1) == b"\x72"
    assert not writing.done()
    printer.stuck = False
    await writing
    assert printer.received == [b"slip"]
    printer.stuck = True
    writing = asyncio.create_task(link.write(b"never"))
    await settle()
    await link.close()
    with pytest.raises(LinkLost):
        await writing


async def test_a_device_that_takes_nothing_for_long_is_lost(bus: UsbBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb_pipe, "WRITE_LIMIT", 1_000)
    printer = bus.plug(UsbStandIn("0416:5011"))
    link = await Links().open("usb://0416:5011")
    printer.stuck = True
    for _ in range(2):
        writing = asyncio.create_task(link.write(bytes(1_001)))
        await settle()
        writing.cancel()
        await asyncio.wait({writing})
    with pytest.raises(LinkLost, match="no more bytes"):
        await link.read()
    await link.close()


async def test_a_halted_endpoint_is_set_going(bus: UsbBus) -> None:
    printer = bus.plug(UsbStandIn("0416:5011", answer=lambda data: data))
    link = await Links().open("usb://0416:5011")
    printer.halted = True
    await link.write(b"again")
    assert await read_all(link, 5) == b"again"
    await link.close()


async def test_pulling_it_ends_the_link_at_once(bus: UsbBus) -> None:
    printer = bus.plug(UsbStandIn("0416:5011"))
    links = Links()
    link = await links.open("usb://0416:5011")
    bus.pull(printer)
    with pytest.raises(LinkLost, match="unplugged"):
        await link.read()
    await link.close()
    with pytest.raises(DeviceFault, match=r"device\.unreachable"):
        await links.open("usb://0416:5011")
    bus.plug(printer)
    await (await links.open("usb://0416:5011")).close()


async def test_the_kernel_s_driver_is_put_aside_and_given_back(bus: UsbBus) -> None:
    printer = bus.plug(UsbStandIn("0416:5011"))
    printer.kernel_driver = True
    link = await Links().open("usb://0416:5011")
    assert not printer.kernel_driver
    await link.close()
    assert printer.kernel_driver


async def test_a_device_told_by_the_kernel_as_pulled_is_ended(bus: UsbBus) -> None:
    """Its own node names it; another's does not."""
    device = bus.plug(UsbStandIn("0416:5011", port="3-1.2"))
    links = Links()
    link = await links.open("usb://0416:5011")
    links.gone(frozenset(("/dev/bus/usb/003/099",)))
    await link.write(b"still")
    links.gone(frozenset((f"/dev/bus/usb/003/{device.address:03}",)))
    with pytest.raises(LinkLost, match="unplugged"):
        await link.read()
    await link.close()


# ---------------------------------------------------------------- which one


async def test_identical_devices_are_told_apart_by_serial_number_or_socket(bus: UsbBus) -> None:
    one = bus.plug(UsbStandIn("0416:5011", serial="P001", port="1-1.1"))
    other = bus.plug(UsbStandIn("0416:5011", serial="P002", port="1-1.2"))
    bus.plug(UsbStandIn("0403:6001", serial="P002", port="1-2"))
    links = Links()
    first, second = await links.open("usb://0416:5011/P001"), await links.open("usb://0416:5011@1-1.2")
    await first.write(b"one")
    await second.write(b"two")
    assert (one.received, other.received) == ([b"one"], [b"two"])
    await first.close()
    await second.close()
    with pytest.raises(DeviceFault, match=r"device\.ambiguous: 0416:5011 at 1-1\.1, 1-1\.2") as caught:
        await links.open("usb://0416:5011")
    assert not caught.value.transient
    assert "@1-1.2" in caught.value.sentence("zh")
    for absent in ("usb://0416:5011/P003", "usb://0416:5011@2-1", "usb://0416:5012"):
        with pytest.raises(DeviceFault, match=r"device\.unreachable"):
            await links.open(absent)


async def test_a_device_that_may_not_be_opened_is_told_with_the_rule_that_mends_it(bus: UsbBus) -> None:
    device = bus.plug(UsbStandIn("0416:5011", serial="P001"))
    device.forbidden = True
    for url in ("usb://0416:5011", "usb://0416:5011/P001"):
        with pytest.raises(DeviceFault, match=r"device\.forbidden") as caught:
            await Links().open(url)
    assert "60-hallctl.rules" in caught.value.sentence("zh")


async def test_a_device_that_another_program_holds(bus: UsbBus) -> None:
    device = bus.plug(UsbStandIn("0416:5011"))
    device.taken = True
    with pytest.raises(DeviceFault, match=r"device\.in_use"):
        await Links().open("usb://0416:5011")


async def test_a_device_without_bulk_endpoints_is_the_wrong_one(bus: UsbBus) -> None:
    bus.plug(UsbStandIn("046d:c31c", pairs=0))
    for url in ("usb://046d:c31c", "usb://046d:c31c?interface=3"):
        with pytest.raises(DeviceFault, match=r"device\.wrong_identity"):
            await Links().open(url)


async def test_without_libusb_the_line_to_type_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb_pipe, "backend", REAL_BACKEND)
    monkeypatch.setattr("libusb_package.get_libusb1_backend", lambda: None)
    with pytest.raises(DeviceFault, match=r"device\.no_usb") as caught:
        await Links().open("usb://0416:5011")
    assert "apt-get install libusb" in caught.value.sentence("zh")


async def test_giving_up_while_it_opens_leaves_nothing(bus: UsbBus) -> None:
    bus.plug(UsbStandIn("0416:5011"))
    for turns in range(4):
        opening = asyncio.create_task(Links().open("usb://0416:5011"))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        done, _ = await asyncio.wait({opening})
        for task in done:
            if not task.cancelled():
                await task.result().close()
    await eventually(lambda: not _threads(), "the thread has ended")


async def test_a_device_that_never_stops_talking_fills_no_memory(bus: UsbBus) -> None:
    """The thread hands over piece by piece: a loop that is busy finds one waiting, not thousands."""
    device = bus.plug(UsbStandIn("0416:5011"))
    link = await Links().open("usb://0416:5011")
    for _ in range(500):
        device.tell(b"\xa5" * 64)
    left = device._coming[0x81]
    threading.Event().wait(0.05)  # the loop does nothing meanwhile
    assert len(left) >= 498
    assert len(await read_all(link, 500 * 64)) == 500 * 64
    await link.close()
