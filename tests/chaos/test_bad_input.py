"""What a technician gets wrong, all of it in one hall: each is told in a sentence of its own, the rest goes on."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from drivers.emulated_line import EmulatedLine
from drivers.escpos.emulator import PrinterEmulator
from drivers.idcard.emulator import IdCardEmulator
from drivers.ledstrip.emulator import LedStripEmulator
from hallctl import bootstrap
from hallctl.config import parse
from hallctl.devices import usb_pipe
from hallctl.domain import commands as c
from hallctl.domain.model import SlipState
from hallctl.sections.device import DeviceSection
from hallctl.sentences import SENTENCES
from tests.chaos.leaping import LoopClock, leaping, run, until
from tests.devices.usb_stand_in import UsbBus, UsbStandIn
from tests.harness import SMALL

TOLD = {
    "wrong": ("offline", ("device.silent", "device.garbled", "device.wrong_identity")),
    "shared": ("offline", ("device.shared",)),
    "forbidden": ("offline", ("device.forbidden",)),
    "another": ("offline", ("device.wrong_identity",)),
    "garbled": ("degraded", ("device.garbled",)),
}
"""State and the fault of which it is one, by device."""


def _section(name: str, driver: str, link: str, **more: Any) -> DeviceSection:
    return DeviceSection.model_validate({"name": name, "driver": driver, "link": link, **more})


async def _babble(line: EmulatedLine) -> None:
    """Firmware that sends garbage without end: 600 bytes a second, as fast as the line goes."""
    while True:
        line.send(os.urandom(600).replace(b"\xff", b"\x00").replace(b"\xaa", b"\x00"))
        await asyncio.sleep(1)


async def _hall(folder: Path) -> None:
    printer, strips, mad = PrinterEmulator(), LedStripEmulator(units=(1,)), EmulatedLine(9600)
    wrong, another = LedStripEmulator(units=(1,)), IdCardEmulator()
    await printer.start()
    link = await strips.start()
    mad.plug()
    twin = folder / "twin"
    twin.symlink_to(os.path.realpath(link.removeprefix("serial://").partition("?")[0]))
    devices = [
        _section("printer", "escpos", printer._wire.url, kiosk="kiosk-1"),
        _section("strips", "ledstrip", link, units={"1": "1"}),
        _section("shared", "ledstrip", f"serial://{twin}?baud=9600", units={"2": "2"}),
        _section("wrong", "idcard", await wrong.start(), kiosk="kiosk-1"),
        _section("forbidden", "idcard", "usb://0400:c35a", kiosk="kiosk-1"),
        _section("another", "idcard", await another.start(), kiosk="kiosk-1",
                 options={"sam_id": "05.01-20200101-0000000000-0000000000"}),
        _section("garbled", "callpad", mad.url, units={"3": "3"}),
    ]  # fmt: skip
    config = parse(SMALL).model_copy(update={"devices": devices})
    daemon = await bootstrap.compose(config, folder / "data", bootstrap.installed(), clock=LoopClock(leaping()))
    leaping().outside.append(daemon.context.hub.busy)
    with capture_logs() as lines:
        await daemon.start("test")
        await asyncio.sleep(10)
    down = {line["device"]: line["fault"] for line in lines if line["event"] == "device.down"}
    assert down["shared"] == "device.shared", "it must not accuse another program, not even at the start"
    babbling = asyncio.create_task(_babble(mad))
    try:
        await _told(daemon)
        await asyncio.sleep(900)  # and it stays so
        await _told(daemon)
        await _goes_on(daemon, strips)
    finally:
        babbling.cancel()
        await daemon.stop()
        for emulator in (printer, strips, wrong, another):
            await emulator.stop()
        mad.close()
        leaping().outside.clear()


async def _told(daemon: bootstrap.Daemon) -> None:
    def as_promised(name: str) -> bool:
        known = daemon.context.state.devices.get(name)
        state, codes = TOLD[name]
        return known is not None and known.state == state and len(known.faults) == 1 and known.faults[0] in codes

    for name in TOLD:
        await until(lambda name=name: as_promised(name), f"{name}: {daemon.context.state.devices.get(name)}", 300)
        (code,) = daemon.context.state.devices[name].faults
        zh, en = SENTENCES[code]
        assert "请" in zh, f"{code}: what to do"
        assert en.endswith("."), code


async def _goes_on(daemon: bootstrap.Daemon, strips: LedStripEmulator) -> None:
    """A number is taken, printed, called and shown, beside all that."""
    hall, state = daemon.context.hall, daemon.context.state
    for command in (c.SetAccount("1001", "1001", ("window",), "x"), c.LoginClerk("1", "1001"), c.OpenWindow("1")):
        await hall.execute(command, "test")
    answer = await hall.execute(c.TakeTicket("pooled", kiosk="kiosk-1"), "kiosk")
    assert isinstance(answer, str)
    ticket = json.loads(answer)["ticket"]
    await asyncio.sleep(0)  # the publication
    await until(lambda: state.tickets[ticket["id"]].slip is SlipState.PRINTED, "the slip")
    await hall.execute(c.CallTicket("1"), "test")
    await until(lambda: ticket["label"] in str(strips.view()["strips"]), "the call on the strip")


def test_each_is_told_in_its_sentence_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong device on the port, two configs for one port, permission denied, a device that answers for another, a
    firmware that sends garbage for hours."""
    bus = UsbBus()
    bus.plug(UsbStandIn("0400:c35a")).forbidden = True
    monkeypatch.setattr(usb_pipe, "backend", lambda: bus)
    run(_hall(tmp_path))
