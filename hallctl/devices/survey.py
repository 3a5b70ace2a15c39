"""Finding devices: what is plugged in, who answers on serial ports, who is in the network. Offline and harmless.

Asked are only the safe questions that drivers declare (`DriverSpec.probes`): nothing is printed, shown or spoken. A
port that the hall uses, or another program, is left alone and said so.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Final
from urllib.parse import quote

import structlog

from hallctl.devices import lan
from hallctl.devices.address import parse
from hallctl.devices.contract import DeviceFault, DriverSpec, Probe
from hallctl.devices.found import Found, Skipped, Words, section_of
from hallctl.devices.links import Links
from hallctl.devices.machine import Machine
from hallctl.devices.node import where
from hallctl.devices.plugged import Plugged, plugged
from hallctl.devices.registry import Registry
from hallctl.errors import ConfigError, sentence
from hallctl.sections.device import DeviceSection

PROBE_S: Final = 2.5
"""A question that is not answered within this is not answered."""

SANE: Final = "sane"
ESCL: Final = "escl"
KEPT: Final = 4
"""Surveys whose results can still be asked for."""

PRINTER: Final = "07"
SMART_CARD: Final = "0b"

_NOBODY: Final = ("没有设备应答；请核对接线和供电后再扫描", "nobody answers; check wiring and power, then scan again")
_TELLS: Final = ("USB 编号相符", "its USB id fits")

log = structlog.get_logger(__name__)

Step = tuple[str, Callable[[], Awaitable[None]]]


class Survey:
    """One look around. `found` and `skipped` grow while it runs; `doing` is what is looked at now."""

    def __init__(
        self,
        registry: Registry,
        sections: Sequence[DeviceSection],
        network: str | None = None,
        *,
        kiosks: Sequence[str] = (),
        machine: Machine | None = None,
        probe_s: float = PROBE_S,
        listen_s: float = lan.LISTEN_S,
    ) -> None:
        """`sections` are those configured already; `network` is looked through too. ConfigError when it is none."""
        self.found: list[Found] = []
        self.skipped: list[Skipped] = []
        self.doing = ""
        self.step = 0
        self.done = False
        self._specs = list(_loadable(registry))
        self._sections = sections
        self._kiosks = kiosks
        self._hosts = lan.addresses(network) if network else []
        self._machine = machine or Machine()
        self._probe_s = probe_s
        self._listen_s = listen_s
        self._links = Links()
        self._steps = list(self._plan(network))

    @property
    def steps(self) -> int:
        return len(self._steps)

    async def run(self) -> None:
        """Look everywhere; whatever happens in one place, the others are looked at."""
        try:
            for doing, look in self._steps:
                self.doing = doing
                try:
                    await look()
                except (DeviceFault, OSError) as error:
                    log.info("survey.failed", place=doing, error=type(error).__name__)
                    self.skipped.append(Skipped(doing, (str(error), str(error))))
                self.step += 1
        finally:
            self.done, self.doing = True, ""

    def _plan(self, network: str | None) -> Iterator[Step]:
        for thing in plugged(self._machine):
            yield thing.name if thing.kind != "usb" else thing.title, self._looking(thing)
        if self._hosts:
            for port in sorted({probe.port for spec in self._specs for probe in spec.probes if probe.scheme == "tcp"}):
                yield f"{network} :{port}", self._asking(port)
            local = all(host.startswith("127.") for host in self._hosts)  # where nobody announces anything
            if not local and any(spec.name == ESCL for spec in self._specs):
                yield "eSCL (mDNS)", self._listen
        program = shutil.which("scanimage")
        if program is not None and any(spec.name == SANE for spec in self._specs):
            yield "SANE", lambda: self._ask_sane(program)

    # ------------------------------------------------------------ plugged in

    def _looking(self, thing: Plugged) -> Callable[[], Awaitable[None]]:
        return lambda: self._look(thing)

    async def _look(self, thing: Plugged) -> None:
        link = self._link(thing)
        what = (f"{_KINDS[thing.kind][0]} {thing.title}", f"{_KINDS[thing.kind][1]} {thing.title}")
        known = self._configured(thing, link)
        if known is not None:
            why = ("已在配置中", "it is in the config")
            self.found.append(Found(what, known.driver, known.link, "sure", why, configured=known.name))
            return
        if thing.kind in ("serial", "usb") and await self._probed(thing, what):
            return
        by_id = [spec for spec in self._specs if thing.usb in spec.usb and _speaks(spec, thing.kind)]
        if by_id:
            self._add(Found(what, by_id[0].name, link, "likely", _TELLS, _names(by_id[1:])))
        elif thing.kind != "usb":
            self._guess(thing, what, link)
        elif SMART_CARD in thing.classes:
            spec = next((spec for spec in self._specs if "pcsc" in spec.links), None)
            if spec is not None:
                self._add(Found(what, spec.name, "pcsc:", "likely", ("智能卡读卡器", "a smart-card reader")))
        elif PRINTER in thing.classes and not self._has_node(thing):
            self._guess(thing, what, link)

    def _guess(self, thing: Plugged, what: Words, link: str) -> None:
        """What could work over such a link; a printer or a camera can only be one thing."""
        specs = [spec for spec in self._specs if _speaks(spec, thing.kind)]
        if thing.kind == "usb":
            specs = [spec for spec in specs if "slip_printer" in spec.capabilities]
        if not specs:
            return
        if thing.kind in ("usblp", "video", "usb"):
            self._add(Found(what, specs[0].name, link, "likely", _SAYS[thing.kind], _names(specs[1:])))
        else:
            why = _NOBODY if thing.kind == "serial" else _SAYS[thing.kind]
            self._add(Found(what, None, link, "possible", why, _names(specs)))

    async def _probed(self, thing: Plugged, what: Words) -> bool:
        """Ask over the port; True when there is nothing more to say of it."""
        if thing.kind == "serial":
            holders = self._machine.holders(thing.node)
            if holders:
                names = ", ".join(holders)
                zh = f"被其他程序占用：{names}；先停掉它再扫描"
                en = f"another program has it open: {names}; stop it, then scan again"
                self.skipped.append(Skipped(thing.name, (zh, en)))
                return True
        place = str(self._machine.path(thing.name)) if thing.kind == "serial" else thing.name
        for spec in self._specs:
            if thing.kind == "usb" and thing.usb not in spec.usb:
                continue
            for probe in spec.probes:
                if probe.scheme != thing.kind:
                    continue
                link = self._link(thing, probe.query)
                try:
                    identity = await self._ask(link.replace(thing.name, place, 1), probe)
                except DeviceFault as fault:
                    if fault.code in ("device.in_use", "device.forbidden", "device.shared"):
                        words = sentence(fault.code, "zh", {}), sentence(fault.code, "en", {})
                        self.skipped.append(Skipped(thing.name, words))
                        return True
                    continue
                if identity is not None:
                    self._add(_answered(what, spec, link, identity))
                    return True
        return False

    async def _ask(self, url: str, probe: Probe) -> str | None:
        """The answer to the question; None when nobody answers in time or what comes is not understood."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._probe_s):
                link = await self._links.open(url)
                try:
                    return await probe.ask(link, asyncio.sleep)
                finally:
                    await link.close()
        return None

    def _link(self, thing: Plugged, query: str = "") -> str:
        """The link by the name that lasts; a USB device by its ids, by its serial number where it has one."""
        tail = f"?{query}" if query else ""
        if thing.kind != "usb":
            return f"{thing.kind}://{thing.name}{tail}"
        alike = [other for other in plugged(self._machine) if other.kind == "usb" and other.usb == thing.usb]
        if thing.serial and "/" not in thing.serial:
            return f"usb://{thing.usb}/{quote(thing.serial)}{tail}"
        return f"usb://{thing.usb}{f'@{thing.socket}' if len(alike) > 1 else ''}{tail}"

    def _has_node(self, thing: Plugged) -> bool:
        """The kernel's printer node of the same device is told of already."""
        return any(other.kind == "usblp" and other.socket == thing.socket for other in plugged(self._machine))

    def _configured(self, thing: Plugged, link: str) -> DeviceSection | None:
        for section in self._sections:
            address = parse(section.link)
            same = address.place == parse(link).place or (address.scheme == "usb" and address.usb == thing.usb)
            if same or (address.scheme == thing.kind and self._at(section, thing)):
                return section
        return None

    def _at(self, section: DeviceSection, thing: Plugged) -> bool:
        address = parse(section.link)
        if address.usb:
            return where(address) == thing.node
        return self._machine.real(address.place) == thing.node

    def _add(self, found: Found) -> None:
        """With the section that it would get."""
        spec = next((spec for spec in self._specs if spec.name == found.driver), None)
        if spec is not None:
            taken = {section.name for section in self._sections}
            taken |= {other.section.name for other in self.found if other.section is not None}
            section = section_of(spec, found.link, found.options, taken, self._kiosks)
            found = replace(found, section=section)
        self.found.append(found)

    # ------------------------------------------------------------ in the network

    def _asking(self, port: int) -> Callable[[], Awaitable[None]]:
        return lambda: self._ask_network(port)

    async def _ask_network(self, port: int) -> None:
        known = {parse(section.link).place: section for section in self._sections}
        for host, _port in await lan.open_ports(self._hosts, [port]):
            link, what = f"tcp://{host}:{port}", (f"网络设备 {host}:{port}", f"network device {host}:{port}")
            section = known.get(parse(link).place)
            if section is not None:
                why = ("已在配置中", "it is in the config")
                self.found.append(Found(what, section.driver, link, "sure", why, configured=section.name))
                continue
            asked = [(spec, probe) for spec in self._specs for probe in spec.probes if probe.port == port]
            for spec, probe in asked:
                with suppress(DeviceFault):
                    identity = await self._ask(link, probe)
                    if identity is not None:
                        self._add(_answered(what, spec, link, identity))
                        break
            else:
                why = (f"端口 {port} 开着，但没有应答", f"port {port} is open, but nobody answers")
                self._add(Found(what, None, link, "possible", why, _names([spec for spec, _probe in asked])))

    async def _listen(self) -> None:
        for scanner in await lan.announced(self._listen_s):
            options = {"url": f"http{'s' if scanner.secure else ''}://{scanner.host}:{scanner.port}/{scanner.path}"}
            what = (f"网络扫描仪 {scanner.title}", f"network scanner {scanner.title}")
            why = ("它在网上宣告自己（eSCL）", "it announces itself (eSCL)")
            self._note(Found(what, ESCL, "none:", "sure", why, options=options, identity=scanner.title))

    async def _ask_sane(self, program: str) -> None:
        for name, title in await lan.sane_devices(program):
            device = f"{name.partition(':')[0]}:" if "libusb" in name else name  # the rest changes with every plugging
            what = (f"扫描仪 {title}", f"scanner {title}")
            why = ("SANE 列出了它", "SANE lists it")
            self._note(Found(what, SANE, "none:", "sure", why, options={"device": device}, identity=title))

    def _note(self, found: Found) -> None:
        """As `_add`, unless a device with the same link and options is configured."""
        for section in self._sections:
            wanted = {key: section.options.get(key) for key in found.options}
            if (section.driver, section.link, wanted) == (found.driver, found.link, found.options):
                self.found.append(replace(found, configured=section.name))
                return
        self._add(found)


