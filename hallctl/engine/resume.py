"""A hall as its file tells it: where the daemon goes on after a start, or after a failed commit.

The state comes from the rows and the records after them. What these records answered, and no row tells yet, is answered
again at each of them: the same text, since a receipt is made of the state and the moment alone.
"""

from dataclasses import dataclass
from typing import Final

from hallctl.domain.layout import Layout
from hallctl.domain.state import HallState
from hallctl.engine.receipt import Url, again
from hallctl.store import journal, loading, request
from hallctl.store.journal import Head
from hallctl.store.loading import Connection
from hallctl.store.request import Request

REMEMBERED: Final = 10_000
"""The last answers, which are given again after a restart: some three hours of a county hall."""


@dataclass(slots=True, frozen=True)
class Resumed:
    """The state twice, one to run ahead, one to be shown, which notes what the rows do not tell; the journal's head;
    the last answers that are rows, and those whose rows are still to follow."""

    state: HallState
    shown: HallState
    head: Head
    given: list[Request]
    unfollowed: list[Request]

    @property
    def answers(self) -> list[Request]:
        """All of them, the newest last."""
        return [*self.given, *self.unfollowed]


def resumed(connection: Connection, layout: Layout, url: Url) -> Resumed:
    """Read the hall. Within one snapshot; raises StoreError as `loading.load`."""
    state, shown = loading.rows(connection), loading.load(connection)
    state.layout = shown.layout = layout
    asked = request.asked_after(connection, state.seq)
    unfollowed = []
    for record in loading.follow(connection, state):
        if record.seq in asked:
            unfollowed.append(again(state, asked[record.seq], record.at, url))
            state.take_noted()
    state.take_noted()
    return Resumed(state, shown, journal.last_head(connection), request.recent(connection, REMEMBERED), unfollowed)
