"""The client against an emulated scanner: pages, faults with their reasons, and answers that are an attack (H05)."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from drivers.escl.driver import DRIVER
from drivers.escl.emulator import EMULATOR, EsclEmulator
from drivers.escl.options import EsclOptions
from hallctl.devices.contract import CAPABILITIES, FaultsSeen, IdentitySeen, LinkLost, ScannedPage, ScanSettings
from tests.devices.fakes import eventually
from tests.drivers.scan_bench import BenchLink, ScanPort, fault_of, nothing_left, running, scan

PACE = 20
PATIENT: dict[str, Any] = {"answer_s": 60, "page_s": 600}
"""3 s and 30 s of the test's own time: what is slow here is never the scanner."""
SMALL: dict[str, Any] = {"width_mm": 50, "height_mm": 50, **PATIENT}


@asynccontextmanager
async def scanner(
    emulator: EsclEmulator | None = None, port: ScanPort | None = None, **options: Any
) -> AsyncIterator[tuple[Any, EsclEmulator]]:
    """The driver on an emulated scanner, in a hall whose time passes quickly."""
    emulated = emulator or EsclEmulator(port=0)
    await emulated.start()
    try:
        async with running(DRIVER, port or ScanPort(PACE), **emulated.options, **SMALL, **options) as driver:
            yield driver, emulated
    finally:
        await emulated.stop()


@pytest.mark.parametrize("chunked", [False, True])
async def test_flatbed_and_feeder(chunked: bool) -> None:
    port = ScanPort(PACE)
    async with scanner(EsclEmulator(port=0, chunked=chunked), port) as (driver, emulated):
        assert isinstance(driver, CAPABILITIES["page_scanner"])
        assert port.of(IdentitySeen) == [IdentitySeen("Emulated Flatbed 3 E-0001")]
        (page,) = await scan(driver, "flatbed", dpi=100)
        assert (page.width, page.height, page.dpi) == (197, 197, 100)
        pages = await scan(driver, "feeder", dpi=150, color=False)
        assert [(page.width, page.dpi) for page in pages] == [(394, 200)] * 3
        assert emulated.deleted == ["job-1"], "a flatbed's job is ended by the client, a feeder's by itself"
        assert emulated.sheets == 0


async def test_only_the_path_of_a_jobs_address_counts() -> None:
    """Scanners give names that nobody can resolve; and no scanner may send the client elsewhere."""
    async with scanner() as (driver, emulated):
        await emulated.press("wrong_host")
        assert len(await scan(driver, "flatbed")) == 1


async def test_each_page_is_handed_over_before_the_next_is_asked_for() -> None:
    async with scanner() as (driver, emulated):
        left: list[int] = []

        async def take(_page: ScannedPage) -> None:
            left.append(emulated.sheets)

        await driver.scan_pages(ScanSettings("feeder"), take)
        assert left == [2, 1, 0]


async def test_a_feeder_stops_at_the_most_pages() -> None:
    async with scanner(EsclEmulator(port=0, sheets=9), most_pages=2) as (driver, emulated):
        assert len(await scan(driver, "feeder")) == 2
        assert emulated.sheets == 7
        assert emulated.deleted == ["job-1"]


async def test_a_scanner_that_says_its_feeder_is_empty_scans_all_the_same() -> None:
    """The state only names the reason of a failure."""
    async with scanner() as (driver, emulated):
        await emulated.press("lies")
        assert len(await scan(driver, "feeder")) == 3


@pytest.mark.parametrize(
    ("action", "params", "code"),
    [
        ("load", {"sheets": 0}, "scanner.no_paper"),
        ("cover_open", {}, "scanner.cover_open"),
        ("jam", {"after": 0}, "scanner.jammed"),
        ("busy", {"times": 99}, "scanner.busy"),
    ],
)
async def test_faults_have_their_reason(action: str, params: dict[str, int], code: str) -> None:
    async with scanner(busy_s=5) as (driver, emulated):
        await emulated.press(action, **params)
        fault = await fault_of(scan(driver, "feeder"))
        assert (fault.code, fault.transient) == (code, True)
        await emulated.press("clear")
        await emulated.press("busy", times=0)
        await emulated.press("load", sheets=1)
        assert len(await scan(driver, "feeder")) == 1, "it goes on when the fault is mended"


async def test_pages_before_a_jam_are_good_and_the_job_is_deleted() -> None:
    async with scanner() as (driver, emulated):
        await emulated.press("jam", after=2)
        pages: list[ScannedPage] = []

        async def take(page: ScannedPage) -> None:
            pages.append(page)

        fault = await fault_of(driver.scan_pages(ScanSettings("feeder"), take))
        assert (fault.code, len(pages)) == ("scanner.jammed", 2)
        assert emulated.deleted == ["job-1"]


