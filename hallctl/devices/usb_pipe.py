"""A USB device's bulk endpoints as a pipe, by pyusb and the libusb that comes in a wheel; both are loaded only where
there is such a link.

Each open device has a thread of its own in which its handle is opened, used and closed: no other touches it. It writes
and reads in turns with short timeouts, so that a device that takes no more bytes (a printer without paper) can still
tell why, and so that closing never waits for one. The kernel's own driver (usblp) is put aside meanwhile and given
back.

With ``split=7`` and two endpoints each way, as native ID-card readers have them, the first 7 bytes of a frame go over
the first OUT and the rest over the second; what comes over both IN is read in that order. Else frames go whole.
"""

import array
import asyncio
import errno
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from hallctl.devices.address import Address
from hallctl.devices.contract import DeviceFault

CLOSE_S: Final = 1.0
"""What was written and does not leave within this is given up at the close."""

WRITE_LIMIT: Final = 1024 * 1024
"""Bytes that may wait for a device that does not take them; more, and the link counts as lost."""

IDLE_MS: Final = 200
"""A read without an answer ends after this; so long may a first write wait, and the close."""

TALK_MS: Final = 10
"""The same while there is a conversation: the next question must not wait for the end of a long read."""

TALK_TURNS: Final = 200
"""So many reads without an answer and the conversation is over (2 s)."""

PIECE: Final = 16 * 1024
"""Bytes of a transfer: whole packets at every speed."""

BULK: Final = 2
IN: Final = 0x80


def backend() -> Any:
    """pyusb's way to the bus; DeviceFault ``device.no_usb`` where libusb cannot be loaded."""
    import libusb_package

    found = libusb_package.get_libusb1_backend()
    if found is None:
        raise DeviceFault("device.no_usb", transient=False)
    return found


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the bytes go: interface, alternate setting, and the bulk endpoints' addresses, lowest first."""

    interface: int
    setting: int
    outs: tuple[int, ...]
    ins: tuple[int, ...]


def find(address: Address) -> Any:
    """The pyusb device that `address` names. FileNotFoundError when there is none, USBError when it may not be asked,
    DeviceFault ``device.ambiguous`` when there are several."""
    import usb.core
    import usb.util

    vendor, product = (int(part, 16) for part in address.usb.split(":"))
    found = []
    for device in usb.core.find(find_all=True, backend=backend(), idVendor=vendor, idProduct=product):
        if address.socket in ("", _socket(device)) and (not address.serial or _serial(device) == address.serial):
            found.append(device)
        else:
            usb.util.dispose_resources(device)
    if not found:
        raise FileNotFoundError(errno.ENOENT, "not plugged in")
    if len(found) > 1:
        sockets = ", ".join(sorted(_socket(device) for device in found))
        raise DeviceFault("device.ambiguous", transient=False, detail=f"{address.usb} at {sockets}")
    return found[0]


def _socket(device: Any) -> str:
    return f"{device.bus}-{'.'.join(str(port) for port in device.port_numbers or ())}"


def _serial(device: Any) -> str:
    try:
        return device.serial_number or ""
    except ValueError:  # no language: it has no texts, or they may not be read
        device.get_active_configuration()  # raises USBError where permission lacks
        return ""


def ends_of(device: Any, wanted: int | None) -> Ends:
    """The interface `wanted`, or the first that can be written to, rather one that can be read too; DeviceFault
    ``device.wrong_identity`` when there is none."""
    found = [
        ends
        for interface in device.get_active_configuration()
        if wanted in (None, interface.bInterfaceNumber) and (ends := _bulk(interface)).outs
    ]
    if not found:
        raise DeviceFault("device.wrong_identity", transient=False, detail="it has no bulk endpoints to write to")
    return max(found, key=lambda ends: bool(ends.ins))  # the first of the best


