"""The running hall's devices as they can be changed, tested and looked at.

A change goes into the config file first, whole or not at all, then into the journal, then to the devices: those whose
sections are as before notice nothing. All else that is otherwise in the file waits for a restart. A file with mistakes
changes nothing.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from hallctl import config_file
from hallctl.clock import Clock
from hallctl.config import HallConfig, check
from hallctl.devices import contract as c
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry
from hallctl.devices.survey import Survey, Surveys
from hallctl.domain.commands import ChangeDevices
from hallctl.engine.answer import RequestKey
from hallctl.engine.hall import Hall
from hallctl.engine.tasks import Tasks
from hallctl.engine.trace import Trace
from hallctl.engine.trial import Trial
from hallctl.errors import ConfigError, HallctlError, Problem, Refusal
from hallctl.sections.device import DeviceSection
from hallctl.store.file import write_whole

log = structlog.get_logger()

Edit = Callable[[str], str]
"""From the config file's text to the text that it shall have."""

LAST_GOOD: Final = "last-good.toml"
"""The config that was used last, in the data directory."""


class Equipment:
    """Devices of the hall. `config` is the one in force: that of the start with the devices of now."""

    def __init__(
        self,
        hall: Hall,
        manager: Manager,
        registry: Registry,
        config: HallConfig,
        clock: Clock,
        *,
        directory: Path,
        path: Path | None,
    ) -> None:
        """`path` is the config file, None where there is none."""
        self.on_equip: Callable[[HallConfig], None] = lambda _config: None
        """Is told the config in force."""
        self.on_applied: Callable[[], None] = lambda: None
        """Is told that the devices are at work by it."""
        self.restore: Callable[[str], None] = lambda _device: None
        """Brings a device's screens up to date."""
        self.config = config
        self.registry = registry
        self.path = path
        self.trace = Trace(manager, clock)
        self.trial = Trial(manager, clock, restore=lambda device: self.restore(device))
        self.surveys = Surveys(self._survey)
        self._hall = hall
        self._manager = manager
        self._directory = directory
        self._turn = asyncio.Lock()
        self._tasks = Tasks("equipment")

    @property
    def manager(self) -> Manager:
        return self._manager

    def _survey(self, network: str | None) -> Survey:
        return Survey(self.registry, self._manager.sections, network, kiosks=[k.id for k in self.config.kiosks])

    # ------------------------------------------------------------ told by the devices

    def signal(self, device: str, signal: c.Signal) -> bool:
        """A device tells something; True: it was for a test, the hall shall not have it."""
        self.trace.signal(device, signal)
        return self.trial.signal(device, signal)

    def state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        """A device's state has changed."""
        self.trace.state(device, state, faults)

    async def stop(self) -> None:
        """Look no more, and finish a change that is under way."""
        self.trace.stop()
        await self.surveys.stop()
        await self._tasks.stop()

    # ------------------------------------------------------------ the config

    async def add(self, section: DeviceSection, actor: str, key: RequestKey | None) -> str:
        """The device is in the config and at work; the receipt. Raises ConfigError with every problem, StoreError."""
        return await self._change(lambda text: config_file.added(text, section), actor, key)

    async def change(
        self, device: str, section: DeviceSection, actor: str, key: RequestKey | None, seen: str | None = None
    ) -> str:
        """As `add`, for one that takes the place of `device`; a file of another digest than `seen`, if that is given,
        is left alone."""
        return await self._change(lambda text: config_file.changed(text, device, section), actor, key, seen)

    async def remove(self, device: str, actor: str, key: RequestKey | None, seen: str | None = None) -> str:
        """The device is in the config no more; `seen` as of a change."""
        return await self._change(lambda text: config_file.removed(text, device), actor, key, seen)

    async def apply(self, actor: str, key: RequestKey | None) -> str:
        """The devices are as the file has them now: somebody has edited it by hand."""
        return await self._change(lambda text: text, actor, key)

    def section(self, given: dict[str, object]) -> DeviceSection:
        """A device's block as it was given; raises ConfigError with every problem, keys as in the block."""
        return config_file.section(given)

    async def digest(self) -> str:
        """That of the file as it is now; empty where there is none."""
        if self.path is None:
            return ""
        try:
            return config_file.digest(await asyncio.to_thread(config_file.read, self.path))
        except ConfigError:
            return ""

    async def pending(self) -> tuple[list[str], tuple[Problem, ...], bool]:
        """Keys of the file that need a restart, what is wrong with it, and whether it may be written."""
        if self.path is None:
            return [], (), False
        writable = await asyncio.to_thread(config_file.writable, self.path)
        try:
            text = await asyncio.to_thread(config_file.read, self.path)
            other = await asyncio.to_thread(config_file.checked, text, self.registry)
        except ConfigError as error:
            return [], error.problems or (Problem("(file)", error.sentence("zh"), error.sentence("en")),), writable
        devices = ["devices"] if list(other.devices) != list(self.config.devices) else []
        return [*config_file.differences(self.config, other), *devices], (), writable

    async def _change(self, edit: Edit, actor: str, key: RequestKey | None, seen: str | None = None) -> str:
        """One change at a time; the same request again gives the same receipt. Whoever asked may go meanwhile."""
        async with self._turn:
            answer = await self._hall.answered(key)
            if answer is not None:
                return answer
            if self.path is None:
                raise ConfigError("config.no_file")
            old = await asyncio.to_thread(config_file.read, self.path)
            if seen is not None and config_file.digest(old) != seen:
                raise ConfigError("config.changed_meanwhile")
            new = await asyncio.to_thread(edit, old)
            config = await asyncio.to_thread(config_file.checked, new, self.registry)
            equipped = self.config.model_copy(update={"devices": config.devices})
            problems = check(equipped)
            if problems:
                raise ConfigError("config.restart_first", problems=tuple(problems))
            work = self._tasks.start(self._adopt(self.path, old, new, equipped, actor, key))
            return str(await asyncio.shield(work))

    async def _adopt(
        self, path: Path, old: str, new: str, equipped: HallConfig, actor: str, key: RequestKey | None
    ) -> str:
        """File, journal, devices; if the journal cannot take it, the file is as it was."""
        if new != old:
            await asyncio.to_thread(config_file.write, path, new)
        change = self._manager.compare(equipped.devices)
        command = ChangeDevices(change.added, change.changed, change.removed, config_file.digest(new))
        try:
            answer = await self._hall.execute(command, actor, key)
            if isinstance(answer, Refusal):  # the domain has no reason to; if it finds one, nothing is changed
                raise ConfigError("config.not_editable", why=answer.code)
        except HallctlError:
            if new != old:
                await asyncio.to_thread(config_file.write, path, old)
            raise
        # Nothing is awaited from the commit on until the hall, its views and the manager have the same devices: nobody
        # prints at one that the manager does not know, and the snapshot that follows the event shows all of them.
        self._equip(equipped)
        await self._manager.apply(equipped.devices)
        await self._keep(new)
        self.trace.follow()
        self.on_applied()
        log.info("devices.changed", added=change.added, changed=change.changed, removed=change.removed, actor=actor)
        return answer

    def _equip(self, config: HallConfig) -> None:
        """The kiosks' printers are those of the config from now on, and everybody sees its devices."""
        self.config = config
        self._hall.lay_out(config.layout())
        self.on_equip(config)

    async def _keep(self, text: str) -> None:
        """The last good config is this one."""
        try:
            await asyncio.to_thread(write_whole, self._directory / LAST_GOOD, text.encode())
        except OSError as error:  # a full disk: the hall goes on with what it has
            log.warning("config.not_kept", detail=str(error))
