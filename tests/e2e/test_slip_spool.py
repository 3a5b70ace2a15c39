"""Slips whose beginning cannot be made durable, or that wait when the daemon ends: none is lost, none is doubled."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.model import SlipState
from hallctl.engine import hall as engine_hall
from hallctl.engine import spooler
from hallctl.errors import StoreError
from tests.e2e.printer import Copy
from tests.e2e.test_fail_stop import allow_pages
from tests.e2e.test_slip_pulls import Bench, bench, until
from tests.harness import RunningHall


async def fill_the_disk(at: Bench) -> None:
    """Until a command fails."""
    while True:
        try:
            await at.daemon.context.hall.execute(c.RequestHelp("kiosk-1"), "kiosk")
            await at.daemon.context.hall.execute(c.AnswerHelp("kiosk-1"), "guide")
        except StoreError:
            return


async def make_room(hall: RunningHall) -> None:
    """Again and again until stopped: what is submitted while the store is being tried again is dropped."""
    while True:
        with contextlib.suppress(StoreError):
            await allow_pages(hall, None)
        await asyncio.sleep(0.02)


async def test_t02_nothing_is_sent_before_its_beginning_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T02: the disk is full when the slip's turn comes: it waits; with room again it is printed, once and unmarked."""
    monkeypatch.setattr(engine_hall, "RETRY_S", 0.02)
    monkeypatch.setattr(spooler, "RETRY_S", 0.02)
    async with bench(tmp_path) as at:
        hall = RunningHall(at.daemon, "")
        await at.paper.emulator.press("slow", seconds="0.6")
        ticket = await at.take()
        await allow_pages(hall, 0)
        await fill_the_disk(at)
        await at.paper.emulator.press("slow", seconds="0")
        assert at.tickets[ticket].slip is SlipState.QUEUED
        await asyncio.sleep(1.0)
        assert at.tickets[ticket].slip is SlipState.QUEUED
        assert at.paper.copies() == []
        room = asyncio.create_task(make_room(hall))
        await until(lambda: at.is_settled(ticket), "printed")
        room.cancel()
        assert at.tickets[ticket].slip is SlipState.PRINTED
        assert at.paper.copies() == [Copy("A001", marked=False)]


async def test_t02_what_waits_at_a_stop_is_printed_after_the_start(tmp_path: Path) -> None:
    """T02: stopped in order while the printer does not answer: queued it stays, unmarked it is printed."""
    async with bench(tmp_path) as at:
        await at.paper.emulator.press("mute")
        ticket = await at.take()
        await until(lambda: ticket in at.tickets, "taken")
    assert at.tickets[ticket].slip is SlipState.QUEUED
    async with bench(tmp_path) as at:
        await until(lambda: at.is_settled(ticket), "printed")
        assert at.tickets[ticket].slip is SlipState.PRINTED
        assert at.paper.copies() == [Copy("A001", marked=False)]
        told = [event for event in await at.events() if event.TYPE.startswith("slip.")]
    assert [type(event) for event in told] == [e.SlipRequeued, e.SlipBegun, e.SlipConfirmed]
