"""L05: the walk of a supervisor through real pages: see what the rules tell, take the suggestion, see the effect."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from hallctl.api.role import Role
from hallctl.config import parse
from hallctl.domain import commands as c
from hallctl.domain.state import HallState
from tests.e2e.browser import Chromium, chromium
from tests.harness import RunningHall, running_hall

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

HALL = """
[hall]
id = "township"
name = "青山镇便民服务中心"
name_en = "Qingshan Township Service Centre"
[[zones]]
id = "general"
name = "综合受理区"
[[services]]
id = "general"
name = "综合受理"
name_en = "General services"
prefix = "A"
zone = "general"
mean_s = 540
[[services]]
id = "household"
name = "公安户籍"
name_en = "Household registration"
prefix = "C"
zone = "general"
mean_s = 600
[[services]]
id = "issue"
name = "统一发证"
name_en = "Collection"
prefix = "F"
zone = "general"
mean_s = 300
[[windows]]
id = "2"
zone = "general"
post = "综合受理"
services = ["general"]
[[windows]]
id = "3"
zone = "general"
post = "综合受理"
services = ["general"]
[[windows]]
id = "4"
zone = "general"
post = "公安户籍"
services = ["household"]
[[windows]]
id = "5"
zone = "general"
post = "统一发证"
services = ["issue"]
[[windows]]
id = "6"
zone = "general"
post = "统一发证（机动窗口）"
services = ["issue"]
[[windows.modes]]
name = "general"
title = "综合受理"
services = ["general"]
[[windows.modes]]
name = "both"
title = "发证兼综合"
services = ["issue", "general"]
[watch]
waiting = 12
per_window = 0
settle_s = 1
"""

CLERKS = {"2": "王芳", "3": "李强", "4": "周敏", "5": "赵磊", "6": "陈静"}


async def do(hall: RunningHall, *commands: c.Command) -> None:
    for command in commands:
        answer = await hall.execute(command)
        assert isinstance(answer, dict), answer


async def furnish(hall: RunningHall, people: int) -> str:
    """Clerks at every window, so many waiting for 综合受理 and a few for the others; the supervisor's token."""
    for window, name in CLERKS.items():
        clerk = f"100{window}"
        await do(hall, c.SetAccount(clerk, name, ("window",), "x"), c.LoginClerk(window, clerk), c.OpenWindow(window))
    for service, count in (("general", people), ("issue", 3), ("household", 2)):
        for _ in range(count):
            await do(hall, c.TakeTicket(service))
    for window in CLERKS:
        await do(hall, c.CallTicket(window), c.StartTicket(window))
    return await hall.clerk("boss", ("supervisor",))


async def serve(hall: RunningHall, windows: tuple[str, ...], times: int) -> None:
    """Each window ends what it has and takes the next, so many times."""
    for _ in range(times):
        for window in windows:
            await do(hall, c.FinishTicket(window), c.CallTicket(window), c.StartTicket(window))


@asynccontextmanager
async def admin_page(tmp_path: Path, people: int) -> AsyncIterator[tuple[RunningHall, Page, Chromium]]:
    """The furnished hall and its admin page, open as the supervisor's."""
    async with running_hall(tmp_path, parse(HALL)) as hall, chromium() as browser:
        token = await furnish(hall, people)
        page = await browser.open(f"{hall.address}/admin/#token={token}&role=supervisor", 1366, 768)
        yield hall, page, browser


def state(hall: RunningHall) -> HallState:
    return hall.daemon.context.state


async def until(fact: Callable[[], Any], what: str) -> None:
    for _ in range(1500):
        if fact():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"never: {what}")


