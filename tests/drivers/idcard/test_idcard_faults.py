"""What goes wrong at a reader, one fault after the other, over a real pty; and what must never be left of a card."""

import asyncio
import gc
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import pytest

from drivers.idcard.driver import DRIVER, IdCardOptions, open_reader
from drivers.idcard.emulator import IdCardEmulator
from drivers.idcard.exchange import recognise
from hallctl.devices.contract import CardFailed, CardSeen, DeviceFault, FaultsSeen, IdentitySeen
from hallctl.sentences import SENTENCES
from tests.drivers.serial_bench import BenchPort, capture, running, started

NUMBER = "999999199001010016"
CARD = bytes.fromhex(capture("idcard_sdt.json")["synthetic"]["read_resident"])
PHOTO = bytes((11 + 37 * i) & 0xFF for i in range(40, 56))
"""From the midst of the photo that the emulator sends."""


def asked(emulator: IdCardEmulator) -> list[str]:
    return [row["text"] for row in emulator.view()["wire"] if row["dir"] == "in"]


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("wrong_check", "card.bad_number"),
        ("unknown_kind", "card.wrong_kind"),
        ("rejected", "card.unauthorised"),
        ("unreadable", "card.read_failed"),
    ],
)
async def test_a_card_that_cannot_be_taken_is_told_once_in_words(card: str, code: str) -> None:
    """A number that fails its check is refused, not passed on (C05, T13)."""
    emulator, port = IdCardEmulator(finds_again=True), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("place_card", card=card)
        await port.until(lambda: port.of(CardFailed))
        await port.pass_time(3)
        assert port.of(CardFailed) == [CardFailed(code)]
        assert not port.of(CardSeen)
    assert code in SENTENCES


async def test_a_card_lifted_while_it_is_read_is_read_when_it_lies_again() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("in_read", then="lift_card")
        await emulator.press("place_card", card="resident")
        await port.until(lambda: emulator.view()["card"] is None)
        await port.pass_time(2)
        assert not port.of(CardSeen)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))


async def test_half_answers_while_open_end_the_run_as_garbled() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        driver = await port.through(open_reader(bus.link(), IdCardOptions(), port))
        await driver.arm(1000)
        await emulator.press("half")
        with pytest.raises(DeviceFault, match=r"device\.garbled"):
            await port.through(driver.run())
        await driver.close()


async def test_half_a_card_is_no_card() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("in_read", then="half")
        await emulator.press("place_card", card="resident")
        await port.until(lambda: emulator.reads == 1)
        await emulator.press("half")
        assert not port.of(CardSeen)
        await emulator.press("lift_card")
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))
        assert len(port.of(CardSeen)) == 1


async def test_an_answer_that_comes_too_late_is_not_taken_for_another() -> None:
    """No ghost: the late text of a card is nobody's, not even the next person's."""
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("in_read", then="mute")
        await emulator.press("place_card", card="resident")
        await port.until(lambda: emulator.reads == 1)
        await reader.disarm()
        await reader.arm(60)
        finds = emulator.finds
        await emulator.press("lift_card")
        await emulator.press("unmute")
        await port.pass_time(0.5)
        emulator._end.line.send(CARD)
        await port.until(lambda: emulator.finds > finds + 1)
        emulator._end.line.send(CARD)
        await port.pass_time(3)
        assert not port.of(CardSeen)


async def test_a_card_whose_reading_began_for_one_person_is_not_told_to_the_next() -> None:
    """O14: cancelled and armed again for somebody else while the reader still reads."""
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port) as reader:
        await reader.arm(60)
        await emulator.press("slow", seconds="0.02")
        await emulator.press("place_card", card="resident")
        await port.until(lambda: asked(emulator)[-1] == "read card")
        await reader.disarm()
        await reader.arm(60)
        await emulator.press("slow", seconds="0")
        await port.until(lambda: asked(emulator)[-1] == "find card")
        await port.pass_time(2)
        assert emulator.reads == 1
        assert not port.of(CardSeen)


@pytest.mark.parametrize(("status", "code"), [("60", "reader.fault"), ("66", "reader.unauthorised")])
async def test_a_module_that_accepts_nothing(status: str, code: str) -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        async with running(DRIVER, bus, port) as reader:
            await reader.arm(100)
            await emulator.press("fail_self_test", status=status)
            await port.until(lambda: port.signals[-1] == FaultsSeen((code,)))
        with pytest.raises(DeviceFault) as fault:
            await port.through(open_reader(bus.link(), IdCardOptions(), port))
        assert (fault.value.code, fault.value.transient) == (code, True)
    assert code in SENTENCES


