"""O09, H01, H07: a technician's walk through the devices tab of the admin page, on a real daemon and a config file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from drivers.escpos.emulated_paper import text_of
from hallctl.api.role import Role
from hallctl.config import parse
from hallctl.devices.machine import Machine
from hallctl.devices.registry import Registry
from hallctl.devices.survey import Survey, Surveys
from tests.api.filed import COMMENT, Place, place
from tests.api.test_devices import of
from tests.e2e.browser import Chromium, chromium
from tests.e2e.printer import Printer, printer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@asynccontextmanager
async def technician(tmp_path: Path, more: str = "", port: int = 9100) -> AsyncIterator[tuple[Place, Page, Chromium]]:
    """The hall, whose machine has nothing plugged in, and the devices tab of an administrator. In the network printers
    are looked for at `port`."""
    async with place(tmp_path, more) as at, chromium() as browser:
        equipment = at.hall.daemon.context.equipment
        own = equipment.registry.driver("escpos")
        asked = replace(own, probes=(replace(own.probes[0], port=port),))
        machine, only = Machine(tmp_path / "nothing"), Registry([("escpos", lambda: asked)])
        equipment.surveys = Surveys(lambda net: Survey(only, equipment.manager.sections, net, machine=machine))
        token = await at.hall.terminal(Role.ADMIN)
        page = await browser.open(f"{at.hall.address}/admin/#token={token}&role=admin", 1366, 768)
        await see(page, "tab-devices").click()
        yield at, page, browser


def see(page: Page | Locator, test: str) -> Locator:
    return page.locator(f"[data-test=admin-{test}]")


async def option(page: Page, name: str, value: str) -> None:
    """Type into one of the options, unfolding them where needed."""
    field = see(page, f"field-{name}").locator("input, textarea")
    if not await field.is_visible():
        await see(page, "device-more").locator("summary").click()
    await field.fill(value)


def block(paper: Printer, name: str) -> str:
    return f'\n# 西门的打印机\n[[devices]]\nname = "{name}"\ndriver = "escpos"\nlink = "{paper.link}" # 9100\n'


async def add_by_hand(page: Page, paper: Printer) -> None:
    """Through the wizard; mistakes are told beside their fields first, all of them at once."""
    await see(page, "devices-add").click()
    await see(page, "scan").click()
    await expect(see(page, "scan-done")).to_contain_text("没有找到")
    await see(page, "family-escpos").click()
    form = see(page, "device-form")
    await expect(form.locator("[name=name]")).to_have_value("printer-1")
    await form.locator("[name=name]").fill("Printer 1")
    await option(page, "width", "999")
    await see(page, "device-add").click()
    wrong = see(page, "field-error")
    await expect(wrong).to_have_count(3)
    assert {await each.get_attribute("data-key") for each in await wrong.all()} == {"name", "options.width", "link"}
    await expect(see(page, "field-width")).to_contain_text("24 到 64")
    host, _, port = paper.link.removeprefix("tcp://").rpartition(":")
    await form.locator("[name=name]").fill("printer-1")
    await form.locator("[name=host]").fill(host)
    await form.locator("[name=port]").fill(port)
    await option(page, "width", "42")
    await option(page, "poll_s", "0.5")
    await see(page, "device-add").click()


async def test_o09_a_printer_is_added_tested_changed_pulled_and_removed(tmp_path: Path) -> None:
    """O09: without a restart, the other printer's session stays, the file keeps its comments."""
    async with (
        printer() as paper,
        printer() as other,
        technician(tmp_path, block(other, "west")) as (at, page, browser),
    ):
        await expect(see(page, "device-west")).to_have_attribute("data-state", "ready")
        await add_by_hand(page, paper)
        await expect(see(page, "device-title")).to_have_attribute("data-state", "ready")
        await expect(see(page, "test-told")).to_contain_text("打印机已确认小票")
        [slip] = paper.emulator.paper.slips
        assert "测试 TEST" in "\n".join(text_of(slip))
        await see(page, "test-yes").click()
        await expect(see(page, "test-verdict")).to_contain_text("通过")

        await see(page, "device-part-edit").click()
        await option(page, "poll_s", "0.6")
        await see(page, "device-save").click()
        await expect(see(page, "device-facts")).to_contain_text(paper.link)
        await at.becomes("printer-1", "ready")
        added = next(device for device in parse(at.text).devices if device.name == "printer-1")
        assert added.options == {"width": 42, "poll_s": 0.6}
        assert (await at.state("west"))["counts"] == {"attempts": 1, "opened": 1, "lost": 0, "failed": 0}

        await see(page, "device-part-trace").click()
        await expect(see(page, "trace-row").first).to_contain_text("10 04")
        await paper.emulator.press("unplug")
        await expect(see(page, "device-title")).to_have_attribute("data-state", "offline")
        await see(page, "device-back").click()
        row = see(page, "device-printer-1")
        await expect(row).to_contain_text("请检查")
        await see(page, "devices-only").check()
        await expect(see(page, "devices").locator("tbody tr")).to_have_count(1)
        await paper.emulator.press("plug")
        await see(row, "device-retry").click()
        await expect(row).to_have_count(0)
        await see(page, "devices-only").uncheck()
        await expect(row).to_have_attribute("data-state", "ready")

        await remove_and_put_back(at, page)
        assert browser.complaints == []


