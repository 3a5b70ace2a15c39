"""What is plugged into this machine and pulled out of it, told as it happens.

The kernel tells of nodes through netlink (udev's telling where udevd runs: then links and permissions are done too).
Nothing is polled then. Where no netlink is to be had, and for links that are no nodes below ``/dev`` (emulated
devices), the nodes of the links are looked at once a second instead.
"""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from hallctl.devices.address import LOCAL, Address
from hallctl.devices.links import Sleep
from hallctl.devices.node import where

SUBSYSTEMS: Final = ("tty", "input", "usb", "video4linux", "usbmisc", "hidraw")

DEBOUNCE_S: Final = 0.3
"""One plug is a dozen of events: what comes is told together, so long after the first."""

LOOK_S: Final = 1.0
"""How often nodes are looked at of which nobody tells."""

UDEVD: Final = Path("/run/udev/control")
"""There while udevd runs."""

Nodes = frozenset[str] | None
"""Nodes, with udev's links to them where they have come; None: any may have changed."""

log = structlog.get_logger(__name__)


class Monitor(Protocol):
    """pyudev's."""

    def fileno(self) -> int: ...

    def poll(self, timeout: float) -> Any: ...


def open_monitor() -> Monitor:
    """The kernel's or udev's telling; OSError or ImportError (no libudev) where there is none."""
    import pyudev

    monitor = pyudev.Monitor.from_netlink(pyudev.Context(), source="udev" if UDEVD.exists() else "kernel")
    for subsystem in SUBSYSTEMS:
        monitor.filter_by(subsystem)
    monitor.start()
    opened: Monitor = monitor
    return opened


class Plug:
    """Watches. `on_come(nodes)` is called a moment after they have appeared, `on_gone(nodes)` at once."""

    def __init__(
        self,
        on_come: Callable[[Nodes], None],
        on_gone: Callable[[Nodes], None],
        sleep: Sleep,
        opening: Callable[[], Monitor] = open_monitor,
    ) -> None:
        self._on_come = on_come
        self._on_gone = on_gone
        self._sleep = sleep
        self._opening = opening
        self._monitor: Monitor | None = None
        self._tried = False
        self._came: set[str] | None = set()
        self._later: asyncio.Task[None] | None = None
        self._looked: tuple[Address, ...] = ()
        self._looking: asyncio.Task[None] | None = None

    @property
    def told(self) -> bool:
        """The kernel tells; nodes below /dev are not polled."""
        return self._monitor is not None

    def follow(self, addresses: Iterable[Address]) -> None:
        """From now on these are the links in use; nothing is opened and nothing runs for those of other machines."""
        local = [address for address in addresses if address.scheme in LOCAL]
        if local and not self._tried:
            self._tried = True
            self._listen()
        self._looked = tuple(address for address in local if not (self.told and _is_device(address)))
        if self._looked and self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="plug look")
        if not self._looked:
            self._stop_looking()

    async def stop(self) -> None:
        """Leave nothing behind."""
        if self._monitor is not None:
            asyncio.get_running_loop().remove_reader(self._monitor.fileno())
            self._monitor = None
        tasks = {task for task in (self._later, self._looking) if task is not None}
        for task in tasks:
            task.cancel()
        self._later = self._looking = None
        if tasks:
            await asyncio.wait(tasks)

    # ------------------------------------------------------------ told

    def _listen(self) -> None:
        try:
            self._monitor = self._opening()
        except (OSError, ImportError) as error:
            log.warning("plug.not_told", detail=str(error))
            return
        asyncio.get_running_loop().add_reader(self._monitor.fileno(), self._readable)
        self._come(None)

    def _readable(self) -> None:
        while self._monitor is not None:
            try:
                device = self._monitor.poll(timeout=0)
            except OSError:  # ENOBUFS: more than the socket holds, some of it is lost
                self._on_gone(None)
                self._come(None)
                return
            if device is None:
                return
            self._take(str(device.action), device.device_node, frozenset(device.device_links))

    def _take(self, action: str, node: str | None, links: frozenset[str]) -> None:
        """A link is not gone with its node: another device may have it then."""
        if node is None or action == "unbind":
            return
        if action == "remove":
            if self._came is not None:
                self._came -= {node, *links}
            self._on_gone(frozenset((node,)))
        else:
            self._come(links | {node})

    def _come(self, nodes: Nodes) -> None:
        self._came = None if nodes is None or self._came is None else self._came | nodes
        if self._later is None:
            self._later = asyncio.create_task(self._tell_later(), name="plug come")

    async def _tell_later(self) -> None:
        await self._sleep(DEBOUNCE_S)
        self._later = None
        came, self._came = self._came, set()
        if came is None or came:
            self._on_come(None if came is None else frozenset(came))

    # ------------------------------------------------------------ looked at

    async def _look(self) -> None:
        """Once a second; what was there at the first look has not come."""
        there = self._nodes()
        while True:
            await self._sleep(LOOK_S)
            before, there = there, self._nodes()
            if before - there:
                self._on_gone(frozenset(before - there))
            if there - before:
                self._on_come(frozenset(there - before))

    def _nodes(self) -> set[str]:
        return {node for node in map(where, self._looked) if node is not None}

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None


def _is_device(address: Address) -> bool:
    """The kernel tells of it when it comes."""
    return bool(address.usb) or address.place.startswith("/dev/")