async def test_a_module_that_unlearns_the_fingerprint_command() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, read="fingerprint") as reader:
        await emulator.press("refuse_fingerprint")
        await reader.arm(60)
        for number, card in enumerate(("resident", "hkmt"), start=1):
            await emulator.press("place_card", card=card)
            await port.until(lambda n=number: len(port.of(CardSeen)) == n)
        assert asked(emulator).count("read card and fingerprint") == 1


async def test_the_cvr_100au_speaks_its_dialect() -> None:
    emulator, port = IdCardEmulator(dialect="cvr100au"), BenchPort()
    assert "baud=9600" in await emulator.start()
    await emulator.stop()
    async with started(emulator) as bus, running(DRIVER, bus, port, dialect="cvr100au", read="fingerprint") as reader:
        assert not port.of(IdentitySeen)  # it is not known to have a number
        await reader.arm(60)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))
        assert "read card and fingerprint" not in asked(emulator)


async def test_the_usual_protocol_is_not_fooled_by_the_dialect() -> None:
    emulator, port = IdCardEmulator(dialect="cvr100au"), BenchPort()
    async with started(emulator) as bus:
        with pytest.raises(DeviceFault) as fault:
            await port.through(open_reader(bus.link(), IdCardOptions(), port))
        assert fault.value.code == "device.garbled"


# ---------------------------------------------------------------- finding


async def test_a_reader_is_found_by_its_sam_id_without_looking_for_a_card() -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        await emulator.press("place_card", card="resident")
        found = await port.through(recognise(bus.link(), port.sleep))
        assert found == "SDT 05.01-20200101-0012345678-0987654321"
        assert asked(emulator) == ["status", "SAM id"]
        await emulator.press("fail_self_test")
        assert await port.through(recognise(bus.link(), port.sleep)) == "SDT (reader.fault)"


@pytest.mark.parametrize("fault", ["mute", "half", "damage"])
async def test_what_does_not_answer_soundly_is_not_recognised(fault: str) -> None:
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus:
        await emulator.press(fault)
        assert await port.through(recognise(bus.link(), port.sleep)) is None


def test_it_declares_how_it_is_found() -> None:
    assert [(probe.scheme, probe.query) for probe in DRIVER.probes] == [
        ("serial", "baud=115200"),
        ("serial", "baud=9600"),
        ("usb", "split=7"),
    ]
    assert DRIVER.usb == ("0400:c35a",)
    assert all(DRIVER.title)


# ---------------------------------------------------------------- nothing is kept


def reachable(*roots: object) -> list[object]:
    """All objects that hang on `roots`, without the code and the constants of modules."""
    seen: dict[int, object] = {}
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        code = isinstance(one, ModuleType | FunctionType | BuiltinFunctionType | type)
        if code or id(one) in seen or (isinstance(one, dict) and "__builtins__" in one):
            continue
        seen[id(one)] = one
        waiting += gc.get_referents(one)
    return list(seen.values())


def holding(objects: list[object], *pieces: bytes) -> list[str]:
    texts: list[Any] = [one for one in objects if isinstance(one, bytes | bytearray)]
    texts += [one.encode(errors="surrogatepass") for one in objects if isinstance(one, str)]
    return [type(text).__name__ for text in texts if any(piece in text for piece in pieces)]


@pytest.mark.parametrize("read", ["base", "fingerprint"])
async def test_no_object_keeps_the_photo_or_the_number_of_a_card_that_was_told(read: str) -> None:
    """H02, 7.2: neither the driver, its tasks nor the link under it, once the next answer has come."""
    emulator, port = IdCardEmulator(), BenchPort()
    async with started(emulator) as bus, running(DRIVER, bus, port, read=read) as reader:
        await reader.arm(60)
        await emulator.press("place_card", card="resident")
        await port.until(lambda: port.of(CardSeen))
        assert port.of(CardSeen)[0].number == NUMBER
        objects = reachable(port)
        assert holding(objects, NUMBER.encode())  # the search finds what is there
        port.signals.clear()
        await port.pass_time(1)
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        objects = reachable(reader, bus, *tasks, *(task.get_coro() for task in tasks))
        assert not holding(objects, PHOTO, NUMBER.encode(), NUMBER.encode("utf-16-le"), "测试甲".encode())
