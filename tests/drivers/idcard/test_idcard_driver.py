"""The driver against the emulated reader over a real pty."""

import pytest

from drivers.idcard.driver import DRIVER, IdCardOptions, open_reader
from drivers.idcard.emulator import EMULATOR, IdCardEmulator
from hallctl.devices.contract import CardFailed, CardReader, CardSeen, DeviceFault, FaultsSeen, IdentitySeen, LinkLost
from tests.drivers.serial_bench import BenchBus, BenchPort, running, started


def asked(emulator: IdCardEmulator) -> list[str]:
    return [row["text"] for row in emulator.view()["wire"] if row["dir"] == "in"]


async def test_opening_proves_identity_by_status_and_sam_id() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, max_rf=80) as reader:
        assert isinstance(reader, CardReader)
        assert asked(emulator)[:4] == ["status", "SAM id", "set RF frame", "status"]
        assert port.signals == [IdentitySeen("05.01-20200101-0012345678-0987654321"), FaultsSeen(())]
        assert port.heards >= 3


async def test_the_reader_is_closed_until_it_is_armed() -> None:
    """O14: no find on the wire before arming, and none after the time is over or disarming."""
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await emulator.press("place_card", card="resident")
        await port.pass_time(10)
        assert emulator.finds == 0
        assert "find card" not in asked(emulator)
        await reader.arm(2)
        await port.until(lambda: port.of(CardSeen))
        await port.pass_time(4)
        finds = emulator.finds
        assert finds
        await port.pass_time(5)
        assert emulator.finds == finds
        await reader.arm(60)
        await port.pass_time(1)
        await reader.disarm()
        finds = emulator.finds
        await port.pass_time(5)
        assert emulator.finds == finds
        assert asked(emulator)[-1] == "status"


@pytest.mark.parametrize(
    ("card", "kind", "name", "number", "birth"),
    [
        ("resident", "resident", "测试甲", "999999199001010016", "19900101"),
        ("elder", "resident", "测试乙", "999999195002020023", "19500202"),
        ("hkmt", "hkmt_permit", "测试丙", "999999198505050025", "19850505"),
        ("foreigner", "foreigner", "测试丁", "999999198008080039", "19800808"),
        ("foreigner_2017", "foreigner_2017", "TEST, ALICE", "ZZZ990019900101", "19900101"),
    ],
)
@pytest.mark.parametrize("read", ["base", "fingerprint"])
async def test_every_kind_of_card(card: str, kind: str, name: str, number: str, birth: str, read: str) -> None:
    """H02."""
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, read=read) as reader:
        await reader.arm(30)
        await emulator.press("place_card", card=card)
        await port.until(lambda: port.of(CardSeen))
        assert port.of(CardSeen) == [CardSeen(kind, name, number, birth)]
        assert number not in repr(port.signals)
        assert number not in str(emulator.view())


async def test_an_old_module_without_the_fingerprint_command_is_read_all_the_same() -> None:
    emulator, port = IdCardEmulator(knows_fingerprint=False), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, read="fingerprint") as reader:
        await reader.arm(30)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))
        assert asked(emulator).count("read card and fingerprint") == 1


@pytest.mark.parametrize("finds_again", [False, True])
async def test_a_card_that_stays_or_is_swiped_twice_is_one_card(finds_again: bool) -> None:
    """H03, for both kinds of reader; lifted for a while, it counts anew."""
    emulator, port = IdCardEmulator(finds_again=finds_again), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))
        await port.pass_time(2)
        await emulator.press("lift_card")
        await port.pass_time(0.5)
        reads = emulator.reads
        await emulator.press("place_card", card="resident")
        await port.until(lambda: emulator.reads > reads)
        await port.pass_time(1)
        assert len(port.of(CardSeen)) == 1
        await emulator.press("lift_card")
        await port.pass_time(5)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: len(port.of(CardSeen)) == 2)


async def test_another_card_counts_at_once() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        for card in ("resident", "hkmt"):
            await emulator.press("place_card", card=card)
            await port.until(lambda: emulator.view()["state"] == "read")
            await port.pass_time(0.2)
        assert [seen.kind for seen in port.of(CardSeen)] == ["resident", "hkmt_permit"]


