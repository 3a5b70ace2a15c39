"""Scanning at windows: the scanner's pages become encrypted files, and then events of the ticket that is served (H05).

A page's file is on the disk, synced, before its event is committed, and is deleted after the event that lets it go: a
crash in between leaves a file without a page, which the next start deletes, never a page without a file.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import structlog

from hallctl.clock import Clock, monotonic_s
from hallctl.devices.contract import ScannedPage, ScanSettings
from hallctl.devices.manager import Manager
from hallctl.domain.decide_page import full, may_go, served_at
from hallctl.domain.effects import Effect, ErasePages, ShowWindow
from hallctl.domain.page_commands import ExpirePages, ScanPage
from hallctl.engine import picture
from hallctl.engine.hall import Hall
from hallctl.engine.offers import Offers
from hallctl.engine.tasks import Tasks, looked
from hallctl.engine.viewfinder import Viewfinder
from hallctl.errors import DeviceFault, HallctlError, Refusal
from hallctl.store.vault import Vault

log = structlog.get_logger()

ACTOR: Final = "timer"
SCAN_MS: Final = 10 * 60_000
"""The longest that one scan takes: a full feeder at a high resolution."""

LOOK_S: Final = 60.0
SWEEP_S: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Order:
    """What a clerk asks a scanner for."""

    window: str
    ticket: str | None
    settings: ScanSettings
    straighten: bool = False
    crop: bool = False


@dataclass(slots=True)
class Run:
    """One scan: `state` scanning|done|stopped|failed, the pages that came of it, why it failed."""

    order: Order
    ticket: str
    actor: str
    key: str
    state: str = "scanning"
    pages: int = 0
    fault: Refusal | None = None
    task: "asyncio.Task[object] | None" = field(default=None, repr=False)


class Scans:
    """The scanners of a hall's windows and the files of their pages. `doubt` tells why the clock is not to be believed:
    then nothing is deleted for its age."""

    def __init__(
        self, hall: Hall, manager: Manager, vault: Vault, clock: Clock, doubt: Callable[[], str | None]
    ) -> None:
        self.vault = vault
        self.offers = Offers(vault)
        self.finder = Viewfinder(manager, clock)
        self._hall = hall
        self._manager = manager
        self._clock = clock
        self._doubt = doubt
        self._runs: dict[str, Run] = {}
        self._making: set[str] = set()
        self._tasks = Tasks("scans")

    # ------------------------------------------------------------ scanning

    def scanner(self, window: str) -> str | None:
        """The device at the window, the config's first."""
        found = self._manager.find("page_scanner", window=window)
        return found[0][0] if found else None

    def run(self, window: str) -> Run | None:
        """The scan at the window that is under way, or the last one."""
        return self._runs.get(window)

    def begin(self, order: Order, actor: str, key: str) -> Refusal | None:
        """Begin to scan, and return; what comes of it is told by events and the notice ``page.progress``. The same
        `key` again begins nothing."""
        known = self._runs.get(order.window)
        if known is not None and known.key == key:
            return None
        if known is not None and known.state == "scanning":
            return Refusal("page.scanning")
        ticket = served_at(self._hall.state, order.window, order.ticket)
        if isinstance(ticket, Refusal):
            return ticket
        refusal = full(self._hall.state, ticket)
        device = self.scanner(order.window)
        if refusal is not None or device is None:
            return refusal or Refusal("page.no_scanner")
        if (order.straighten or order.crop) and not picture.can_straighten():
            return Refusal("page.no_straightening")
        run = self._runs[order.window] = Run(order, ticket.id, actor, key)
        self.finder.pause(order.window)
        run.task = self._tasks.start(self._scan(run, device))
        return None

    def stop_scan(self, window: str) -> None:
        """Stop the scan at the window; pages that came are kept. Nothing happens where there is none."""
        run = self._runs.get(window)
        if run is not None and run.state == "scanning" and run.task is not None:
            run.state = "stopped"
            run.task.cancel()

    async def _scan(self, run: Run, device: str) -> None:
        async def take(page: ScannedPage) -> None:
            kept = self._tasks.start(self._keep(run, page))  # a page that is here is kept, also if it is stopped now
            await asyncio.shield(kept)
            if run.fault is not None:
                self._give_up(run)
                await asyncio.Event().wait()  # until the driver is told that nobody wants more

        self._tell(run)
        until = self._clock.now() + SCAN_MS
        try:
            await self._manager.run(device, lambda driver: driver.scan_pages(run.order.settings, take), until=until)
            run.state = "done"
        except DeviceFault as fault:
            run.state, run.fault = "failed", Refusal(fault.code, fault.params)
        except asyncio.CancelledError:
            if run.state == "scanning":  # the daemon stops
                raise
        finally:
            self.finder.resume(run.order.window)
            self._tell(run)

    def _give_up(self, run: Run) -> None:
        run.state = "failed"
        if run.task is not None:
            run.task.cancel()

    async def _keep(self, run: Run, page: ScannedPage) -> None:
        """File first, then the event; a page that is refused leaves no file."""
        order, name = run.order, secrets.token_hex(16)
        self._making.add(name)
        try:
            command = await asyncio.to_thread(self._write, order, run.ticket, name, page)
            answer = await self._hall.execute(command, run.actor)
        except HallctlError as error:
            run.fault = Refusal(error.code, error.params)
            log.error("page.not_kept", window=order.window, code=error.code, detail=error.detail)
            if not error.code.startswith("store."):  # else nobody knows what is on the disk until the next start
                self._making.discard(name)
            return
        if isinstance(answer, Refusal):
            run.fault = answer
            await self._erase((name,))
        else:
            run.pages += 1
        self._making.discard(name)

    def _write(self, order: Order, ticket: str, name: str, page: ScannedPage) -> ScanPage:
        """The page's file, and the command that makes it the ticket's; for a thread."""
        picture.measured(page.jpeg)
        jpeg = page.jpeg
        if order.straighten or order.crop:
            jpeg = picture.improved(jpeg, straighten=order.straighten, crop=order.crop)
        width, height = picture.measured(jpeg)
        self.vault.write(name, jpeg)
        return ScanPage(order.window, name, len(jpeg), width, height, page.dpi, sha256(jpeg).hexdigest(), ticket)

    def _tell(self, run: Run) -> None:
        window = run.order.window
        self._hall.hub.notify("page.progress", progress(run), lambda to: to.role == "window" and to.place == window)

    # ------------------------------------------------------------ what has happened

    def handle(self, made: list[Effect]) -> None:
        """Do what concerns pages."""
        for effect in made:
            if isinstance(effect, ShowWindow):
                self._check(effect.window)
            elif isinstance(effect, ErasePages):
                self._tasks.start(self._erase(effect.pages))

    def _check(self, window: str) -> None:
        """Something has changed at the window: a scan for a ticket that left it ends."""
        run = self._runs.get(window)
        if run is not None and self._hall.state.window(window).ticket != run.ticket:
            self.stop_scan(window)
        self.finder.check(window)

    async def _erase(self, pages: tuple[str, ...]) -> None:
        try:
            await asyncio.to_thread(self.vault.remove, *pages)
        except OSError as error:  # the daily sweep tries again
            log.error("page.not_erased", count=len(pages), detail=str(error))

    # ------------------------------------------------------------ keeping

    async def sweep(self) -> None:
        """Delete files that are no page's; let go of pages that have no file. Raises StoreError."""
        before = self._live()
        try:
            files = await asyncio.to_thread(self.vault.names)
            live = self._live()
            orphans = files - set(live) - self._making - {f"{name}.new" for name in self._making}
            await asyncio.to_thread(self.vault.clear, *orphans)
        except OSError as error:
            log.error("page.not_swept", detail=str(error))
            return
        lost: dict[str, list[str]] = {}
        for name in before.keys() & live.keys() - files:
            lost.setdefault(live[name], []).append(name)
        for ticket, pages in lost.items():
            await self._hall.execute(ExpirePages(ticket, "lost", tuple(sorted(pages))), ACTOR)
        if orphans or lost:
            log.warning("page.swept", orphans=len(orphans), lost=sum(map(len, lost.values())))

    def _live(self) -> dict[str, str]:
        """Every page that has or should have a file, and its ticket: what is on disk, and what is on its way there."""
        states = (self._hall.hub.state, self._hall.state)
        return {page.id: scan.id for state in states for scan in state.scans.values() for page in scan.kept}

    async def expire(self) -> None:
        """Let go of what the rule keeps no longer."""
        if self._doubt() is not None:
            return
        state, now = self._hall.state, self._clock.now()
        for scan in list(state.scans.values()):
            if may_go(state, scan, now):
                await self._hall.execute(ExpirePages(scan.id, "old"), ACTOR)

    async def look_after(self) -> None:
        """For ever: what is old goes each minute, what nobody knows once a day. The start has swept already."""
        swept = monotonic_s()
        while True:
            await asyncio.sleep(LOOK_S)
            await looked(self.expire, "page.not_expired")
            if monotonic_s() - swept >= SWEEP_S:
                swept = monotonic_s()
                await looked(self.sweep, "page.not_swept")

    async def stop(self) -> None:
        """Stop every scan; what is under way is kept."""
        self.finder.close()
        for window in list(self._runs):
            self.stop_scan(window)
        await self._tasks.stop()


def progress(run: Run) -> dict[str, object]:
    """How a scan stands, as its window is told."""
    fault = run.fault
    words = {"code": fault.code, "zh": fault.sentence("zh"), "en": fault.sentence("en")} if fault is not None else None
    return {
        "window": run.order.window,
        "ticket": run.ticket,
        "state": run.state,
        "pages": run.pages,
        "fault": words,
    }
