"""L05: an alert that stands is on the disk, with its suggestion, as the journal tells it."""

from hallctl.domain import watch_events as w
from hallctl.domain.alert import Alert, Effect, Suggestion
from hallctl.domain.events import DayOpened
from hallctl.domain.model import WindowPlan
from hallctl.store import journal, loading
from tests.store.conftest import Store
from tests.store.samples import DAY, Book, replayed

PLAN = WindowPlan(
    "6", "main", ("general",), "ratio", ("issue",), 1, 2, (("general", 3), ("issue", 1)), False, "general"
)
SUGGESTION = Suggestion(
    "6", "mode", PLAN, Effect("general", None, 1500), Effect("general", 5760, 1800), (Effect("issue", 120, 300),)
)


def test_rows_and_replay_tell_the_same_alerts(store: Store) -> None:
    """Raised, advised, confirmed, dismissed: each value whole, null where there is none."""
    book = Book()
    assert store.write(book.write(DayOpened(DAY, fresh=True))) is None
    for number, rule in enumerate(("waiting", "wait", "pause"), 1):
        place = (None, "6") if rule == "pause" else ("general", None)
        assert store.write(book.write(w.AlertRaised(f"{rule}-{number}", rule, *place, 23, 20))) is None
    assert store.write(book.write(w.AlertAdvised("waiting-1", 25, SUGGESTION))) is None
    assert store.ask(loading.load).alerts["waiting-1"].suggestion == SUGGESTION
    assert store.write(book.write(w.AlertConfirmed("waiting-1", SUGGESTION, 25))) is None
    assert store.write(book.write(w.AlertDismissed("wait-2", "知道了"))) is None
    loaded = store.ask(loading.load).alerts
    assert loaded == book.state.alerts
    assert loaded == replayed(store.ask(lambda connection: list(journal.read(connection)))).alerts
    assert (loaded["waiting-1"].stage, loaded["wait-2"].reason, loaded["pause-3"].window) == (
        "confirmed",
        "知道了",
        "6",
    )
    assert isinstance(loaded["waiting-1"], Alert)


def test_a_cleared_alert_leaves_no_row(store: Store) -> None:
    book = Book()
    assert store.write(book.write(w.AlertRaised("waiting-1", "waiting", "general", None, 23, 20))) is None
    assert store.write(book.write(w.AlertCleared("waiting-1"))) is None
    assert store.ask(loading.load).alerts == {}
    assert store.ask(lambda connection: connection.execute("SELECT count(*) FROM alert").fetchone()) == (0,)
