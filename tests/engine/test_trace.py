"""What the technician sees of the wires: everything but persons, bounded, only while somebody looks."""

from dataclasses import replace

import pytest

from hallctl.devices import contract as c
from hallctl.devices.contract import CAPABILITIES
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry
from hallctl.engine import trace as module
from hallctl.engine.told import told
from hallctl.engine.trace import Trace
from hallctl.engine.trial import _PARTS
from hallctl.texts.trial import LOOK
from tests.devices.fakes import LAMP, SCREEN, FastTime, LampDevice, Told, eventually, lamp_device, section

SECRET = b"key 1 call"


class Hide:
    """A driver's filter: what follows the word key is overwritten, frame by frame."""

    def __init__(self) -> None:
        self.line = b""

    def __call__(self, data: bytes, from_device: bool) -> bytes:
        shown = b""
        for byte in data:
            self.line = b"" if byte == 10 else self.line + bytes((byte,))
            hidden = from_device and self.line.startswith(b"key ") and len(self.line) > 4
            shown += b"\0" if hidden else bytes((byte,))
        return shown


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def made(device: LampDevice, **more: object) -> tuple[Manager, Trace, Told, Seconds]:
    spec, told_, time, seconds = replace(LAMP, **more), Told(), FastTime(), Seconds()  # type: ignore[arg-type] # of a test
    manager = Manager(
        [section("lamp", device.url, units={"1": "1"})],
        Registry([("lamp", lambda: spec)]),
        time,
        told_.on_signal,
        told_.on_state,
        sleep=time.sleep,
        jitter=lambda: 0.0,
    )
    return manager, Trace(manager, time, seconds), told_, seconds


def wire(trace: Trace) -> bytes:
    return b"".join(row.data for row in trace.read(None, 0)[0] if row.what == "in")


async def test_nothing_is_kept_while_nobody_looks() -> None:
    async with lamp_device() as device:
        manager, trace, told_, _seconds = made(device)
        await manager.start()
        await eventually(lambda: told_.last("lamp") == "ready")
        assert trace.last == 0
        assert trace.read("lamp", 0) == ([], 0)
        await manager.run("lamp", lambda lamp: lamp.show_window(1, SCREEN), until=FastTime().ms + 9_000_000)
        rows, lost = trace.read("lamp", 0)
        assert [(row.what, row.data) for row in rows] == [("out", b"show 1 A012\n"), ("in", b"ok\n")]
        assert lost == 0
        assert trace.read("other", 0)[0] == []
        trace.stop()
        device.tell(b"well")
        await eventually(lambda: device.lines)
        assert trace.last == 2
        await manager.stop()


async def test_a_frame_that_was_cut_by_the_beginning_is_overwritten_whole() -> None:
    """The filter cannot know what it has not seen: until the first silence nothing is shown."""
    async with lamp_device() as device:
        manager, trace, told_, seconds = made(device, redact=Hide)
        await manager.start()
        await eventually(lambda: told_.last("lamp") == "ready")
        trace.read(None, 0)
        device.tell(b"9901011234")  # the rest of something that began before
        await eventually(lambda: len(wire(trace)) == 11)
        assert set(wire(trace)) == {0}
        seconds.now += 1
        device.tell(SECRET)
        await eventually(lambda: len(wire(trace)) == 22)
        assert wire(trace)[11:] == b"key \0\0\0\0\0\0\n"
        await manager.stop()


async def test_a_new_connection_is_shown_from_its_first_byte() -> None:
    async with lamp_device() as device:
        manager, trace, told_, _seconds = made(device, redact=Hide)
        await manager.start()
        await eventually(lambda: told_.last("lamp") == "ready")
        trace.read(None, 0)
        await device.pull()
        await device.plug()
        await eventually(lambda: b"id lamp" in wire(trace))
        assert "end" in [row.what for row in trace.read(None, 0)[0]]
        await manager.stop()


@pytest.mark.parametrize("capability", ["card_reader", "code_reader", "page_scanner"])
async def test_a_reader_without_a_filter_shows_nothing_that_it_says(
    capability: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPABILITIES, capability, object)  # type: ignore[arg-type] # a lamp that calls itself a reader
    async with lamp_device() as device:
        manager, trace, told_, seconds = made(device, capabilities=(capability,))
        await manager.start()
        await eventually(lambda: told_.last("lamp") == "ready")
        trace.read(None, 0)
        seconds.now += 1
        device.tell(SECRET)
        await eventually(lambda: len(wire(trace)) == 11)
        assert set(wire(trace)) == {0}
        await manager.stop()


async def test_rows_are_bounded_and_those_that_went_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with lamp_device() as device:
        manager, trace, _told, _seconds = made(device)
        trace.read(None, 0)
        for number in range(module.KEPT + 50):
            trace.state("lamp", "ready", ())
            assert trace.last == number + 1
        rows, lost = trace.read(None, 10)
        assert len(rows) == module.KEPT
        assert lost == 40
        for number in range(module.MESSAGES + 5):
            trace.signal("lamp", c.PadKey(1, "next", str(number)))
        assert len(trace.messages("lamp")) == module.MESSAGES
        assert "24 + next" in trace.messages("lamp")[0].words[0]
        trace.stop()
        await manager.stop()


def test_a_signal_in_words_has_no_person() -> None:
    card = c.CardSeen("resident", "测试人", "99999919900101001X", "19900101")
    zh, en = told(card)
    for words in (zh, en, *told(c.CodeSeen("99999919900101001X 测试人"))):
        assert "试" not in words
        assert "9999" not in words
    assert "测**" in zh
    assert told(c.RatingKey(129, "satisfied", "1")) == (
        "评价键 satisfied，地址 129",
        "rating key satisfied, address 129",
    )
    assert told(c.CardFailed("card.read_failed"))[1].startswith("Reading failed")
    assert told(c.IdentitySeen("x")) == ("IdentitySeen", "IdentitySeen")


def test_every_capability_has_a_test_and_words() -> None:
    assert set(_PARTS) == set(CAPABILITIES) == set(LOOK)
