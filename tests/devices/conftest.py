"""A device, and a keeper that is connected to it."""

from collections.abc import AsyncIterator

import pytest

from tests.devices.bench import Bench, make_keeper
from tests.devices.fakes import HandTime, LampDevice, Told, lamp_device


@pytest.fixture
async def device() -> AsyncIterator[LampDevice]:
    async with lamp_device() as lamp:
        yield lamp


@pytest.fixture
async def bench(device: LampDevice) -> AsyncIterator[Bench]:
    time, told = HandTime(), Told()
    bench = Bench(device, time, told, make_keeper(device.url, time, told))
    bench.keeper.start()
    yield bench
    await bench.keeper.stop()
