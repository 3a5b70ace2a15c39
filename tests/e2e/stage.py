"""The demo hall in this process: the shipped township on emulated devices, real bytes on every wire."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from hallctl import bootstrap, demo
from tests.harness import RunningHall


class StagedHall(RunningHall):
    """A running hall with its emulators."""

    stage: demo.Stage

    async def press(self, device: str, action: str, **params: str | int) -> None:
        await self.stage.emulators[device][2].press(action, **params)

    def view(self, device: str) -> dict[str, Any]:
        return self.stage.emulators[device][2].view()

    async def until(self, fact: Callable[[], Any], what: str) -> Any:
        """Wait for something that devices bring about; fails with `what` after 15 s."""
        for _ in range(1500):
            value = fact()
            if value:
                return value
            await asyncio.sleep(0.01)
        raise AssertionError(f"never: {what}; journal at {self.daemon.context.state.seq}")

    async def devices_ready(self, *names: str) -> None:
        state = self.daemon.context.state
        for name in names:
            await self.until(lambda n=name: state.devices.get(n) and state.devices[n].state == "ready", f"{name} ready")

    async def journal(self) -> list[str]:
        """Types of the events so far, without devices' states and furnishing."""
        from hallctl.store import journal

        database = self.daemon.context.hall.database
        records = await database.read(lambda c: list(journal.read(c)))
        left_out = {"device.reported", "account.set", "terminal.paired", "hall.started", "day.opened"}
        return [r.event.TYPE for r in records if r.event.TYPE not in left_out]


@asynccontextmanager
async def staged_hall(directory: Path) -> AsyncIterator[StagedHall]:
    """Serve the demo hall until the block ends."""
    registry = bootstrap.installed()
    config, _digest = bootstrap.checked(bootstrap.shipped(demo.CONFIG), registry)
    async with AsyncExitStack() as stack:
        config, stage = await demo.raise_stage(config, directory, registry, stack)
        daemon = await bootstrap.compose(config, directory, registry)
        await demo.furnish(daemon, stage)
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        work = bootstrap.serve(daemon, "test", methods=stage.methods(), on_ready=ready.set_result, port=0)
        serving = asyncio.create_task(work)
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        hall = StagedHall(daemon, ready.result())
        hall.stage = stage
        try:
            yield hall
        finally:
            await hall.clients.aclose()
            daemon.finish()
            await serving
