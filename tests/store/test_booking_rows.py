"""The rows of appointments, quotas and blocks: those in memory by their index, past ones kept, nobody twice."""

from hallctl.domain import booking_events as b
from hallctl.domain import events as e
from hallctl.domain.booking import Block, BookingStage, Quota
from hallctl.store import loading
from tests.store.conftest import Store
from tests.store.samples import DAY, NOON, PERSON, Book

NEXT = "2026-11-24"
HOUR_MS = 3_600_000


def booked(number: int, day: str = DAY, start: int = NOON) -> b.AppointmentBooked:
    return b.AppointmentBooked(
        f"y{number}", "tax", day, start, start + HOUR_MS, "portal:web", f"W{number}", f"1000000{number}", PERSON,
        "f" * 32, "5678",
    )  # fmt: skip


def test_appointments_are_read_as_they_were_while_they_are_live(store: Store) -> None:
    book = Book()
    assert (
        store.write(book.write(e.DayOpened(DAY, fresh=True), booked(1), booked(2, NEXT, NOON + 24 * HOUR_MS))) is None
    )
    quota = b.QuotaSet("tax", NOON + 24 * HOUR_MS, 5)
    missed = b.AppointmentMissed("y1", counts=True, kept_until=NOON + 48 * HOUR_MS, blocked_until=NOON + 36 * HOUR_MS)
    assert store.write(book.write(quota, missed)) is None
    store.reopen()
    loaded = store.ask(loading.load)
    assert loaded.appointments == book.state.appointments
    assert loaded.agenda == book.state.agenda
    assert loaded.appointments["y1"].holder == PERSON
    assert loaded.quotas == {quota_id: Quota(quota_id, "tax", NOON + 24 * HOUR_MS, 5) for quota_id in loaded.quotas}
    assert loaded.blocks[PERSON.digest] == Block(
        PERSON.digest, (("y1", book.at),), NOON + 48 * HOUR_MS, NOON + 36 * HOUR_MS, "y1"
    )


def test_past_ones_leave_memory_and_stay_in_the_table(store: Store) -> None:
    """What was booked for days that are over is a row for reports, until it is emptied; a start does not read it."""
    book = Book()
    assert store.write(book.write(e.DayOpened(DAY, fresh=True), booked(1), booked(2))) is None
    assert store.write(book.write(b.AppointmentCancelled("y1", reason="改期"))) is None
    assert store.write(book.write(e.DayOpened(NEXT, fresh=True))) is None
    assert list(store.ask(loading.load).appointments) == ["y2"], "nobody has said yet that its holder did not come"
    assert store.write(book.write(b.AppointmentMissed("y2"))) is None
    assert store.ask(loading.load).appointments == {}
    rows = store.ask(lambda c: c.execute("SELECT id, stage, live, reason FROM appointment ORDER BY id").fetchall())
    assert rows == [("y1", BookingStage.CANCELLED, 0, "改期"), ("y2", BookingStage.MISSED, 0, None)]


def test_a_block_that_is_forgotten_has_no_row(store: Store) -> None:
    book = Book()
    missed = b.AppointmentMissed("y1", counts=True, kept_until=NOON + HOUR_MS, blocked_until=NOON + HOUR_MS)
    assert store.write(book.write(e.DayOpened(DAY, fresh=True), booked(1), missed)) is None
    assert store.write(book.write(b.BlockLifted("y1", "核实"))) is None
    assert store.ask(lambda c: c.execute("SELECT count(*) FROM block").fetchone()) == (0,)


def test_a_start_reads_live_appointments_by_their_index(store: Store) -> None:
    plan = store.ask(lambda c: c.execute(f"EXPLAIN QUERY PLAN {loading._APPOINTMENTS}").fetchall())
    assert [row[3] for row in plan] == ["SCAN appointment USING INDEX ix_appointment_live"]
