"""Which drivers there are: found by name, loaded when asked for, never imported by hallctl's own code.

The drivers of the ``drivers`` package, and those that other packages declare as entry points of the group
``hallctl.drivers`` (``name = "package.module:DRIVER"``; emulators: ``hallctl.emulators``). A name given twice is an
error. The registry also checks the device sections of a config against what the drivers declare.
"""

import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, TypeVar

from pydantic import ValidationError

from hallctl.config import problem
from hallctl.devices.address import Address, parse
from hallctl.devices.contract import CAPABILITIES, DriverSpec, EmulatorSpec, Options
from hallctl.errors import ConfigError, Problem
from hallctl.sections.device import DeviceSection

T = TypeVar("T")

Source = Callable[[], Any]
"""Loads a `DriverSpec` or an `EmulatorSpec`."""


class Registry:
    """Drivers and emulators by name; tests hand in their own."""

    def __init__(self, drivers: Iterable[tuple[str, Source]], emulators: Iterable[tuple[str, Source]] = ()) -> None:
        self._drivers = _once(drivers)
        self._emulators = _once(emulators)

    @property
    def names(self) -> tuple[str, ...]:
        """The drivers there are, in order; none is imported for this."""
        return tuple(sorted(self._drivers))

    def driver(self, name: str) -> DriverSpec:
        """The driver's declaration; ConfigError with a problem of the key ``driver`` when it cannot be had."""
        spec = self._load(self._drivers, name, DriverSpec)
        unknown = sorted(set(spec.capabilities) - set(CAPABILITIES))
        if spec.name != name or unknown or spec.in_flight < 1:
            raise _unfit(name, f"its declaration is wrong ({', '.join(unknown) or spec.name})")
        return spec

    def emulator(self, name: str) -> EmulatorSpec:
        """The emulator of a driver; ConfigError when it has none."""
        return self._load(self._emulators, name, EmulatorSpec)

    def options(self, device: DeviceSection) -> Options:
        """The device's options as its driver types them; ConfigError with keys under ``options``."""
        options = self.driver(device.driver).options
        try:
            return options.model_validate(device.options)
        except ValidationError as error:
            rows = [problem(row, "options") for row in error.errors(include_url=False)]
            raise _invalid(*rows) from error

    def check(self, devices: Sequence[DeviceSection]) -> list[Problem]:
        """All that is wrong with the sections, with keys like ``devices.2.options.width``; empty when all is well."""
        problems: list[Problem] = []
        placed: list[tuple[DeviceSection, Address]] = []
        for i, device in enumerate(devices):
            rows = self._check_one(device)
            address = _address(device, rows)
            if address is not None:
                rows += _check_sharing(device, address, placed)
                placed.append((device, address))
            problems += [Problem(f"devices.{i}.{row.key}", row.zh, row.en) for row in rows]
        return problems

    def _check_one(self, device: DeviceSection) -> list[Problem]:
        """The driver is known, its options are right, it works over such a link, and no unit stands twice."""
        rows = _check_units(device)
        try:
            spec = self.driver(device.driver)
            scheme = device.link.partition(":")[0]
            if scheme not in spec.links:
                known = ", ".join(spec.links)
                rows.append(
                    Problem(
                        "link", f"此驱动不支持 {scheme}，可用：{known}。", f"Not over {scheme}; it works over: {known}."
                    )
                )
            self.options(device)
        except ConfigError as error:
            rows += error.problems
        return rows

    def _load(self, sources: Mapping[str, Source], name: str, kind: type[T]) -> T:
        source = sources.get(name)
        if source is None:
            known = ", ".join(sorted(sources)) or "-"
            raise _invalid(
                Problem(
                    "driver", f"没有驱动“{name}”，可用：{known}。", f"There is no driver {name!r}; there are: {known}."
                )
            )
        try:
            value = source()
        except (ImportError, AttributeError) as error:
            raise _unfit(name, str(error)) from error
        if not isinstance(value, kind):
            raise _unfit(name, f"{type(value).__name__} is not a {kind.__name__}")
        return value


def installed() -> Registry:
    """The registry of this machine; ConfigError when two packages give the same name."""
    spec = find_spec("drivers")
    paths = spec.submodule_search_locations if spec is not None else None
    own = [module.name for module in pkgutil.iter_modules(paths or ()) if module.ispkg]
    return Registry(
        [*((name, _attribute(f"drivers.{name}.driver", "DRIVER")) for name in own), *_declared("hallctl.drivers")],
        [
            *((name, _attribute(f"drivers.{name}.emulator", "EMULATOR")) for name in own),
            *_declared("hallctl.emulators"),
        ],
    )


def _attribute(module: str, name: str) -> Source:
    return lambda: getattr(import_module(module), name)


def _declared(group: str) -> list[tuple[str, Source]]:
    return [(entry.name, entry.load) for entry in entry_points(group=group)]


def _once(sources: Iterable[tuple[str, Source]]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for name, source in sources:
        if name in found:
            raise _invalid(
                Problem(
                    "driver",
                    f"驱动“{name}”出现两次，请卸载其中一个。",
                    f"Driver {name!r} is there twice; uninstall one.",
                )
            )
        found[name] = source
    return found


def _address(device: DeviceSection, rows: list[Problem]) -> Address | None:
    """The address of a link that others could share; what is wrong with it is added to `rows`."""
    try:
        address = parse(device.link)
    except ConfigError as error:
        rows += error.problems
        return None
    return None if address.scheme == "none" else address


def _check_units(device: DeviceSection) -> list[Problem]:
    """``1`` and ``01`` are one bus address. That units are numbers, the config has checked."""
    numbers = _numbers(device)
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    return [
        Problem(f"units.{number}", "总线地址重复，请改为唯一。", "This bus address is given twice; make it unique.")
        for number in twice
    ]


def _numbers(device: DeviceSection) -> list[int]:
    return [int(unit) for unit in device.units if unit.isdecimal()]


def _check_sharing(
    device: DeviceSection, address: Address, placed: Sequence[tuple[DeviceSection, Address]]
) -> list[Problem]:
    """Only devices with bus addresses share a link, at the same speed, and no two of a driver have the same address.

    A keyboard is shared by none, whatever its units: each key would be acted on twice."""
    rows: list[Problem] = []
    for other, its_address in placed:
        if its_address.place != address.place:
            continue
        if not device.units or not other.units or address.scheme == "input":
            rows.append(
                Problem(
                    "link",
                    f"链路已被“{other.name}”占用；只有总线设备（有 units）可以共用。",
                    f"The link is taken by {other.name!r}; only bus devices (with units) share one.",
                )
            )
        elif its_address != address:
            rows.append(
                Problem(
                    "link",
                    f"与“{other.name}”共用总线，参数（波特率等）必须相同。",
                    f"It shares the bus with {other.name!r}: baud and the like must be the same.",
                )
            )
        elif device.driver == other.driver:
            same = sorted(set(_numbers(device)) & set(_numbers(other)))
            rows += [
                Problem(
                    f"units.{unit}",
                    f"总线地址已被“{other.name}”占用。",
                    f"The bus address is taken by {other.name!r}.",
                )
                for unit in same
            ]
    return rows


def _unfit(name: str, why: str) -> ConfigError:
    return _invalid(Problem("driver", f"驱动“{name}”不能使用：{why}。", f"Driver {name!r} cannot be used: {why}."))


def _invalid(*rows: Problem) -> ConfigError:
    return ConfigError("config.invalid", problems=rows, count=len(rows))
