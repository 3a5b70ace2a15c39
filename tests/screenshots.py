"""Takes the README's pictures: starts `hallctl demo`, lets some people in, and photographs every page at its real size.

Usage: ``make screenshots``. The pictures land in ``kiosk_ui/screenshots/``, which is not in the wheel.
"""

import asyncio
import base64
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Browser, Page, async_playwright

from hallctl.client import Client, Refused
from tests.e2e.test_supervisor_walk import admin_page

Json = dict[str, Any]

FOLDER: Final = Path(__file__).parent.parent / "kiosk_ui" / "screenshots"
SIZES: Final = {
    "kiosk": (1080, 1920),
    "window": (1366, 768),
    "board": (1920, 1080),
    "rating": (1280, 800),
    "ticket": (390, 844),
    "admin": (1366, 768),
    "demo": (1440, 900),
}
"""Pixels of each page's usual screen."""

SHARE: Final = {"kiosk": 0.4, "board": 0.5}
"""Large screens are kept smaller than they are, so that the pictures stay small."""

FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars", "--lang=zh-CN"]
VISITORS: Final = ("general", "general", "consult", "general", "household", "issue", "general", "general", "household")
READY_S: Final = 60
CAMERA: Final = "2"
"""The window with the document camera."""


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the demo: what it is, where it stands, its address with the token."""

    page: str
    place: str | None
    url: str

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.url).fragment)["token"][0]


@contextlib.contextmanager
def demo() -> Iterator[Json]:
    """A running demo: what it says once it is ready."""
    command: list[str | Path] = [Path(sys.executable).parent / "hallctl", "demo", "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"hallctl demo ended with {process.wait(READY_S)} before it was ready")
        yield json.loads(line)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def first(places: list[Place], page: str) -> Place | None:
    return next((place for place in places if place.page == page), None)


async def _try(hall: Client, method: str, **params: Any) -> Json | None:
    """A change that may be refused because the demo has got there by itself."""
    with contextlib.suppress(Refused):
        return await hall.change(method, **params)
    return None


async def let_people_in(address: str, kiosk: Place, places: list[Place]) -> None:
    """Numbers at the kiosk, calls at the windows: a hall on an ordinary morning."""
    ws = address.replace("http://", "ws://") + "/ws"
    async with Client(ws, role="kiosk", token=kiosk.token) as hall:
        for service in VISITORS:
            await _try(hall, "ticket.take", service=service, kiosk=str(kiosk.place), paperless=True)
    for window in [place for place in places if place.page == "window"]:
        async with Client(ws, role="window", token=window.token, place=window.place) as hall:
            for method in ("clerk.login", "window.open", "ticket.call", "ticket.start"):
                await _try(hall, method)


async def printer_ready(ws: str, demo_page: Place) -> None:
    """The demo takes visitors before its devices have all been found."""
    async with asyncio.timeout(READY_S), Client(ws, role="admin", token=demo_page.token) as hall:
        while True:
            rows = (await hall.ask("hall.snapshot"))["snapshot"]["devices"]
            if all(row["state"] == "ready" for row in rows if row["driver"] == "escpos"):
                return
            await asyncio.sleep(0.2)


async def print_slip(address: str, kiosk: Place, demo_page: Place) -> Place:
    """A number with paper: the slip's picture is kept, its QR leads to the ticket's page."""
    ws = address.replace("http://", "ws://") + "/ws"
    await printer_ready(ws, demo_page)
    async with Client(ws, role="kiosk", token=kiosk.token) as hall:
        receipt = await hall.change("ticket.take", service="general", kiosk=str(kiosk.place))
        async for event in hall.events():
            if event["type"] == "slip.confirmed" and event["data"]["ticket"] == receipt["ticket"]["id"]:
                break
    async with Client(ws, role="admin", token=demo_page.token) as hall:
        devices = (await hall.ask("demo.list"))["devices"]
    printer = next(row for row in devices if row["driver"] == "escpos" and row["place"] == kiosk.place)
    printed = printer["view"]["slips"][-1]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "slip.png").write_bytes(base64.b64decode(printed["png"]))
    return Place("ticket", None, f"{address}/ticket/#{printed['qr'][0]}")


async def finish(address: str, window: Place) -> None:
    """End the service at the window, so that its rating page asks."""
    ws = address.replace("http://", "ws://") + "/ws"
    async with Client(ws, role="window", token=window.token, place=window.place) as hall:
        for method in ("ticket.call", "ticket.start", "ticket.finish"):
            await _try(hall, method)


async def open_page(browser: Browser, place: Place) -> Page:
    """The page as its screen shows it, once it has drawn what the hall told."""
    width, height = SIZES[place.page]
    share = SHARE.get(place.page, 1.0)
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=share,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = await context.new_page()
    await page.goto(place.url)
    await page.wait_for_function("document.querySelector('#root')?.childElementCount > 0")
    await page.wait_for_timeout(1500)
    return page


async def shoot(page: Page, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    await page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"kiosk_ui/screenshots/{name}.png\n")


async def take_number(page: Page) -> None:
    """Tap the first service; the second picture of the kiosk is the number."""
    await page.locator(".tiles button").first.click()
    await page.wait_for_timeout(2500)


async def take_pictures(browser: Browser, address: str, places: list[Place]) -> None:
    for name in SIZES:
        place = first(places, name)
        if place is None:
            raise SystemExit(f"the demo has no page {name!r}")
        if name == "rating":
            window = next((each for each in places if each.page == "window" and each.place == place.place), None)
            if window is not None:
                await finish(address, window)
        page = await open_page(browser, place)
        await shoot(page, name)
        if name == "kiosk":
            await take_number(page)
            await shoot(page, "kiosk-done")
        if name == "admin":
            await page.evaluate("location.hash = '#/devices'")
            await page.wait_for_timeout(1500)
            await shoot(page, "devices")
        await page.context.close()
    await scan_papers(browser, next(place for place in places if (place.page, place.place) == ("window", CAMERA)))


async def scan_papers(browser: Browser, window: Place) -> None:
    """A paper under the document camera of a window where somebody is served, and its first page."""
    page = await open_page(browser, window)
    await page.keyboard.press("Shift+F4")
    await page.locator("[data-test=scan-live]").wait_for(timeout=READY_S * 1000)
    await page.locator("[data-test=scan-scan]").click()
    await page.locator("[data-test=scan-thumb]").first.wait_for(timeout=READY_S * 1000)
    await page.wait_for_timeout(1500)
    await shoot(page, "scan")
    await page.context.close()


async def supervise() -> None:
    """The admin page with a suggestion, on the hall of the supervisor's walk."""
    with tempfile.TemporaryDirectory() as directory:
        async with admin_page(Path(directory), 20) as (_hall, page, _browser):
            await page.locator("[data-test=admin-watch-confirm]").wait_for(timeout=READY_S * 1000)
            await shoot(page, "supervisor")


async def photograph(ready: Json, chromium: str) -> None:
    places = [Place(row["page"], row.get("place"), row["url"]) for row in ready["pages"]]
    address, kiosk, demo_page = ready["address"], first(places, "kiosk"), first(places, "demo")
    if kiosk is None or demo_page is None:
        raise SystemExit("the demo has no kiosk or no floor plan")
    await let_people_in(address, kiosk, places)
    places.append(await print_slip(address, kiosk, demo_page))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        await take_pictures(browser, address, places)
        await browser.close()


def main() -> None:
    chromium = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    if chromium is None:
        raise SystemExit("chromium is missing: sudo apt-get install --no-install-recommends chromium")
    with demo() as ready:
        asyncio.run(photograph(ready, chromium))
    asyncio.run(supervise())


if __name__ == "__main__":
    main()
