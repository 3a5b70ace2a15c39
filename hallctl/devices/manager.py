"""All devices of a hall: who there is, who can do what where, and the way to have it done.

A device is named by its config name; what it can do is what its driver declares; where it is are the kiosk, the zone
and the units of its config section (a unit is a bus address that stands for a window).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from hallctl.clock import Clock
from hallctl.devices.contract import DeviceFault, DriverSpec, Signal, Slip
from hallctl.devices.health import Counts, Trouble
from hallctl.devices.links import Hear, Links, Sleep
from hallctl.devices.place import Places
from hallctl.devices.plug import Monitor, Plug, open_monitor
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


def _places(devices: Sequence[DeviceSection], keepers: Mapping[str, Keeper]) -> Places:
    return Places(devices, {name: keeper.spec.capabilities for name, keeper in keepers.items()})


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
    identity: str = ""
    """What the device says that it is; empty where it does not say."""
    heard_at: int | None = None
    """When it last said anything (ms)."""
    trouble: Trouble | None = None
    """The last fault that there was, also one that is over."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Names of the devices that another config has brought, changed and taken away, each in its order."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


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
        monitor: Callable[[], Monitor] = open_monitor,
    ) -> None:
        """`on_signal(device, signal)` and `on_state(device, state, faults)` are called on the loop, in the order in
        which things happen; ConfigError with every problem when the sections do not fit the drivers. `monitor` opens
        what tells of plugging and pulling."""
        problems = registry.check(devices)
        if problems:
            raise ConfigError("config.invalid", problems=tuple(problems), count=len(problems))
        self._registry = registry
        self._around = Surroundings(Links(sleep), clock, on_signal, on_state, sleep, jitter, open_s, queue)
        self._removed: set[str] = set()
        self._keepers = {device.name: self._keeper(device) for device in devices}
        self._places = _places(devices, self._keepers)

        def came(nodes: frozenset[str] | None) -> None:
            for keeper in self._keepers.values():
                keeper.plugged(nodes)

        self._plug = Plug(came, self._around.links.gone, sleep, monitor)

    def _keeper(self, device: DeviceSection) -> Keeper:
        driver, options = self._registry.driver(device.driver), self._registry.options(device)
        return Keeper(device.name, driver, options, device.link, _roomy(self._around, device))

    async def start(self) -> None:
        """Begin to connect to every device; waits for none."""
        self._plug.follow(keeper.address for keeper in self._keepers.values())
        for keeper in self._keepers.values():
            keeper.start()

    async def stop(self) -> None:
        """Let go of every device, within STOP_S; jobs under way fail with ``device.lost``."""
        await self._plug.stop()
        await self._stop(list(self._keepers.values()))

    def compare(self, devices: Sequence[DeviceSection]) -> Applied:
        """What `apply` would do."""
        wanted, known = {device.name: device for device in devices}, self._places.sections
        return Applied(
            tuple(name for name in wanted if name not in known),
            tuple(name for name in wanted if name in known and wanted[name] != known[name]),
            tuple(name for name in known if name not in wanted),
        )

    async def apply(self, devices: Sequence[DeviceSection]) -> Applied:
        """These are the devices from now on. One whose section is as before keeps its session and all that it is
        doing; jobs of the others fail with ``device.lost``, then those that stay begin anew. ConfigError with every
        problem, and nothing has changed, when the sections do not fit the drivers.

        Returns when the sessions that had to end have ended: within STOP_S. Not to be called again before.
        """
        problems = self._registry.check(devices)
        if problems:
            raise ConfigError("config.invalid", problems=tuple(problems), count=len(problems))
        change = self.compare(devices)
        gone = [self._keepers.pop(name) for name in change.removed]
        anew = {device.name: self._keeper(device) for device in devices if device.name not in self._keepers}
        anew |= {device.name: self._keeper(device) for device in devices if device.name in change.changed}
        gone += [self._keepers[name] for name in change.changed]
        self._keepers |= anew
        self._removed = (self._removed | set(change.removed)) - set(self._keepers)
        self._places = _places(devices, self._keepers)
        await self._stop(gone)  # a port can be opened anew only when it was closed
        self._plug.follow(keeper.address for keeper in self._keepers.values())
        for keeper in anew.values():
            keeper.start()
        return change

    async def _stop(self, keepers: Sequence[Keeper]) -> None:
        stops = {asyncio.create_task(keeper.stop(), name=f"stop {keeper.name}"): keeper.name for keeper in keepers}
        if stops:
            _, late = await asyncio.wait(stops, timeout=STOP_S)
            for task in late:
                log.error("device.not_stopped", device=stops[task])
                task.cancel()

    def find(
        self, capability: str, *, kiosk: str | None = None, zone: str | None = None, window: str | None = None
    ) -> tuple[tuple[str, int | None], ...]:
        """Devices (by name) with the capability at the place, in the config's order; none when there is no such.

        `kiosk`: those of the kiosk. `zone`: those of the zone and those without one, which serve the whole hall.
        `window`: those that have a unit for it, with that bus address; else the unit is None.
        """
        return self._places.find(capability, kiosk, zone, window)

    def kiosk_of(self, device: str) -> str | None:
        """The kiosk that the device belongs to; None where it belongs to none, or is none of the hall's any more."""
        section = self._places.sections.get(device)
        return section.kiosk if section is not None else None

    def place_of(self, device: str, unit: int | None) -> str | None:
        """The window that a unit stands for; a device with one unit need not name it. None: it stands for none."""
        units = self._places.units_of(device)
        if unit is None and len(units) == 1:
            return next(iter(units.values()))
        return None if unit is None else units.get(unit)

    def units_of(self, device: str) -> dict[int, str]:
        """Bus address → the window that it stands for; empty for a device that has no units, or is none."""
        return dict(self._places.units_of(device))

    async def run(self, device: str, work: Callable[[Any], Awaitable[Any]], *, until: int) -> Any:
        """The result of ``work(driver)`` on the open device, begun and done before `until` (ms).

        DeviceFault otherwise: the device's own; ``device.lost`` when the link ends under it; ``device.busy`` when newer
        jobs crowd it out or its turn does not come; ``device.silent`` when it was begun and is not done in time; the
        reason for which the device is offline when it does not come back in time; ``device.removed`` when it was taken
        out of the config. KeyError for an unknown device.
        """
        if device in self._removed:
            raise DeviceFault("device.removed", transient=False)
        return await self._keepers[device].run(work, until)

    def preview(self, device: str, slip: Slip) -> bytes | None:
        """The slip drawn as PNG as the device would print it; None when its driver draws none."""
        keeper = self._keepers[device]
        return keeper.spec.preview(slip, keeper.options) if keeper.spec.preview is not None else None

    def spec(self, device: str) -> DriverSpec:
        """What the device's driver declares. KeyError for an unknown one."""
        return self._keepers[device].spec

    @property
    def sections(self) -> tuple[DeviceSection, ...]:
        """The devices as they are configured now, in the config's order."""
        return tuple(self._places.sections.values())

    def tap(self, device: str, hear: Hear) -> Callable[[], None]:
        """Let `hear` have what goes over the device's link, see `Links.tap`, until what is returned is called. KeyError
        for an unknown one."""
        return self._around.links.tap(self._places.sections[device].link, hear)

    def states(self) -> list[DeviceStatus]:
        """Every device as it was last told, in the config's order."""
        return [self._status(name) for name in self._places.sections]

    def _status(self, name: str) -> DeviceStatus:
        section, keeper = self._places.sections[name], self._keepers[name]
        health, told = keeper.health, keeper.health.told
        return DeviceStatus(
            name,
            section.driver,
            section.link,
            told.state.value,
            told.faults,
            health.since,
            replace(health.counts),
            keeper.identity,
            health.heard_at,
            health.trouble,
        )

    def retry(self, device: str) -> None:
        """Try to reach the device at once; nothing happens when it is open. KeyError for an unknown one."""
        self._keepers[device].retry_now()
