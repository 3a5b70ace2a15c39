"""T04, T05: the slip printer's driver, in a real session, against emupos, a printer that somebody else has written."""

import asyncio
import io
import re

import cv2
import numpy
import pytest
from PIL import Image, ImageOps

from drivers.escpos.driver import DRIVER
from drivers.escpos.layout import Row, place
from hallctl.devices.contract import Blank, Cut, DeviceFault, Qr, Rule, Slip, Text
from hallctl.devices.links import Links
from tests.devices.fakes import eventually
from tests.third_party.emupos import FAULTS, Emupos
from tests.third_party.hall_side import PATIENT, kept
from tests.third_party.relay import Relay

TICKET = "https://hall.example/ticket/#k3J9-x2Q7"
SLIP = Slip(
    (
        Text("永安镇便民服务中心", 1, 2, "center", True),
        Text("一楼大厅 · 社会保障", align="center"),
        Rule(),
        Text("A012", 4, 4, "center", True),
        Text("您前面还有 7 人", 2, 2, "center"),
        Text("办理窗口：3号、4号"),
        Qr(TICKET, 6),
        Blank(2),
        Text("2026-02-02 10:40", align="right"),
        Cut(),
    )
)
WIRES = ["network", "line"]
UNKNOWN = {"network": {"1c 21"}, "line": {"1c 21", "1d 49"}}
"""What they do not know: FS ! (Chinese characters enlarged), and of the cheaper one GS I (who it is)."""

OF_FAULT = {
    "paper-out": "printer.paper_out",
    "paper-near-end": "printer.paper_near_end",
    "cover-open": "printer.cover_open",
    "offline": "printer.offline",
}


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("L")


def qr_text(paper: Image.Image) -> str:
    """What a phone reads off the paper: an image of a third program, read by a fourth."""
    framed = ImageOps.expand(paper, 40, 255)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(numpy.asarray(framed))
    return text


# ---------------------------------------------------------------- status


@pytest.mark.parametrize(("printer", "asb"), [("network", False), ("network", True), ("line", False), ("line", True)])
async def test_t05_each_fault_is_told_as_it_is_and_its_end_too(emupos: Emupos, printer: str, asb: bool) -> None:
    async with kept(DRIVER, emupos.url(printer), **PATIENT, asb=asb) as hall:
        await hall.is_told("ready")
        for fault in FAULTS:
            await emupos.fault(printer, fault)
            await hall.is_told("degraded", OF_FAULT[fault])
            await emupos.fault(printer, fault, active=False)
            await hall.is_told("ready")
    assert {state for _, state, _ in hall.told.states} <= {"connecting", "ready", "degraded"}


async def test_several_faults_are_told_in_the_order_in_which_one_mends_them(emupos: Emupos) -> None:
    async with kept(DRIVER, emupos.tcp, **PATIENT) as hall:
        for fault in FAULTS:
            await emupos.fault("network", fault)
        await hall.is_told("degraded", "printer.paper_out", "printer.cover_open")
        await emupos.fault("network", "paper-out", active=False)
        await hall.is_told("degraded", "printer.cover_open", "printer.paper_near_end")


@pytest.mark.parametrize("fault", ["paper-out", "cover-open", "offline"])
async def test_t05_with_a_fault_nothing_is_sent(emupos: Emupos, fault: str) -> None:
    """Had anything been sent, emupos would print it as soon as the fault is gone."""
    before = len(await emupos.receipts("network"))
    await emupos.fault("network", fault)
    async with kept(DRIVER, emupos.tcp, **PATIENT) as hall:
        with pytest.raises(DeviceFault) as caught:
            await hall.print_slip(SLIP)
        assert caught.value.code == OF_FAULT[fault]
        await emupos.fault("network", fault, active=False)
        await hall.print_slip(SLIP)
        await eventually(lambda: hall.keeper.health.up)
    assert len(await emupos.receipts("network")) == before + 1


# ---------------------------------------------------------------- paper


@pytest.mark.parametrize("printer", WIRES)
async def test_t04_the_slip_is_on_the_paper_as_it_was_laid_out(emupos: Emupos, printer: str) -> None:
    async with emupos.watched() as events, kept(DRIVER, emupos.url(printer), **PATIENT) as hall:
        await hall.print_slip(SLIP)
        job = await events.next("printer.job.completed")
        text = (await emupos.ask("GET", f"/devices/{printer}/receipts/latest/text")).text
        image = picture((await emupos.ask("GET", f"/devices/{printer}/receipts/latest/image")).content)
    rows = [row.text for row in place(SLIP, 48, 2) if isinstance(row, Row)]
    # emupos prints bytes, not Chinese: as many columns, and its code page gives each byte back.
    printed = [line.encode("cp437").decode("gbk") for line in text.splitlines() if line and not line.startswith("[")]
    assert printed == [row.rstrip() for row in rows]
    assert re.findall(r"^\[(.*)\]$", text, re.MULTILINE) == [f"qr {TICKET}"]
    assert job["boundary"] == "cut"
    assert image.width == 576
    assert qr_text(image) == TICKET
    # All else it has understood: a parameter of FS ! stands alone where that command is not known.
    unknown = {event["bytes"][:5] for event in events.of("printer.command.unknown")}
    assert {start for start in unknown if not re.fullmatch(r"[01][0-9a-f]", start)} == UNKNOWN[printer]
    assert events.of("connection.framing-mismatch") == []


