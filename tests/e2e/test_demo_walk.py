"""The demo's floor plan in a real browser: every family is pressed, faulted and mended there, and the hall hears it."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from hallctl.api.role import Role
from tests.e2e.browser import Chromium, chromium
from tests.e2e.stage import StagedHall, staged_hall
from tests.e2e.test_browser_walk import url
from tests.e2e.test_devices_walk import sit_down

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

NO_FFMPEG = "ffmpeg is missing: sudo apt-get install --no-install-recommends ffmpeg"
QUIET_MS = 1000
"""A new screen of the kiosk takes no tap at first: a double tap must not go through it."""


def part(page: Page, name: str) -> Locator:
    return page.locator(f"[data-test={name}]")


async def tap(key: Locator) -> None:
    """A key of the kiosk, once its screen takes taps."""
    await expect(key).to_be_visible()
    await key.page.wait_for_timeout(QUIET_MS)
    await key.click()


async def press(page: Page, *names: str) -> None:
    """A key of the plan, by device, action and its values."""
    await part(page, "-".join(("demo-press", *names))).first.click()


async def take_without_paper(hall: StagedHall, demo: Page, kiosk: Page) -> None:
    """No paper in the east: the slip comes out in the west, and the kiosk says so."""
    await press(demo, "printer-1", "paper_out")
    state = hall.daemon.context.state
    await hall.until(lambda: "printer.paper_out" in state.devices["printer-1"].faults, "the end of the paper is told")
    await expect(part(demo, "demo-device-printer-1")).to_contain_text("缺纸")
    await tap(kiosk.get_by_text("综合受理", exact=True).first)
    await tap(kiosk.get_by_role("button", name="知道了，开始刷证"))
    await expect(part(demo, "demo-armed-reader-1")).to_have_attribute("data-armed", "true")
    await press(demo, "reader-1", "place_card", "resident")
    await expect(kiosk.get_by_text("A001").first).to_be_visible()
    await hall.until(lambda: hall.view("printer-2")["slips"], "the slip at the other kiosk")
    assert not hall.view("printer-1")["slips"]
    await part(demo, "demo-mend-printer-1").click()
    await hall.devices_ready("printer-1")


async def hold_codes(demo: Page, kiosk: Page) -> None:
    """The slip, a stranger's code, and somebody who has booked."""
    await tap(kiosk.get_by_role("button", name=re.compile("返回首页")).first)
    await expect(kiosk.locator("[data-screen=home]")).to_be_visible()
    await press(demo, "codes-1", "scan", "slip", "1")
    await expect(kiosk.locator("[data-screen=found]")).to_contain_text("A001")
    await press(demo, "codes-1", "scan", "strange")
    await expect(part(kiosk, "kiosk-code")).to_contain_text("这不是本大厅的码")
    await press(demo, "codes-1", "scan", "appointment")
    await expect(kiosk.get_by_text("C001").first).to_be_visible()
    assert "13450000" not in await demo.content(), "of a code the wire shows its first bytes only"


async def call_and_rate(hall: StagedHall, demo: Page) -> None:
    """The described pad calls; the EQ sign and the hall's sign show it; the keypad calls the appointment; a rating."""
    state = hall.daemon.context.state
    await press(demo, "pad-4", "key", "1", "next")
    await expect(part(demo, "demo-strip-sign-4-1")).to_contain_text("A001")
    await expect(part(demo, "demo-area-sign-hall-4")).to_contain_text("A001")
    await expect(part(demo, "demo-pad-pad-4-1")).to_have_attribute("data-acknowledged", "true")
    await press(demo, "keypad-5", "key", "enter")
    await expect(part(demo, "demo-strip-strips-5")).to_contain_text("C001")
    await press(demo, "pad-4", "key", "1", "start")
    await expect(part(demo, "demo-window-4")).to_contain_text("正在办理")
    await press(demo, "pad-4", "key", "1", "finish")
    await expect(part(demo, "demo-rating-ratings-132")).to_have_attribute("data-lamp", "asked")
    await press(demo, "ratings", "grade", "132", "4")
    await hall.until(lambda: not state.asked, "the rating")


async def fault_and_mend(demo: Page) -> None:
    """A fault says what it does, the hall says what is wrong, one key mends it all."""
    sign = part(demo, "demo-device-sign-hall")
    await part(demo, "demo-faults-sign-hall").locator("summary").click()
    await expect(sign).to_contain_text("拔掉后设备消失")
    await press(demo, "sign-hall", "refuse", "3")
    await press(demo, "sign-hall", "unplug")
    await expect(sign.locator(".seen")).to_contain_text("离线")
    await part(demo, "demo-mend-sign-hall").click()
    await expect(sign.locator(".seen")).to_contain_text("正常", timeout=20_000)
    await expect(part(demo, "demo-mend-sign-hall")).to_have_count(0)


async def test_every_family_on_the_plan(tmp_path: Path) -> None:
    async with staged_hall(tmp_path) as hall, chromium() as browser:
        await hall.devices_ready("printer-1", "printer-2", "reader-1", "codes-1", "keypad-5", "sign-hall")
        await sit_down(hall, "4", "2004")
        await sit_down(hall, "5", "2005")
        demo = await browser.open(url(hall, "demo"), 1366, 768)
        kiosk = await browser.open(url(hall, "kiosk", "kiosk-1"), 1080, 1920)
        await expect(demo.locator("[data-test^=demo-device-]")).to_have_count(len(hall.stage.emulators))
        assert await demo.evaluate("document.documentElement.scrollWidth") <= 1366
        await take_without_paper(hall, demo, kiosk)
        await hold_codes(demo, kiosk)
        await call_and_rate(hall, demo)
        await fault_and_mend(demo)
        assert browser.complaints == []


async def serving_desk(hall: StagedHall, browser: Chromium, window: str) -> Page:
    """The page of a window where somebody is being served."""
    admin = await hall.client(Role.ADMIN)
    kiosk = await hall.client(Role.KIOSK, "kiosk-1")
    page = await browser.open(url(hall, "window", window), 1366, 768)
    await hall.until(lambda: hall.daemon.context.state.window(window).state == "open", "the window open")
    await kiosk.change("ticket.take", service="general", paperless=True)
    for method in ("ticket.call", "ticket.start"):
        await admin.change(method, window=window)
    return page


async def scan(page: Page, pages: int, source: str = "") -> None:
    await part(page, "window-scan").click()
    if source:
        await page.get_by_role("button", name=source).click()
    await part(page, "scan-scan").click()
    await expect(part(page, "scan-thumb")).to_have_count(pages, timeout=30_000)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason=NO_FFMPEG)
async def test_h05_pages_of_the_camera_and_of_the_copier(tmp_path: Path) -> None:
    """What lies under the emulated camera is filmed and scanned; three sheets come out of the emulated feeder."""
    async with staged_hall(tmp_path) as hall, chromium() as browser:
        await hall.devices_ready("camera-2", "copier-3")
        demo = await browser.open(url(hall, "demo"), 1366, 768)
        desk = await serving_desk(hall, browser, "2")
        await press(demo, "camera-2", "lay", "FORM")
        await scan(desk, 1)
        await expect(part(demo, "demo-filming-camera-2")).to_have_attribute("data-filming", "true")
        await press(demo, "copier-3", "load", "3")
        await scan(await serving_desk(hall, browser, "3"), 3, "进纸器")
        await expect(part(demo, "demo-device-copier-3")).to_contain_text("进纸器里有 0 张")
        assert [text for text in browser.complaints if "503" not in text] == []
