"""A ticket's pages through a real driver and its bytes: the emulated network scanner, from the feeder to the file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from drivers.escl.emulator import EsclEmulator
from hallctl.api.role import Role
from hallctl.bootstrap import installed
from tests.engine.scanning import Counter
from tests.harness import running_hall, small_config
from tests.scanner import Scanner


@asynccontextmanager
async def window(directory: Path, device: EsclEmulator) -> AsyncIterator[Counter]:
    url = device.options["url"]
    section = f'[[devices]]\nname = "scanner-1"\ndriver = "escl"\nwindow = "1"\noptions = {{ url = "{url}" }}\n'
    async with running_hall(directory, small_config(section), None, installed()) as hall:
        desk = await hall.desk("1")
        at = Counter(hall, desk, await hall.terminal(Role.BOARD), Scanner())
        state = hall.daemon.context.state
        await at.until(lambda: "scanner-1" in state.devices and state.devices["scanner-1"].state == "ready", "ready")
        await at.serve()
        yield at


async def test_h05_sheets_of_a_network_scanner_become_the_tickets_file(tmp_path: Path) -> None:
    """H05: three sheets, one PDF; a jam is told in words and the pages before it are kept."""
    device = EsclEmulator(sheets=3)
    await device.start()
    try:
        async with window(tmp_path, device) as at, httpx.AsyncClient(trust_env=False) as http:
            listed = await at.scan(source="feeder", dpi=75)
            assert (len(listed["pages"]), listed["scan"]["state"]) == (3, "done")
            await device.press("load", sheets=3)
            await device.press("jam", after=1)
            listed = await at.scan(source="feeder", dpi=75)
            assert len(listed["pages"]) == 4
            assert listed["scan"]["fault"]["code"] == "scanner.jammed"
            await at.agreed()
            await at.desk.change("page.finish")
            [file] = (await at.desk.change("page.offer"))["files"]
            answer = await http.get(
                f"{at.hall.address}/api/v1/page/file", headers={"authorization": f"Offer {file['token']}"}
            )
            assert answer.content.startswith(b"%PDF-")
            assert answer.content.count(b"/MediaBox") == 4
    finally:
        await device.stop()
