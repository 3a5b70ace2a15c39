"""H07: uptime and faults of each device and month, against a month computed by hand."""

from datetime import UTC

from hallctl.domain import events as e
from hallctl.domain.calendar import day_start
from hallctl.store import uptime
from hallctl.store.uptime import FaultTime, Uptime
from tests.store.conftest import Store
from tests.store.samples import Book

MINUTE = 60_000
DAY_MS = 24 * 60 * MINUTE


BEGIN = day_start("2026-11-01", UTC, 0)


def _month(store: Store, now: int) -> dict[str, Uptime]:
    with store.database.reading() as connection:
        return uptime.month(connection, "2026-11", UTC, 0, now)


def _at(store: Store, book: Book, minute: int, begin: int, *events: object) -> None:
    book.at = begin + minute * MINUTE - 1000
    store.write(book.write(*events))


def _report(device: str, state: str, *faults: str) -> e.DeviceReported:
    return e.DeviceReported(device, state, faults)


def test_a_month_by_hand(store: Store) -> None:
    """Ready 10 + 30 min, without paper 20 min, offline 5 min; the hour in which the hall did not run counts for
    nothing, and what happened before the month only from its beginning."""
    book, begin = Book(), BEGIN
    _at(store, book, -60, begin, e.HallStarted("1", "x"), e.DayOpened("2026-10-31", fresh=True))
    _at(store, book, -30, begin, _report("printer", "ready"), _report("reader", "offline", "device.unreachable"))
    _at(store, book, 1, begin, e.DayOpened("2026-11-01", fresh=True))
    _at(store, book, 10, begin, _report("printer", "degraded", "printer.paper_out"))
    _at(store, book, 30, begin, _report("printer", "offline", "device.lost"))
    _at(store, book, 35, begin, _report("printer", "connecting"))
    _at(store, book, 40, begin, _report("printer", "ready"))
    _at(store, book, 60, begin, e.HelpRequested("k1"))  # the last that the hall did before it was switched off
    _at(store, book, 120, begin, e.HallStarted("1", "x"))
    _at(store, book, 130, begin, _report("printer", "ready"))
    found = _month(store, begin + 140 * MINUTE)
    assert (found["printer"].share, found["reader"].share) == (61.54, 0.0)
    assert found == {
        "printer": Uptime(
            ready_ms=(10 + 20 + 10) * MINUTE,
            degraded_ms=20 * MINUTE,
            offline_ms=5 * MINUTE,
            downs=1,
            faults={"printer.paper_out": FaultTime(1, 20 * MINUTE), "device.lost": FaultTime(1, 5 * MINUTE)},
        ),
        "reader": Uptime(offline_ms=60 * MINUTE, faults={"device.unreachable": FaultTime(0, 60 * MINUTE)}),
    }


def test_a_device_that_was_taken_away_counts_no_further(store: Store) -> None:
    book, begin = Book(), BEGIN
    _at(store, book, 1, begin, e.DayOpened("2026-11-01", fresh=True), _report("pad", "ready"))
    since = book.at
    _at(store, book, 5, begin, e.DevicesChanged((), (), ("pad",), "digest"))
    removed = book.at
    _at(store, book, 60, begin, e.HelpRequested("k1"))
    assert _month(store, book.at) == {"pad": Uptime(ready_ms=removed - since)}


def test_a_clock_set_back_adds_no_time(store: Store) -> None:
    """O08."""
    book, begin = Book(), BEGIN
    _at(store, book, 1, begin, e.DayOpened("2026-11-01", fresh=True))
    _at(store, book, 60, begin, _report("pad", "ready"))
    _at(store, book, 30, begin, _report("pad", "offline", "device.lost"))
    found = _month(store, begin + 40 * MINUTE)["pad"]
    assert (found.ready_ms, found.offline_ms, found.downs) == (0, 10 * MINUTE, 1)


def test_a_month_without_a_day_is_empty(store: Store) -> None:
    book = Book()
    store.write(book.write(_report("pad", "ready")))
    assert _month(store, BEGIN + DAY_MS) == {}
