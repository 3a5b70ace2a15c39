"""The technician's methods where no daemon runs: the same questions and answers, on the config file itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from hallctl import bootstrap, config_file
from hallctl.api import devices as views
from hallctl.clock import Clock, SystemClock
from hallctl.config import HallConfig, load
from hallctl.devices.contract import Signal
from hallctl.devices.machine import Machine
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry
from hallctl.devices.survey import Survey, Surveys
from hallctl.engine.trace import Trace
from hallctl.engine.trial import Trial
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection

Json = dict[str, Any]


class Alone:
    """Answers ``device.*`` for the config file; only the devices that are asked for are opened."""

    running = False

    def __init__(
        self, path: Path, registry: Registry, clock: Clock | None = None, machine: Machine | None = None
    ) -> None:
        self.path = path
        self._machine = machine
        self._registry = registry
        self._clock = clock or SystemClock()
        self._surveys = Surveys(self._survey)
        self._manager = Manager((), registry, self._clock, self._signal, self._state)
        self._trial = Trial(self._manager, self._clock)
        self._trace = Trace(self._manager, self._clock)

    @asynccontextmanager
    async def open(self, *names: str) -> AsyncIterator["Alone"]:
        """The named devices, ``*`` all of them, are at work while it lasts. ConfigError ``config.no_device``."""
        sections = self._sections(names) if names else []
        await self._manager.apply(sections)
        try:
            yield self
        finally:
            self._trace.stop()
            await self._surveys.stop()
            await self._manager.stop()

    def _sections(self, names: tuple[str, ...]) -> list[DeviceSection]:
        devices = {device.name: device for device in bootstrap.checked(self.path, self._registry)[0].devices}
        if names == ("*",):
            return list(devices.values())
        for name in names:
            if name not in devices:
                raise ConfigError("config.no_device", device=name, known=", ".join(devices) or "-")
        return [devices[name] for name in names]

    async def ask(self, method: str, **params: Any) -> Any:
        """As a client's `ask`, for the methods that make sense here."""
        return await _METHODS[method](self, **params)

    async def change(self, method: str, **params: Any) -> Any:
        """As a client's `change`: the file is changed, nobody has to be told."""
        return await _METHODS[method](self, **params)

    # ------------------------------------------------------------ told

    def _signal(self, device: str, signal: Signal) -> None:
        self._trace.signal(device, signal)
        self._trial.signal(device, signal)

    def _state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        self._trace.state(device, state, faults)

    # ------------------------------------------------------------ asked

    async def _drivers(self) -> Json:
        return {"drivers": views.driver_rows(self._registry)}

    async def _list(self) -> Json:
        """As configured: without a daemon nobody knows more."""
        config, digest = load(self.path)
        return {
            "devices": [views.configured_view(section, self._registry) for section in config.devices],
            "path": str(self.path),
            "writable": config_file.writable(self.path),
            "digest": digest,
            "pending": [],
            "problems": [],
        }

    async def _scan(self, network: str | None = None) -> Json:
        return {"scan": self._surveys.begin(network)}

    def _survey(self, network: str | None) -> Survey:
        config = _usable(self.path)
        sections = config.devices if config is not None else ()
        kiosks = [kiosk.id for kiosk in config.kiosks] if config is not None else []
        return Survey(self._registry, sections, network, kiosks=kiosks, machine=self._machine)

    async def _found(self, scan: str) -> Json:
        survey = self._surveys.state(scan)
        assert survey is not None  # noqa: S101 - `scan` is what `_scan` gave
        return views.survey_view(survey)

    async def _test(self, device: str, part: str | None = None, seconds: int = 20) -> Json:
        outcomes = await self._trial.run(device, part, seconds)
        return {"device": device, "parts": [views.outcome_view(outcome) for outcome in outcomes]}

    async def _follow(self, device: str | None = None, after: int = 0) -> Json:
        rows, lost = self._trace.read(device, after)
        return {"rows": [views.row_view(row) for row in rows], "next": max(self._trace.last, after), "lost": lost}

    # ------------------------------------------------------------ changed

    async def _add(self, section: Json) -> Json:
        return await self._edit(lambda text: config_file.added(text, config_file.section(section)))

    async def _change(self, device: str, section: Json) -> Json:
        return await self._edit(lambda text: config_file.changed(text, device, config_file.section(section)))

    async def _remove(self, device: str) -> Json:
        return await self._edit(lambda text: config_file.removed(text, device))

    async def _apply(self) -> Json:
        return await self._edit(lambda text: text)

    async def _edit(self, edit: Callable[[str], str]) -> Json:
        old = await asyncio.to_thread(config_file.read, self.path)
        new = edit(old)
        config_file.checked(new, self._registry)
        if new != old:
            await asyncio.to_thread(config_file.write, self.path, new)
        return {"digest": config_file.digest(new)}


def _usable(path: Path) -> HallConfig | None:
    """A machine on which nothing is configured yet can be looked at too."""
    try:
        return load(path)[0]
    except ConfigError:
        return None


_METHODS: Final[dict[str, Callable[..., Any]]] = {
    "device.drivers": Alone._drivers,
    "device.list": Alone._list,
    "device.scan": Alone._scan,
    "device.found": Alone._found,
    "device.test": Alone._test,
    "device.trace": Alone._follow,
    "device.add": Alone._add,
    "device.change": Alone._change,
    "device.remove": Alone._remove,
    "device.apply": Alone._apply,
}
