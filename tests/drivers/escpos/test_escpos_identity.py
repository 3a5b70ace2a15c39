"""Who answers there: a printer that says its model, another device, a garbled line; and how printers are found."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from drivers.escpos.driver import DRIVER
from drivers.escpos.emulator import PrinterEmulator
from drivers.escpos.options import EscposOptions
from drivers.escpos.probe import identify
from hallctl.devices.contract import DeviceFault

from .wire import Desk, ScriptedPrinter, StillPort, TcpLink, until

STATUS = b"\x10\x04\x01"
MODEL = b"\x1d\x49\x43"
BANNER = b"SSH-2.0-OpenSSH_9.2p1\r\n"
CARD = bytes.fromhex("aaaaaa9669000400008084")


class Peers:
    """Other devices in the printer's place, on links of their own."""

    def __init__(self) -> None:
        self.port = StillPort()
        self._peers: list[ScriptedPrinter] = []
        self._links: list[TcpLink] = []

    async def link(self, answer: Callable[[bytes], bytes]) -> TcpLink:
        peer = ScriptedPrinter(answer)
        self._peers.append(peer)
        self._links.append(await TcpLink.connect(await peer.start()))
        return self._links[-1]

    async def close(self) -> None:
        for link in self._links:
            await link.close()
        for peer in self._peers:
            await peer.stop()


@pytest.fixture
async def peers() -> AsyncIterator[Peers]:
    peers = Peers()
    yield peers
    await peers.close()


async def opened(peers: Peers, answer: Callable[[bytes], bytes], alarms: int = 1) -> "DeviceFault | None":
    """What opening ends with; `alarms` waits of a second are let pass."""
    link = await peers.link(answer)
    opening = asyncio.ensure_future(DRIVER.open(link, EscposOptions(asb=False, proof="none"), peers.port))
    for _ in range(alarms):
        await asyncio.sleep(0.02)
        await peers.port.fire(1.0)
    try:
        await (await opening).close()
    except DeviceFault as fault:
        return fault
    return None


@pytest.mark.parametrize("says", [BANNER, CARD, b"6901234567892\r"], ids=["server", "card reader", "scanner"])
async def test_another_device_is_not_taken_for_a_printer(peers: Peers, says: bytes) -> None:
    """Some of its bytes look like the answer to DLE EOT."""
    fault = await opened(peers, lambda _: says)
    assert fault is not None
    assert (fault.code, fault.transient) == ("device.wrong_identity", False)


async def test_a_garbled_answer_is_not_taken_for_one(peers: Peers) -> None:
    fault = await opened(peers, lambda _: b"\xff\x12\xfe")
    assert fault is not None
    assert fault.code == "device.garbled"


async def test_noise_at_the_beginning_is_forgiven(peers: Peers) -> None:
    first = [b"\xff\xfe\x12"]
    assert await opened(peers, lambda data: first.pop() if first else b"\x12" * data.count(b"\x10\x04")) is None


async def test_the_model_is_told_when_the_printer_tells_it(desk: Desk) -> None:
    """It answers behind its data: without paper not before there is some."""
    await desk.emulator.press("paper_out")
    await desk.open()
    assert desk.port.models == []
    await desk.emulator.press("paper_ok")
    await until(lambda: desk.port.models == ["HC-80"])


# ---------------------------------------------------------------- finding


async def found(link: TcpLink, port: StillPort, silent_at: bytes = b"") -> str | None:
    """What is found; the question `silent_at` is one that nothing answers."""
    asking = asyncio.create_task(identify(link, port.sleep))
    if silent_at:
        await until(lambda: link.written.endswith(silent_at))
        await port.fire(0.6)
    return await asking


async def test_a_printer_is_found_and_nothing_is_printed(desk: Desk) -> None:
    link = await TcpLink.connect(desk.address)
    desk.links.append(link)
    assert await found(link, desk.port) == "ESC/POS HC-80"
    assert link.written == STATUS + b"\x10\x04\x04" + MODEL
    link.written = b""
    assert not desk.emulator.paper.unfinished
    await desk.emulator.press("paper_out")
    assert await found(link, desk.port, MODEL) == "ESC/POS"
    await desk.emulator.press("mute")
    assert await found(link, desk.port, STATUS) is None


@pytest.mark.parametrize("says", [BANNER, CARD, b"", b"\x12\x12"], ids=["server", "card reader", "silent", "twice"])
async def test_what_is_no_printer_is_not_found(peers: Peers, says: bytes) -> None:
    link = await peers.link(lambda _: says)
    asking = asyncio.create_task(identify(link, peers.port.sleep))
    while not asking.done():
        await asyncio.sleep(0.02)
        peers.port.wake(0.6)
    assert await asking is None


def test_where_printers_are_looked_for() -> None:
    """Safe questions only, at the port and the speeds of printers; those on USB are found by their class."""
    assert [(probe.scheme, probe.query, probe.port) for probe in DRIVER.probes] == [
        ("tcp", "", 9100),
        ("serial", "baud=9600", 0),
        ("serial", "baud=19200", 0),
        ("serial", "baud=115200", 0),
    ]
    assert DRIVER.usb == ()
    assert DRIVER.links == ("tcp", "serial", "usblp", "usb")
    assert all(DRIVER.title)


async def test_a_printer_without_a_model_is_found_too() -> None:
    emulator, port = PrinterEmulator(model=""), StillPort()
    link = await TcpLink.connect(await emulator.start())
    assert await found(link, port, MODEL) == "ESC/POS"
    await link.close()
    await emulator.stop()


async def test_silence_is_not_another_device(peers: Peers) -> None:
    fault = await opened(peers, lambda _: b"")
    assert fault is not None
    assert fault.code == "device.silent"
