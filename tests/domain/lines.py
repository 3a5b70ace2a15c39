"""Halls of two services that take ten minutes, and crowds in them: for what is told of waits."""

from typing import Any, Final

from msgspec.structs import replace

from hallctl.domain import commands as c
from hallctl.domain import waits
from hallctl.domain.estimator import (
    LATER,
    USUAL,
    Standing,
    estimate,
)
from hallctl.domain.layout import Layout, Service
from hallctl.domain.model import Priority, Ticket, WindowPlan
from hallctl.domain.state import HallState
from tests.domain.halls import MemoryHall

A, B = "a", "b"
TEN_S: Final = 600
NINE: Final = 1_795_424_400_000
"""2026-11-23 09:00 UTC, which is the hall's day."""


def layout(*plans: WindowPlan, services: dict[str, dict[str, Any]], **more: Any) -> Layout:
    """Services that take ten minutes, with what is said of each besides, and these windows."""
    made = {
        name: Service(name, name.upper(), "main", **({"mean_s": TEN_S} | services.get(name, {}))) for name in (A, B)
    }
    return Layout(made, {plan.id: plan for plan in plans}, {}, **more)


def plan(window: str, *services: str, **more: object) -> WindowPlan:
    return replace(WindowPlan(window, "main", services), **more)


def hall_of(
    *plans: WindowPlan, busy: bool = True, services: dict[str, dict[str, Any]] | None = None, **more: Any
) -> MemoryHall:
    """A hall with these windows open; `busy`: each serves somebody of its first service."""
    hall = MemoryHall(HallState(layout=layout(*plans, services=services or {}, **more)), at=NINE)
    hall.open(*(each.id for each in plans))
    for each in plans if busy else ():
        hall.take(each.services[0])
        hall.must(c.CallTicket(each.id))
        hall.must(c.StartTicket(each.id))
    return hall


def crowd(hall: MemoryHall, service: str, count: int, priority: Priority = Priority.NORMAL) -> list[Ticket]:
    found = [hall.must(c.TakeTicket(service, priority=priority)) for _ in range(count)]
    return [ticket for ticket in found if ticket is not None]


def services_until(hall: MemoryHall, ticket: Ticket) -> float:
    """The expected wait in services of ten minutes, but for what a hall without anybody privileged allows for them."""
    people = waits.position(hall.state, ticket, hall.at)
    standing = Standing(ticket.queue, ticket.priority, ticket.place, ticket.seq, people)
    found = estimate(hall.state, standing, hall.at)
    assert found is not None
    later = LATER * 0.5 / (hall.state.tally(ticket.queue).called + USUAL)
    return found.wait_ms / (TEN_S * 1000) * (1 - later)


def serve(hall: MemoryHall, seconds: int, window: str = "1", pause_s: int = 0) -> None:
    """The next one is called after a pause, walks for ten seconds, and is served for the rest."""
    hall.at += pause_s * 1000
    hall.must(c.CallTicket(window))
    hall.at += 10_000
    hall.must(c.StartTicket(window))
    hall.at += (seconds - 10) * 1000
    hall.must(c.FinishTicket(window))
