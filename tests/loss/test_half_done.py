"""Something breaks between the decision and the disk: nothing of the command may stay in memory."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hallctl.api.role import Role
from hallctl.client import Refused
from hallctl.engine import hall as engine_hall
from hallctl.engine.receipt import receipt
from tests.e2e.books import assert_whole, read_books
from tests.harness import running_hall


async def test_t02_no_memory_between_decision_and_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """T02: a command that breaks off is undone: the next one gets its number, the journal has no gap."""
    left = 1

    def starving(*given: Any) -> str:
        nonlocal left
        left -= 1
        if left == 0:
            raise MemoryError
        return receipt(*given)

    monkeypatch.setattr(engine_hall, "RETRY_S", 0.05)
    async with asyncio.timeout(20), running_hall(tmp_path / "data") as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        monkeypatch.setattr(engine_hall, "receipt", starving)
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
