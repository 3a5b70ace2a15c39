"""Reports are readings of the rows."""

import dataclasses

from hallctl.domain import events as e
from hallctl.domain.model import Level, Priority
from hallctl.store.reports import LedgerRow, Reports
from tests.store.conftest import Store
from tests.store.samples import DAY, NOON, PERSON, Book, changed


def _taken(number: int) -> e.TicketTaken:
    label = f"A{number:03d}"
    return e.TicketTaken(label, "tax", number, label, Priority.ELDER, NOON, 0, kiosk="k1", printing=True, person=PERSON)


def test_the_ledger_has_one_row_per_ticket_of_the_day(store: Store) -> None:
    """R24, L02: when it was taken, called, served and ended, where and by whom."""
    book = Book()
    book.write(e.DayOpened("2026-11-22", fresh=True))
    store.write(book.write(_taken(9)))
    store.write(book.write(e.DayOpened(DAY, fresh=True)))
    taken_at = book.at + 1000
    store.write(book.write(_taken(1), changed(_taken(2), service="social")))
    book.at += 60_000
    store.write(book.write(e.TicketCalled("A001", "3", "li", "fifo"), e.TicketStarted("A001", "3")))
    book.at += 120_000
    store.write(book.write(e.TicketFinished("A001", "3", "li"), e.TicketRated("A001", "3", Level.DISSATISFIED)))
    first, second = Reports(store.database.path).ledger(DAY)
    assert first == LedgerRow(
        label="A001", service="tax", queue="tax", priority="elder",
        taken_at=taken_at, first_called_at=taken_at + 62_000, started_at=taken_at + 63_000, ended_at=taken_at + 184_000,
        wait_s=62, serve_s=121, window="3", clerk="li", first_clerk="li",
        stage="done", calls=1, copies=1, rating="rated", principals=None, served="regular",
    )  # fmt: skip
    assert (second.label, second.service, second.stage) == ("A002", "social", "waiting")
    assert (second.wait_s, second.serve_s, second.window) == (None, None, None)
    assert Reports(store.database.path).ledger("2026-11-01") == []


def test_the_ledger_knows_no_person_and_no_level() -> None:
    """E07, O04: neither identity nor the level of a rating."""
    names = {field.name for field in dataclasses.fields(LedgerRow)}
    assert not {"person", "level", "digest", "name_mask"} & names


def test_a_clock_set_back_makes_no_negative_wait(store: Store) -> None:
    """O08."""
    book = Book()
    book.write(e.DayOpened(DAY, fresh=True))
    store.write(book.write(_taken(1)))
    book.at -= 7_200_000
    store.write(book.write(e.TicketCalled("A001", "3", "li", "fifo"), e.TicketStarted("A001", "3")))
    [row] = Reports(store.database.path).ledger(DAY)
    assert row.wait_s == 0
