"""A program: keyboards as the kernel shows them, by umockdev; run under ``umockdev-wrapper``, told to by a test.

It makes two nodes of ``/dev/input`` whose ioctls (version, identity, which keys there are, grab) answer as a kernel's
do, opens them as links, reads what the first one types and prints it as JSON.
"""

import asyncio
import ctypes
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from drivers.barcode.codec import Scan, WedgeCodec
from drivers.emulated_input import CHARACTERS, CODES
from hallctl.devices.contract import DeviceFault
from hallctl.devices.links import Links

READER, MOUSE = "/dev/input/event5", "/dev/input/event6"
BUTTON = 0x110


def check(done: int) -> None:
    if not done:
        sys.exit("umockdev refused")


class Testbed:
    """What is plugged in, by the C library's own calls."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libumockdev.so.0")
        self._library.umockdev_testbed_new.restype = ctypes.c_void_p
        self._bed = ctypes.c_void_p(self._library.umockdev_testbed_new())

    def add(self, node: str, number: int, name: str, keys: list[int], folder: Path) -> None:
        device = (
            f"P: /devices/usb1/input/input{number}\nE: SUBSYSTEM=input\n\n"
            f"P: /devices/usb1/input/input{number}/event{number}\nN: input/event{number}\n"
            f"E: DEVNAME={node}\nE: SUBSYSTEM=input\nE: MAJOR=13\nE: MINOR={64 + number}\n\n"
        )
        check(self._library.umockdev_testbed_add_from_string(self._bed, device.encode(), None))
        record = folder / f"{number}.ioctl"
        record.write_text(ioctls(node, name, keys), encoding="ascii")
        self._load("ioctl", node, record)

    def types(self, node: str, keys: list[int], folder: Path) -> None:
        """The node's events, once, a hundredth of a second apart."""
        lines = ["# EVEMU 1.2"]
        for step, (code, value) in enumerate((code, value) for code in keys for value in (1, 0)):
            at = f"{0.1 + step / 100:.6f}"
            lines += [f"E: {at} 0001 {code:04x} {value}", f"E: {at} 0000 0000 0"]
        events = folder / "events"
        events.write_text("\n".join(lines) + "\n", encoding="ascii")
        self._load("evemu_events", node, events)

    def _load(self, kind: str, node: str, file: Path) -> None:
        load = getattr(self._library, f"umockdev_testbed_load_{kind}")
        check(load(self._bed, node.encode(), str(file).encode(), None))


def ioctls(node: str, name: str, keys: list[int]) -> str:
    """What a kernel answers to the questions of python-evdev, whose sizes count."""
    bits = bytearray(96)
    for key in keys:
        bits[key // 8] |= 1 << (key % 8)
    rows = {
        "EVIOCGVERSION 0": bytes.fromhex("01000100"),
        "EVIOCGID 0": bytes.fromhex("0300F30507000001"),
        "EVIOCGNAME(0) 256": name.encode().ljust(256, b"\0"),
        "EVIOCGPHYS(0) 256": bytes(256),
        "EVIOCGUNIQ(0) 256": bytes(256),
        "EVIOCGBIT(0) 4": bytes.fromhex("13000000"),
        "EVIOCGBIT(1) 96": bytes(bits),
        "EVIOCGBIT(4) 96": bytes([0x10]).ljust(96, b"\0"),
        "EVIOCGEFFECTS 0": bytes(4),
    }
    return f"@DEV {node}\n" + "".join(f"{asked} {answer.hex().upper()}\n" for asked, answer in rows.items())


async def read_code() -> str:
    """The first code that the reader types; its node is ours alone meanwhile."""
    link, codec = await Links().open(f"input://{READER}"), WedgeCodec()
    try:
        async with asyncio.timeout(10):
            while True:
                for message in codec.feed(await link.read()):
                    if isinstance(message, Scan):
                        return message.data.decode()
    finally:
        await link.close()


async def refusal(node: str) -> str:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - umockdev looks at the paths of the C library
    try:
        await Links().open(f"input://{node}")
    except DeviceFault as fault:
        left = len(os.listdir("/proc/self/fd")) - before  # noqa: PTH208 - the same
        return f"{fault.code}: {fault.detail}; {left} files left open"
    return "opened"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, bed = Path(name), Testbed()
        bed.add(READER, 5, "Newtologic 2D", sorted({*CHARACTERS.values(), CODES["enter"]}), folder)
        bed.add(MOUSE, 6, "A mouse", [BUTTON], folder)
        bed.types(READER, [CHARACTERS["3"], CHARACTERS["-"], CHARACTERS["x"], CODES["enter"]], folder)
        told: dict[str, Any] = {"code": asyncio.run(read_code()), "mouse": asyncio.run(refusal(MOUSE))}
        json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
