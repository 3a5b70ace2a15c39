"""The part of a survey that looks at the network: open ports of given addresses, scanners that announce themselves, and
scanners that SANE knows. Nothing leaves the network of the hall, and nothing is looked at unless asked for."""

import asyncio
import contextlib
import ipaddress
import os
import re
import signal
from dataclasses import dataclass
from typing import Any, Final

from hallctl.errors import ConfigError, Problem

MOST_ADDRESSES: Final = 1_024
CONNECT_S: Final = 0.5
"""A machine of the same network answers within this."""

AT_ONCE: Final = 64
LISTEN_S: Final = 3.0
"""Scanners announce themselves within this of being asked."""

SANE_S: Final = 20.0
"""`scanimage -L` asks every USB device and the network; one backend that hangs must not hold the survey."""

SERVICES: Final = ("_uscan._tcp.local.", "_uscans._tcp.local.")
_LISTED: Final = re.compile(r"^device [`']([^']+)' is an? (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Announced:
    """An eSCL scanner that has told its address: `path` is the root of its service (``eSCL``)."""

    title: str
    host: str
    port: int
    path: str
    secure: bool


def addresses(network: str) -> list[str]:
    """The machines of ``192.168.1.0/24`` or one address; ConfigError for anything else, for more than MOST_ADDRESSES,
    and for what is no address of a local network."""
    try:
        given = ipaddress.ip_network(network.strip(), strict=False)
    except ValueError:
        raise _bad("例如 192.168.1.0/24 或 192.168.1.20", "such as 192.168.1.0/24 or 192.168.1.20") from None
    if given.num_addresses > MOST_ADDRESSES:
        raise _bad(f"最多 {MOST_ADDRESSES} 个地址，例如 /24", f"{MOST_ADDRESSES} addresses at most, such as /24")
    return [str(host) for host in given.hosts()]


def _bad(zh: str, en: str) -> ConfigError:
    row = Problem("network", f"网段不对，{zh}。", f"Not a network: {en}.")
    return ConfigError("config.invalid", problems=(row,), count=1)


async def open_ports(hosts: list[str], ports: list[int]) -> list[tuple[str, int]]:
    """Those that take a connection, in order; each connection is closed at once."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def look(host: str, port: int) -> bool:
        async with turn:
            try:
                async with asyncio.timeout(CONNECT_S):
                    _reader, writer = await asyncio.open_connection(host, port)
            except (OSError, TimeoutError):
                return False
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return True

    places = [(host, port) for host in hosts for port in ports]
    answers = await asyncio.gather(*(look(host, port) for host, port in places))
    return [place for place, answered in zip(places, answers, strict=True) if answered]


async def announced(seconds: float = LISTEN_S, interfaces: list[str] | None = None) -> list[Announced]:
    """The eSCL scanners that announce themselves within so long; none where multicast is not to be had. `interfaces`
    are own addresses to ask on; default: all."""
    from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange  # rare: not at every start
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

    names: set[tuple[str, str]] = set()

    def changed(**told: Any) -> None:
        if told["state_change"] is ServiceStateChange.Added:
            names.add((told["service_type"], told["name"]))

    try:
        zeroconf = AsyncZeroconf(interfaces=interfaces or InterfaceChoice.All, ip_version=IPVersion.V4Only)
    except OSError:
        return []
    try:
        browser = AsyncServiceBrowser(zeroconf.zeroconf, list(SERVICES), handlers=[changed])
        await asyncio.sleep(seconds)
        await browser.async_cancel()
        found = []
        for service_type, name in sorted(names):
            info = AsyncServiceInfo(service_type, name)
            if await info.async_request(zeroconf.zeroconf, 1000) and info.port:
                hosts = info.parsed_addresses(IPVersion.V4Only)
                said = {key.decode(): (value or b"").decode(errors="replace") for key, value in info.properties.items()}
                title = said.get("ty") or name.partition(".")[0]
                path = said.get("rs", "eSCL").strip("/")
                found += [Announced(title, host, info.port, path, "_uscans" in service_type) for host in hosts[:1]]
        return found
    finally:
        await zeroconf.async_close()


async def sane_devices(program: str, seconds: float = SANE_S) -> list[tuple[str, str]]:
    """(device, what it is) as ``scanimage -L`` lists them; none when it does not end in time."""
    process = await asyncio.create_subprocess_exec(
        program,
        "-L",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            told, _ = await process.communicate()
    except TimeoutError:
        return []
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return _LISTED.findall(told.decode(errors="replace"))