class Surveys:
    """Surveys that people have begun: one runs at a time, the last few can be looked at."""

    def __init__(self, make: Callable[[str | None], Survey]) -> None:
        self._make = make
        self._numbers = count(1)
        self._known: dict[str, Survey] = {}
        self._running: asyncio.Task[None] | None = None

    def begin(self, network: str | None) -> str:
        """The id of a new survey, or of the one that still runs. ConfigError when the network is none."""
        if self._running is not None and not self._running.done():
            return next(reversed(self._known))
        survey = self._make(network)
        name = f"scan-{next(self._numbers)}"
        self._known[name] = survey
        for old in list(self._known)[:-KEPT]:
            del self._known[old]
        self._running = asyncio.get_running_loop().create_task(survey.run())
        return name

    def state(self, name: str) -> Survey | None:
        return self._known.get(name)

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)


# ---------------------------------------------------------------- words


_KINDS: Final[dict[str, Words]] = {
    "usb": ("USB 设备", "USB device"),
    "serial": ("串口", "serial port"),
    "usblp": ("USB 打印机", "USB printer"),
    "input": ("键盘类设备", "keyboard-like device"),
    "video": ("摄像头", "camera"),
}
_SAYS: Final[dict[str, Words]] = {
    "usb": ("自称是打印机", "it says that it is a printer"),
    "usblp": ("自称是打印机", "it says that it is a printer"),
    "input": (
        "像键盘：可能是扫码器或小键盘，也可能真是键盘",
        "like a keyboard: a code reader, a keypad, or a keyboard",
    ),
    "video": ("是摄像头", "it is a camera"),
}


def _loadable(registry: Registry) -> Iterator[DriverSpec]:
    """A driver that cannot be loaded here finds nothing, and does not keep the others from it."""
    for name in registry.names:
        with suppress(ConfigError):
            yield registry.driver(name)


def _speaks(spec: DriverSpec, kind: str) -> bool:
    return kind in spec.links


def _names(specs: Sequence[DriverSpec]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spec.name for spec in specs))


def _answered(what: Words, spec: DriverSpec, link: str, identity: str) -> Found:
    return Found(what, spec.name, link, "sure", (f"应答：{identity}", f"it answers: {identity}"), identity=identity)
