"""The tables: declared here only, private to the store.

`Event` is the journal, the only truth; all others are projections of it and can be made anew by a replay. Columns are
the fields of the classes of `hallctl.domain.model` under the same names. Enums are kept as their values, tuples as
JSON arrays, moments as ms since the epoch. The same tables are meant to serve PostgreSQL; `sqlite_*` options are
ignored there, and the conditions of its partial indexes stand in the migrations only: named here they would import
that dialect, a fifth of a start. Tables with ``sqlite_with_rowid=False`` are one B-tree instead of two: a page less
in each commit.
"""

from typing import ClassVar, Final

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, MetaData, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
"""Names are given so that a migration can name what it drops."""

LIVE: Final = text("live")
"""Tickets that are in memory: open ones of the day and those whose rating is asked."""

OPENED: Final = text("type = 'day.opened'")
"""Events that begin a business day."""

ACTIVE: Final = text("stage IN ('called', 'serving')")
"""Tickets that occupy a window."""

_SEQ: Final = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite makes only an INTEGER primary key its row number."""


class _Table(SQLModel):
    metadata: ClassVar[MetaData] = METADATA


class Event(_Table, table=True):
    """The journal, only ever appended to. It has one small index, of the events that open days: a question about a
    ticket or a window is one about a day or two, and an index of each would cost every command a page.

    `body` is the event as JSON without its PRIVATE fields; `private` only those, NULL once emptied.

    `sealed` is the digest of `private`, `hash` chains the records (see `journal`): neither changes when `private` is
    emptied. `request` is on the last record that a request led to: what its answer can be made of again, emptied with
    that answer (see `hallctl.store.request`). It is no part of the chain.
    """

    __table_args__ = (Index("ix_event_day_opened", "day", sqlite_where=OPENED),)

    seq: int = Field(primary_key=True, sa_type=_SEQ, sa_column_kwargs={"autoincrement": False})
    at: int = Field(sa_type=BigInteger)
    day: str | None
    actor: str
    type: str
    ticket: str | None
    window: str | None
    body: str = Field(sa_type=Text)
    private: str | None = Field(sa_type=Text)
    sealed: bytes | None = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)
    request: str | None = Field(sa_type=Text)


class Ticket(_Table, table=True):
    """One row per ticket for ever. `live` is true while it is in memory: a start reads only those, by their index.

    The constraints are the last guard, not the rule: no number twice a day and no `id`, which is made of day and label
    (T01), one active ticket a window.
    """

    __table_args__ = (
        UniqueConstraint("day", "service", "number"),
        Index("ix_ticket_live", "seq", sqlite_where=LIVE),
        Index("uq_ticket_active_window", "window", unique=True, sqlite_where=ACTIVE),
        {"sqlite_with_rowid": False},
    )

    id: str = Field(primary_key=True)
    day: str
    service: str
    number: int
    label: str
    queue: str
    priority: str
    taken_at: int = Field(sa_type=BigInteger)
    place: int = Field(sa_type=BigInteger)
    seq: int = Field(sa_type=BigInteger)
    source: str
    stage: str
    kiosk: str | None
    target: str | None
    window: str | None
    clerk: str | None
    first_clerk: str | None
    calls: int
    first_called_at: int | None = Field(sa_type=BigInteger)
    called_at: int | None = Field(sa_type=BigInteger)
    announced_at: int | None = Field(sa_type=BigInteger)
    started_at: int | None = Field(sa_type=BigInteger)
    ended_at: int | None = Field(sa_type=BigInteger)
    held_at: int | None = Field(sa_type=BigInteger)
    resumed_at: int | None = Field(sa_type=BigInteger)
    held_ms: int = Field(sa_type=BigInteger)
    after: int | None = Field(sa_type=BigInteger)
    misses: int
    for_clerk: str | None
    steps: str
    principals: int
    agent: bool
    appointment: str | None
    served: str | None
    eligible_at: int | None = Field(sa_type=BigInteger)
    ahead: int
    slip: str
    slip_fault: str | None
    slip_kiosk: str | None
    copies: int
    rating: str
    level: str | None
    reason: str | None
    live: bool
    person_digest: str | None
    person_name_mask: str | None
    person_number_mask: str | None
    person_kind: str | None


class Window(_Table, table=True):
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    state: str
    clerk: str | None
    ticket: str | None
    reason: str | None
    since: int = Field(sa_type=BigInteger)
    done: int
    plan: str | None
    streak: int
    credits: str
    before: str | None
    arranged_at: int | None = Field(sa_type=BigInteger)


class Tally(_Table, table=True):
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    number: int
    called: int
    done: int
    missed: int
    cancelled: int
    expired: int
    wait_sum_ms: int = Field(sa_type=BigInteger)
    serve_mean_ms: int = Field(sa_type=BigInteger)
    calls: int
    streak: int
    overtime: int
    extra: int
    privileged: int
    turn_mean_ms: int = Field(sa_type=BigInteger)


class Device(_Table, table=True):
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: str = Field(primary_key=True)
    state: str
    faults: str
    since: int = Field(sa_type=BigInteger)


class Account(_Table, table=True):
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    name: str
    roles: str
    password_hash: str | None
    epoch: int


class Terminal(_Table, table=True):
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    role: str
    place: str | None
    token_digest: str


class Agent(_Table, table=True):
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    digest: str


class Appointment(_Table, table=True):
    """One row per appointment; `live` is true while it is in memory. `holder` is a person as JSON; with `code`, `phone`
    and `tail` it is what is emptied of one that is long past."""

    __table_args__ = (Index("ix_appointment_live", "start", sqlite_where=LIVE), {"sqlite_with_rowid": False})

    id: str = Field(primary_key=True)
    code: str
    service: str
    day: str
    start: int = Field(sa_type=BigInteger)
    end: int = Field(sa_type=BigInteger)
    booked_at: int = Field(sa_type=BigInteger)
    source: str
    external: str | None
    stage: str
    ticket: str | None
    late: bool
    ended_at: int | None = Field(sa_type=BigInteger)
    reason: str | None
    live: bool
    phone: str | None
    tail: str | None
    holder: str | None


class Block(_Table, table=True):
    """Who did not come to appointments, by digest, while that is remembered."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    digest: str = Field(primary_key=True)
    misses: str
    kept_until: int = Field(sa_type=BigInteger)
    until: int | None = Field(sa_type=BigInteger)
    appointment: str | None


