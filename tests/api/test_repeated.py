"""The same request again gets the same answer (O01), also where what it was judged by has changed meanwhile."""

from pathlib import Path

import httpx
import pytest

from hallctl.api.role import Role
from hallctl.client import SNAPSHOTS_KEPT, Refused
from hallctl.config import parse
from hallctl.devices.contract import CardSeen
from tests.engine.told import told
from tests.harness import SMALL, running_hall

WITH_CARDS = parse(SMALL.replace('prefix = "A"', 'prefix = "A"\nidentity = "optional"'))


async def test_o01_a_clerk_who_has_logged_out_asks_again(tmp_path: Path) -> None:
    """O01: the answer was lost with the line; that nobody sits at the window now is what was asked for."""
    async with running_hall(tmp_path) as hall:
        desk = await hall.desk("1")
        await desk.change("window.close")
        first = await desk.change("clerk.logout", request_id="home")
        assert await desk.change("clerk.logout", request_id="home") == first
        with pytest.raises(Refused) as refused:
            await desk.change("clerk.logout")
        assert refused.value.code == "window.no_clerk"


async def test_o01_a_clerk_whose_window_was_taken_over_asks_again(tmp_path: Path) -> None:
    """O01: what was done at the window while it was theirs is told; nothing new is done there."""
    async with running_hall(tmp_path) as hall:
        kiosk, desk = await hall.client(Role.KIOSK, "kiosk-1"), await hall.desk("1")
        await kiosk.change("ticket.take", service="pooled")
        first = await desk.change("ticket.call", request_id="next")
        colleague = await hall.client(Role.WINDOW, "1", await hall.clerk("2002"))
        await colleague.change("window.take_over")
        assert await desk.change("ticket.call", request_id="next") == first
        with pytest.raises(Refused) as refused:
            await desk.change("ticket.start")
        assert refused.value.code == "window.taken"


@pytest.mark.parametrize("again", ["expired", "restarted"])
async def test_o01_a_number_taken_by_card_is_told_again(tmp_path: Path, again: str) -> None:
    """O01, T05: the claim that the card gave is over after two minutes, and with a restart; the number is not."""
    async with running_hall(tmp_path, WITH_CARDS) as hall:
        token = await hall.terminal(Role.KIOSK, "kiosk-1")
        kiosk = await hall.client(Role.KIOSK, token=token)
        cards = hall.daemon.context.cards
        cards.seen("kiosk-1", CardSeen("resident", "张测试", "99999919611123001X", "19611123"))
        claim = (await told(kiosk, "card.seen"))["claim"]
        first = await kiosk.change("ticket.take", request_id="once", service="pooled", claim=claim)
        cards._claims.clear()
        if again == "expired":
            assert await kiosk.change("ticket.take", request_id="once", service="pooled", claim=claim) == first
    async with running_hall(tmp_path, WITH_CARDS) as hall:
        kiosk = await hall.client(Role.KIOSK, token=token)
        assert await kiosk.change("ticket.take", request_id="once", service="pooled", claim=claim) == first
        with pytest.raises(Refused) as refused:
            await kiosk.change("ticket.take", service="pooled", claim=claim)
        assert refused.value.code == "card.no_claim"


async def test_o01_over_http_too(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        token = await hall.clerk("1001")
        desk = await hall.client(Role.WINDOW, "1", token)
        await desk.change("clerk.login")
        headers = {"Authorization": f"Bearer {token}"}
        path = f"{hall.address}/api/v1/clerk/logout"
        answers = [await http.post(path, json={"request_id": "home", "window": "1"}, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        fresh = await http.post(path, json={"request_id": "again", "window": "1"}, headers=headers)
        assert fresh.json()["error"]["data"]["code"] == "window.no_clerk"


async def test_a_client_that_does_not_read_keeps_few_snapshots(tmp_path: Path) -> None:
    """A program that only asks, and comes back a hundred times: what it has not read is out of date at last."""
    async with running_hall(tmp_path) as hall:
        client = await hall.client(Role.KIOSK, "kiosk-1")
        await client.change("ticket.take", service="pooled")
        await client.ask("hall.snapshot")  # the ticket may have been answered before it was shown
        for _ in range(100):
            hall.daemon.context.hub.renew()
        renewed = await client.ask("hall.snapshot")
        seen = [await anext(client.events()) for _ in range(client._events.qsize())]
        assert 0 < len(seen) <= SNAPSHOTS_KEPT
        assert seen[-1]["type"] == "snapshot"
        assert seen[-1]["seq"] == renewed["seq"]
        hall.daemon.context.hub.renew()
        assert (await anext(client.events()))["type"] == "snapshot"


async def test_one_who_reads_late_is_told_everything_in_order(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        client = await hall.client(Role.KIOSK, "kiosk-1")
        await client.change("ticket.take", service="pooled")
        await client.ask("hall.snapshot")  # the ticket may have been answered before it was shown
        hall.daemon.context.hub.renew()
        await client.ask("hall.snapshot")
        seen = [(await anext(client.events()))["type"] for _ in range(client._events.qsize())]
        assert seen == ["snapshot", "ticket.taken", "snapshot"]