def _bulk(interface: Any) -> Ends:
    ends = sorted(end.bEndpointAddress for end in interface if end.bmAttributes & 3 == BULK)
    outs, ins = (tuple(end for end in ends if end & IN == way) for way in (0, IN))
    return Ends(interface.bInterfaceNumber, interface.bAlternateSetting, outs, ins)


class Claimed:
    """A device opened and claimed for us alone; only its thread may use it."""

    def __init__(self, address: Address) -> None:
        """OSError (USBError is one) or DeviceFault when it cannot be had."""
        self._device = find(address)
        self._detached = False
        self.node = f"/dev/bus/usb/{self._device.bus:03}/{self._device.address:03}"
        try:
            self._configure()
            self._ends = ends_of(self._device, address.interface)
            self._claim()
        except (OSError, DeviceFault):
            self.release()
            raise
        two = len(self._ends.outs) > 1 and len(self._ends.ins) > 1
        self._split = address.split if two else 0

    def _configure(self) -> None:
        from usb.core import USBError

        try:
            self._device.get_active_configuration()
        except USBError as error:
            if error.errno in (errno.EACCES, errno.ENODEV):
                raise
            self._device.set_configuration()

    def _claim(self) -> None:
        import usb.util

        number = self._ends.interface
        with suppress(NotImplementedError):  # a system without such a thing
            if self._device.is_kernel_driver_active(number):
                self._device.detach_kernel_driver(number)
                self._detached = True
        usb.util.claim_interface(self._device, number)
        if self._ends.setting:
            self._device.set_interface_altsetting(number, self._ends.setting)

    def parts(self, data: bytes) -> list[tuple[int, bytes]]:
        """The transfers, (endpoint, bytes), that a frame is made of."""
        outs = self._ends.outs
        if self._split and len(data) > self._split:
            return [(outs[0], data[: self._split]), *_pieces(outs[1], data[self._split :])]
        return _pieces(outs[0], data)

    def write(self, end: int, data: bytes) -> int:
        """How many bytes the device has taken; USBError."""
        return int(self._transfer(lambda: self._device.write(end, data, IDLE_MS)))

    def read(self, wait_ms: int) -> bytes:
        """What has come; empty when nothing has within `wait_ms`. USBError."""
        ins = self._ends.ins
        if not ins:
            threading.Event().wait(wait_ms / 1000)
            return b""
        data = self._read(ins[0], wait_ms)
        if not self._split:
            return data
        rest = self._read(ins[1], IDLE_MS if data else 1)
        # A rest without its beginning: that came after we had looked for it.
        return (data or (self._read(ins[0], 1) if rest else b"")) + rest

    def _read(self, end: int, wait_ms: int) -> bytes:
        buffer = array.array("B", bytes(PIECE))
        return buffer[: self._transfer(lambda: self._device.read(end, buffer, wait_ms))].tobytes()

    def _transfer(self, transfer: Callable[[], int]) -> int:
        """A halted endpoint is set going once; a time that is over is no error."""
        from usb.core import USBError, USBTimeoutError

        try:
            return transfer()
        except USBTimeoutError:
            return 0
        except USBError as error:
            if error.errno != errno.EPIPE:
                raise
        for end in (*self._ends.outs, *self._ends.ins):
            self._device.clear_halt(end)
        try:
            return transfer()
        except USBTimeoutError:
            return 0

    def release(self) -> None:
        """Give it back, to the kernel's driver too; what fails then fails because it is gone."""
        import usb.util

        if self._detached:
            with suppress(OSError, NotImplementedError):
                usb.util.release_interface(self._device, self._ends.interface)
                self._device.attach_kernel_driver(self._ends.interface)
        with suppress(OSError):
            usb.util.dispose_resources(self._device)


def _pieces(end: int, data: bytes) -> list[tuple[int, bytes]]:
    return [(end, data[start : start + PIECE]) for start in range(0, len(data), PIECE)]


