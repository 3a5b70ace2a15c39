"""H06 in a real browser: a slip held before an emulated reader shows its ticket; nothing types into the page."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from drivers.barcode.emulator import BarcodeEmulator
from hallctl.api.role import Role
from tests.e2e.browser import chromium
from tests.harness import running_hall, small_config

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


async def test_a_slip_finds_its_ticket_and_another_code_is_told_to_be_none(tmp_path: Path) -> None:
    emulator = BarcodeEmulator(kind="keyboard")
    link = await emulator.start()
    device = f'[[devices]]\nname = "codes"\ndriver = "barcode"\nlink = "{link}"\nkiosk = "kiosk-1"\n'
    try:
        async with running_hall(tmp_path, small_config(device)) as hall, chromium() as browser:
            token = await hall.terminal(Role.KIOSK, "kiosk-1")
            page = await browser.open(f"{hall.address}/kiosk/#token={token}&place=kiosk-1", 1080, 1920)
            await expect(page.locator("[data-screen=home]")).to_be_visible()
            guide = await hall.client(Role.GUIDE, token=await hall.clerk("guide", ("guide",)))
            taken = await guide.change("ticket.take", service="pooled")
            slip = hall.daemon.context.identity.slip_token(taken["ticket"]["id"])
            await emulator.press("scan", text=f"http://hall.example/ticket/#{slip}")
            await expect(page.locator("[data-screen=found]")).to_contain_text("A001")
            await emulator.press("scan", text="健康码 1000230045678901")
            await expect(page.locator("[data-test=kiosk-code]")).to_contain_text("这不是本大厅的码")
            assert "1000230045678901" not in await page.content()
            assert browser.complaints == []
    finally:
        await emulator.stop()
