"""A small hall, and whatever may be done in it: commands by chance, for what must hold of any sequence of them."""

import random

from msgspec import structs

from hallctl.domain import booking_commands as bc
from hallctl.domain import commands as c
from hallctl.domain import events as e
from hallctl.domain.booking import BookingRules, SlotRule
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Level, Priority, Stage, Ticket, WindowPlan
from hallctl.domain.state import HallState
from tests.store.samples import DAY, NOON, PERSON

SLOTS = (SlotRule((1, 2, 3, 4, 5, 6, 7), 0, 24 * 60, 5, 2),)
LAYOUT = Layout(
    services={
        name: Service(name, name[0].upper(), "hall", identity="optional", slots=SLOTS) for name in ("tax", "social")
    },
    windows={
        "1": WindowPlan("1", "hall", ("tax",)),
        "2": WindowPlan("2", "hall", ("tax", "social")),
        "3": WindowPlan("3", "hall", ("social",)),
    },
    kiosk_printers={"k1": None, "k2": "printer"},
    recall_gap_s=0,
    booking=BookingRules(grace_min=0, no_show_limit=1),
)


def random_command(chance: random.Random, state: HallState) -> c.Command:
    """Some command, mostly one that makes sense now."""
    at = chance.random()
    window = chance.choice(list(LAYOUT.windows))
    if at < 0.01:
        day = chance.choice(["2026-11-23", "2026-11-24", "2026-11-25"])
        return chance.choice([c.OpenDay(day), c.CloseDay(), c.StartHall("0.1.0", "digest")])
    if at < 0.3:
        person = chance.choice([None, structs.replace(PERSON, digest=f"{chance.randrange(9):064x}")])
        service = chance.choice(list(LAYOUT.services))
        return c.TakeTicket(service, chance.choice(list(Priority)), kiosk="k1", person=person, reason="导办")
    if at < 0.37:
        return _of_appointments(chance, state)
    if at < 0.74:
        return _of_window(chance, state, window)
    if at < 0.9 and state.tickets:
        return _of_ticket(chance, chance.choice(list(state.tickets.values())))
    return _of_hall(chance, window)


def _of_window(chance: random.Random, state: HallState, window: str) -> c.Command:
    active = state.active(window)
    if active is None:
        rate = c.RateTicket(window, chance.choice(list(Level)))
        return chance.choice([*(c.CallTicket(window),) * 3, c.OpenWindow(window), c.ResumeWindow(window), rate])
    if active.stage is Stage.CALLED:
        calls = [c.RecallTicket(window), c.MissTicket(window), c.UndoTicket(window), c.PauseWindow(window, "午休")]
        return chance.choice([*(c.StartTicket(window),) * 4, *calls])
    step = c.FinishTicket(window, then=chance.choice(list(LAYOUT.services)))
    return chance.choice([c.FinishTicket(window), c.HoldTicket(window, "材料不全"), step])


def _of_ticket(chance: random.Random, ticket: Ticket) -> c.Command:
    if ticket.stage is Stage.HELD and ticket.window is not None and chance.random() < 0.7:
        return c.ResumeTicket(ticket.window, ticket.id)
    if ticket.stage is Stage.MISSED and chance.random() < 0.7:
        return c.RestoreTicket(ticket.id)
    choices: list[c.Command] = [
        c.CallTicket(chance.choice(list(LAYOUT.windows)), ticket.id, "chosen"),
        c.TransferTicket(ticket.id, service=chance.choice(list(LAYOUT.services))),
        c.TransferTicket(ticket.id, window=chance.choice(list(LAYOUT.windows)), back=chance.random() < 0.5),
        c.TransferTicket(ticket.id, clerk=chance.choice(["li", "wang"]), by="2", back=True),
        c.CancelTicket(ticket.id, "left"),
        c.LapseRating(ticket.id),
        c.ReprintSlip(ticket.id, "k2"),
        *(c.BeginSlip(ticket.id, "printer", "k2", ticket.copies),) * 2,
        c.ConfirmSlip(ticket.id, "printer", ticket.copies),
        c.FailSlip(ticket.id, "printer", "printer.paper_out", ticket.copies),
        c.DoubtSlip(ticket.id, "printer", "device.lost", ticket.copies),
    ]
    return chance.choice(choices)


def _of_hall(chance: random.Random, window: str) -> c.Command:
    clerk = chance.choice(["li", "wang"])
    choices: list[c.Command] = [
        c.ReportDevice("printer", chance.choice(["ready", "offline"]), ("printer.paper_near_end",)),
        c.ChangeDevices(("new",), ("printer",), (chance.choice(["printer", "old"]),), "0" * 16),
        c.CloseWindow(window),
        c.LogoutClerk(window),
        c.LoginClerk(window, clerk),
        c.OpenWindow(window),
        c.TakeOverWindow(window, clerk),
        c.RequestHelp("k1"),
        c.SkipNumbers(chance.randrange(1, 60), chance.choice([None, *LAYOUT.services]), chance.random() < 0.5),
        c.AnswerHelp("k1"),
        c.PairTerminal("t1", "kiosk", "k1", "ab" * 32),
        c.RevokeTerminal("t1"),
        c.SetAccount("zhao", "赵", ("auditor",), chance.choice([None, "$argon2$"])),
        c.RemoveAccount("zhao"),
    ]
    return chance.choice(choices)


def _of_appointments(chance: random.Random, state: HallState) -> c.Command:
    known = chance.choice([*state.appointments.values(), None])
    start = NOON + chance.randrange(8) * 300_000
    code = str(chance.randrange(10**7, 10**8))
    person = structs.replace(PERSON, digest=f"{chance.randrange(9):064x}")
    wish = bc.Wish("tax", start, (code,), chance.choice([None, code]), chance.choice([None, person]), "f" * 32, "1234")
    choices: list[c.Command] = [
        *(bc.BookAppointment(wish, "portal", chance.random() < 0.5),) * 3,
        bc.ImportAppointments("file", ((2, wish),)),
        bc.SetQuota("tax", start, chance.choice([None, 1, 3])),
        bc.MissAppointments(0),
    ]
    choices += [bc.LiftBlock(block.appointment) for block in state.blocks.values() if block.appointment]
    if known is not None:
        choices += [bc.CheckInAppointment(known.id, kiosk="k1"), bc.CancelAppointment(known.id, "不来了")] * 2
    return chance.choice(choices)


def start() -> list[e.Event]:
    """The day is opened, two clerks sit down at three windows."""
    accounts = [e.AccountSet(clerk, clerk, ("window",), "$argon2$") for clerk in ("li", "wang")]
    seats = (("1", "li"), ("2", "wang"), ("3", "wang"))
    windows = [event for w, clerk in seats for event in (e.ClerkLoggedIn(w, clerk), e.WindowOpened(w))]
    return [*accounts, e.DayOpened(DAY, fresh=True), *windows]
