"""H06: the code readers' driver against emupos: a reader on a serial line, and one that is a keyboard."""

from typing import Any, Final

import evdev
import pytest

from drivers.barcode.driver import DRIVER
from drivers.emulated_input import EmulatedInput, move
from hallctl.devices.contract import CodeSeen
from tests.devices.fakes import eventually
from tests.third_party.emupos import Emupos
from tests.third_party.hall_side import HallSide, kept

TEXTS: Final = ["HALL-A012", "6901234567892", 'https://h.example/t/#Ab~9?x=1&y="{[z]}"', "~!@#$%^&*()_+|\\:;'<>,./ `-="]

KEYS: Final = (
    *"ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890", "ENTER", "ESC", "BACKSPACE", "TAB", "SPACE", "MINUS", "EQUAL", "LEFTBRACE",
    "RIGHTBRACE", "BACKSLASH", "BACKSLASH", "SEMICOLON", "APOSTROPHE", "GRAVE", "COMMA", "DOT", "SLASH",
)  # fmt: skip
"""The kernel's names of the keys whose USB usages begin at 4 (HID usage tables, page 7)."""

SHIFT: Final = evdev.ecodes.KEY_LEFTSHIFT


async def reads(hall: HallSide, count: int) -> list[str]:
    """So many codes, awaited."""
    await eventually(lambda: len(hall.signals()) >= count, f"{count} codes")
    return [signal.text for signal in hall.signals() if isinstance(signal, CodeSeen)]


async def scan(emupos: Emupos, reader: str, text: str) -> dict[str, Any]:
    answer = await emupos.ask("POST", f"/devices/{reader}/scans", {"data": text, "countdown_seconds": 0})
    accepted: dict[str, Any] = answer.json()
    return accepted


async def test_h06_a_reader_on_a_serial_line(emupos: Emupos) -> None:
    async with emupos.watched() as events, kept(DRIVER, emupos.reader, same_code_s=0.0) as hall:
        await eventually(lambda: hall.keeper.health.up)
        for number, text in enumerate([*TEXTS, "医保码:张三·9999"], 1):
            await scan(emupos, "reader", text)
            await events.next("scanner.scan.delivered", number)
            assert (await reads(hall, number))[-1] == text
        await hall.is_told("ready")
    assert events.of("connection.framing-mismatch") == []


@pytest.mark.parametrize("text", TEXTS)
async def test_h06_a_reader_that_is_a_keyboard_types_every_sign(emupos: Emupos, text: str) -> None:
    """emupos says which keys its reader presses; they come as the kernel's events."""
    keyboard = EmulatedInput()
    keyboard.plug()
    accepted = await scan(emupos, "wedge", text)
    async with kept(DRIVER, keyboard.url) as hall:
        await eventually(lambda: hall.keeper.health.up)
        for key in accepted["keys"]:
            keyboard.send(strike(key["usage"], key["shift"]))
        assert await reads(hall, 1) == [text]
    await emupos.ask("POST", f"/devices/wedge/scans/{accepted['id']}/typed", {"outcome": "delivered"})
    keyboard.close()


def strike(usage: int, shift: bool) -> bytes:
    code = evdev.ecodes.ecodes[f"KEY_{KEYS[usage - 4]}"]
    stroke = move(code, 1) + move(code, 0)
    return move(SHIFT, 1) + stroke + move(SHIFT, 0) if shift else stroke
