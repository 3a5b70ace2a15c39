"""Questions to the rows, for people: never on the way of a command. Run in a reader's thread, see `Reports`."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from hallctl.store import tables
from hallctl.store.database import connect_reader, store_error


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One line of the 台账 (R24, L02): a ticket's visit. Moments in ms, durations in whole seconds, None while unknown.

    An agent (代办员) came for so many `principals`, None is nobody's agent. `served` tells whether the service ended in
    the usual hours, in extra ones (错时) or in overtime (延时). Neither the person nor the level of a rating is in it:
    `rating` tells only whether there was one.
    """

    label: str
    service: str
    queue: str
    priority: str
    taken_at: int
    first_called_at: int | None
    started_at: int | None
    ended_at: int | None
    wait_s: int | None
    serve_s: int | None
    window: str | None
    clerk: str | None
    first_clerk: str | None
    stage: str
    calls: int
    copies: int
    rating: str
    principals: int | None
    served: str | None


class Reports:
    """Reports on the database at `path`. Synchronous: call them in a thread of their own (`asyncio.to_thread`)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ledger(self, day: str) -> list[LedgerRow]:
        """The day's tickets (YYYY-MM-DD) in the order they were taken; raises StoreError."""
        statement = (
            select(tables.Ticket)
            .where(col(tables.Ticket.day) == day)
            .order_by(col(tables.Ticket.taken_at), col(tables.Ticket.seq))
        )
        try:
            with Session(self._engine) as session:
                return [_ledger_row(ticket) for ticket in session.exec(statement)]
        except DBAPIError as error:
            raise store_error(error.orig or error) from error

    @cached_property
    def _engine(self) -> Engine:
        """Made at the first report: a start does without it. Nothing is pooled, nothing is left open."""
        return create_engine("sqlite://", creator=self._connect, poolclass=NullPool)

    def _connect(self) -> sqlite3.Connection:
        return connect_reader(self._path)


def _ledger_row(ticket: tables.Ticket) -> LedgerRow:
    return LedgerRow(
        label=ticket.label,
        service=ticket.service,
        queue=ticket.queue,
        priority=ticket.priority,
        taken_at=ticket.taken_at,
        first_called_at=ticket.first_called_at,
        started_at=ticket.started_at,
        ended_at=ticket.ended_at,
        wait_s=_seconds(ticket.eligible_at or ticket.taken_at, ticket.first_called_at),
        serve_s=_seconds(ticket.started_at, ticket.ended_at, ticket.held_ms),
        window=ticket.window,
        clerk=ticket.clerk,
        first_clerk=ticket.first_clerk,
        stage=ticket.stage,
        calls=ticket.calls,
        copies=ticket.copies,
        rating=ticket.rating,
        principals=ticket.principals if ticket.agent else None,
        served=ticket.served,
    )


def _seconds(begin: int | None, end: int | None, less_ms: int = 0) -> int | None:
    """Whole seconds between two moments, never negative: the clock may have been set back (O08)."""
    if begin is None or end is None:
        return None
    return max(0, end - begin - less_ms) // 1000
