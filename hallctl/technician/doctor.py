"""The doctor: what on this machine keeps devices from working, and the line that mends it. Needs neither the daemon
nor root."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from hallctl.devices.machine import Machine
from hallctl.devices.registry import Registry
from hallctl.errors import ConfigError
from hallctl.technician import device_check, hall_check, host_check
from hallctl.technician.finding import Check, Finding, Patient, account_of
from hallctl.technician.reach import Unreachable, address_of

CHECKS: Final[tuple[Check, ...]] = (
    hall_check.config,
    hall_check.daemon,
    hall_check.port,
    host_check.disk,
    host_check.clock,
    host_check.fonts,
    host_check.programs,
    device_check.udev,
    device_check.rules,
    device_check.groups,
    device_check.nodes,
    device_check.names,
    device_check.grabbers,
    device_check.libusb,
    hall_check.network,
)
"""What is looked at, in the order in which it is told."""


def admit(machine: Machine, config: Path, data: Path, registry: Registry) -> Patient:
    """All that is to be examined, as it is now."""
    from hallctl import bootstrap

    usable, problem = None, None
    try:
        usable, _digest = bootstrap.checked(config, registry)
    except ConfigError as error:
        problem = error
    try:
        running = address_of(data) is not None
    except Unreachable:  # it is not ours to read, but it is there: only a running daemon has such files
        running = True
    account = account_of(machine)
    return Patient(machine, config, data, registry, account, host_check.now(), usable, problem, running=running)


def examine(
    patient: Patient, track: Callable[[tuple[Check, ...]], Iterable[Check]] = lambda checks: checks
) -> list[Finding]:
    """The findings of all checks."""
    return [finding for check in track(CHECKS) for finding in check(patient)]
