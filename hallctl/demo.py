"""``hallctl demo``: the shipped township hall with every device emulated at the byte level.

The emulators stand at the other end of real ptys and TCP ports; the daemon does not know that they are not hardware.
A demo page shows what each shows and lets a visitor press its keys. The accounts share one random password, made anew
at each start.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from hallctl import bootstrap
from hallctl.api import schemas as s
from hallctl.api.auth import Caller, new_token, token_digest
from hallctl.api.context import Context
from hallctl.api.methods import METHODS, Method
from hallctl.api.role import Role
from hallctl.clock import SystemClock
from hallctl.config import HallConfig
from hallctl.devices.contract import Emulator, EmulatorSpec
from hallctl.devices.registry import Registry
from hallctl.domain import commands as c
from hallctl.engine.answer import RequestKey
from hallctl.errors import RequestError
from hallctl.sections.booking import SlotSection
from hallctl.sections.device import DeviceSection
from hallctl.sections.hours import HoursSection

CONFIG: Final = "township.toml"
CLIPS: Final = "voice"
"""Folder of spoken WAVs in the data directory, served at ``/demo/clips/``."""

ALL_DAY: Final = SlotSection(days=[1, 2, 3, 4, 5, 6, 7], time="00:00-24:00", slot_min=30, quota=20)
"""Appointments of the services that take any."""


class Press(s.Params, frozen=True, kw_only=True):
    """A visitor's hand on an emulator."""

    device: s.Name
    action: s.Name
    params: dict[str, str | int] = msgspec.field(default_factory=dict)


@dataclass(slots=True)
class Stage:
    """The emulated devices by name, and what the visitor needs to get around."""

    emulators: dict[str, tuple[DeviceSection, EmulatorSpec, Emulator]] = field(default_factory=dict)
    pages: list[dict[str, str | None]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)

    def methods(self) -> dict[str, Method]:
        """METHODS with the demo's own two."""
        admin = frozenset({Role.ADMIN})
        own = (
            Method("demo.list", s.Nothing, admin, self._list, dict, "The emulated devices and what they show."),
            Method("demo.press", Press, admin, self._press, dict, "Press an emulator's key."),
        )
        return METHODS | {method.name: method for method in own}

    async def _list(self, _context: Context, _caller: Caller, _p: s.Nothing, _key: RequestKey | None) -> dict[str, Any]:
        devices = [
            {
                "name": name,
                "driver": section.driver,
                "place": section.kiosk or section.zone,
                "window": section.window,
                "units": section.units,
                "actions": spec.actions,
                "view": emulator.view(),
            }
            for name, (section, spec, emulator) in self.emulators.items()
        ]
        return {"devices": devices, "pages": self.pages, "accounts": self.accounts}

    async def _press(self, _context: Context, _caller: Caller, p: Press, _key: RequestKey | None) -> dict[str, Any]:
        if p.device not in self.emulators:
            raise RequestError("request.invalid_params", problem=f"no device {p.device}")
        emulator = self.emulators[p.device][2]
        try:
            await emulator.press(p.action, **p.params)
        except (ValueError, TypeError, KeyError) as error:
            raise RequestError("request.invalid_params", problem=str(error)) from error
        return {"view": emulator.view()}


async def raise_stage(
    config: HallConfig, directory: Path, registry: Registry, stack: AsyncExitStack
) -> tuple[HallConfig, Stage]:
    """Start an emulator for each device; the config with its links led to them, open and bookable at all hours:
    visitors come at any time."""
    stage = Stage()
    sections: list[DeviceSection] = []
    for section in config.devices:
        spec = registry.emulator(section.driver)
        options = _built(section, directory)
        emulator = spec.make(**options)
        link = await emulator.start()
        stack.push_async_callback(emulator.stop)
        own = {**section.options, **spec.options(**options), **emulator.view().get("options", {})}
        moved = section.model_copy(update={"link": link, "options": own})
        sections.append(moved)
        stage.emulators[section.name] = (moved, spec, emulator)
    services = [
        service.model_copy(update={"slots": [ALL_DAY]}) if service.slots else service for service in config.services
    ]
    changed = {"devices": sections, "services": services, "hours": HoursSection()}
    return config.model_copy(update=changed), stage


