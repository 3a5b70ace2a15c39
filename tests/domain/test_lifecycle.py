"""The tables are complete: each stage with each move, each window state with each move."""

import pytest

from hallctl.domain import commands as c
from hallctl.domain.lifecycle import TICKET_MOVES, TICKET_REFUSALS, WINDOW_MOVES, WINDOW_REFUSALS
from hallctl.domain.model import Desk, Level, Stage
from hallctl.domain.page_commands import ScanPage
from hallctl.errors import Refusal
from hallctl.sentences import SENTENCES
from tests.domain.halls import MemoryHall, copy_of

LIVE = [Stage.WAITING, Stage.CALLED, Stage.SERVING, Stage.HELD, Stage.MISSED, Stage.DONE]

BESIDES = {"step", "requeue", "expire", "close", "undo_resume"}
"""Moves that another command leads to under a rule: see test_life.py."""


def command_for(move: str, ticket: str) -> c.Command:
    """The command that asks for a move of this ticket."""
    return {
        "call": c.CallTicket("1", ticket, "chosen"),
        "recall": c.RecallTicket("1"),
        "start": c.StartTicket("1"),
        "finish": c.FinishTicket("1"),
        "miss": c.MissTicket("1"),
        "restore": c.RestoreTicket(ticket),
        "hold": c.HoldTicket("1"),
        "resume": c.ResumeTicket("1", ticket),
        "transfer": c.TransferTicket(ticket, service="police"),
        "undo": c.UndoTicket("1"),
        "cancel": c.CancelTicket(ticket),
        "rate": c.RateTicket("1", Level.SATISFIED),
        "reprint": c.ReprintSlip(ticket, "kiosk-1"),
        "scan": ScanPage("1", "0" * 32, 1, 1, 1, None, "digest"),
    }[move]


@pytest.mark.parametrize("stage", LIVE)
@pytest.mark.parametrize("move", [move for move in TICKET_MOVES if move not in BESIDES])
def test_each_pair_moves_or_is_refused_and_nothing_else_changes(stage: Stage, move: str) -> None:
    hall = MemoryHall().open("1")
    ticket = hall.ticket_in(stage)
    hall.at += 10_000
    before = copy_of(hall.state)
    answer = hall.do(command_for(move, ticket.id))
    after = TICKET_MOVES[move].get(stage)
    if after is None:
        assert isinstance(answer, Refusal)
        assert answer.code in SENTENCES
        assert all(answer.sentence(language) for language in ("zh", "en"))
        assert copy_of(hall.state) == before
    elif move == "reprint":  # kiosk-1 has no printer: the stage would allow it, the paper does not
        assert isinstance(answer, Refusal)
        assert answer.code == "slip.no_printer"
    else:
        assert not isinstance(answer, Refusal), answer
        moved = hall.state.tickets.get(ticket.id)
        assert after in {Stage.CANCELLED, Stage.DONE} if moved is None else moved.stage is after


def test_tables_name_every_stage_and_every_refusal() -> None:
    assert set(TICKET_MOVES) == set(TICKET_REFUSALS)
    for moves in TICKET_MOVES.values():
        assert set(moves) <= set(Stage)
    for move, states in WINDOW_MOVES.items():
        for state in Desk:
            assert (state in states) != ((move, state) in WINDOW_REFUSALS), (move, state)
    for code in (*TICKET_REFUSALS.values(), *WINDOW_REFUSALS.values()):
        assert code in SENTENCES


WINDOW_COMMANDS = {
    "open": c.OpenWindow("1"),
    "pause": c.PauseWindow("1", "午休"),
    "resume": c.ResumeWindow("1"),
    "close": c.CloseWindow("1"),
    "call": c.CallTicket("1"),
    "work": c.StartTicket("1"),
    "login": c.LoginClerk("1", "101"),
    "logout": c.LogoutClerk("1"),
    "take_over": c.TakeOverWindow("1", "102"),
}


def window_in(state: Desk, clerk: bool = True) -> MemoryHall:
    hall = MemoryHall()
    hall.must(c.OpenDay("2026-11-23"))
    for account in ("101", "102"):
        hall.must(c.SetAccount(account, account, ("window",), "hash"))
    if clerk:
        hall.must(c.LoginClerk("1", "101"))
    if state is not Desk.CLOSED:
        hall.must(c.OpenWindow("1"))
    if state is Desk.PAUSED:
        hall.must(c.PauseWindow("1", "午休"))
    return hall


@pytest.mark.parametrize("state", list(Desk))
@pytest.mark.parametrize("move", list(WINDOW_MOVES))
def test_each_window_pair_moves_or_is_refused(move: str, state: Desk) -> None:
    hall = window_in(state, clerk=move != "login" or state is not Desk.CLOSED)
    hall.take()
    before = copy_of(hall.state)
    answer = hall.do(WINDOW_COMMANDS[move])
    after = WINDOW_MOVES[move].get(state)
    further = {"work": "window.no_ticket", "login": "window.same_clerk"}
    if after is None:
        assert isinstance(answer, Refusal)
        assert answer.code == WINDOW_REFUSALS[move, state]
        assert copy_of(hall.state) == before
    elif isinstance(answer, Refusal):  # the table allows it, the circumstances do not
        assert answer.code == further[move]
        assert copy_of(hall.state) == before
    else:
        assert hall.state.window("1").state is after


def test_unknown_window_and_ticket_are_refused() -> None:
    hall = MemoryHall().open("1")
    for command in (c.OpenWindow("9"), c.CallTicket("9"), c.StartTicket("9"), c.LoginClerk("9", "101")):
        answer = hall.do(command)
        assert isinstance(answer, Refusal)
        assert answer.code == "window.unknown"
    for command in (c.CancelTicket("x"), c.RestoreTicket("x"), c.CallTicket("1", "x", "r")):
        answer = hall.do(command)
        assert isinstance(answer, Refusal)
        assert answer.code == "ticket.unknown"