async def gathered(driver: Any, source: str) -> tuple[str, int]:
    """The fault with which a scan ends, and the pages that came before."""
    pages: list[ScannedPage] = []

    async def take(page: ScannedPage) -> None:
        pages.append(page)

    return (await fault_of(driver.scan_pages(ScanSettings(source), take))).code, len(pages)


async def test_a_reason_that_is_told_once_only_is_not_missed() -> None:
    """As AirSane does: the state after the one that told of a jam calls the feeder loaded."""
    async with scanner() as (driver, emulated):
        await emulated.press("once")
        await emulated.press("jam", after=2)
        assert await gathered(driver, "feeder") == ("scanner.jammed", 2)


@pytest.mark.parametrize(("source", "after"), [("feeder", 0), ("feeder", 2), ("flatbed", 0)])
async def test_a_job_that_the_scanner_gives_up_has_not_ended_well(source: str, after: int) -> None:
    """As AirSane does: 503, then 404 as after the last page; only the job's state tells of it."""
    async with scanner() as (driver, emulated):
        await emulated.press("fail", after=after)
        assert await gathered(driver, source) == ("scanner.io", after)
        await emulated.press("clear")
        assert len(await scan(driver, source)) >= 1, "the session goes on"


async def test_a_page_that_breaks_off_as_the_scanner_gives_up_is_no_garbage() -> None:
    """As AirSane does: the answer is 200, and ends before there is a picture."""
    async with scanner() as (driver, emulated):
        await emulated.press("breaks")
        assert await gathered(driver, "flatbed") == ("scanner.io", 0)
        await emulated.press("clear")
        assert len(await scan(driver, "flatbed")) == 1, "the session goes on"


async def test_an_empty_feeder_is_no_reason_for_a_flatbed() -> None:
    async with scanner(busy_s=2) as (driver, emulated):
        await emulated.press("load", sheets=0)
        await emulated.press("busy", times=99)
        assert await gathered(driver, "flatbed") == ("scanner.busy", 0)


async def test_a_feeder_that_was_waited_for_may_be_at_its_end() -> None:
    async with scanner() as (driver, emulated):

        async def wait_for_it(_page: ScannedPage) -> None:
            await emulated.press("busy", times=1)

        assert await driver.scan_pages(ScanSettings("feeder"), wait_for_it) == 3


async def test_a_busy_scanner_is_asked_again_as_soon_as_it_says() -> None:
    port = ScanPort(PACE)
    async with scanner(None, port) as (driver, emulated):
        await emulated.press("busy", times=3)
        assert len(await scan(driver, "flatbed")) == 1
        assert port.slept.count(1.0) >= 3


async def test_a_cancelled_scan_is_deleted_on_the_scanner() -> None:
    async with scanner(EsclEmulator(port=0, pause_s=0.5)) as (driver, emulated):
        task = asyncio.create_task(scan(driver, "feeder"))
        await eventually(lambda: emulated.asked.endswith("NextDocument"))
        task.cancel()
        await asyncio.wait({task})
        assert emulated.deleted == ["job-1"]


async def test_its_own_faults_are_its_state() -> None:
    port = ScanPort(PACE)
    async with scanner(None, port, poll_s=2) as (_driver, emulated):
        await eventually(lambda: port.of(FaultsSeen)[-1:] == [FaultsSeen(())])
        await emulated.press("cover_open")
        await eventually(lambda: port.of(FaultsSeen)[-1] == FaultsSeen(("scanner.cover_open",)))
        await emulated.press("clear")
        await eventually(lambda: port.of(FaultsSeen)[-1] == FaultsSeen(()))
        await emulated.press("stopped")
        await eventually(lambda: port.of(FaultsSeen)[-1] == FaultsSeen(("scanner.stopped",)))


async def test_no_preview_and_no_such_source() -> None:
    async with scanner() as (driver, _):
        assert (await fault_of(driver.preview(print))).code == "scanner.no_preview"
        assert (await fault_of(scan(driver, "camera"))).code == "scanner.no_source"


# ---------------------------------------------------------------- the line


async def test_unplugged_ends_the_session() -> None:
    emulated = EsclEmulator(port=0)
    await emulated.start()
    options = DRIVER.options(**emulated.options, **PATIENT, poll_s=2)
    async with nothing_left():
        driver = await DRIVER.open(BenchLink(), options, ScanPort(PACE))
        run = asyncio.create_task(driver.run())
        await emulated.press("unplug")
        with pytest.raises(LinkLost):
            await run
        await driver.close()
    with pytest.raises(LinkLost):
        await DRIVER.open(BenchLink(), options, ScanPort(PACE))