def _built(section: DeviceSection, directory: Path) -> dict[str, Any]:
    """What an emulator is made with to be the device that the section describes; those on the network listen at any
    free port, which their view tells."""
    if section.driver == "voice":
        return {"folder": str(directory / CLIPS)}
    made: dict[str, Any] = {"now": SystemClock().now}
    if section.units:
        made["units"] = tuple(int(unit) for unit in section.units)
    match section.driver:
        case "sane":
            made["folder"] = str(directory / section.name)
        case "camera" | "escl":
            made["port"] = 0
        case "barcode":
            keyboard = section.link.startswith("input:")
            made["kind"] = "keyboard" if keyboard else section.options.get("dialect", "plain")
        case "eqsign":
            made["ack"] = "FOK" if section.options.get("ack") else "none"
        case "padframe":
            made["frame"] = section.options
        case "onbon":
            made |= _screen(section)
    return made


def _screen(section: DeviceSection) -> dict[str, int]:
    """Size of a sign on which the section's areas have room."""
    areas = section.options.get("areas", {}).values()
    size = {
        "width": [a.get("x", 0) + a["width"] for a in areas],
        "height": [a.get("y", 0) + a["height"] for a in areas],
    }
    return {side: max(ends) for side, ends in size.items() if ends}


async def furnish(daemon: bootstrap.Daemon, stage: Stage) -> None:
    """Pair the terminals and make the accounts; open no window: that is the visitor's first step."""
    context = daemon.context
    config = context.config
    people = [
        (str(number), f"{window.label or window.id} 号窗口", ("window", "guide"))
        for number, window in enumerate(config.windows, 1001)
    ]
    people += [("boss", "大厅主任", ("supervisor", "auditor")), ("admin", "管理员", ("admin", "supervisor"))]
    password = secrets.token_hex(3) + "a1"
    password_hash = await context.auth.hash(password)  # once: argon2 takes its time on purpose
    for account, name, roles in people:
        await context.hall.execute(c.SetAccount(account, name, roles, password_hash), "demo")
        stage.accounts.append({"account": account, "password": password, "roles": list(roles)})
    await asyncio.sleep(0)  # the last publication, after which every account is known
    for kiosk in config.kiosks:
        await _terminal(context, stage, "kiosk", Role.KIOSK, kiosk.id)
    for window, (account, _name, _roles) in zip(config.windows, people, strict=False):
        token, _until = context.auth.session(context.state.accounts[account])
        stage.pages.append(_page("window", window.id, token, f"?window={window.id}"))
    await _terminal(context, stage, "board", Role.BOARD, None)
    for window in config.windows:
        await _terminal(context, stage, "rating", Role.RATING, window.id)
    await _terminal(context, stage, "admin", Role.ADMIN, None)
    await _terminal(context, stage, "demo", Role.ADMIN, None)


async def _terminal(context: Context, stage: Stage, page: str, role: Role, place: str | None) -> None:
    token = new_token()
    command = c.PairTerminal(f"demo-{page}-{place or 'hall'}", role, place, token_digest(token))
    await context.hall.execute(command, "demo")
    stage.pages.append(_page(page, place, token))


def _page(page: str, place: str | None, token: str, query: str = "") -> dict[str, str | None]:
    fragment = f"#token={token}" + (f"&place={place}" if place else "")
    return {"page": page, "place": place, "url": f"/{page}/{query}{fragment}"}


async def run(directory: Path, port: int | None, on_ready: Callable[[str, Stage], None]) -> None:
    """The whole demo until Ctrl-C. `on_ready(address, stage)` once the pages can be opened."""
    registry = bootstrap.installed()
    config, digest = bootstrap.checked(bootstrap.shipped(CONFIG), registry)
    async with AsyncExitStack() as stack:
        config, stage = await raise_stage(config, directory, registry, stack)
        (directory / CLIPS).mkdir(parents=True, exist_ok=True)
        daemon = await bootstrap.compose(config, directory, registry)
        await furnish(daemon, stage)

        def ready(address: str) -> None:
            for page in stage.pages:
                page["url"] = f"{address}{page['url']}"
            on_ready(address, stage)

        await bootstrap.serve(
            daemon, digest, methods=stage.methods(), on_ready=ready, port=port, clips=directory / CLIPS
        )
