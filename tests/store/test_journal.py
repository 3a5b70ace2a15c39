"""The journal keeps every event as it was, and what is private apart from it."""

from collections.abc import Iterable
from typing import Any

import pytest

from hallctl.domain.event_table import EVENTS
from hallctl.domain.events import (
    AccountSet,
    DayOpened,
    Event,
    Record,
    TerminalPaired,
    TicketStarted,
    TicketTaken,
    WindowPaused,
)
from hallctl.domain.model import Priority
from hallctl.store import journal
from hallctl.store.journal import GENESIS, Head
from hallctl.store.statement import Row
from tests.store.conftest import Store
from tests.store.samples import DAY, NOON, PERSON, full, least

KINDS = sorted(EVENTS.values(), key=lambda kind: kind.TYPE)


def _rows(records: Iterable[Record], head: Head = GENESIS) -> list[Row]:
    return journal.rows(records, head)[0]


def _record(seq: int, event: Event, actor: str = "kiosk:k1", day: str | None = DAY) -> Record:
    return Record(seq, NOON + seq, day, actor, event)


@pytest.mark.parametrize("make", [full, least])
def test_every_event_comes_back_as_it_was(store: Store, make: Any) -> None:
    records = [_record(seq, make(kind)) for seq, kind in enumerate(KINDS, 1)]
    assert store.write(_rows(records)) is None
    assert store.ask(lambda connection: list(journal.read(connection))) == records
    assert store.ask(lambda connection: list(journal.read(connection, after_seq=7))) == records[7:]
    assert store.ask(journal.last_seq) == len(records)


def test_private_fields_stand_in_their_own_column_only(store: Store) -> None:
    """O04: what is personal can be emptied without touching the event."""
    private = [kind for kind in KINDS if kind.PRIVATE]
    assert {TicketTaken, TerminalPaired, AccountSet} <= set(private)
    store.write(_rows([_record(seq, full(kind)) for seq, kind in enumerate(private, 1)]))
    rows = store.ask(lambda connection: connection.execute("SELECT body, private FROM event ORDER BY seq").fetchall())
    for kind, (body, hidden) in zip(private, rows, strict=True):
        for name in kind.PRIVATE:
            assert f'"{name}"' not in body
            assert f'"{name}"' in hidden
    assert not any("digest" in body or "mask" in body for body, _hidden in rows)


def test_nothing_private_leaves_the_column_null(store: Store) -> None:
    store.write(_rows([_record(1, least(TicketTaken)), _record(2, WindowPaused("1", "午休"))]))
    assert store.ask(lambda connection: connection.execute("SELECT private FROM event").fetchall()) == [(None,)] * 2


def test_emptied_private_fields_fall_back_to_their_defaults(store: Store) -> None:
    store.write(_rows([_record(seq, full(kind)) for seq, kind in enumerate(KINDS, 1)]))
    store.write([("UPDATE event SET private = NULL", ())])
    found = {type(record.event): record.event for record in store.ask(lambda c: list(journal.read(c)))}
    assert set(found) == set(KINDS)
    taken, paired, account = found[TicketTaken], found[TerminalPaired], found[AccountSet]
    assert isinstance(taken, TicketTaken)
    assert taken.person is None
    assert taken.ticket == full(TicketTaken).ticket
    assert isinstance(paired, TerminalPaired)
    assert paired.token_digest == ""
    assert isinstance(account, AccountSet)
    assert account.password_hash is None


def test_an_event_of_another_version_loads_as_unknown(store: Store) -> None:
    statement, values = _rows([_record(1, WindowPaused("1", "午休"))])[0]
    other = tuple("window.painted" if value == "window.paused" else value for value in values)
    assert store.write([(statement, other)]) is None
    [record] = store.ask(lambda connection: list(journal.read(connection)))
    assert record.event == journal.UnknownEvent("window.painted", {"window": "1", "reason": "午休"})
    assert store.ask(journal.page) == [record]


def test_fields_of_a_newer_version_do_not_hinder(store: Store) -> None:
    statement, values = _rows([_record(1, WindowPaused("1", "午休"))])[0]
    other = tuple('{"window":"1","reason":"午休","until":17}' if v == values[7] else v for v in values)
    store.write([(statement, other)])
    [record] = store.ask(lambda connection: list(journal.read(connection)))
    assert record.event == WindowPaused("1", "午休")


def test_a_page_is_filtered_newest_first_and_never_private(store: Store) -> None:
    """O02: the journal's view for an auditor."""

    def taken(label: str) -> TicketTaken:
        return TicketTaken(label, "tax", 1, label, Priority.NORMAL, NOON, 0, person=PERSON)

    records = [
        _record(1, DayOpened(DAY, fresh=True)),
        _record(2, taken("A001")),
        _record(3, WindowPaused("3", "午休"), actor="clerk:7"),
        _record(4, WindowPaused("4", "午休"), actor="clerk:7"),
        _record(5, DayOpened("2026-11-24", fresh=True), day="2026-11-24"),
        _record(6, taken("A002"), day="2026-11-24"),
    ]
    store.write(_rows(records))

    def seqs(**wanted: Any) -> list[int]:
        return [record.seq for record in store.ask(lambda connection: journal.page(connection, **wanted))]

    assert seqs() == [6, 5, 4, 3, 2, 1]
    assert seqs(before=3) == [2, 1]
    assert seqs(limit=2) == [6, 5]
    assert seqs(limit=0) == []
    assert seqs(ticket="A002") == [6]
    assert seqs(window="3") == [3]
    assert seqs(actor="clerk:7", before=4) == [3]
    assert seqs(actor="clerk:7", window="4", day=DAY) == [4]
    assert seqs(day="2026-11-24") == [6, 5]
    [first] = store.ask(lambda connection: journal.page(connection, ticket="A001"))
    assert isinstance(first.event, TicketTaken)
    assert first.event.person is None


def test_a_seq_is_given_once(store: Store) -> None:
    assert store.write(_rows([_record(1, WindowPaused("1", "a"))])) is None
    error = store.write(_rows([_record(1, WindowPaused("2", "b"))]))
    assert error is not None
    assert "event.seq" in error.detail


def test_a_day_is_found_by_its_index_and_a_ticket_among_the_records_of_its_day(store: Store) -> None:
    def plan(text: str, parameters: int) -> str:
        query = f"EXPLAIN QUERY PLAN {text}"
        return str(store.ask(lambda connection: connection.execute(query, [""] * parameters).fetchall()))

    assert "ix_event_day_opened (day>?)" in plan(journal._opened_text(), 1)
    assert "PRIMARY KEY (rowid>? AND rowid<?)" in plan(journal._page_text(("ticket",)), 3)
    ticket = "20261123-A001"
    days = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]
    for number, day in enumerate(days):
        opened = _record(2 * number + 1, DayOpened(day, fresh=True), day=day)
        store.write(_rows([opened, _record(2 * number + 2, TicketStarted(ticket, "1"), day=day)]))

    def seqs(**wanted: Any) -> list[int]:
        return [record.seq for record in store.ask(lambda connection: journal.page(connection, **wanted))]

    assert seqs(ticket=ticket) == [4, 2]
    assert seqs(ticket=ticket, before=4) == [2]
    assert seqs(ticket="20261122-A001") == []
    assert seqs(day="2026-11-26") == [8, 7]
    assert seqs(day="2026-11-24", ticket=ticket) == [4]
