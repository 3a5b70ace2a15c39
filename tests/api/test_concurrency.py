"""Races at the door: 100 windows on 60 tickets, 8 kiosks on one queue, the same request many times."""

import asyncio
from pathlib import Path

import pytest

from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.config import parse
from tests.harness import running_hall, small_config

CROWD = """
[hall]
id = "crowd"
name = "百窗大厅"
[[zones]]
id = "main"
name = "大厅"
[[services]]
id = "pooled"
name = "综合"
prefix = "A"
zone = "main"
""" + "".join(f'[[windows]]\nid = "{number}"\nzone = "main"\nservices = ["pooled"]\n' for number in range(1, 101))


async def outcome(client: Client, method: str, **params: str) -> str:
    try:
        return str((await client.change(method, **params))["ticket"]["label"])
    except Refused as refused:
        return refused.code


async def test_c01_hundred_windows_on_sixty_tickets(tmp_path: Path) -> None:
    """C01: 100 windows press next at one instant on a queue of 60: 60 distinct tickets, 40 told it is empty."""
    async with running_hall(tmp_path, parse(CROWD)) as hall:
        boss = await hall.client(Role.ADMIN, token=await hall.clerk("boss", ("admin", "window")))
        for _ in range(60):
            await boss.change("ticket.take", service="pooled")
        token = await hall.clerk("1001")
        desks = [await hall.client(Role.WINDOW, str(window), token) for window in range(1, 101)]
        for desk in desks:
            await desk.change("clerk.login")
            await desk.change("window.open")
        answers = await asyncio.gather(*(outcome(desk, "ticket.call") for desk in desks))
        labels = [answer for answer in answers if answer != "queue.empty"]
        assert sorted(labels) == [f"A{number:03d}" for number in range(1, 61)]
        assert answers.count("queue.empty") == 40


async def test_t03_eight_kiosks_give_consecutive_numbers(tmp_path: Path) -> None:
    """T03: 8 kiosks × 50 concurrent requests on one queue → 400 distinct consecutive numbers."""
    config = small_config("".join(f'[[kiosks]]\nid = "kiosk-{number}"\n' for number in range(2, 9)))
    async with running_hall(tmp_path, config) as hall:
        kiosks = [await hall.client(Role.KIOSK, f"kiosk-{number}") for number in range(1, 9)]
        answers = await asyncio.gather(
            *(outcome(kiosk, "ticket.take", service="pooled") for kiosk in kiosks for _ in range(50))
        )
        assert sorted(answers, key=lambda label: int(label[1:])) == [f"A{number:03d}" for number in range(1, 401)]


async def test_the_same_request_many_times_is_one(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        answers = await asyncio.gather(
            *(kiosk.change("ticket.take", request_id="same", service="pooled") for _ in range(20))
        )
        assert all(answer == answers[0] for answer in answers)
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A002"
        with pytest.raises(Refused) as refused:
            await kiosk.change("ticket.take", request_id="same", service="police")
        assert refused.value.code == "request.reused"


async def test_the_same_request_after_a_restart_gets_the_same_answer(tmp_path: Path) -> None:
    """O01: `request_id` idempotency survives a restart of the daemon."""
    async with running_hall(tmp_path) as hall:
        token = await hall.terminal(Role.KIOSK, "kiosk-1")
        kiosk = await hall.client(Role.KIOSK, token=token)
        first = await kiosk.change("ticket.take", request_id="once", service="pooled")
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, token=token)
        assert await kiosk.change("ticket.take", request_id="once", service="pooled") == first
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A002"