async def test_a_supervisor_takes_the_suggestion_and_sees_the_effect(tmp_path: Path) -> None:
    async with admin_page(tmp_path, 20) as (hall, page, browser):
        row = page.locator("[data-test=admin-watch-general]")
        await expect(row).to_contain_text("综合受理有 18 人等候，提醒线 12 人", timeout=15_000)
        await expect(row).to_contain_text("把 6 号窗口切换到“综合受理”，预计综合受理等候从", timeout=15_000)
        await expect(page.locator("[data-test=admin-tab-hall] .tab-count")).to_have_text("1")
        before = {alert.id for alert in state(hall).alerts.values()}
        await row.locator("[data-test=admin-watch-confirm]").focus()
        await page.keyboard.press("Enter")
        await expect(row).to_have_attribute("data-stage", "confirmed")
        await expect(row.locator("[data-test=admin-watch-effect]")).to_contain_text("当时 18 人等候，现在 18 人")
        await expect(page.locator("[data-test=admin-tab-hall] .tab-count")).to_have_count(0)
        assert state(hall).plan("6").services == ("general",)
        await serve(hall, ("6",), 1)
        assert state(hall).active("6") is not None
        await expect(row.locator("[data-test=admin-watch-effect]")).to_contain_text("现在 17 人")
        await serve(hall, ("2", "3", "6"), 3)
        await expect(row).to_contain_text("现在 8 人")
        assert {alert.id for alert in state(hall).alerts.values()} == before, "8 is not below 60 % of 12"
        await serve(hall, ("2", "3"), 1)
        await expect(page.locator("[data-test=admin-alerts]")).to_have_text("没有需要处理的事项。", timeout=15_000)
        await page.locator("[data-test=admin-tab-journal]").click()
        for said in ("采纳建议（等候人多", "6 号窗口改叫：综合受理", "提醒解除"):
            await expect(page.locator("[data-test=admin-journal]")).to_contain_text(said)
        assert browser.complaints == []


async def test_an_alert_is_dismissed_with_a_reason(tmp_path: Path) -> None:
    async with admin_page(tmp_path, 20) as (hall, page, browser):
        row = page.locator("[data-test=admin-watch-general]")
        await row.locator("[data-test=admin-watch-dismiss]").click(timeout=15_000)
        await page.get_by_role("button", name="已另行安排").click()
        await expect(row).to_have_attribute("data-stage", "dismissed")
        await expect(row).to_contain_text("已忽略：已另行安排")
        assert [alert.reason for alert in state(hall).alerts.values()] == ["已另行安排"]
        assert browser.complaints == []


async def choose(page: Page, window: str) -> None:
    """Click on a window's rule; the editor is this window's from then on."""
    row = page.locator(f"[data-test=admin-rule-{window}-choose]")
    await row.click()
    await expect(row).to_have_attribute("aria-pressed", "true")


async def test_windows_are_arranged_as_a_whole(tmp_path: Path) -> None:
    """C13: one click for a mode; drafts for several windows are applied together."""
    async with admin_page(tmp_path, 4) as (hall, page, browser):
        await page.locator("[data-test=admin-tab-rules]").click()
        await page.locator("[data-test=admin-mode-6-both]").click()
        await expect(page.locator("[data-test=admin-mode-6-both]")).to_have_attribute("aria-pressed", "true")
        await until(lambda: state(hall).plan("6").services == ("issue", "general"), "the mode")
        await page.locator("[data-test=admin-mode-6-own]").click()
        await until(lambda: state(hall).window("6").plan is None, "back to the config's own")
        await choose(page, "4")
        await page.locator("[data-test=admin-plan-general] select").select_option("help")
        await page.locator("[data-test=admin-plan-help_from]").fill("5")
        await choose(page, "5")
        await page.locator("[data-test=admin-plan-general] select").select_option("own")
        await page.locator("[data-test=admin-plan-policy]").select_option("ratio")
        await page.get_by_label("统一发证的比例").fill("3")
        assert state(hall).window("4").plan is None
        await page.locator("[data-test=admin-rules-apply]").click()
        await expect(page.locator("[data-test=admin-rules-apply]")).to_have_count(0)
        four, five = state(hall).plan("4"), state(hall).plan("5")
        assert (four.services, four.help, four.help_from) == (("household",), ("general",), 5)
        assert (five.services, five.policy, dict(five.ratio)) == (
            ("general", "issue"),
            "ratio",
            {"general": 1, "issue": 3},
        )
        assert browser.complaints == []


