"""The only composer: here the rooms of the house are put together, started, and stopped in order.

Start: store, hall, day, devices, socket, ready. Stop: no new requests, devices let go, what is acknowledged is
finished, store closed. Nothing is left behind.
"""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import structlog

from hallctl.api import http
from hallctl.api.auth import Auth, token_digest
from hallctl.api.context import Context
from hallctl.api.event_view import EventViews
from hallctl.api.methods import METHODS, Method
from hallctl.api.role import Role
from hallctl.api.server import Server, listen, url_host
from hallctl.clock import Clock, SystemClock
from hallctl.config import HallConfig, digest_of, load
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry, installed
from hallctl.domain.commands import StartHall
from hallctl.domain.effects import Effect
from hallctl.domain.state import HallState
from hallctl.engine.arranger import Arranger
from hallctl.engine.backups import Backups
from hallctl.engine.cards import Cards
from hallctl.engine.codes import Codes
from hallctl.engine.equipment import LAST_GOOD, Equipment
from hallctl.engine.giving import Giving
from hallctl.engine.hall import Hall
from hallctl.engine.hub import Hub
from hallctl.engine.identity import PAGES_KEY, Identity, load_key
from hallctl.engine.inbox import Inbox
from hallctl.engine.listener import Listener
from hallctl.engine.no_shows import NoShows
from hallctl.engine.outbox import Outbox
from hallctl.engine.presence import Presence
from hallctl.engine.sample import sample_slip
from hallctl.engine.scans import Scans
from hallctl.engine.timers import Timers
from hallctl.engine.watcher import Watcher
from hallctl.errors import ConfigError, StoreError
from hallctl.store.database import DATABASE
from hallctl.store.file import write_whole
from hallctl.store.reports import Reports
from hallctl.store.vault import Vault
from hallctl.version import VERSION

log = structlog.get_logger()

CONSOLE_KEY: Final = "console.token"
CONSOLE_ADDRESS: Final = "console.address"


@dataclass(slots=True)
class Daemon:
    """A composed hall: what is started and stopped together."""

    context: Context
    manager: Manager
    inbox: Inbox
    outbox: Outbox
    directory: Path
    console: str
    """Token of the data directory's reader; see `hallctl.console`."""
    address: str = ""
    finish: Callable[[], None] = lambda: None
    """Ends `serve`; set while it runs."""

    async def start(self, digest: str) -> None:
        """Tell the journal, open today if it was never opened, begin to connect devices."""
        hall, timers = self.context.hall, self.context.timers
        await hall.execute(StartHall(VERSION, digest), "daemon")
        await self.context.scans.sweep()
        await timers.turn()
        state = hall.hub.state
        for window, ticket in state.asked.items():
            ended_at = state.tickets[ticket].ended_at or 0
            self.outbox.lapse_at(window, ticket, ended_at + state.layout.rating_s * 1000)
        self.outbox.resume()
        await self.manager.start()

    async def stop(self) -> None:
        """Let go of the devices, finish what is under way, close the store."""
        await self.context.equipment.stop()
        await self.context.presence.stop()
        await self.context.scans.stop()
        self.outbox.finish()
        await self.manager.stop()
        await self.outbox.stop()
        await self.inbox.stop()
        await self.context.hall.close()


def checked(path: Path, registry: Registry) -> tuple[HallConfig, str]:
    """The config of the file and its digest, devices' options included; raises ConfigError with every problem."""
    config, digest = load(path)
    problems = registry.check(config.devices)
    if problems:
        raise ConfigError("config.invalid", problems=tuple(problems), count=len(problems))
    return config, digest


def usable(path: Path, directory: Path, registry: Registry) -> tuple[HallConfig, str, ConfigError | None]:
    """The file's config, or the last good one with the error that everybody is warned of."""
    try:
        config, digest = checked(path, registry)
    except ConfigError as error:
        try:
            config, digest = checked(directory / LAST_GOOD, registry)
        except ConfigError:  # there is none, or a newer program does not take it any more
            raise error from None
        return config, digest, error
    return config, digest, None


