"""Pacing, repeats and silence, which the drivers of a multi-drop line share."""

import asyncio

import pytest

from drivers.bus import Exchange, LineReader, Pacer, Repeats, together
from hallctl.devices.contract import DeviceFault, LinkLost
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


class SlowLine:
    """A line on which a value takes its time."""

    def __init__(self, port: BenchPort, seconds: float) -> None:
        self.values: list[str] = []
        self._port = port
        self._seconds = seconds

    async def write(self, value: str) -> None:
        await self._port.sleep(self._seconds)
        self.values.append(value)


async def test_superseded_values_do_not_queue_up_at_a_slow_line() -> None:
    port = BenchPort()
    line = SlowLine(port, 3)
    pacer = Pacer(port, line.write)
    shows = [asyncio.ensure_future(pacer.show(1, f"call {n}", urgent=True)) for n in range(10)]
    await port.pass_time(10)
    assert all(show.done() for show in shows)
    assert line.values == ["call 9"] or line.values == ["call 0", "call 9"]
    await pacer.close()


async def test_a_value_that_comes_while_the_one_before_is_written_is_not_lost() -> None:
    port = BenchPort()
    line = SlowLine(port, 0.5)
    pacer = Pacer(port, line.write)
    await port.through(pacer.show(1, "a"))
    await pacer.show(1, "b")
    await port.pass_time(0.7)
    await pacer.show(1, "c")
    await port.pass_time(3)
    assert line.values == ["a", "b", "c"]
    await pacer.close()


async def test_closing_stops_what_is_being_written() -> None:
    before = asyncio.all_tasks()
    port = BenchPort()
    line = SlowLine(port, 60)
    pacer = Pacer(port, line.write)
    show = asyncio.ensure_future(pacer.show(1, "a"))
    await port.pass_time(0.1)
    show.cancel()
    pacer.again(1)
    await port.pass_time(2)
    await pacer.close()
    await asyncio.sleep(0)
    assert {task for task in asyncio.all_tasks() - before if not task.done()} == set()


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


class Asked:
    """A link that hands what is written to the test."""

    address = "test"

    def __init__(self) -> None:
        self.written: list[bytes] = []

    async def read(self) -> bytes:
        raise AssertionError

    async def write(self, data: bytes) -> None:
        self.written.append(data)


async def test_one_question_at_a_time_and_only_its_own_answer() -> None:
    port, link = BenchPort(), Asked()
    exchange: Exchange[str] = Exchange(link, port)
    exchange.take("early")
    first = asyncio.ensure_future(exchange.ask(b"1", lambda m: m == "one", within_s=1, tries=2))
    second = asyncio.ensure_future(exchange.ask(b"2", lambda m: m == "two", within_s=1))
    await port.pass_time(1.1)
    assert link.written == [b"1", b"1"], "the second waits for its turn"
    exchange.take("two")
    exchange.take("one")
    exchange.take("one")
    await port.pass_time(0.1)
    assert (first.result(), link.written[-1]) == ("one", b"2")
    await port.pass_time(1.1)
    assert second.result() is None


async def test_works_end_together() -> None:
    port = BenchPort()
    ended: list[str] = []

    async def listen() -> None:
        try:
            await port.sleep(100)
        finally:
            ended.append("listen")

    async def fail() -> None:
        await port.sleep(1)
        raise LinkLost("unplugged")

    await port.through(together(listen(), port.sleep(1)))
    with pytest.raises(LinkLost):
        await port.through(together(listen(), fail()))
    assert ended == ["listen", "listen"]