async def test_what_the_hall_refuses_is_told_at_the_row_and_nothing_is_changed(tmp_path: Path) -> None:
    """C13: whole or not at all. The wrong share is put into the request on its way: the page does not make one."""
    async with admin_page(tmp_path, 4) as (hall, page, _browser):
        await page.locator("[data-test=admin-tab-rules]").click()

        def spoil(text: str) -> str:
            message = json.loads(text)
            if message.get("method") == "window.arrange":
                message["params"]["arrangements"][-1]["plan"]["ratio"] = {"issue": 2}
            return json.dumps(message)

        token = await hall.clerk("chief", ("supervisor",))

        def between(route: Any) -> None:
            server = route.connect_to_server()
            route.on_message(lambda text: server.send(spoil(text)))

        await page.context.route_web_socket("**/ws", between)
        await page.goto("about:blank")
        await page.goto(f"{hall.address}/admin/#token={token}&role=supervisor")
        await page.locator("[data-test=admin-tab-rules]").click()
        for window in ("4", "2"):
            await choose(page, window)
            await page.locator("[data-test=admin-plan-issue] select").select_option("help")
            await expect(page.locator(f"[data-test=admin-rule-{window}-draft]")).to_be_visible()
        await page.locator("[data-test=admin-rules-apply]").click()
        await expect(page.locator("[data-test=admin-rule-4-error]")).to_contain_text("比例")
        await expect(page.locator("[data-test=admin-rule-2-draft]")).to_be_visible()
        assert state(hall).arranged == set()


async def test_an_emergency_is_declared_and_ended(tmp_path: Path) -> None:
    """C16: a word must be typed; every tab tells it; it ends with a question."""
    async with admin_page(tmp_path, 2) as (hall, page, browser):
        await page.locator("[data-test=admin-emergency]").click()
        declare = page.locator("[data-test=admin-emergency-declare]")
        await expect(declare).to_be_disabled()
        await page.locator("[data-test=admin-emergency-word]").fill("紧急")
        await page.keyboard.press("Enter")
        banner = page.locator("[data-test=admin-emergency-banner]")
        for tab in ("hall", "rules", "devices", "journal", "ledger", "agents"):
            await page.locator(f"[data-test=admin-tab-{tab}]").click()
            await expect(banner).to_contain_text("从安全出口有序离开大厅")
        assert state(hall).emergency is not None
        await page.locator("[data-test=admin-emergency-end]").click()
        await page.locator("[data-test=admin-confirm]").click()
        await expect(banner).to_have_count(0)
        assert state(hall).emergency is None
        assert browser.complaints == []


async def test_an_auditor_sees_all_of_it_and_has_no_button(tmp_path: Path) -> None:
    """O02: the auditor reads."""
    async with admin_page(tmp_path, 20) as (hall, page, browser):
        token = await hall.clerk("audit", (str(Role.AUDITOR),))
        await expect(page.locator("[data-test=admin-watch-confirm]")).to_be_visible(timeout=15_000)
        other = await browser.open(f"{hall.address}/admin/#token={token}&role=auditor", 1366, 768)
        await expect(other.locator("[data-test=admin-watch-general]")).to_contain_text("建议：")
        for test in ("admin-watch-confirm", "admin-watch-dismiss", "admin-emergency"):
            await expect(other.locator(f"[data-test={test}]")).to_have_count(0)
        await other.locator("[data-test=admin-tab-rules]").click()
        await expect(other.locator("[data-test=admin-rules]")).to_contain_text("综合受理")
        await expect(other.locator("[data-test=admin-mode-6-general]")).to_be_disabled()
        await expect(other.locator("[data-test=admin-plan]")).to_have_count(0)
