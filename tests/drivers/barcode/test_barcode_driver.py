"""The driver against emulated readers: on a real pty, as a keyboard over a FIFO, and as a GM65 with settings (H06)."""

import pytest
from pydantic import ValidationError

from drivers.barcode.driver import DRIVER, BarcodeOptions, open_reader
from drivers.barcode.emulator import EMULATOR, BarcodeEmulator
from hallctl.devices.contract import CodeReader, CodeSeen, DeviceFault, FaultsSeen, LinkLost
from hallctl.devices.links import Links
from tests.drivers.key_bench import keyed
from tests.drivers.serial_bench import BenchPort, running, started

TOKEN = "20261122-A001.0123456789abcdef0123"


def codes(port: BenchPort) -> list[str]:
    return [seen.text for seen in port.of(CodeSeen)]


# ---------------------------------------------------------------- plain, on a serial line


@pytest.mark.parametrize("end", ["cr", "lf", "crlf", "tab"])
async def test_a_plain_reader_tells_codes_and_is_unknown_until_the_first(end: str) -> None:
    emulator, port = BarcodeEmulator(end=end), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert isinstance(driver, CodeReader)
        assert port.signals == [FaultsSeen(None)]
        await emulator.press("scan", text=TOKEN)
        await port.until(lambda: codes(port))
        assert port.signals[1:] == [FaultsSeen(()), CodeSeen(TOKEN)]
        assert port.heards == 1
        await driver.look(5)


@pytest.mark.parametrize("emulator", [BarcodeEmulator(encoding="gb18030"), BarcodeEmulator(wraps=True)])
async def test_chinese_in_either_encoding_and_wrapped_codes(emulator: BarcodeEmulator) -> None:
    port = BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press("scan", text="受理凭证12")
        await port.until(lambda: codes(port) == ["受理凭证12"])


async def test_a_code_that_is_held_before_the_reader_is_one() -> None:
    emulator, port = BarcodeEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, same_code_s=2):
        for _ in range(4):
            await emulator.press("scan", text="12345678")
            await port.pass_time(1.5)
        assert codes(port) == ["12345678"]
        await emulator.press("scan", text="87654321")
        await emulator.press("scan", text="12345678")
        await port.until(lambda: len(codes(port)) == 3)
        await port.pass_time(3)
        await emulator.press("scan", text="12345678")
        await port.until(lambda: len(codes(port)) == 4)


@pytest.mark.parametrize("trouble", ["half_code", "rubbish"])
async def test_half_codes_and_rubbish_are_no_codes(trouble: str) -> None:
    """H06: garbage is ignored, and the next code is read."""
    emulator, port = BarcodeEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press(trouble)
        await port.pass_time(0.5)
        await emulator.press("scan", text="12345678")
        await port.until(lambda: codes(port) == ["12345678"])


async def test_a_reader_that_adds_no_end_is_ended_by_a_pause() -> None:
    emulator, port = BarcodeEmulator(end="none"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, ends="pause", same_code_s=0):
        for _ in range(2):
            await emulator.press("scan", text="12345678")
            await port.pass_time(0.5)
        assert codes(port) == ["12345678", "12345678"]


async def test_what_the_reader_adds_is_left_out_and_what_lacks_it_is_no_code() -> None:
    emulator, port = BarcodeEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, prefix="<", suffix=">"):
        for text in ("12345678", "<87654321>"):
            await emulator.press("scan", text=text)
        await port.until(lambda: codes(port) == ["87654321"])


async def test_mute_and_noise_tell_nothing_and_unplugging_ends_the_run() -> None:
    emulator, port = BarcodeEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await open_reader(bus.link(), BarcodeOptions(), port)
        await emulator.press("mute")
        await emulator.press("scan")
        await emulator.press("unmute")
        await emulator.press("noise")
        await emulator.press("scan")
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        await driver.close()
        assert codes(port) == []


# ---------------------------------------------------------------- keyboards


async def test_a_keyboard_is_known_at_once_and_types_codes() -> None:
    emulator, port = BarcodeEmulator(kind="keyboard"), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port) as driver:
        assert port.signals == [FaultsSeen(())]
        await driver.look(5)
        for text in (TOKEN, "https://hall.example/ticket/#" + TOKEN, "张三ABC~"):
            await emulator.press("scan", text=text)
        await port.until(lambda: len(codes(port)) == 3)
        assert codes(port) == [TOKEN, "https://hall.example/ticket/#" + TOKEN, "张三ABC~"]