def keep_last_good(path: Path, directory: Path, digest: str) -> None:
    """Remember the config that has just started, unless the file was changed meanwhile (`digest` tells)."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        if digest_of(text) == digest:
            write_whole(directory / LAST_GOOD, text.encode())
    except OSError as error:  # a full disk: the hall goes on with what it has
        log.warning("config.not_kept", detail=str(error))


async def compose(
    config: HallConfig,
    directory: Path,
    registry: Registry,
    *,
    clock: Clock | None = None,
    warning: str | None = None,
    path: Path | None = None,
) -> Daemon:
    """Put the hall together and open the store, which comes last: what fails before it leaves nothing open.

    `path` is the config's file, where its devices may be changed. Nothing is told to anybody yet. Raises
    StoreError, ConfigError.
    """
    _check_not_gone(directory)
    clock = clock or SystemClock()
    identity = Identity(load_key(directory))
    views = EventViews(config, warning, clock)
    hub = Hub(HallState(layout=config.layout()), views, clock)
    hall = Hall(config.layout(), clock, hub, _ticket_url(config, identity))
    listener = Listener()
    manager = Manager(config.devices, registry, clock, listener.signal, listener.state)
    cards = Cards(manager, hub, identity, clock, config.tz, config.rules.elder_age)
    codes = Codes(hub, identity, manager, clock, cards, [code.plain() for code in config.identity_codes])
    inbox = Inbox(hall, manager, cards, codes, config, clock)
    outbox = Outbox(hall, manager, config, identity, clock)
    equipment = Equipment(hall, manager, registry, config, clock, directory=directory, path=path)
    listener.join(equipment, inbox, outbox)
    timers = Timers(hall, config, clock)
    scans = Scans(hall, manager, Vault(directory, load_key(directory, PAGES_KEY)), clock, timers.doubt)
    hall.on_effects = _both(scans.handle, outbox.handle)
    views.doubt, views.scanner = timers.doubt, scans.scanner
    console = secrets.token_urlsafe(32)
    auth = Auth(lambda: hub.state, clock, identity.session_key(), token_digest(console))
    context = Context(
        hall=hall,
        hub=hub,
        config=config,
        views=views,
        auth=auth,
        cards=cards,
        codes=codes,
        identity=identity,
        timers=timers,
        presence=Presence(hall),
        clock=clock,
        reports=Reports(directory / DATABASE),
        preview=lambda: sample_slip(equipment.config, registry, clock),
        equipment=equipment,
        scans=scans,
    )
    await hall.open(directory)
    return Daemon(context, manager, inbox, outbox, directory, console)


def _both(one: Callable[[list[Effect]], None], other: Callable[[list[Effect]], None]) -> Callable[[list[Effect]], None]:
    """What tells one, then the other."""

    def tell(made: list[Effect]) -> None:
        one(made)
        other(made)

    return tell


def _ticket_url(config: HallConfig, identity: Identity) -> Callable[[str], str | None]:
    """The address of a ticket's page for its holder, where citizens' phones reach one."""
    base = config.server.public_url.rstrip("/")
    return lambda ticket: f"{base}/ticket/#{identity.slip_token(ticket)}" if base else None


def _check_not_gone(directory: Path) -> None:
    """A hall that has served must not begin anew because its file is gone; looked at before SQLite removes the rest."""
    database = directory / DATABASE
    if (directory / LAST_GOOD).exists() and not (database.exists() and database.stat().st_size):
        raise StoreError("store.gone", path=str(directory), mark=LAST_GOOD)


def pages() -> Path | None:
    """The folder of the pages, installed beside this package; None if it was left out."""
    spec = find_spec("kiosk_ui")
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


def shipped(name: str) -> Path:
    """A file of ``config/``, in the wheel or in the source tree."""
    packaged = Path(__file__).parent / "shipped" / "config" / name
    return packaged if packaged.exists() else Path(__file__).parent.parent / "config" / name


async def serve(
    daemon: Daemon,
    digest: str,
    *,
    methods: dict[str, Method] = METHODS,
    on_ready: Callable[[str], None] = lambda _address: None,
    port: int | None = None,
    clips: Path | None = None,
) -> None:
    """Run until SIGTERM or SIGINT. `on_ready(address)` is called once requests are answered.

    `clips` is a folder of spoken calls that the demo page plays.
    """
    config, hall = daemon.context.config, daemon.context.hall
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_stopped_by_signals(lambda: daemon.finish()))
        stack.push_async_callback(daemon.stop)
        listener = listen(config.server.host, config.server.port if port is None else port)
        stack.callback(listener.close)
        daemon.address = f"http://{url_host(config.server.host)}:{listener.getsockname()[1]}"
        app = http.application(daemon.context, pages(), methods, clips)
        server = Server(daemon.context, app, lambda: _stopping(daemon))
        daemon.finish, hall.on_fatal = server.finish, server.fail
        asyncio.get_running_loop().set_exception_handler(partial(_stop_without_memory, server))
        await daemon.start(digest)
        serving = asyncio.create_task(server.serve([listener]))
        timers = daemon.context.timers
        backups = Backups(hall, config, daemon.directory, daemon.context.clock, timers.doubt)
        giving = _giving(daemon)
        watcher = Watcher(hall, daemon.context.clock)
        no_shows = NoShows(hall, daemon.context.clock)
        arranger = Arranger(hall, daemon.context.clock)
        works = (timers.run(), arranger.run(), giving.run(), backups.run(), watcher.run(), no_shows.run(), _watch(),
                 daemon.context.scans.look_after())  # fmt: skip
        others = [asyncio.create_task(work) for work in works]
        stack.push_async_callback(_ended, serving, *others)
        if await server.serves(serving):
            stack.enter_context(_console(daemon))
            notify("READY=1")
            on_ready(daemon.address)
        await serving
    if server.failure is not None:
        raise server.failure


def _stopping(daemon: Daemon) -> None:
    """Nothing new is begun: live pictures end, which would last for as long as somebody looks, and tests."""
    notify("STOPPING=1")
    daemon.context.equipment.trial.stop()
    daemon.context.scans.finder.close()


def _giving(daemon: Daemon) -> Giving:
    """What tells pages that numbers begin or cease to be given."""
    context = daemon.context
    views, hub = context.views, context.hub
    return Giving(
        hub, hub.state.layout, context.clock, lambda: [views.service(hub.state, s.id) for s in context.config.services]
    )


def _stop_without_memory(server: Server, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Where memory has run out, nobody knows which callback is missing now: stop, so that a restart begins with all."""
    if isinstance(context.get("exception"), MemoryError):
        server.fail(StoreError("store.unavailable", detail="no memory"))
    else:
        loop.default_exception_handler(context)