async def test_pulled_and_plugged_a_hundred_times() -> None:
    """H01: nothing is left behind."""
    emulated = EsclEmulator(port=0)
    await emulated.start()
    options = DRIVER.options(**emulated.options, **PATIENT)
    async with nothing_left():
        for _ in range(100):
            driver = await DRIVER.open(BenchLink(), options, ScanPort(PACE))
            run = asyncio.create_task(driver.run())
            await asyncio.sleep(0)
            await emulated.press("unplug")
            await asyncio.wait({run}, timeout=5)
            assert isinstance(run.exception(), LinkLost)
            await driver.close()
            await emulated.press("plug")
    await emulated.stop()


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("mute", "device.silent"),
        ("garbage", "device.wrong_identity"),
        ("laughs", "device.wrong_identity"),
        ("web", "device.wrong_identity"),
        ("huge", "device.garbled"),
        ("redirect", "scanner.moved"),
    ],
)
async def test_what_is_no_scanner_is_told_so(mode: str, code: str) -> None:
    emulated = EsclEmulator(port=0)
    await emulated.start()
    await emulated.press(mode)
    async with nothing_left():
        options = DRIVER.options(**emulated.options, answer_s=2 if mode == "mute" else 60)
        fault = await fault_of(DRIVER.open(BenchLink(), options, ScanPort(PACE)))
    assert fault.code == code
    await emulated.stop()


@pytest.mark.parametrize(
    ("mode", "code"), [("cut", "device.lost"), ("garbage", "device.refused"), ("redirect", "scanner.moved")]
)
async def test_a_scan_of_what_breaks_meanwhile(mode: str, code: str) -> None:
    async with scanner() as (driver, emulated):
        await emulated.press(mode)
        assert (await fault_of(scan(driver, "flatbed"))).code == code


async def test_a_page_that_is_no_picture_is_garbled() -> None:
    async with scanner() as (driver, emulated):

        async def break_it(_page: ScannedPage) -> None:
            await emulated.press("garbage")

        fault = await fault_of(driver.scan_pages(ScanSettings("feeder"), break_it))
        assert fault.code == "device.garbled"


async def test_another_scanner_is_refused() -> None:
    emulated = EsclEmulator(port=0)
    await emulated.start()
    options = DRIVER.options(**emulated.options, **PATIENT, serial="E-2")
    fault = await fault_of(DRIVER.open(BenchLink(), options, ScanPort(PACE)))
    assert (fault.code, fault.transient) == ("device.wrong_identity", False)
    await emulated.stop()


@pytest.mark.parametrize(
    "options",
    [
        {"url": "192.168.1.20"},
        {"url": "ftp://a/eSCL"},
        {"url": "http://user@a/eSCL"},
        {"url": "http://a/eSCL", "fingerprint": "12"},
        {},
    ],
)
def test_options_that_cannot_be(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        EsclOptions.model_validate(options)


# ---------------------------------------------------------------- https


def certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A certificate that nobody has signed, as scanners have; and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "scanner")])
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    (folder / "scanner.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "scanner.pem")
    return context, made.fingerprint(hashes.SHA256()).hex(":")


async def test_a_scanners_own_certificate_needs_its_fingerprint(tmp_path: Path) -> None:
    """Expired years ago and signed by nobody, as they are; without fingerprint or consent nothing is scanned."""
    context, fingerprint = certificate(tmp_path)
    async with scanner(EsclEmulator(port=0, tls=context), fingerprint=fingerprint) as (driver, _):
        assert len(await scan(driver, "flatbed")) == 1
    async with scanner(EsclEmulator(port=0, tls=context), any_certificate=True) as (driver, _):
        assert len(await scan(driver, "flatbed")) == 1
    emulated = EsclEmulator(port=0, tls=context)
    await emulated.start()
    for options in ({}, {"fingerprint": "00" * 32}):
        fault = await fault_of(DRIVER.open(BenchLink(), DRIVER.options(**emulated.options, **options), ScanPort(PACE)))
        assert (fault.code, fault.transient) == ("scanner.certificate", False)
    await emulated.stop()


async def test_the_emulator_knows_its_actions() -> None:
    assert EMULATOR.make(port=7).options == EMULATOR.options(port=7) == {"url": "http://127.0.0.1:7/eSCL"}
    emulator = EMULATOR.make(port=0)
    await emulator.start()
    for action, params in EMULATOR.actions.items():
        await emulator.press(action, **params)
    with pytest.raises(ValueError, match="no action shout"):
        await emulator.press("shout")
    await emulator.stop()