class Quota(_Table, table=True):
    """Slots that take another number of appointments than their rule says, until their day is over."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    service: str
    start: int = Field(sa_type=BigInteger)
    quota: int


class Scan(_Table, table=True):
    """Scanned pages of a ticket while they are kept; `pages` and `removed` are JSON."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    label: str
    changed_at: int = Field(sa_type=BigInteger)
    pages: str
    removed: str
    finished_at: int | None = Field(sa_type=BigInteger)


class Alert(_Table, table=True):
    """What stands; `suggestion` is JSON."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    id: str = Field(primary_key=True)
    rule: str
    service: str | None
    window: str | None
    since: int = Field(sa_type=BigInteger)
    value: int
    line: int
    stage: str
    suggestion: str | None
    by: str | None
    at: int | None = Field(sa_type=BigInteger)
    reason: str | None
    waiting: int | None


class Call(_Table, table=True):
    """The boards' list; `seq` of the event that showed the line is its order, the newest first."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    ticket: str = Field(primary_key=True)
    label: str
    window: str
    queue: str
    at: int = Field(sa_type=BigInteger)
    count: int
    seq: int = Field(sa_type=BigInteger)


class Help(_Table, table=True):
    """Kiosks whose call for help is unanswered."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    kiosk: str = Field(primary_key=True)


class Request(_Table, table=True):
    """What was answered to a `request_id`; `digest` tells the same request from another under the same key. The newest
    row of a key counts. It follows the journal as other rows do; only what cannot be made again is written with its
    command."""

    id: int = Field(primary_key=True, sa_type=_SEQ)
    key: str
    digest: str
    seq: int = Field(sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    answer: str = Field(sa_type=Text)


class Hall(_Table, table=True):
    """One row. `rows_seq` is the record up to which every table but the journal is true: what came after
    it is in the journal only, until the rows follow. The hall's own `seq` is the journal's last."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: str | None
    last_day: str | None
    emergency: str | None
    rows_seq: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class Generation(_Table, table=True):
    """One row: between which two complete checkpoints this was written, see the module of that name."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    own: bytes = Field(sa_type=LargeBinary)
    before: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