@pytest.mark.parametrize("trouble", ["half_code", "rubbish", "overflow", "noise"])
async def test_trouble_on_a_keyboard_costs_no_later_code(trouble: str) -> None:
    emulator, port = BarcodeEmulator(kind="keyboard", end="crlf"), BenchPort()
    async with keyed(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press(trouble)
        await port.pass_time(0.5)
        await emulator.press("scan", text="12345678")
        await port.until(lambda: codes(port) == ["12345678"])


async def test_an_unplugged_keyboard_ends_the_run_and_comes_back_under_its_name() -> None:
    """H01: the link is lost, and the same URL opens again when it is plugged in."""
    emulator, port = BarcodeEmulator(kind="keyboard"), BenchPort()
    links, url = Links(), await emulator.start()
    for _ in range(5):
        link = await links.open(url)
        driver = await open_reader(link, BarcodeOptions(), port)
        await emulator.press("half_code")
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await driver.run()
        await driver.close()
        await link.close()
        with pytest.raises(DeviceFault, match=r"device\.unreachable"):
            await links.open(url)
        await emulator.press("plug")
    await emulator.stop()


async def test_a_keyboard_takes_no_commands() -> None:
    emulator, port = BarcodeEmulator(kind="keyboard"), BenchPort()
    async with keyed(emulator) as bus:
        with pytest.raises(DeviceFault, match=r"device\.refused"):
            await open_reader(bus.link(), BarcodeOptions(dialect="gm65"), port)


# ---------------------------------------------------------------- GM65


async def test_a_gm65_proves_itself_and_is_set_without_being_saved() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="gm65", reading="sensing"):
        assert port.signals == [FaultsSeen(())]
        assert emulator.view()["reading"] == "sensing"
        assert emulator.settings[0x60] == 0x21
        assert emulator.settings[0x00] == 0xD7
        assert not [row for row in emulator.view()["wire"] if row["text"].startswith("command 09")]
        await emulator.press("scan", text=TOKEN)
        await port.until(lambda: codes(port) == [TOKEN])


async def test_a_gm65_that_lost_its_power_is_set_again() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="gm65", reading="sensing"):
        await emulator.press("power")
        assert emulator.view()["reading"] == "continuous"
        await port.until(lambda: emulator.view()["reading"] == "sensing", 15)


async def test_kept_settings_are_only_read_and_codes_with_a_length_understood() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    emulator.settings[0x60] = 0x81
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="gm65"):
        await emulator.press("scan", text="12345678")
        await port.until(lambda: codes(port) == ["12345678"])
        await port.pass_time(11)
        assert {row["text"] for row in emulator.view()["wire"] if row["dir"] == "in"} == {"command 07 at 0000"}


async def test_in_command_mode_it_reads_when_told_to_look() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    async with (
        started(emulator) as bus,
        running(DRIVER, bus, port, dialect="gm65", reading="command") as driver,
    ):
        await emulator.press("scan", text="12345678")
        await port.pass_time(0.5)
        assert codes(port) == []
        await port.through(driver.look(5))
        await emulator.press("scan", text="12345678")
        await port.until(lambda: codes(port) == ["12345678"])


async def test_it_stays_lit_as_long_as_it_is_to_look_or_until_it_has_read() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="gm65", reading="command") as driver:
        await port.through(driver.look(12))
        await port.pass_time(20)
        assert emulator.lit == 3, "at once, after 5 s and after 10 s"
        await port.through(driver.look(30))
        await emulator.press("scan", text="12345678")
        await port.until(lambda: codes(port) == ["12345678"])
        await port.pass_time(11)
        assert emulator.lit == 0, "a code was read"


async def test_one_damaged_answer_is_asked_again_and_two_are_a_fault() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    await emulator.press("bad_checksum", times=1)
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="gm65"):
        await emulator.press("bad_checksum", times=2)
        await port.pass_time(0.1)
    emulator = BarcodeEmulator(kind="gm65")
    await emulator.press("bad_checksum", times=2)
    async with started(emulator) as bus:
        with pytest.raises(DeviceFault, match=r"device\.garbled"):
            await port.through(open_reader(bus.link(), BarcodeOptions(dialect="gm65"), port))


async def test_a_gm65_that_falls_silent_ends_the_run() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    async with started(emulator) as bus:
        driver = await port.through(open_reader(bus.link(), BarcodeOptions(dialect="gm65"), port))
        await emulator.press("mute")
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(driver.run())
        await driver.close()


async def test_a_plain_reader_is_no_gm65() -> None:
    emulator, port = BarcodeEmulator(), BenchPort()
    async with started(emulator) as bus:
        with pytest.raises(DeviceFault, match=r"device\.silent"):
            await port.through(open_reader(bus.link(), BarcodeOptions(dialect="gm65"), port))


async def test_noise_on_the_line_does_not_hide_answers() -> None:
    emulator, port = BarcodeEmulator(kind="gm65"), BenchPort()
    await emulator.press("noise")
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="gm65", reading="sensing"):
        assert emulator.view()["reading"] == "sensing"


# ---------------------------------------------------------------- options, privacy


def test_options_of_the_config_are_checked() -> None:
    for wrong in ({"dialect": "usb"}, {"pause_ms": 5}, {"prefix": "x" * 40}, {"reading": "never"}):
        with pytest.raises(ValidationError):
            BarcodeOptions.model_validate(wrong)


async def test_what_a_code_says_is_in_no_view_and_no_repr() -> None:
    emulator, port = BarcodeEmulator(), BenchPort()
    number = "99999919900101001X"
    async with started(emulator) as bus, running(DRIVER, bus, port):
        await emulator.press("scan", text=number)
        await port.until(lambda: codes(port))
    assert number not in repr(port.signals)
    assert number not in str(emulator.view())
    assert number.encode().hex(" ") not in str(emulator.view())


async def test_unknown_actions_are_refused() -> None:
    with pytest.raises(ValueError, match="no action"):
        await EMULATOR.make().press("dance")
