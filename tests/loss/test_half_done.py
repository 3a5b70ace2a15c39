"""Something breaks between the decision and the disk: nothing of the command may stay in memory."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Refused
from hallctl.domain.events import TicketTaken
from hallctl.engine import follower
from hallctl.engine import hall as engine_hall
from hallctl.engine.receipt import receipt
from hallctl.errors import StoreError
from hallctl.store import projection
from tests.e2e.books import assert_whole, read_books
from tests.harness import running_hall


def starving(*_given: Any) -> Any:
    raise MemoryError


class Starving:
    """A log for whose errors there is no memory."""

    def error(self, *_given: Any, **_more: Any) -> None:
        raise MemoryError

    def warning(self, *_given: Any, **_more: Any) -> None:
        """There is some again."""


@pytest.mark.parametrize("log", [engine_hall.log, Starving()], ids=["log", "no-log"])
async def test_t02_no_memory_between_decision_and_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Any
) -> None:
    """T02: a command that breaks off is undone, also where even its log line finds no memory: the next one gets its
    number, the journal has no gap."""
    monkeypatch.setattr(engine_hall, "log", log)
    left = 1

    def starving_once(*given: Any) -> str:
        nonlocal left
        left -= 1
        if left == 0:
            raise MemoryError
        return receipt(*given)

    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    async with asyncio.timeout(20), running_hall(tmp_path / "data") as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        monkeypatch.setattr(engine_hall, "receipt", starving_once)
        with pytest.raises(Refused):
            await kiosk.change("ticket.take", "first", service="pooled")
        told: list[str] = []
        while not told:  # it may be refused while the state is made anew
            try:
                told.append((await kiosk.change("ticket.take", "first", service="pooled"))["ticket"]["label"])
            except Refused as refused:
                assert refused.code == "store.unavailable", refused  # noqa: PT017 - any other code is the failure
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert told == ["A001"]


async def test_t02_no_memory_to_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T02: where not even the state can be made anew, nothing is decided by half of it, and the daemon ends."""

    ended: list[StoreError] = []
    async with asyncio.timeout(20), running_hall(tmp_path / "data") as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        hall.daemon.context.hall.on_fatal = ended.append
        monkeypatch.setattr(engine_hall, "receipt", starving)
        monkeypatch.setattr(engine_hall.Hall, "_rebuild", starving)
        with pytest.raises(Refused, match="request.internal"):
            await kiosk.change("ticket.take", "first", service="pooled")
        assert [error.code for error in ended] == ["store.unavailable"]
        with pytest.raises(Refused, match="store.unavailable"):
            await kiosk.change("ticket.take", "first", service="pooled")
        monkeypatch.undo()
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert not books.of(TicketTaken)


@pytest.mark.parametrize("part", ["publish", "answers", "rows"])
async def test_t02_what_was_done_by_half_is_the_last_that_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """T02: a step that was not shown, told or noted wholly is missing in what comes after it: no further one is shown,
    and no row is written, until a restart has read the journal."""

    ended: list[StoreError] = []
    monkeypatch.setattr(follower, "FOLLOW_S", 1000)
    async with asyncio.timeout(20), running_hall(tmp_path / "data") as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        engine = hall.daemon.context.hall
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        engine.on_fatal = ended.append
        await kiosk.change("ticket.take", "first", service="pooled")
        with monkeypatch.context() as patch:
            if part == "rows":
                patch.setattr(projection, "rows", starving)
                with pytest.raises(MemoryError):
                    await engine.caught_up()
            else:
                patch.setattr(
                    *((engine.hub, "publish") if part == "publish" else (engine._answers, "settle")), starving
                )
                await kiosk.change("ticket.take", "second", service="pooled")
                await asyncio.sleep(0.01)
        if part != "rows":
            with pytest.raises(Refused, match="store.unavailable"):
                await kiosk.change("ticket.take", "third", service="pooled")
            assert [error.code for error in ended] == ["store.unavailable"] * 2
        with pytest.raises(StoreError):
            await engine.caught_up()
    books = read_books(tmp_path / "data", tmp_path / "books")
    assert_whole(books)
    assert len(books.of(TicketTaken)) == (1 if part == "rows" else 2)
