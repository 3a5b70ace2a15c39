"""The rows of scanned pages tell the same as a replay, and a start reads them."""

import random

from hallctl.domain import commands as c
from hallctl.domain import page_commands as g
from hallctl.domain.decide import decide
from hallctl.domain.event_table import EVENTS
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import WindowPlan
from hallctl.domain.state import HallState
from hallctl.errors import Refusal
from hallctl.store import loading
from tests.store.conftest import Store
from tests.store.samples import DAY, Book, replayed

LAYOUT = Layout({"tax": Service("tax", "T", "hall")}, {"1": WindowPlan("1", "hall", ("tax",))}, {})


def _command(chance: random.Random, state: HallState, number: int) -> c.Command:
    active = state.active("1")
    scan = state.scans.get(active.id) if active else None
    pages = [page.id for page in scan.pages] if scan else ["0" * 32]
    removed = [each.page.id for each in scan.removed] if scan else ["0" * 32]
    old = chance.choice([*state.scans] or ["nobody"])
    return chance.choice(
        [
            *(g.ScanPage("1", f"{number:032x}", 1000, 10, 20, chance.choice([None, 200]), "d" * 64),) * 4,
            g.ArrangePages("1", tuple(reversed(pages))),
            g.RemovePage("1", chance.choice(pages or ["x"])),
            g.RestorePage("1", chance.choice(removed or ["x"])),
            g.FinishPages("1"),
            g.OfferPages("1"),
            g.ExpirePages(old, "lost", tuple(pages[:1])),
            c.FinishTicket("1"),
            c.TakeTicket("tax"),
            c.CallTicket("1"),
            c.StartTicket("1"),
        ]
    )


def test_rows_and_a_replay_tell_the_same_pages(store: Store) -> None:
    """Whatever is done: each scan whole, in its order, with what was removed; one that is gone has no row."""
    chance, book = random.Random(7), Book(HallState(layout=LAYOUT))
    begin = (c.OpenDay(DAY), c.SetAccount("101", "x", ("window",), "h"), c.LoginClerk("1", "101"), c.OpenWindow("1"))
    seen = set()
    for number in range(500):
        command = begin[number] if number < len(begin) else _command(chance, book.state, number)
        decision = decide(book.state, command, book.at)
        if isinstance(decision, Refusal) or not decision.events:
            continue
        assert store.write(book.write(*decision.events)) is None
        if number % 50 == 0:
            assert store.ask(loading.load).scans == book.state.scans
        seen |= {event.TYPE for event in decision.events}
    assert {name for name in EVENTS if name.startswith("page.")} - seen == {"page.shown"}
    assert book.state.scans
    assert store.ask(loading.load).scans == book.state.scans == replayed(book.records).scans
    kept = store.ask(lambda connection: connection.execute("SELECT count(*) FROM scan").fetchone())
    assert kept == (len(book.state.scans),)
