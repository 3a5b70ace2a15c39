"""Pacing, repeats and silence, which the drivers of a multi-drop line share."""

import asyncio

from drivers.bus import LineReader, Pacer, Repeats
from hallctl.devices.contract import DeviceFault
from tests.drivers.serial_bench import BenchPort


class Written:
    """A line that keeps what is written, or fails."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.fails = False

    async def write(self, value: str) -> None:
        if self.fails:
            raise DeviceFault("device.silent")
        self.values.append(value)


async def test_the_last_of_many_values_is_written_once_a_second() -> None:
    port, line = BenchPort(), Written()
    pacer = Pacer(port, line.write)
    for value in ("a", "b", "c", "d"):
        await pacer.show(1, value)
    assert line.values == ["a"]
    await port.pass_time(1.1)
    assert line.values == ["a", "d"]
    await port.pass_time(3)
    assert line.values == ["a", "d"]
    assert pacer.latest(1) == "d"
    await pacer.close()


async def test_units_do_not_wait_for_each_other_and_urgent_values_for_none() -> None:
    port, line = BenchPort(), Written()
    pacer = Pacer(port, line.write)
    await pacer.show(1, "a")
    await pacer.show(2, "b")
    await pacer.show(1, "call", urgent=True)
    assert line.values == ["a", "b", "call"]
    await pacer.close()


async def test_a_value_that_went_and_came_back_is_not_written() -> None:
    port, line = BenchPort(), Written()
    pacer = Pacer(port, line.write)
    for value in ("a", "b", "a"):
        await pacer.show(1, value)
    await port.pass_time(2)
    assert line.values == ["a"]
    pacer.again(1)
    pacer.again(7)
    await port.pass_time(2)
    assert line.values == ["a", "a"]
    await pacer.close()


async def test_refresh_writes_everything_again_and_survives_faults() -> None:
    port, line = BenchPort(), Written()
    pacer = Pacer(port, line.write)
    await pacer.show(1, "a")
    await pacer.show(2, "b")
    refresher = asyncio.create_task(pacer.refresh(10))
    line.fails = True
    await port.pass_time(10.5)
    line.fails = False
    await port.pass_time(10.5)
    assert line.values == ["a", "b", "a", "b"]
    refresher.cancel()
    await pacer.close()


async def test_a_retransmission_is_no_second_press() -> None:
    port = BenchPort()
    repeats = Repeats(port)
    assert [await repeats.count(1, b"x"), await repeats.count(1, b"x"), await repeats.count(1, b"x")] == [0, 1, 2]
    assert await repeats.count(2, b"x") == 0
    assert await repeats.count(1, b"y") == 0
    await port.pass_time(0.35)
    assert await repeats.count(1, b"y") == 0
    await repeats.close()


class Pieces:
    """A link from which bytes come when the test puts them there."""

    address = "test"

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()

    async def read(self) -> bytes:
        return await self.queue.get()

    async def write(self, data: bytes) -> None:
        raise AssertionError(data)


async def test_no_byte_is_lost_by_waiting_for_silence() -> None:
    port, link = BenchPort(), Pieces()
    lines = LineReader(link, port)
    assert await port.through(lines.read_or_silence(partial=True)) == b""
    link.queue.put_nowait(b"late")
    assert await port.through(lines.read_or_silence(partial=True)) == b"late"
    link.queue.put_nowait(b"old")
    await lines.drain()
    link.queue.put_nowait(b"new")
    assert await lines.read() == b"new"
    await lines.close()
