"""The counts of the limits after a restart: closed tickets of the day are in them, cancelled ones are not (T08)."""

from hallctl.domain import events as e
from hallctl.domain.model import Priority
from hallctl.domain.taken import Taken
from hallctl.store import loading
from tests.store.conftest import Store
from tests.store.samples import DAY, NOON, PERSON, Book


def taken(number: int, service: str = "tax", person: bool = False) -> e.TicketTaken:
    label = f"A{number:03d}"
    return e.TicketTaken(
        f"{service}-{label}", service, number, label, Priority.NORMAL, NOON, 0, person=PERSON if person else None
    )


def test_t08_a_restart_knows_all_numbers_of_the_day(store: Store) -> None:
    """T08: what is loaded is what was counted, though most tickets have left memory."""
    book = Book()
    store.write(book.write(e.DayOpened("2026-11-22", fresh=True), taken(9, person=True)))
    store.write(book.write(e.TicketExpired("tax-A009"), e.DayOpened(DAY, fresh=True)))
    first = book.at + 1000
    store.write(book.write(taken(1, person=True), taken(2), taken(3), taken(1, "social", person=True)))
    store.write(book.write(e.TicketCancelled("tax-A002", "tax"), e.TicketExpired("tax-A003")))
    assert set(book.state.tickets) == {"tax-A001", "social-A001"}
    times = {"tax": [first, first + 2000], "social": [first + 3000]}
    assert book.state.taken == Taken(times, {(PERSON.digest, "tax"): 1, (PERSON.digest, "social"): 1})
    assert store.ask(loading.load).taken == book.state.taken


def test_the_day_is_read_by_its_index(store: Store) -> None:
    """However many years the file holds."""
    text = f"EXPLAIN QUERY PLAN {loading._TAKEN}"
    [row] = store.ask(lambda connection: connection.execute(text, (DAY,)).fetchall())
    assert row[3].startswith("SEARCH ticket USING INDEX")
    assert "(day=?)" in row[3]
