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
from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI

from hallctl.api import http
from hallctl.api.auth import Auth, token_digest
from hallctl.api.context import Context
from hallctl.api.event_view import EventViews
from hallctl.api.methods import METHODS, Method
from hallctl.api.role import Role
from hallctl.clock import Clock, SystemClock
from hallctl.config import HallConfig, load
from hallctl.devices.contract import Signal
from hallctl.devices.manager import Manager
from hallctl.devices.registry import Registry, installed
from hallctl.domain.commands import StartHall
from hallctl.domain.model import Priority, Ticket
from hallctl.domain.state import HallState
from hallctl.engine import slip
from hallctl.engine.cards import Cards
from hallctl.engine.hall import Hall
from hallctl.engine.hub import Hub
from hallctl.engine.identity import Identity, load_key
from hallctl.engine.inbox import Inbox
from hallctl.engine.outbox import Outbox
from hallctl.engine.timers import Timers
from hallctl.errors import ConfigError, StoreError
from hallctl.store.reports import Reports
from hallctl.version import VERSION

log = structlog.get_logger()

LAST_GOOD: Final = "last-good.toml"
CONSOLE_KEY: Final = "console.token"
CONSOLE_ADDRESS: Final = "console.address"
GRACE_S: Final = 2
"""Seconds that connected clients have to take their last answers at a stop."""


SEND_BUFFER: Final = 128 * 1024
"""Bytes the kernel keeps for a client that does not read; without a limit it would grow to megabytes each."""


@dataclass(slots=True)
class Daemon:
    """A composed hall: what is started and stopped together."""

    context: Context
    manager: Manager
    inbox: Inbox
    outbox: Outbox
    directory: Path
    address: str = ""
    finish: Callable[[], None] = lambda: None
    """Ends `serve`; set while it runs."""

    async def start(self, digest: str) -> None:
        """Tell the journal, open today if it was never opened, begin to connect devices."""
        hall, timers = self.context.hall, self.context.timers
        await hall.execute(StartHall(VERSION, digest), "daemon")
        await timers.turn()
        state = hall.hub.state
        for ticket in state.asked.values():
            ended_at = state.tickets[ticket].ended_at or 0
            self.outbox.lapse_at(ticket, ended_at + state.layout.rating_s * 1000)
        await self.manager.start()

    async def stop(self) -> None:
        """Let go of the devices, finish what is under way, close the store."""
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
        last_good = directory / LAST_GOOD
        if not last_good.exists():
            raise
        config, digest = checked(last_good, registry)
        return config, digest, error
    return config, digest, None


def keep_last_good(path: Path, directory: Path) -> None:
    """Remember the config that has just started, whole or not at all."""
    text = path.read_bytes()
    target = directory / LAST_GOOD
    if target.exists() and target.read_bytes() == text:
        return
    draft = target.with_suffix(".new")
    draft.write_bytes(text)
    draft.replace(target)


async def compose(
    config: HallConfig,
    directory: Path,
    registry: Registry,
    *,
    clock: Clock | None = None,
    warning: str | None = None,
) -> Daemon:
    """Open the store and put the hall together; nothing is told to anybody yet. Raises StoreError, ConfigError."""
    clock = clock or SystemClock()
    identity = Identity(load_key(directory))
    views = EventViews(config, warning)
    hub = Hub(HallState(layout=config.layout()), views, clock)
    base = config.server.public_url.rstrip("/")
    hall = Hall(
        config.layout(), clock, hub, lambda ticket: f"{base}/ticket/#{identity.slip_token(ticket)}" if base else None
    )
    await hall.open(directory)

    def on_signal(device: str, signal_: Signal) -> None:
        inbox.signal(device, signal_)

    def on_state(device: str, state: str, faults: tuple[str, ...]) -> None:
        inbox.state(device, state, faults)
        if state in {"ready", "degraded"}:
            outbox.refresh(device)

    manager = Manager(config.devices, registry, clock, on_signal, on_state)
    cards = Cards(manager, hub, identity, clock, config.tz)
    inbox = Inbox(hall, manager, cards, config, clock)
    outbox = Outbox(hall, manager, config, identity, clock)
    hall.on_effects = outbox.handle
    console = secrets.token_urlsafe(32)
    auth = Auth(lambda: hub.state, clock, identity.session_key(), token_digest(console))
    context = Context(
        hall=hall,
        hub=hub,
        config=config,
        views=views,
        auth=auth,
        cards=cards,
        identity=identity,
        timers=Timers(hall, config, clock),
        clock=clock,
        reports=Reports(hall.database.path),
        preview=lambda: sample_slip(config, registry, clock),
    )
    _write_private(directory / CONSOLE_KEY, console)
    return Daemon(context, manager, inbox, outbox, directory)


def sample_slip(config: HallConfig, registry: Registry, clock: Clock) -> bytes:
    """A slip of the first service as PNG, drawn as the first printer would print it."""
    section = next((device for device in config.devices if device.driver == "escpos"), None)
    spec = registry.driver("escpos")
    options = registry.options(section) if section else spec.options()
    service = config.services[0]
    now = clock.now()
    label = f"{service.prefix}032"
    ticket = Ticket("sample", "", service.id, 32, label, service.id, Priority.NORMAL, now, now, 0, "sample", ahead=5)
    laid_out = slip.lay_out(config, HallState(layout=config.layout()), ticket, copy=1, token=ticket.id)
    if spec.preview is None:
        raise ConfigError("config.invalid", count=0)
    return spec.preview(laid_out, options)


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
    config = daemon.context.config
    listener = _listen(config.server.host, config.server.port if port is None else port)
    daemon.address = f"http://{config.server.host}:{listener.getsockname()[1]}"
    server = _server(http.application(daemon.context, pages(), methods, clips))
    daemon.finish = server.finish
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.finish)
    daemon.context.hall.on_fatal = server.fail
    tasks: list[asyncio.Task[None]] = []
    try:
        await daemon.start(digest)
        tasks = [asyncio.create_task(daemon.context.timers.run()), asyncio.create_task(_watch())]
        serving = asyncio.create_task(server.serve([listener]))
        await asyncio.wait({serving, asyncio.create_task(server.ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
        _write_private(daemon.directory / CONSOLE_ADDRESS, daemon.address)
        notify("READY=1")
        on_ready(daemon.address)
        await serving
    finally:
        notify("STOPPING=1")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await daemon.stop()
        for name in (CONSOLE_ADDRESS, CONSOLE_KEY):
            (daemon.directory / name).unlink(missing_ok=True)
        listener.close()
    if server.failure is not None:
        raise server.failure


def _server(app: FastAPI) -> "_Server":
    """The sans-IO websocket protocol is as fast as bare websockets; compression would double the cost in a hall."""
    return _Server(
        uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=1024 * 1024,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: stopping is ours."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.failure: StoreError | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def finish(self) -> None:
        self.should_exit = True

    def fail(self, error: StoreError) -> None:
        """The disk is lost: stop, so that a restart recovers from the file."""
        log.error("store.fatal", code=error.code, detail=error.detail)
        self.failure = error
        self.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    listener.bind((host, port))
    listener.listen(512)
    listener.setblocking(False)
    return listener


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


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
