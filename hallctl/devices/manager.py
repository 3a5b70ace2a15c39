"""All devices of a hall: who there is, who can do what where, and the way to have it done.

A device is named by its config name; what it can do is what its driver declares; where it is are the kiosk, the zone
and the units of its config section (a unit is a bus address that stands for a window).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.devices.contract import Signal, Slip
from hallctl.devices.health import Counts
from hallctl.devices.links import Links, Sleep
from hallctl.devices.registry import Registry
from hallctl.devices.session import OPEN_S, QUEUE, Keeper, Surroundings
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection

STOP_S: Final = 8.0
"""All devices have stopped within this; a driver needs at most 3 s to close and its link 1 s."""

log = structlog.get_logger(__name__)


def _roomy(around: Surroundings, device: DeviceSection) -> Surroundings:
    """Room for one job more for each unit. Behind one line stand as many screens or pads, and after a start all of them
    are to be written at once; the hall keeps one job for each that waits, whose content is made when its turn comes."""
    return replace(around, queue=around.queue + len(device.units))


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """A device as it was last told: its state, fault codes and since when (ms), and what has been counted."""

    name: str
    driver: str
    link: str
    state: str
    faults: tuple[str, ...]
    since: int
    counts: Counts


class Manager:
    """Starts, finds, drives and stops the devices of a config."""

    def __init__(
        self,
        devices: Sequence[DeviceSection],
        registry: Registry,
        clock: Clock,
        on_signal: Callable[[str, Signal], None],
        on_state: Callable[[str, str, tuple[str, ...]], None],
        *,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
        open_s: float = OPEN_S,
        queue: int = QUEUE,
    ) -> None:
        """`on_signal(device, signal)` and `on_state(device, state, faults)` are called on the loop, in the order in
        which things happen; ConfigError with every problem when the sections do not fit the drivers."""
        problems = registry.check(devices)
        if problems:
            raise ConfigError("config.invalid", problems=tuple(problems), count=len(problems))
        around = Surroundings(Links(sleep), clock, on_signal, on_state, sleep, jitter, open_s, queue)
        self._sections = {device.name: device for device in devices}
        self._units = {d.name: {int(unit): window for unit, window in d.units.items()} for d in devices}
        self._found: dict[tuple[str, str | None, str | None, str | None], list[tuple[str, int | None]]] = {}
        self._keepers = {
            d.name: Keeper(d.name, registry.driver(d.driver), registry.options(d), d.link, _roomy(around, d))
            for d in devices
        }

    async def start(self) -> None:
        """Begin to connect to every device; waits for none."""
        for keeper in self._keepers.values():
            keeper.start()

    async def stop(self) -> None:
        """Let go of every device, within STOP_S; jobs under way fail with ``device.lost``."""
        stops = {asyncio.create_task(k.stop(), name=f"stop {k.name}"): k.name for k in self._keepers.values()}
        if stops:
            _, late = await asyncio.wait(stops, timeout=STOP_S)
            for task in late:
                log.error("device.not_stopped", device=stops[task])
                task.cancel()

    def find(
        self, capability: str, *, kiosk: str | None = None, zone: str | None = None, window: str | None = None
    ) -> list[tuple[str, int | None]]:
        """Devices (by name) with the capability at the place, in the config's order; none when there is no such.

        `kiosk`: those of the kiosk. `zone`: those of the zone and those without one, which serve the whole hall.
        `window`: those that have a unit for it, with that bus address; else the unit is None.
        """
        asked = (capability, kiosk, zone, window)
        known = self._found.get(asked)
        if known is None:
            known = self._found[asked] = self._look(*asked)
        return list(known)

    def _look(
        self, capability: str, kiosk: str | None, zone: str | None, window: str | None
    ) -> list[tuple[str, int | None]]:
        found: list[tuple[str, int | None]] = []
        for name, section in self._sections.items():
            if capability not in self._keepers[name].spec.capabilities:
                continue
            if kiosk is not None and section.kiosk != kiosk:
                continue
            if zone is not None and section.zone not in (None, zone):
                continue
            if window is None:
                found.append((name, None))
            else:
                found += [(name, unit) for unit, its_window in self._units[name].items() if its_window == window]
        return found

    def place_of(self, device: str, unit: int | None) -> str | None:
        """The window that a unit stands for; a device with one unit need not name it. None: it stands for none."""
        units = self._units.get(device, {})
        if unit is None and len(units) == 1:
            return next(iter(units.values()))
        return None if unit is None else units.get(unit)

    def windows_of(self, device: str) -> list[str]:
        """The windows that the device's units stand for."""
        return list(self._units.get(device, {}).values())

    async def run(self, device: str, work: Callable[[Any], Awaitable[Any]], *, until: int) -> Any:
        """The result of ``work(driver)`` on the open device, begun and done before `until` (ms).

        DeviceFault otherwise: the device's own; ``device.lost`` when the link ends under it; ``device.busy`` when newer
        jobs crowd it out or its turn does not come; ``device.silent`` when it was begun and is not done in time; the
        reason for which the device is offline when it does not come back in time. KeyError for an unknown device.
        """
        return await self._keepers[device].run(work, until)

    def preview(self, device: str, slip: Slip) -> bytes | None:
        """The slip drawn as PNG as the device would print it; None when its driver draws none."""
        keeper = self._keepers[device]
        return keeper.spec.preview(slip, keeper.options) if keeper.spec.preview is not None else None

    def states(self) -> list[DeviceStatus]:
        """Every device as it was last told, in the config's order."""
        return [self._status(name) for name in self._sections]

    def _status(self, name: str) -> DeviceStatus:
        section, health = self._sections[name], self._keepers[name].health
        told = health.told
        return DeviceStatus(
            name, section.driver, section.link, told.state.value, told.faults, health.since, replace(health.counts)
        )

    def retry(self, device: str) -> None:
        """Try to reach the device at once; nothing happens when it is open. KeyError for an unknown one."""
        self._keepers[device].retry_now()