async def test_sizes_and_alignment_are_what_was_asked_for(emupos: Emupos) -> None:
    async with kept(DRIVER, emupos.tcp, **PATIENT) as hall:
        await hall.print_slip(Slip((Text("A012", 4, 4, "center", True), Cut())))
        image = picture((await emupos.ask("GET", "/devices/network/receipts/latest/image")).content)
    left, top, right, bottom = ImageOps.invert(image).getbbox() or (0, 0, 0, 0)
    assert image.height == 4 * 24
    assert bottom - top > 2 * 24
    assert (576 - 4 * 48) // 2 <= left < (576 - 4 * 48) // 2 + 48
    assert (576 + 4 * 48) // 2 - 48 < right <= (576 + 4 * 48) // 2


async def test_a_rare_character_is_printed_as_a_picture(emupos: Emupos) -> None:
    async with emupos.watched() as events, kept(DRIVER, emupos.tcp, **PATIENT) as hall:
        await hall.print_slip(Slip((Text("赵䶮先生"), Cut())))
        await events.next("printer.job.completed")
        text = (await emupos.ask("GET", "/devices/network/receipts/latest/text")).text
    assert re.fullmatch(r"(\[image \d+x\d+\]\n)+", text)


# ---------------------------------------------------------------- proof


async def test_what_a_printer_cannot_prove_is_not_called_printed(emupos: Emupos) -> None:
    """emupos knows no GS ( H: its silence is no proof, though the slip came out."""
    options = {**PATIENT, "proof": "gs_h", "proof_s": 20.0}
    async with emupos.watched() as events, kept(DRIVER, emupos.tcp, **options) as hall:
        with pytest.raises(DeviceFault) as caught:
            await hall.print_slip(SLIP)
        assert caught.value.code == "printer.unproven"
        await events.next("printer.job.completed")


async def test_t05_the_paper_ends_while_a_slip_is_printed(emupos: Emupos) -> None:
    """The fault is the caller's answer. The new roll prints the held slip: its late proof is not that of the next."""
    relay = Relay(emupos.tcp)
    url = await relay.start()

    async def paper_ends() -> None:
        relay.before_slip = None
        await emupos.fault("network", "paper-out")

    async with emupos.watched() as events, kept(DRIVER, url, **PATIENT) as hall:
        await hall.is_told("ready")
        relay.before_slip = paper_ends
        with pytest.raises(DeviceFault) as caught:
            await hall.print_slip(Slip((Text("A012"), Cut())))
        assert caught.value.code == "printer.paper_out"
        await hall.is_told("degraded", "printer.paper_out")
        assert events.of("printer.job.completed") == []
        await emupos.fault("network", "paper-out", active=False)
        await events.next("printer.job.completed")
        await hall.print_slip(Slip((Text("A013"), Cut())))
        await events.next("printer.job.completed", 2)
        assert (await emupos.ask("GET", "/devices/network/receipts/latest/text")).text == "A013\n"
    await relay.stop()


async def test_slips_of_many_tickets_come_out_one_by_one_and_in_order(emupos: Emupos) -> None:
    async with emupos.watched() as events, kept(DRIVER, emupos.tcp, **PATIENT, asb=True) as hall:
        await asyncio.gather(*(hall.print_slip(Slip((Text(f"A{number:03d}"), Cut()))) for number in range(5)))
        await events.next("printer.job.completed", 5)
        receipts = [event["receipt_id"] for event in events.of("printer.job.completed")]
        texts = [(await emupos.ask("GET", f"/devices/network/receipts/{one}/text")).text for one in receipts]
    assert texts == [f"A{number:03d}\n" for number in range(5)]


# ---------------------------------------------------------------- life


async def test_a_printer_says_what_it_is_where_it_can(emupos: Emupos) -> None:
    async with kept(DRIVER, emupos.tcp, **PATIENT) as hall:
        await hall.is_told("ready")
        await eventually(lambda: "TM-T20III" in hall.keeper.identity, "its identity")


@pytest.mark.parametrize(("printer", "found"), [("network", "ESC/POS TM-T20III"), ("line", "ESC/POS")])
async def test_a_technicians_search_finds_it_and_prints_nothing(emupos: Emupos, printer: str, found: str) -> None:
    before = len(await emupos.receipts(printer))
    scheme = emupos.url(printer).partition(":")[0]
    probe = next(probe for probe in DRIVER.probes if probe.scheme == scheme)
    link = await Links().open(emupos.url(printer))
    assert await probe.ask(link, asyncio.sleep) == found
    await link.close()
    assert len(await emupos.receipts(printer)) == before


async def test_a_wrong_speed_is_seen_by_the_other_side_only(emupos: Emupos) -> None:
    """The line's settings that reach the other side are those of the link."""
    async with emupos.watched() as events, kept(DRIVER, f"serial://{emupos.line}?baud=38400", **PATIENT) as hall:
        await hall.is_told("ready")
        found = await events.next("connection.framing-mismatch")
    assert found["mismatches"] == [{"setting": "baud", "expected": 9600, "observed": 38400}]