class UsbPipe:
    """An open USB device. `feed` takes what comes; `end` is told when nothing more can come."""

    def __init__(self, address: Address, feed: Callable[[bytes], None], end: Callable[[str], None]) -> None:
        self.node = ""
        self._address = address
        self._feed = feed
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._sent = asyncio.Event()
        self._sent.set()
        self._over = asyncio.Event()
        self._closing = threading.Event()
        self._taken = threading.Event()
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._thread = threading.Thread(target=self._live, name=f"usb {address.usb}", daemon=True)

    async def open(self) -> "UsbPipe":
        """Itself, once the device is ours; OSError or DeviceFault when it cannot be had."""
        self._thread.start()
        try:
            await asyncio.shield(self._opened)
        except asyncio.CancelledError:
            self._closing.set()
            self._opened.add_done_callback(lambda opened: opened.cancelled() or opened.exception())
            raise
        return self

    def send(self, data: bytes) -> None:
        if self._size > WRITE_LIMIT:
            self._end("the device takes no more bytes")
            return
        self._size += len(data)
        self._sent.clear()
        self._waiting.append(data)

    async def drain(self) -> None:
        await self._sent.wait()

    async def close(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._sent.wait()
        self.drop()
        with suppress(TimeoutError):  # a device that holds the close() of its handle: its thread ends when it can
            async with asyncio.timeout(CLOSE_S):
                await self._over.wait()

    def drop(self) -> None:
        self._closing.set()
        self._sent.set()

    # ------------------------------------------------------------ in the loop, called by the thread

    def _tell(self, what: Callable[..., None], *told: Any) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is there any more
            self._loop.call_soon_threadsafe(what, *told)

    def _is_open(self, fault: Exception | None) -> None:
        if fault is None:
            self._opened.set_result(None)
        else:
            self._opened.set_exception(fault)

    def _came(self, data: bytes) -> None:
        self._taken.set()
        if not self._closing.is_set():
            self._feed(data)

    def _has_sent(self, size: int) -> None:
        self._size -= size
        if self._size == 0:
            self._sent.set()

    def _has_ended(self, detail: str | None) -> None:
        if detail is not None and not self._closing.is_set():
            self._end(detail)
        self._sent.set()
        self._over.set()

    # ------------------------------------------------------------ in the thread

    def _live(self) -> None:
        detail = None
        try:
            device = Claimed(self._address)
        except (OSError, DeviceFault) as error:
            self._tell(self._is_open, error)
        else:
            self.node = device.node
            self._tell(self._is_open, None)
            try:
                self._serve(device)
            except OSError as error:
                detail = f"unplugged: {error.strerror}" if error.errno == errno.ENODEV else f"failed: {error.strerror}"
            finally:
                device.release()
        self._tell(self._has_ended, detail)

    def _serve(self, device: Claimed) -> None:
        """Write and read in turns until closed; USBError ends it."""
        parts: deque[tuple[int, bytes]] = deque()
        idle = 0
        while not self._closing.is_set():
            if not parts and self._waiting:
                parts.extend(device.parts(self._waiting.popleft()))
            if parts:
                idle = 0
                self._write(device, parts)
            data = device.read(1 if parts or self._waiting else TALK_MS if idle < TALK_TURNS else IDLE_MS)
            idle = 0 if data else idle + 1
            if data:
                self._hand_over(data)

    def _write(self, device: Claimed, parts: deque[tuple[int, bytes]]) -> None:
        """One transfer; what the device did not take of it stays first."""
        end, data = parts.popleft()
        taken = device.write(end, data)
        if taken < len(data):
            parts.appendleft((end, data[taken:]))
        if taken:
            self._tell(self._has_sent, taken)

    def _hand_over(self, data: bytes) -> None:
        """Wait until the loop has it: a device that never stops talking must not fill the memory."""
        self._taken.clear()
        self._tell(self._came, data)
        while not self._taken.wait(IDLE_MS / 1000) and not self._closing.is_set():
            pass
