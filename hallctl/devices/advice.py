"""What a config may say of links but had better not: names that change at the next plugging, one port under two names.

None of it is an error: it depends on what is plugged in now, and a hall must start whatever that is.
"""

import re
from collections.abc import Sequence
from typing import Final

from hallctl.devices.address import LOCAL, Address, parse
from hallctl.devices.node import stable_name, where
from hallctl.errors import ConfigError, Problem
from hallctl.sections.device import DeviceSection

GIVEN_ANEW: Final = re.compile(r"/dev/(ttyUSB|ttyACM|input/event|hidraw|video|usb/lp)[0-9]+")
"""Names that the kernel gives in the order of plugging."""


def advise(devices: Sequence[DeviceSection]) -> list[Problem]:
    """What to mend, with keys like ``devices.2.link``; empty when all is well."""
    advice: list[Problem] = []
    placed: list[tuple[DeviceSection, Address, str]] = []
    for i, device in enumerate(devices):
        address = _local(device)
        if address is None:
            continue
        rows = _check_name(address)
        node = where(address)
        if node is not None:
            rows += [_same(other.name, node) for other, its, there in placed if there == node and _clash(address, its)]
            placed.append((device, address, node))
        advice += [Problem(f"devices.{i}.link", row.zh, row.en) for row in rows]
    return advice


def _local(device: DeviceSection) -> Address | None:
    try:
        address = parse(device.link)
    except ConfigError:
        return None  # told where configs are checked
    return address if address.scheme in LOCAL else None


def _check_name(address: Address) -> list[Problem]:
    if not GIVEN_ANEW.fullmatch(address.place):
        return []
    name = stable_name(address.place)
    if name is None:
        zh, en = "用 hallctl devices scan 查看可用的固定名字", "see the names that last with: hallctl devices scan"
    else:
        zh, en = f"改写为 {name}", f"write {name}"
    return [
        Problem(
            "link",
            f"{address.place} 重新插拔后可能会变，请{zh}。",
            f"{address.place} may be another device after replugging; {en}.",
        )
    ]


def _clash(one: Address, other: Address) -> bool:
    """Written alike is a shared bus, which the registry checks; two interfaces of a USB device are two things."""
    alike = None in (one.interface, other.interface) or one.interface == other.interface
    return one.place != other.place and alike


def _same(name: str, node: str) -> Problem:
    return Problem(
        "link",
        f"与“{name}”是同一个接口（{node}），请核对两台设备的链接；共用总线的设备请写成一样。",
        f"This is the same port as that of {name!r} ({node}); check both links, and write those of a shared bus alike.",
    )
