"""An appointment through the real kiosk: booked there, checked in by its code and by telephone; and at a window."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hallctl.api.role import Role
from hallctl.config import parse
from tests.domain.bookings import MONDAY, moment
from tests.e2e.browser import chromium
from tests.harness import SMALL, FakeClock, RunningHall, running_hall

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SLOTS = 'slots = [{ time = "09:00-11:00", quota = 2 }]\n'
CONFIG = parse(SMALL.replace('name = "综合受理"\n', f'name = "综合受理"\nname_en = "General services"\n{SLOTS}'))
QUIET_MS = 450
"""A new screen takes no tap at first: a double tap must not go through it."""


async def tap(page: Page, name: str | re.Pattern[str]) -> None:
    await page.wait_for_timeout(QUIET_MS)
    await page.get_by_role("button", name=name).first.click()


async def type_digits(page: Page, digits: str) -> None:
    await page.wait_for_timeout(QUIET_MS)
    for digit in digits:
        await page.get_by_role("button", name=digit, exact=True).click()


async def picture(page: Page, folder: Path | None, name: str) -> None:
    """A screenshot to be looked at, where a folder is given."""
    if folder is not None:
        await page.wait_for_timeout(QUIET_MS)
        await page.screenshot(path=folder / f"{name}.png")


async def book_at_the_kiosk(hall: RunningHall, page: Page, folder: Path | None) -> str:
    """A service, a free slot, a telephone number; the code."""
    await tap(page, "预约取号")
    await picture(page, folder, "ways")
    await tap(page, re.compile("我要预约"))
    await tap(page, re.compile("综合受理"))
    await expect(page.get_by_text("今天，请选择时间")).to_be_visible()
    await picture(page, folder, "slots")
    await tap(page, re.compile("09:30–10:00"))
    await picture(page, folder, "who")
    await tap(page, re.compile("手机号"))
    await type_digits(page, "13900005678")
    await picture(page, folder, "phone")
    await tap(page, "确定预约")
    await expect(page.get_by_text("预约成功")).to_be_visible()
    await picture(page, folder, "booked")
    appointment = next(iter(hall.daemon.context.state.appointments.values()))
    assert f"{appointment.code[:4]} {appointment.code[4:]}" in await page.content()
    assert (appointment.start, appointment.tail) == (moment("09:30"), "5678")
    return appointment.code


async def walk(tmp_path: Path, folder: Path | None = None, width: int = 1080, height: int = 1920) -> None:
    async with running_hall(tmp_path, CONFIG, clock=FakeClock(moment("08:50"))) as hall, chromium() as browser:
        token = await hall.terminal(Role.KIOSK, "kiosk-1")
        page = await browser.open(f"{hall.address}/kiosk/#token={token}&place=kiosk-1", width, height)
        await expect(page.get_by_role("button", name="预约取号")).to_be_visible()
        await picture(page, folder, "home")
        code = await book_at_the_kiosk(hall, page, folder)
        await tap(page, "返回首页")
        await tap(page, "预约取号")
        await tap(page, re.compile("预约码或二维码"))
        await type_digits(page, code)
        await picture(page, folder, "code")
        await tap(page, "签到取号")
        await tap(page, "不要小票，取号")  # this kiosk has no printer
        await expect(page.get_by_text("A001").first).to_be_visible()
        await expect(page.get_by_text("您到早了：09:30 开始叫号，请先休息等候。")).to_be_visible()
        await picture(page, folder, "early")
        await tap(page, re.compile("返回首页"))
        await tap(page, "预约取号")
        await tap(page, re.compile("手机尾号"))
        await type_digits(page, "5678")
        await tap(page, "签到取号")
        await tap(page, "不要小票，取号")
        await expect(page.get_by_text("您已签到，号码是 A001，不用重复取号。")).to_be_visible()
        await picture(page, folder, "again")
        await tap(page, re.compile("返回首页"))
        await tap(page, "预约取号")
        await page.wait_for_timeout(QUIET_MS)
        await page.keyboard.type("https://yy.example/q/99999999\n")  # a scanner types
        await expect(page.get_by_text("没有找到预约")).to_have_count(0)
        await tap(page, "不要小票，取号")
        await expect(page.get_by_text(re.compile("没有找到预约"))).to_be_visible()
        await picture(page, folder, "refused")
        assert len(hall.daemon.context.state.tickets) == 1
        assert browser.complaints == []


async def test_a_booking_at_the_kiosk_in_a_real_browser(tmp_path: Path) -> None:
    """A02, A03, A05: one appointment, two ways to check in, one number."""
    await walk(tmp_path)


async def test_a05_a_clerk_checks_somebody_in(tmp_path: Path) -> None:
    """A05: 更多 → 预约签到 at the window, found by the telephone's last digits."""
    async with running_hall(tmp_path, CONFIG, clock=FakeClock(moment("09:31"))) as hall, chromium() as browser:
        portal = await hall.client(Role.PORTAL, "web")
        for number in ("13900005678", "13900001111"):
            await portal.change("appointment.book", service="pooled", start=moment("10:00", MONDAY), phone=number)
        token = await hall.clerk("1001")
        page = await browser.open(f"{hall.address}/window/?window=1#token={token}&account=1001", 1366, 768)
        await expect(page.locator("[data-test=window-next]")).to_be_visible()
        await page.keyboard.press("F9")
        await page.locator("[data-test=window-check_in]").click()
        await page.keyboard.type("5678")
        await page.get_by_role("button", name=re.compile("10:00–10:30")).click()
        await expect(page.get_by_text("已签到：A001 号。")).to_be_visible()
        rows = hall.daemon.context.state.appointments.values()
        assert [(row.tail, row.stage) for row in rows] == [("5678", "checked_in"), ("1111", "booked")]
        assert browser.complaints == []
