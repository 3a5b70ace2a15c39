"""The county hall of a soak: its config with emulated devices, its data directory, and who may come in."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hallctl.api.role import Role
from hallctl.bench.premises import county_config
from hallctl.clock import Clock
from hallctl.config import HallConfig, parse
from tests.harness import running_hall

PASSWORD: Final = "soak-county-1"

BUSES: Final = (("pads", "callpad", 1), ("ratings", "ratingpad", 129), ("strips", "ledstrip", 1))
"""name, driver, address of a zone's first window; the three share the zone's serial server."""


@dataclass(frozen=True)
class Size:
    """How much of the county hall takes part: windows of each zone (0: all), kiosks, boards, tickets of a day."""

    windows: int = 0
    zones: int = 8
    kiosks: int = 8
    boards: int = 116
    guides: int = 4
    tickets: int = 3_000


COUNTY: Final = Size()
SMALL: Final = Size(windows=2, zones=3, kiosks=2, boards=5, guides=1, tickets=3_000)


@dataclass
class Place:
    """A hall that can be started: config file, data directory, tokens by ``role place``."""

    config: Path
    data: Path
    hall: HallConfig
    size: Size
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def windows(self) -> list[str]:
        """The windows that take part."""
        return taking_part(self.hall, self.size)

    @property
    def kiosks(self) -> list[str]:
        """The kiosks that take part."""
        return [kiosk.id for kiosk in self.hall.kiosks[: self.size.kiosks]]


def taking_part(hall: HallConfig, size: Size) -> list[str]:
    """Ids of the windows that are used."""
    zones = [zone.id for zone in hall.zones[: size.zones]]
    found = []
    for zone in zones:
        there = [window.id for window in hall.windows if window.zone == zone]
        found += there[: size.windows or len(there)]
    return found


def devices_of(hall: HallConfig, size: Size) -> dict[str, Any]:
    """What is to be emulated: ``printers`` (kiosks), ``buses`` (zone → window ids in the order of their addresses)."""
    windows = taking_part(hall, size)
    buses = {zone.id: [w.id for w in hall.windows if w.zone == zone.id and w.id in windows] for zone in hall.zones}
    kiosks = [kiosk.id for kiosk in hall.kiosks[: size.kiosks]]
    return {"printers": kiosks, "buses": {zone: ids for zone, ids in buses.items() if ids}}


def config_text(port: int, links: dict[str, str], hall: HallConfig, size: Size, rules: str = "") -> str:
    """The shipped county hall on a port of loopback, with devices at `links` (kiosk or zone → URL); `rules` are
    sections that differ."""
    text = county_config().replace("\nport = 0\n", f'\nhost = "127.0.0.1"\nport = {port}\n')
    text = re.sub(r"(?m)^id = \"county\"$", f'id = "county"\n{rules}', text, count=1)
    wanted = devices_of(hall, size)
    for kiosk in wanted["printers"]:
        text += f'\n[[devices]]\nname = "{printer_of(kiosk)}"\ndriver = "escpos"\nlink = "{links[kiosk]}"\n'
        text += f'kiosk = "{kiosk}"\n[devices.options]\npoll_s = 1.0\nproof_s = 3.0\n'
    for zone, windows in wanted["buses"].items():
        for name, driver, first in BUSES:
            units = ", ".join(f'{first + number} = "{window}"' for number, window in enumerate(windows))
            text += f'\n[[devices]]\nname = "{name}-{zone}"\ndriver = "{driver}"\nlink = "{links[zone]}"\n'
            text += f"units = {{ {units} }}\n"
    return text


def printer_of(kiosk: str) -> str:
    """The name of a kiosk's printer, as in the shipped config."""
    return kiosk.replace("kiosk", "printer")


def bare_hall() -> HallConfig:
    """The shipped county hall without devices."""
    return parse(county_config())


async def furnish(folder: Path, size: Size, clock: Clock, rules: str = "") -> Place:
    """Fill a data directory: terminals, and an account for each clerk and guide. The day of `clock` is opened."""
    bare = bare_hall()
    text = re.sub(r"(?m)^id = \"county\"$", f'id = "county"\n{rules}', county_config(), count=1)
    place = Place(folder / "hall.toml", folder / "data", bare, size)
    async with running_hall(place.data, parse(text), clock) as hall:
        for kiosk in place.kiosks:
            place.tokens[f"kiosk {kiosk}"] = await hall.terminal(Role.KIOSK, kiosk)
        for window in place.windows:
            place.tokens[f"rating {window}"] = await hall.terminal(Role.RATING, window)
            await hall.clerk(account_of(window), ("window",), PASSWORD)
        for number in range(size.guides):
            await hall.clerk(f"guide-{number + 1}", ("guide",), PASSWORD)
        place.tokens["board"] = await hall.terminal(Role.BOARD)
    return place


def account_of(window: str) -> str:
    """The clerk of a window."""
    return f"{1000 + int(window)}"
