"""emupos, started once for all tests with it; each finds it without faults."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.third_party.emupos import Emupos, Places, running
from tests.third_party.emupos_venv import LINE, ready


@pytest.fixture(scope="session")
def emupos_places() -> Iterator[Places]:
    if not ready():
        pytest.skip(f"emupos is not there; type: {LINE}")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as places:
        yield places


@pytest.fixture
async def emupos(emupos_places: Places) -> AsyncIterator[Emupos]:
    async with httpx.AsyncClient(base_url=f"http://{emupos_places.api}/api/v1", timeout=20) as client:
        emupos = Emupos(emupos_places, client)
        await emupos.well()
        yield emupos
