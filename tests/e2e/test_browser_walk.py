"""One ticket through real pages and real bytes: kiosk tap → slip → call → board, strip, caption → finish → rating."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hallctl.domain.model import Ticket
from tests.e2e.browser import chromium
from tests.e2e.stage import StagedHall, staged_hall

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def url(hall: StagedHall, page: str, place: str | None = None) -> str:
    """The address of a page with its token, as the demo prints it."""
    for row in hall.stage.pages:
        if row["page"] == page and (place is None or row["place"] == place):
            return f"{hall.address}{row['url']}"
    raise AssertionError(page)


async def take_with_a_card(hall: StagedHall, kiosk: Page) -> Ticket:
    """Tap the service, read the notice, lay an elder's card: a number, and its slip on paper."""
    state = hall.daemon.context.state
    await kiosk.get_by_text("综合受理", exact=True).first.click()
    assert not any("2001" in row["hex"] for row in hall.view("reader-1")["wire"]), "no card is looked for yet (O14)"
    await expect(kiosk.locator("[data-screen=notice]")).to_be_visible()  # the first tap counts, however soon it comes
    await kiosk.wait_for_timeout(1000)  # a new screen takes no tap at first: a double tap must not go through it
    await kiosk.get_by_role("button", name="知道了，开始刷证").click()
    await hall.press("reader-1", "place_card", card="elder")
    await expect(kiosk.get_by_text("A001").first).to_be_visible()
    slip = (await hall.until(lambda: hall.view("printer-1")["slips"], "a slip"))[-1]
    assert any("A001" in line for line in slip["text"])
    ticket = await hall.until(lambda: next(iter(state.tickets.values()), None), "the ticket")
    await hall.until(lambda: state.tickets[ticket.id].slip == "printed", "the slip proven")
    assert state.tickets[ticket.id].priority == "elder"
    assert isinstance(ticket, Ticket)
    return ticket


async def call_and_see(hall: StagedHall, window: Page, board: Page) -> None:
    """Press next: the window, the board, its caption and the strip show the call."""
    await expect(window.locator("[data-test=window-queue]")).to_contain_text("1")
    await window.locator("[data-test=window-next]").click()
    await expect(window.locator("[data-test=window-ticket]")).to_contain_text("A001")
    await expect(board.locator("[data-test=board-call]").first).to_contain_text("A001")
    await expect(board.locator("[data-test=board-call]").first).to_contain_text("2")
    await expect(board.locator("[data-test=board-caption]")).to_contain_text("A001")
    await hall.until(lambda: "A001" in str(hall.view("strips")), "the strip")


async def serve_and_rate(hall: StagedHall, window: Page, rating: Page, ticket: Ticket) -> None:
    """Start and finish; nothing is preselected; the pad's key is the rating, and the clerk never sees its level."""
    state = hall.daemon.context.state
    await window.locator("[data-test=window-start]").click()
    await hall.until(lambda: state.tickets[ticket.id].stage == "serving", "the start")
    await window.locator("[data-test=window-finish]").click()
    await hall.until(lambda: state.asked.get("2"), "the question")
    await expect(rating.get_by_text("非常满意")).to_be_visible()
    assert await rating.locator("[aria-pressed=true], [aria-checked=true], .selected").count() == 0
    await hall.press("ratings", "grade", unit=130, grade=4)
    await hall.until(lambda: not state.asked, "the rating")
    await expect(window.get_by_text("已评价").first).to_be_visible()
    assert "very_satisfied" not in await window.content()


async def test_the_walk_in_a_real_browser(tmp_path: Path) -> None:
    async with staged_hall(tmp_path) as hall, chromium() as browser:
        await hall.devices_ready("printer-1", "reader-1")
        window = await browser.open(url(hall, "window", "2"), 1366, 768)
        board = await browser.open(url(hall, "board"), 1920, 1080)
        kiosk = await browser.open(url(hall, "kiosk", "kiosk-1"), 1080, 1920)
        rating = await browser.open(url(hall, "rating", "2"), 1280, 800)
        state = hall.daemon.context.state
        await hall.until(lambda: state.window("2").state == "open", "the window open")
        ticket = await take_with_a_card(hall, kiosk)
        await call_and_see(hall, window, board)
        await serve_and_rate(hall, window, rating, ticket)
        assert [name for name in await hall.journal() if name.startswith(("ticket", "slip"))] == [
            "ticket.taken",
            "slip.begun",
            "slip.confirmed",
            "ticket.called",
            "ticket.started",
            "ticket.finished",
            "ticket.rated",
        ]
        assert browser.complaints == []


async def test_pages_say_so_when_the_daemon_is_gone_and_come_back(tmp_path: Path) -> None:
    """Pages reconnect for ever and resume; offline is shown in words."""
    async with staged_hall(tmp_path) as hall, chromium() as browser:
        kiosk = await browser.open(url(hall, "kiosk", "kiosk-2"), 1080, 1920)
        await expect(kiosk.get_by_text("综合受理", exact=True).first).to_be_visible()
        await kiosk.context.set_offline(True)
        await kiosk.wait_for_function("fetch('/health').then(() => false, () => true)")
        context = hall.daemon.context
        await asyncio.gather(*(connection.depart() for connection in context.connections))
        await hall.until(lambda: not context.connections, "nobody connected")
        await expect(kiosk.get_by_text("正在重新连接").first).to_be_visible(timeout=15_000)
        await kiosk.context.set_offline(False)
        await expect(kiosk.get_by_text("正在重新连接").first).to_be_hidden(timeout=15_000)
