"""A real Chromium for the tests, headless, on loopback only."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page, async_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass
class Chromium:
    """A browser that remembers what its pages complained of."""

    browser: Browser
    complaints: list[str] = field(default_factory=list)

    async def open(self, url: str, width: int, height: int) -> Page:
        """A page of its own session, as on a machine of its own."""
        context = await self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        await page.goto(url)
        return page


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """Start Debian's Chromium; fails with the line that installs it if it is not there."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing; install it with: sudo apt-get install chromium"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield Chromium(browser)
        finally:
            await browser.close()
