"""Backups by themselves: the journal's archive every few seconds, a whole copy once a day (O07).

The archive is a read of what is new and an append. A whole copy, with its check of every record, is made by a process
of its own at low priority: it may take minutes for years of records, and must take nothing from the hall's loop.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import structlog

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.domain import calendar
from hallctl.engine.hall import Hall
from hallctl.errors import StoreError
from hallctl.store import archive
from hallctl.store import folder as folders
from hallctl.store.archive import Archive
from hallctl.store.verify import raw_rows

log = structlog.get_logger()

FOLDER: Final = "backups"
"""In the data directory, where the config names no other."""

LOOK_S: Final = 30.0
"""Longest sleep between two looks at whether a whole copy is due."""

SETTLE_S: Final = 60.0
"""A start is over before a missed copy is made up for."""

RETRY_S: Final = 3600.0
"""Pause after a copy that failed."""

PAUSE_S: Final = 0.05
"""Between two chunks of an archive that catches up."""


class Backups:
    """Keeps the backup folder of a running hall. `doubt` tells why the clock is not to be believed: then nothing is
    removed for its age."""

    def __init__(
        self, hall: Hall, config: HallConfig, directory: Path, clock: Clock, doubt: Callable[[], str | None]
    ) -> None:
        self.folder = Path(config.backup.folder) if config.backup.folder else directory / FOLDER
        self._hall = hall
        self._config = config.backup
        self._tz = config.tz
        self._directory = directory
        self._clock = clock
        self._doubt = doubt
        self._archive = Archive(self.folder)
        self._archive_failed = False
        self._branched = False
        self._copying: asyncio.Task[None] | None = None
        self._not_before = 0.0

    async def run(self) -> None:
        """For ever: archive what is new, copy when it is due. Ends with a last archive of what is new."""
        loop = asyncio.get_running_loop()
        self._not_before = loop.time() + SETTLE_S
        pause_s = min(self._config.archive_s or LOOK_S, LOOK_S)
        try:
            while True:
                await asyncio.sleep(pause_s)
                try:
                    await self.archive()
                    if self._copying is None and loop.time() >= self._not_before and await self._is_due():
                        self._copying = loop.create_task(self._copy())
                except (StoreError, OSError) as error:
                    log.error("backup.not_looked_at", detail=str(error))
                except Exception:
                    log.exception("backup.timer_failed")
        finally:
            if self._copying is not None:
                self._copying.cancel()
                await asyncio.gather(self._copying, return_exceptions=True)
            with contextlib.suppress(StoreError):
                await self.archive()
            self._archive.close()

    async def archive(self) -> None:
        """Append every durable record that the archive does not have yet; tells the log once when it cannot."""
        if self._config.archive_s == 0:
            return
        try:
            self._look_for_folder()
            if self._archive.head is None:
                await self._resume()
            while (head := self._archive.head) is not None and head.seq < self._hall.hub.state.seq:
                rows = await self._hall.database.read(partial(archive.rows_after, seq=head.seq))
                if not rows:
                    break
                await asyncio.to_thread(self._archive.append, rows, self._clock.now())
                if len(rows) == archive.CHUNK:
                    await asyncio.sleep(PAUSE_S)
        except (StoreError, OSError) as error:
            self._archive.close()
            if not self._archive_failed:
                self._archive_failed = True
                log.error("archive.failed", folder=str(self.folder), detail=str(error))
            return
        if self._archive_failed:
            self._archive_failed = False
            log.warning("archive.resumed", folder=str(self.folder))

    def _look_for_folder(self) -> None:
        """A folder that the config names is never made here: a disk that is not mounted must be noticed."""
        if self._config.folder and not self.folder.is_dir():
            raise FileNotFoundError(f"no folder {self.folder}")

    async def _resume(self) -> None:
        database = self._hall.database
        self._archive.head, self._branched = await database.read(partial(archive.resume, self.folder))

    async def _is_due(self) -> bool:
        """Whether the last scheduled moment has no copy yet, or the folder's copies are of what a restore left."""
        if not self._config.daily_at:
            return False
        if self._branched:
            return True
        now = self._clock.now()
        starts = calendar.minutes(self._config.daily_at)
        scheduled = calendar.day_start(calendar.business_day(now, self._tz, starts), self._tz, starts)
        copies = await asyncio.to_thread(folders.items, self.folder, folders.HALL)
        known = [copy.made_at for copy in copies if copy.made_at <= now]
        if not known:
            first = await self._hall.database.read(lambda c: next(raw_rows(c), None))
            known = [first[1]] if first is not None else [now]
        return max(known) < scheduled

    async def _copy(self) -> None:
        """Have a whole copy made; whatever becomes of it, the hall goes on."""
        loop = asyncio.get_running_loop()
        self._not_before = loop.time() + RETRY_S
        try:
            self._look_for_folder()
            good, told = await self._make()
            if good:
                self._branched = False
                self._not_before = loop.time() + LOOK_S
                log.info("backup.made", **json.loads(told))  # with the head: a log kept elsewhere is a witness too
            else:
                log.error("backup.failed", folder=str(self.folder), detail=told)
        except OSError as error:
            log.error("backup.failed", folder=str(self.folder), detail=str(error))
        finally:
            self._copying = None

    async def _make(self) -> tuple[bool, str]:
        """Whether the copy is good, and what the maker tells of it (JSON), or complains about."""
        limits = ["--keep", str(self._config.keep)]
        if self._doubt() is None:
            limits += ["--days", str(self._config.days)]
        maker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hallctl", "backup", "make", "--json", *limits),
            *("--data", str(self._directory), "--to", str(self.folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            told, complaint = await maker.communicate()
        finally:
            if maker.returncode is None:  # the daemon stops
                maker.terminate()
                await maker.wait()
        good = maker.returncode == 0
        return good, told.decode() if good else complaint.decode(errors="replace").strip()[-500:]