async def test_a_card_that_cannot_be_read_is_told_once() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("place_card", card="unreadable")
        await port.until(lambda: port.of(CardFailed))
        await port.pass_time(5)
        assert port.of(CardFailed) == [CardFailed("card.read_failed")]
        await emulator.press("lift_card")
        await port.pass_time(2)
        await emulator.press("place_card", card="unreadable")
        await port.until(lambda: len(port.of(CardFailed)) == 2)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))


async def test_silence_is_told_as_silence() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        await emulator.press("mute")
        with pytest.raises(DeviceFault, match=r"device\.silent") as fault:
            await port.through(open_reader(bus.link(), IdCardOptions(), port))
        assert fault.value.transient


async def test_something_else_on_the_port_is_a_wrong_identity() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        emulator._end.muted = True
        emulator._end.line.attach(lambda _: emulator._end.line.send(b"\x12\x12\x16\n"))
        with pytest.raises(DeviceFault, match=r"device\.wrong_identity") as fault:
            await port.through(open_reader(bus.link(), IdCardOptions(), port))
        assert not fault.value.transient


async def test_another_reader_than_the_configured_one_is_a_wrong_identity() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    own = "05.01-20200101-0012345678-0987654321"
    async with started(emulator) as bus:
        with pytest.raises(DeviceFault, match=r"device\.wrong_identity"):
            await port.through(open_reader(bus.link(), IdCardOptions(sam_id="05.01-x"), port))
        async with running(DRIVER, bus, port, sam_id=own):
            pass


async def test_a_failed_self_test_at_opening() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        await emulator.press("fail_self_test")
        with pytest.raises(DeviceFault, match=r"reader\.fault") as fault:
            await port.through(open_reader(bus.link(), IdCardOptions(), port))
        assert fault.value.transient


@pytest.mark.parametrize("armed", [False, True])
async def test_a_failed_self_test_later_is_a_fault_that_clears(armed: bool) -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        if armed:
            await reader.arm(100)
        await emulator.press("fail_self_test")
        await port.until(lambda: port.signals[-1] == FaultsSeen(("reader.fault",)))
        await emulator.press("pass_self_test")
        await port.until(lambda: port.signals[-1] == FaultsSeen(()))


@pytest.mark.parametrize(("fault", "code"), [("mute", "device.silent"), ("bad_checksum", "device.garbled")])
@pytest.mark.parametrize("armed", [False, True])
async def test_a_reader_that_fails_while_open_ends_the_run(fault: str, code: str, armed: bool) -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await port.through(open_reader(bus.link(), IdCardOptions(), port))
        if armed:
            await driver.arm(1000)
        await emulator.press(fault, **({"times": 1000} if fault == "bad_checksum" else {}))
        with pytest.raises(DeviceFault, match=code.replace(".", r"\.")):
            await port.through(driver.run())
        await driver.close()


async def test_one_damaged_answer_is_asked_again() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        await emulator.press("bad_checksum")
        async with running(DRIVER, bus, port) as reader:
            await reader.arm(60)
            await emulator.press("bad_checksum")
            await emulator.press("place_card", card="resident")
            await port.until(lambda: port.of(CardSeen))


async def test_a_noisy_line_does_not_matter() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        await emulator.press("noise")
        async with running(DRIVER, bus, port) as reader:
            await reader.arm(60)
            await emulator.press("place_card", card="resident")
            await port.until(lambda: port.of(CardSeen))


@pytest.mark.parametrize("armed", [False, True])
async def test_unplugging_ends_the_run_and_plugging_in_serves_again(armed: bool) -> None:
    """H01: under the same name, with a new session."""
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await port.through(open_reader(bus.link(), IdCardOptions(), port))
        if armed:
            await driver.arm(1000)
        await emulator.press("unplug")
        with pytest.raises(LinkLost):
            await port.through(driver.run())
        await driver.close()
        await emulator.press("plug")
        again = BenchBus(bus.url)
        async with running(DRIVER, again, port):
            pass
        again.close()


async def test_unknown_actions_and_cards_are_refused() -> None:
    emulator = EMULATOR.make()
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
    with pytest.raises(ValueError, match="no card"):
        await emulator.press("place_card", card="library")