async def remove_and_put_back(at: Place, page: Page) -> None:
    """A removed device comes back as it was with one click; at the end only the other one is in the file."""
    for last in (False, True):
        await see(see(page, "device-printer-1"), "device-open").click()
        await see(page, "device-part-edit").click()
        await see(page, "device-remove").click()
        await see(page, "confirm").click()
        await expect(see(page, "device-removed")).to_contain_text("printer-1")
        await expect(see(page, "device-printer-1")).to_have_count(0)
        assert [device.name for device in parse(at.text).devices] == ["west"]
        if not last:
            await see(page, "device-put-back").click()
            await expect(see(page, "device-printer-1")).to_have_attribute("data-state", "ready")
            assert parse(at.text).devices[1].options == {"width": 42, "poll_s": 0.6}
    for comment in (COMMENT, "# 西门的打印机\n", " # 9100\n"):
        assert comment in at.text


async def test_o09_a_found_printer_is_added_by_keyboard_and_known_afterwards(tmp_path: Path) -> None:
    """The network is looked at only when somebody says which; nothing is printed by it."""
    async with printer() as paper:
        port = int(paper.link.rpartition(":")[2])
        async with technician(tmp_path, port=port) as (at, page, browser):
            await see(page, "devices-add").click()
            await see(page, "scan-network").fill("10.0.0.0/8")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("alert")).to_contain_text("最多 1024 个地址")
            await see(page, "scan-network").fill("127.0.0.1")
            await page.keyboard.press("Enter")
            await expect(see(page, "scan-found")).to_contain_text("确定")
            assert paper.emulator.paper.slips == []
            await see(page, "scan-add").press("Enter")
            await expect(page.locator("[name=port]")).to_have_value(str(port))
            await page.locator("[name=kiosk]").select_option("kiosk-1")
            await page.locator("[name=name]").press("Enter")
            await expect(see(page, "test-told")).to_contain_text("打印机已确认小票")
            [device] = parse(at.text).devices
            assert (device.name, device.link, device.kiosk) == ("printer-1", paper.link, "kiosk-1")
            await page.goto(f"{at.hall.address}/admin/#/devices?view=add")
            await see(page, "scan-network").fill("127.0.0.1")
            await see(page, "scan-network-begin").click()
            await expect(see(page, "scan-found")).to_contain_text("已在配置中")
            await expect(see(page, "scan-add")).to_have_count(0)
            assert browser.complaints == []


async def test_o09_nothing_is_lost_and_refusals_say_what_to_type(tmp_path: Path) -> None:
    """O09: another administrator's change is not overwritten; a file that cannot be written is told with the line."""
    async with printer() as paper, technician(tmp_path, block(paper, "west")) as (at, page, browser):
        await see(see(page, "device-west"), "device-open").click()
        await see(page, "device-part-edit").click()
        await option(page, "poll_s", "0.7")
        theirs = of(paper, "west", None) | {"options": {"width": 32}}
        await at.admin.change("device.change", device="west", section=theirs)
        await expect(see(page, "device-conflict")).to_contain_text("管理终端")
        await see(page, "device-save").click()
        await expect(see(page, "device-overwrite")).to_be_visible()
        assert parse(at.text).devices[0].options == {"width": 32}
        await see(page, "device-renew").click()
        await expect(see(page, "device-conflict")).to_have_count(0)
        await expect(see(page, "field-width").locator("input")).to_have_value("32")

        (tmp_path / "hall.toml.new").mkdir()
        await option(page, "width", "48")
        await see(page, "device-save").click()
        await expect(see(page, "device-refused")).to_contain_text("chgrp hallctl")
        assert parse(at.text).devices[0].options == {"width": 32}
        (tmp_path / "hall.toml.new").rmdir()
        await see(page, "device-save").click()
        await expect(see(page, "device-facts")).to_be_visible()
        assert parse(at.text).devices[0].options == {"width": 48}
        assert browser.complaints == []


async def test_h07_an_auditor_reads_list_and_month_report_and_changes_nothing(tmp_path: Path) -> None:
    async with printer() as paper, technician(tmp_path, block(paper, "west")) as (at, page, browser):
        await paper.emulator.press("paper_out")
        await expect(see(page, "device-west")).to_have_attribute("data-state", "degraded")
        token = await at.hall.clerk("audit", (str(Role.AUDITOR),))
        other = await browser.open(f"{at.hall.address}/admin/#token={token}&role=auditor", 1366, 768)
        await see(other, "tab-devices").click()
        await expect(see(other, "device-west")).to_contain_text("缺纸")
        for test in ("devices-add", "device-retry", "device-open"):
            await expect(see(other, test)).to_have_count(0)
        await see(other, "devices-report").click()
        await expect(see(other, "month-west")).to_contain_text("缺纸")
        async with other.expect_download() as downloading:
            await see(other, "month-csv").click()
        content = await asyncio.to_thread((await (await downloading.value).path()).read_bytes)
        assert content.startswith("\ufeff设备,类型,".encode())
        assert "west,小票打印机," in content.decode()
        assert browser.complaints == []
