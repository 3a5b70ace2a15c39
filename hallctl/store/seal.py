"""The sealed head of a day: the last record's number and hash, to be kept where nobody who can write to the disk can
change it: on paper (L01). Whoever has it can prove every record up to it."""

import re
import sqlite3
import sys
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from hallctl.store import loading, tables
from hallctl.store.journal import Head
from hallctl.store.statement import compiled, table_of

_EVENT: Final = table_of(tables.Event)
_SPAN: Final = (_EVENT.c.day == "", _EVENT.c.seq >= 0, _EVENT.c.seq < 0)
_LAST: Final = compiled(select(_EVENT.c.seq, _EVENT.c.hash, _EVENT.c.at).where(*_SPAN).order_by(_EVENT.c.seq.desc()))
_COUNT: Final = compiled(select(func.count()).select_from(_EVENT).where(*_SPAN))
_OPENED: Final = compiled(
    select(_EVENT.c.seq, _EVENT.c.day).where(tables.OPENED, _EVENT.c.day >= "").order_by(_EVENT.c.day, _EVENT.c.seq)
)
_SEAL: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Seal:
    """The end of a day in the journal: its last record at the moment `at` (ms); `records` are the day's own. While the
    day is `open` more will follow."""

    day: str
    head: Head
    at: int
    records: int
    open: bool

    @property
    def groups(self) -> str:
        """The hash in groups of four, as people read it aloud."""
        text = self.head.hash.hex()
        return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def of_day(connection: sqlite3.Connection, day: str | None = None) -> Seal | None:
    """The seal of the day (YYYY-MM-DD, default the last one); None where it has no record. Within one snapshot."""
    state = loading.load(connection)
    day = day or state.last_day
    span = (day, *_span(connection, day)) if day is not None else None
    found = connection.execute(_LAST, span).fetchone() if span is not None else None
    if day is None or span is None or found is None:
        return None
    seq, digest, at = found
    (records,) = connection.execute(_COUNT, span).fetchone()
    return Seal(day, Head(seq, digest), at, records, open=day == state.day)


def _span(connection: sqlite3.Connection, day: str) -> tuple[int, int]:
    """(first, end) of the seqs among which the day's records are: from its opening to that of a later day."""
    first, end = sys.maxsize, sys.maxsize
    for seq, opened in connection.execute(_OPENED, (day,)):
        if opened != day:
            end = seq
            break
        first = min(first, seq)
    return first, end


def parse(text: str) -> Head | None:
    """The head of ``SEQ:HASH``, blanks and capitals as somebody types them; None if it is none."""
    found = _SEAL.fullmatch(re.sub(r"\s", "", text).lower())
    return Head(int(found[1]), bytes.fromhex(found[2])) if found else None
