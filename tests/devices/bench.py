"""A keeper on the bench: a fake device at the other end of its wire, and a time that the test moves."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

from hallctl.devices.contract import DriverSpec
from hallctl.devices.links import Links
from hallctl.devices.session import Keeper, Surroundings
from tests.devices.fakes import LAMP, SCREEN, HandTime, LampDevice, LampOptions, Told, eventually


@dataclass
class Bench:
    """A keeper with a fake device at the other end of its wire."""

    device: LampDevice
    time: HandTime
    told: Told
    keeper: Keeper

    async def ready(self) -> None:
        await eventually(lambda: self.told.last("lamp") == "ready", "ready")

    def show(self, text: str = "A012", until: int | None = None) -> "asyncio.Task[Any]":
        until = self.time.ms + 30_000 if until is None else until
        screen = replace(SCREEN, text=text)
        return asyncio.create_task(self.keeper.run(lambda lamp: lamp.show_window(1, screen), until))


def make_keeper(url: str, time: HandTime, told: Told, spec: DriverSpec = LAMP, **more: Any) -> Keeper:
    around = Surroundings(Links(time.sleep), time, told.on_signal, told.on_state, time.sleep, lambda: 1.0, **more)
    return Keeper("lamp", spec, LampOptions.model_validate({}), url, around)
