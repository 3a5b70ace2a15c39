"""The halls that are measured: their config, and a data directory with clerks at open windows and people who wait.

The directory is filled by the hall itself, through its one door, before anything is measured.
"""

import asyncio
import contextlib
import itertools
import re
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hallctl.bench.child import BenchError
from hallctl.errors import Refusal

CLERK: Final = "1000"
AT_ONCE: Final = 500
"""Commands under way at once while the directory is filled."""

SERVICES: Final = 10


def hall_config(windows: int, kiosks: int = 4, services: int = SERVICES) -> str:
    """The bench's hall: so many windows, services with as many windows each (no more than windows), no devices."""
    services = min(services, windows)
    lines = ['[hall]\nid = "bench"\nname = "测量大厅"\n[server]\nport = 0\n[[zones]]\nid = "main"\nname = "综合区"\n']
    for number in range(services):
        lines.append(
            f'[[services]]\nid = "s{number}"\nname = "业务{number}"\nprefix = "{_prefix(number)}"\nzone = "main"\n'
        )
    for number in range(windows):
        lines.append(f'[[windows]]\nid = "{number + 1}"\nzone = "main"\nservices = ["s{number % services}"]\n')
    lines += [f'[[kiosks]]\nid = "kiosk-{number + 1}"\n' for number in range(kiosks)]
    return "".join(lines)


def _prefix(number: int) -> str:
    return "ABCDEFGHJKLMNP"[number]


def county_config() -> str:
    """The shipped county hall on loopback, without its devices and its hours: it is measured at any time."""
    from hallctl.bootstrap import shipped

    text = shipped("county.toml").read_text(encoding="utf-8").partition("[[devices]]")[0]
    text = re.sub(r"(?ms)^\[hours(\.[\w-]+)*\]$.*?(?=^\[|^# -----)", "", text)
    return re.sub(r"(?m)^\[server\][^\[]*", "[server]\nport = 0\n\n", text)


@dataclass
class Premises:
    """A filled data directory with its config, and the tokens of those who may come in."""

    config: Path
    data: Path
    windows: list[str]
    services: list[str]
    kiosks: list[str]
    waiting: int = 0
    """People in the queues."""
    tokens: dict[str, str] = field(default_factory=dict)
    """``board``, ``clerk`` (a session), and ``device 7``, ``rating 7``, ``kiosk kiosk-1`` by place."""
    wanted: list[str] = field(default_factory=list)
    """For each window a service that it calls: who comes, comes for these in turn."""


def prepare(directory: Path, config: str, waiting: int) -> Premises:
    """Write the config and fill the data directory: every window is open, `waiting` people wait, as many for each."""
    return asyncio.run(_prepare(directory, config, waiting))


async def _prepare(directory: Path, config: str, waiting: int) -> Premises:
    from hallctl import bootstrap
    from hallctl.config import digest_of, parse

    parsed = parse(config)
    path = directory / "hall.toml"
    path.write_text(config, encoding="utf-8")
    premises = Premises(
        path,
        directory / "data",
        [window.id for window in parsed.windows],
        [service.id for service in parsed.services],
        [kiosk.id for kiosk in parsed.kiosks],
        waiting,
        wanted=[window.services[0] for window in parsed.windows],
    )
    daemon = await bootstrap.compose(parsed, premises.data, bootstrap.installed())
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(daemon.stop)
        await daemon.start(digest_of(config))
        await _furnish(daemon, premises)
        await _fill(daemon, premises, waiting)
    return premises


async def _furnish(daemon: Any, premises: Premises) -> None:
    """Terminals for all places, one clerk at all windows, every window open."""
    from hallctl.api.auth import new_token, token_digest
    from hallctl.domain import commands as c

    hall, auth = daemon.context.hall, daemon.context.auth
    places: list[tuple[str, str | None]] = [("board", None), ("admin", None)]
    places += [(role, window) for window in premises.windows for role in ("device", "rating")]
    places += [("kiosk", kiosk) for kiosk in premises.kiosks]
    pairing = []
    for role, place in places:
        token = premises.tokens[f"{role} {place}" if place else role] = new_token()
        pairing.append(c.PairTerminal(f"{role}-{place or 'hall'}", role, place, token_digest(token)))
    await _done(hall.execute(command, "bench") for command in pairing)
    await _done([hall.execute(c.SetAccount(CLERK, "测量", ("window",), "-"), "bench")])
    await asyncio.sleep(0)  # the last publication, after which the account is known
    premises.tokens["clerk"], _until = auth.session(daemon.context.state.accounts[CLERK])
    await _done(hall.execute(c.LoginClerk(window, CLERK), "bench") for window in premises.windows)
    await _done(hall.execute(c.OpenWindow(window), "bench") for window in premises.windows)


async def _fill(daemon: Any, premises: Premises, waiting: int) -> None:
    from hallctl.domain import commands as c

    services = itertools.islice(itertools.cycle(premises.wanted), waiting)
    taking = (c.TakeTicket(service, paperless=True, reason="导办", override=True) for service in services)
    while some := list(itertools.islice(taking, AT_ONCE)):
        await _done(daemon.context.hall.execute(command, "bench") for command in some)


async def _done(executing: Iterable[Awaitable[Any]]) -> None:
    for answer in await asyncio.gather(*executing):
        if isinstance(answer, Refusal):
            raise BenchError(f"the bench's hall refused: {answer.code} {answer.params}")
