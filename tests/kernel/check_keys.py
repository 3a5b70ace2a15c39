"""Keyboards that are devices: a call keypad and a code reader by uinput, a code reader on USB."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import evdev
from evdev import ecodes

from hallctl.devices.contract import CodeSeen, PadKey
from tests.kernel.gadget import KEYBOARD, SERIAL, Gadget
from tests.kernel.hall import hall, until

KEYPAD, WEDGE = Path("/dev/hallctl/hall-keypad"), Path("/dev/hallctl/hall-wedge")
USB_WEDGE = Path(f"/dev/input/by-id/usb-Hall_Devices_{SERIAL}-if03-event-kbd")
KEYS = [code for code in ecodes.keys if 0 < code < 128]


@contextmanager
def plugged(name: str) -> Iterator[evdev.UInput]:
    device = evdev.UInput({ecodes.EV_KEY: KEYS}, name=name)
    try:
        yield device
    finally:
        device.close()


def types(device: evdev.UInput, *names: str) -> None:
    """Keys by the kernel's names; "+A" is held with shift."""
    for name in names:
        code = ecodes.ecodes[f"KEY_{name.removeprefix('+')}"]
        steps = [(code, 1), (code, 0)]
        if name.startswith("+"):
            steps = [(ecodes.KEY_LEFTSHIFT, 1), *steps, (ecodes.KEY_LEFTSHIFT, 0)]
        for key, value in steps:
            device.write(ecodes.EV_KEY, key, value)
            device.syn()


def keys_of(reader: evdev.InputDevice) -> list[int]:
    """The keys that another program hears, as far as they have come."""
    found = []
    while (event := reader.read_one()) is not None:
        if event.type == ecodes.EV_KEY and event.value == 1:
            found.append(event.code)
    return found


async def test_keypad_calls_with_digits() -> None:
    with plugged("hall-keypad") as keypad:
        async with hall({"name": "pad", "driver": "hidpad", "link": f"input://{KEYPAD}"}) as side:
            await side.is_told("pad", "ready")
            types(keypad, "KP1", "KP2", "KPENTER")
            assert await side.hears(PadKey) == PadKey(None, "call", "12")


async def test_keys_are_heard_by_nobody_else_while_we_have_them() -> None:
    with plugged("hall-keypad") as keypad:
        await until(KEYPAD.exists, "the keypad's name")
        other = evdev.InputDevice(KEYPAD)
        types(keypad, "A")
        await until(lambda: keys_of(other) == [ecodes.KEY_A], "another program hears it before")
        async with hall({"name": "pad", "driver": "hidpad", "link": f"input://{KEYPAD}"}) as side:
            await side.is_told("pad", "ready")
            types(keypad, "KPENTER")
            await side.hears(PadKey)
            assert keys_of(other) == []
        types(keypad, "B")
        await until(lambda: keys_of(other) == [ecodes.KEY_B], "another program hears it after")
        other.close()


async def test_wedge_reads_a_code_and_is_lost_and_found_again() -> None:
    section = {"name": "reader", "driver": "barcode", "link": f"input://{WEDGE}", "options": {"same_code_s": 0}}
    async with hall(section) as side:
        await side.is_told("reader", "offline", "device.unreachable")
        for round_ in (1, 2):
            with plugged("hall-wedge") as wedge:
                await side.is_told("reader", "ready")
                types(wedge, "+H", "+A", "L", "L", "MINUS", "0", "1", "2", "ENTER")
                assert await side.hears(CodeSeen, round_) == CodeSeen("HAll-012")
            await side.is_told("reader", "offline", "device.lost")


async def test_usb_wedge_is_found_by_its_serial_number(gadget: Gadget) -> None:
    """The kernel's own HID driver makes keys of the reports; udev names the node by the device's serial number."""
    await until(USB_WEDGE.exists, f"{USB_WEDGE}; there are {list(USB_WEDGE.parent.glob('*'))}")
    async with hall({"name": "reader", "driver": "barcode", "link": f"input://{USB_WEDGE}"}) as side:
        await side.is_told("reader", "ready")
        await asyncio.to_thread(strike, bytes.fromhex("02 0b 00 1e 20 28"))
        assert await side.hears(CodeSeen) == CodeSeen("H13")
        gadget.unplug()
        await side.is_told("reader", "offline", "device.lost")
        gadget.plug()
        await side.is_told("reader", "ready")
    assert USB_WEDGE.exists()


def strike(usages: bytes) -> None:
    """Reports of key down and key up: the first usage with the modifiers before it, the others plain."""
    node = os.open(KEYBOARD, os.O_RDWR)
    try:
        for modifiers, usage in [(usages[0], usages[1]), *((0, usage) for usage in usages[3:])]:
            os.write(node, bytes((modifiers, 0, usage, 0, 0, 0, 0, 0)))
            os.write(node, bytes(8))
    finally:
        os.close(node)