async def _ended(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def _stopped_by_signals(finish: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and Ctrl-C end the daemon in order, as often as they come."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, finish)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _console(daemon: Daemon) -> Iterator[None]:
    """While it lasts, who can read the data directory finds the daemon and its token there; see `hallctl.console`."""
    files = {CONSOLE_KEY: daemon.console, CONSOLE_ADDRESS: daemon.address}
    try:
        for name, text in files.items():
            write_whole(daemon.directory / name, text.encode())
    except OSError as error:  # a full disk: the hall goes on, the technician's commands do not
        log.warning("console.unavailable", detail=str(error))
    try:
        yield
    finally:
        for name in files:
            with contextlib.suppress(OSError):  # a read-only disk: what ended the daemon is told, not this
                (daemon.directory / name).unlink(missing_ok=True)


async def _watch() -> None:
    """Tell systemd's watchdog that the loop turns."""
    period_s = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000 / 2
    while period_s > 0:
        notify("WATCHDOG=1")
        await asyncio.sleep(period_s)


def notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nothing happens without it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel, contextlib.suppress(OSError):
        channel.connect(target)
        channel.sendall(state.encode())


def offer_first_admin(daemon: Daemon) -> str | None:
    """A pairing code for the admin page while nobody can administrate the hall; None once somebody can."""
    state = daemon.context.state
    admins = any("admin" in account.roles for account in state.accounts.values())
    terminals = any(terminal.role == Role.ADMIN for terminal in state.terminals.values())
    return None if admins or terminals else daemon.context.auth.offer(Role.ADMIN, None)[0]


__all__ = [
    "Daemon",
    "checked",
    "compose",
    "installed",
    "keep_last_good",
    "offer_first_admin",
    "sample_slip",
    "serve",
    "shipped",
    "usable",
]
