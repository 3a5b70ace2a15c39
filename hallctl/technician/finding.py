"""What the doctor looks at, and what it says: each finding with the command that mends it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hallctl.config import HallConfig
from hallctl.devices.address import LOCAL, Address, parse
from hallctl.devices.machine import Machine
from hallctl.devices.registry import Registry
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection


@dataclass(frozen=True, slots=True)
class Finding:
    """`severity` is ok|warning|error; `fix` the exact line to type, empty where a person has to do something else."""

    check: str
    severity: str
    zh: str
    en: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who is to use the devices: the daemon's account where there is one, else whoever asks."""

    name: str
    uid: int
    groups: frozenset[int]
    names: frozenset[str]
    """The groups by name."""


@dataclass(frozen=True, slots=True)
class Patient:
    """All that is examined. `config` is None where the file cannot be used; `problem` tells why."""

    machine: Machine
    config_path: Path
    data: Path
    registry: Registry
    account: Account
    now: int
    config: HallConfig | None = None
    problem: ConfigError | None = None
    space: Callable[[Path], os.statvfs_result] = os.statvfs
    running: bool = False
    """A daemon runs on the data directory."""

    @property
    def devices(self) -> list[tuple[DeviceSection, Address]]:
        """The configured devices with where they are."""
        return [(device, parse(device.link)) for device in self.config.devices] if self.config is not None else []

    @property
    def local(self) -> list[tuple[DeviceSection, Address]]:
        """Those that are plugged into this machine under a node of its own."""
        return [(d, a) for d, a in self.devices if a.scheme in LOCAL and a.place.startswith("/")]

    @property
    def drivers(self) -> set[str]:
        return {device.driver for device, _address in self.devices}

    def which(self, program: str) -> bool:
        """The program is installed."""
        folders = ("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin")
        return any(self.machine.there(f"{folder}/{program}") for folder in folders)


Check = Callable[[Patient], list[Finding]]


def account_of(machine: Machine, name: str = "hallctl") -> Account:
    """The account in this machine's own files; whoever asks where there is none of the name."""
    users = {row.partition(":")[0]: row.split(":") for row in machine.text("/etc/passwd").splitlines()}
    if name not in users:
        own = next((user for user, row in users.items() if row[2:3] == [str(os.geteuid())]), str(os.geteuid()))
        return _account(machine, own, os.geteuid(), {os.getegid(), *os.getgroups()})
    row = users[name]
    return _account(machine, name, int(row[2]), {int(row[3])})


def _account(machine: Machine, name: str, uid: int, groups: set[int]) -> Account:
    names: set[str] = set()
    for row in machine.text("/etc/group").splitlines():
        group, _, number, members = [*row.split(":"), "", "", ""][:4]
        if number.isdigit() and (int(number) in groups or name in members.split(",")):
            groups.add(int(number))
            names.add(group)
    return Account(name, uid, frozenset(groups), frozenset(names))
