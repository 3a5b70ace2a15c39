"""H05: a clerk scans, arranges, finishes and fetches through the real page, by hand and by keyboard."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.async_api import Page, expect

from hallctl.domain.commands import TakeTicket
from tests.e2e.browser import Chromium, chromium
from tests.engine.scanning import Counter, counter
from tests.scanner import Scanner, sheet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def photo() -> bytes:
    """What a document camera sees: a sheet on a dark mat."""
    picture = Image.new("RGB", (1280, 960), (52, 58, 64))
    paper = Image.new("RGB", (560, 790), "white")
    pen = ImageDraw.Draw(paper)
    pen.text((60, 50), "SAMPLE 999999", fill="black", font=ImageFont.load_default(40))
    for line in range(140, 720, 38):
        pen.line((60, line, 500, line), fill=(90, 90, 90), width=4)
    picture.paste(paper.rotate(5, expand=True, fillcolor=(52, 58, 64)), (330, 60))
    made = BytesIO()
    picture.save(made, "JPEG", quality=85)
    return made.getvalue()


async def desk_page(at: Counter, browser: Chromium) -> Page:
    """The clerk's page at window 1, whose ticket is being served."""
    url = f"{at.hall.address}/window/?window=1#token={at.token}&place=1"
    page = await browser.open(url, 1366, 768)
    await expect(page.locator("[data-test=window-scan]")).to_be_visible()
    return page


async def order(page: Page) -> list[str]:
    return [str(await each.get_attribute("data-page")) for each in await page.locator("[data-test=scan-thumb]").all()]


async def capture(at: Counter, page: Page, *texts: str) -> None:
    """Lay sheets down and press the large button; their pages appear."""
    at.scanner.load(*texts)
    before = await page.locator("[data-test=scan-thumb]").count()
    await page.locator("[data-test=scan-scan]").click()
    await expect(page.locator("[data-test=scan-thumb]")).to_have_count(before + len(texts))


async def test_h05_from_capture_to_the_file(tmp_path: Path) -> None:
    async with counter(tmp_path, Scanner(frame=photo())) as at, chromium() as browser:
        await at.serve()
        page = await desk_page(at, browser)
        await page.locator("[data-test=window-scan]").click()
        live = page.locator("[data-test=scan-live]")
        await expect(live).to_have_attribute("width", "1280")
        await capture(at, page, "one", "two")
        await capture(at, page, "three")
        first, second, third = await order(page)
        await page.locator("[data-test=scan-thumb] .scan-pick").nth(2).click()
        await expect(page.locator("[data-test=scan-large]")).to_be_visible()
        await page.keyboard.press("ArrowLeft")
        await expect(page.locator("[data-test=scan-thumb]").nth(1)).to_have_attribute("data-page", third)
        await page.keyboard.press("Delete")
        await expect(page.locator("[data-test=scan-thumb]")).to_have_count(2)
        await page.locator("[data-test=scan-restore]").click()
        await expect(page.locator("[data-test=scan-thumb]").nth(1)).to_have_attribute("data-page", third)
        assert await order(page) == [first, third, second]
        await page.keyboard.press("Escape")
        await page.keyboard.press("Shift+F4")
        await expect(page.locator("[data-test=scan-thumb]")).to_have_count(3)
        await page.keyboard.press("2")
        await expect(page.locator("[data-test=scan-told]")).to_contain_text("已完成")
        async with page.expect_download() as downloading:
            await page.keyboard.press("3")
        download = await downloading.value
        assert download.suggested_filename == "A001.pdf"
        content = (await download.path()).read_bytes()
        places = [content.index(sheet(text)) for text in ("one", "three", "two")]
        assert places == sorted(places)
        assert browser.complaints == []


async def test_a_feeder_is_stopped_and_faults_are_told_in_words(tmp_path: Path) -> None:
    """Without a camera there is flatbed and feeder; the page says what is wrong, and the ticket's end closes it."""
    async with counter(tmp_path, Scanner(preview_fault="scanner.no_preview")) as at, chromium() as browser:
        await at.serve()
        page = await desk_page(at, browser)
        await page.keyboard.press("Shift+F4")
        await page.get_by_role("button", name="进纸器").click()
        at.scanner.feed.clear()
        at.scanner.load("one", "two")
        await page.keyboard.press("1")
        await expect(page.locator("[data-test=scan-stop]")).to_be_visible()
        await page.locator("[data-test=scan-stop]").click()
        await expect(page.locator("[data-test=scan-scan]")).to_be_visible()
        at.scanner.feed.set()
        at.scanner.sheets[:] = [b"nothing"]
        await page.keyboard.press("1")
        await expect(page.locator("[data-test=scan-told]")).to_contain_text("重新扫描")
        assert [each.source for each in at.scanner.settings] == ["feeder", "feeder"]
        await at.hall.execute(TakeTicket("pooled"))
        await at.desk.change("ticket.finish")
        await expect(page.locator("[data-test=window-dialog]")).to_be_hidden()
        assert [text for text in browser.complaints if "503" not in text] == []
