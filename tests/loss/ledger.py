"""The people's memory against the hall's books: how much of what they were told is lost, how much was done twice."""

import asyncio
import contextlib
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from hallctl.client import Client, Refused
from hallctl.domain import events as e
from hallctl.errors import HallctlError
from hallctl.store.database import DATABASE
from tests.e2e.books import Books, assert_whole, read_books
from tests.e2e.load import EVENT_OF, Answered, Load

Json = dict[str, Any]

AGAIN_S: Final = 0.05

UNREADABLE: Final = (
    AssertionError,
    HallctlError,
    OSError,
    sqlite3.Error,
    msgspec.MsgspecError,
    LookupError,
    ValueError,
)
"""What reading broken books may end with."""

ONLY_ASKED: Final = {method: kind for method, kind in EVENT_OF.items() if method != "slip.reprint"}
"""What nobody but the people does; the daemon itself prints again what a crash has left in doubt."""


@dataclass
class Verdict:
    """What one look at the books found. `problems` are sentences; none: nothing is wrong."""

    acknowledged: int
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.problems)


@dataclass
class Remembering(Load):
    """People who also remember when they were told: `moment` reads a clock that only goes up (the end of the journal
    of the disk's changes), always after the answer has come."""

    moment: Callable[[], int] = lambda: 0
    heard: list[int] = field(default_factory=list)
    """One moment for each of `answered`."""
    shown: list[tuple[int, int]] = field(default_factory=list)
    """(moment, seq) of every event that a board was told."""
    printed: dict[str, int] = field(default_factory=dict)
    """The moment at which a label was found on paper."""

    patient_with: tuple[str, ...] = ("store.",)
    """Codes, by their beginnings, after which people ask the same again."""
    refused: Counter[str] = field(default_factory=Counter)
    """How often the hall said that it could not, by the code of its sentence."""

    async def change(self, client: Client, method: str, **params: Any) -> Json:
        request_id = f"{method}-{next(self._ids)}"
        while True:
            try:
                receipt = await client.change(method, request_id, **params)
            except Refused as refused:
                if not refused.code.startswith(self.patient_with):
                    raise
                self.refused[refused.code] += 1
                await asyncio.sleep(AGAIN_S)
                continue
            self.answered.append(Answered(client, method, request_id, params, receipt))
            self.heard.append(self.moment())
            return receipt

    async def watch(self, board: Client) -> None:
        """A board: nothing may be seen on it that a power cut could take back."""
        async for event in board.events():
            if "seq" in event:
                self.shown.append((self.moment(), event["seq"]))

    def look_at(self, labels: Iterable[str]) -> None:
        """The labels that are on paper now."""
        now = self.moment()
        for label in labels:
            self.printed.setdefault(label, now)

    def until(self, moment: int) -> "Remembering":
        """What was known at the moment, and nothing that came later."""
        known = [answered for answered, at in zip(self.answered, self.heard, strict=False) if at <= moment]
        shown = [(at, seq) for at, seq in self.shown if at <= moment]
        printed = {label: at for label, at in self.printed.items() if at <= moment}
        return Remembering(random.Random(0), known, shown=shown, printed=printed)


def judge(load: Load, books: Books) -> Verdict:
    """Compare; the books are of a daemon that does not run."""
    verdict = Verdict(len(load.answered))
    kept = {key.rpartition("/")[2]: answer for key, answer in books.answers.items()}
    verdict.lost = sum(not _is_kept(known, books, kept) for known in load.answered)
    for method, kind in ONLY_ASKED.items():
        requests = sum(request_id.startswith(f"{method}-") for request_id in kept)
        verdict.doubled += abs(len(books.of(kind)) - requests)
    try:
        assert_whole(books)
    except AssertionError as error:
        verdict.problems.append(f"the books are not whole: {_first_line(error)}")
    if isinstance(load, Remembering):
        seen = max((seq for _at, seq in load.shown), default=0)
        if seen > len(books.records):
            verdict.problems.append(f"event {seen} was shown and is lost, the journal ends at {len(books.records)}")
        known = {event.label for event in books.of(e.TicketTaken)}
        unknown = sorted(set(load.printed) - known)
        if unknown:
            verdict.problems.append(f"on paper and lost: {', '.join(unknown)}")
    return verdict


def judge_end(load: Load, books: Books) -> Verdict:
    """The same when nobody waits for an answer any more: every request was done, and once."""
    verdict = judge(load, books)
    for method, kind in ONLY_ASKED.items():
        asked = sum(known.method == method for known in load.answered)
        verdict.doubled += max(0, len(books.of(kind)) - asked)
    return verdict


def judge_directory(load: Load, directory: Path, scratch: Path) -> Verdict:
    """The same for a data directory; one that cannot be read has lost everything."""
    try:
        books = read_books(directory, scratch)
    except UNREADABLE as error:
        return Verdict(len(load.answered), lost=len(load.answered), problems=[f"unreadable: {_first_line(error)}"])
    verdict = judge(load, books)
    with contextlib.closing(sqlite3.connect(scratch / DATABASE)) as connection:
        found = [text for (text,) in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        verdict.problems.append(f"integrity_check: {'; '.join(found)}"[:300])
    return verdict


def _is_kept(known: Answered, books: Books, kept: dict[str, str]) -> bool:
    """The event stands where the receipt says, and the receipt is given again."""
    seq, ticket = known.receipt["seq"], known.receipt["ticket"]["id"]
    if seq > len(books.records):
        return False
    event = books.records[seq - 1].event
    same = type(event) is EVENT_OF[known.method] and getattr(event, "ticket", None) == ticket
    return same and known.request_id in kept and json.loads(kept[known.request_id]) == known.receipt


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
