"""A firmware that sends garbage for hours: bounded memory, one line in the log, a sentence, and nobody else notices."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from hallctl.devices.contract import DriverSpec, Link, Options, Port
from hallctl.devices.links import NOISE_LIMIT
from hallctl.devices.manager import DeviceStatus, Manager
from hallctl.devices.registry import Registry
from hallctl.errors import sentence
from hallctl.sections.device import DeviceSection
from tests.devices.fakes import LAMP, SCREEN, FastTime, Pty, Told, eventually, lamp_device, section

PIECE = bytes(range(255, -1, -1)) * 256
MEGABYTES = 32


class Deaf:
    """A driver that knows one byte, and finds none of it in what comes."""

    def __init__(self, link: Link, port: Port) -> None:
        self._link = link
        self._port = port

    async def run(self) -> None:
        while True:
            data = await self._link.read()
            if data == b"!":
                self._port.heard()
            await asyncio.sleep(0)

    async def close(self) -> None:
        pass


async def _open(link: Link, _options: Options, port: Port) -> Deaf:
    port.heard()
    return Deaf(link, port)


DEAF = DriverSpec("deaf", Options, ("tcp", "serial"), (), 1, _open)


class Babbler:
    """A device on TCP that sends when told to."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)

    async def babble(self, megabytes: int) -> None:
        for _ in range(megabytes * 16):
            self.writers[-1].write(PIECE)
            await self.writers[-1].drain()


@asynccontextmanager
async def babbler() -> AsyncIterator[tuple[Babbler, str]]:
    device = Babbler()
    server = await asyncio.start_server(device.serve, "127.0.0.1", 0)
    yield device, f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    for writer in device.writers:
        writer.transport.abort()
    await server.wait_closed()


def status(manager: Manager, name: str) -> DeviceStatus:
    return next(one for one in manager.states() if one.name == name)


async def test_garbage_for_hours() -> None:
    told, time = Told(), FastTime()
    async with babbler() as (device, url), lamp_device() as lamp:
        devices = [DeviceSection(name="mad", driver="deaf", link=url), section("lamp", lamp.url)]
        registry = Registry([("deaf", lambda: DEAF), ("lamp", lambda: LAMP)])
        manager = Manager(devices, registry, time, told.on_signal, told.on_state, sleep=time.sleep)
        with capture_logs() as lines:
            await manager.start()
            await eventually(lambda: told.last("mad") == told.last("lamp") == "ready")
            tracemalloc.start()
            babbling = asyncio.create_task(device.babble(MEGABYTES))
            shown = 0
            while not babbling.done():
                await manager.run("lamp", lambda driver: driver.show_window(1, SCREEN), until=time.ms + 10_000_000)
                shown += 1
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            await eventually(lambda: told.last("mad") == "degraded")
            assert shown > 10
            assert peak < 4 * 1024 * 1024
            assert [line["event"] for line in lines].count("device.garbled") == 1
            assert told.of("lamp") == ["connecting", "ready"]
        mad = status(manager, "mad")
        assert (mad.state, mad.faults) == ("degraded", ("device.garbled",))
        assert mad.trouble is not None
        assert mad.trouble.code == "device.garbled"
        assert sentence("device.garbled", "zh", {})
        await manager.stop()


async def test_what_makes_sense_again_is_well_again() -> None:
    told, time, line = Told(), FastTime(), Pty()
    devices = [DeviceSection(name="mad", driver="deaf", link=line.url)]
    manager = Manager(
        devices, Registry([("deaf", lambda: DEAF)]), time, told.on_signal, told.on_state, sleep=time.sleep
    )
    with capture_logs() as lines:
        await manager.start()
        await eventually(lambda: told.last("mad") == "ready")
        heard_at = status(manager, "mad").heard_at
        for _ in range(2):
            sent = 0
            while sent <= NOISE_LIMIT:
                try:
                    line.write(b"\xa5" * 1024)
                    sent += 1024
                except BlockingIOError:
                    await asyncio.sleep(0.001)
            await eventually(lambda: told.last("mad") == "degraded", "garbled")
            time.ms += 2_000
            while told.last("mad") != "ready":
                line.write(b"!")
                await asyncio.sleep(0.002)
            time.ms += 2_000
        assert [one["event"] for one in lines if one["event"] != "plug.not_told"] == ["device.up", "device.garbled"]
    after = status(manager, "mad")
    assert after.faults == ()
    assert heard_at is not None
    assert after.heard_at is not None
    assert after.heard_at > heard_at
    assert after.trouble is not None
    assert "make no sense" in after.trouble.detail
    await manager.stop()
    line.close()
