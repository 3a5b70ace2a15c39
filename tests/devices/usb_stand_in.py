"""A USB bus in this process, below pyusb: what stands here is what a host controller would show, no libusb needed.

::

    bus = UsbBus()
    monkeypatch.setattr("hallctl.devices.usb_pipe.backend", lambda: bus)
    printer = bus.plug(UsbStandIn("0416:5011", answer=lambda data: b"\\x12"))
    link = await Links().open("usb://0416:5011")     # what is written comes to `answer`, what it returns is read
    bus.pull(printer)                                # every transfer under way ends with ENODEV

`pairs=2` is a device with two bulk OUT and two bulk IN endpoints, as native ID-card readers are: the first `split`
bytes of a frame come over the first OUT, the rest over the second, `answer` gets both as one frame, and its answer goes
back in the same two parts. `tell(data)` says something unasked. `answer` is called in the link's own thread.
"""

# ruff: noqa: ARG002 - the methods' arguments are pyusb's

import errno
from collections import deque
from collections.abc import Callable, Iterator
from threading import Condition
from types import SimpleNamespace
from typing import Any

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

BULK, INTERRUPT = 2, 3
LANGUAGES = b"\x04\x03\x09\x04"


def _silent(data: bytes) -> bytes:
    return b""


class UsbStandIn:
    """One device. `received` are the frames it got; switches for faults are plain attributes."""

    def __init__(
        self,
        usb: str,
        *,
        serial: str = "",
        port: str = "1-1",
        pairs: int = 1,
        split: int = 7,
        answer: Callable[[bytes], bytes] = _silent,
    ) -> None:
        self.vendor, self.product = (int(part, 16) for part in usb.split(":"))
        self.serial = serial
        self.bus = int(port.partition("-")[0])
        self.ports = tuple(int(part) for part in port.partition("-")[2].split("."))
        self.address = 0
        self.answer = answer
        self.outs = [0x02, 0x06][:pairs]
        self.ins = [0x81, 0x85][:pairs]
        self.split = split
        self.received: list[bytes] = []
        self.plugged = False
        self.forbidden = False  # no permission to open it
        self.taken = False  # another program has claimed its interface
        self.stuck = False  # takes no bytes: out of paper, for one
        self.halted = False  # its next transfer stalls, until the halt is cleared
        self.kernel_driver = False  # the kernel has a driver on it (usblp)
        self.handles = 0
        self.claimed = False
        self._head = b""
        self._coming: dict[int, deque[bytes]] = {end: deque() for end in self.ins}
        self._changed = Condition()

    def tell(self, data: bytes) -> None:
        """Say something: as one transfer, or in two parts over two endpoints."""
        parts = [data[: self.split], data[self.split :]] if len(self.ins) == 2 else [data]
        with self._changed:
            for end, part in zip(self.ins, parts, strict=True):
                if part:
                    self._coming[end].append(part)
            self._changed.notify_all()

    def gone(self) -> None:
        with self._changed:
            self.plugged = self.claimed = False
            self._changed.notify_all()

    def write(self, end: int, data: bytes, timeout_ms: int) -> int:
        self._check()
        if self.stuck:
            with self._changed:
                self._changed.wait_for(lambda: not (self.plugged and self.stuck), timeout_ms / 1000)
            self._check()
            if self.stuck:
                raise USBTimeoutError("timed out", -7, errno.ETIMEDOUT)
        if len(self.outs) == 2 and end == self.outs[0]:
            self._head = data
            return len(data)
        frame, self._head = self._head + data, b""
        self.received.append(frame)
        answer = self.answer(frame)
        if answer:
            self.tell(answer)
        return len(data)

    def read(self, end: int, buffer: Any, timeout_ms: int) -> int:
        coming = self._coming[end]
        with self._changed:
            self._changed.wait_for(lambda: coming or not self.plugged, timeout_ms / 1000)
            self._check()
            if not coming:
                raise USBTimeoutError("timed out", -7, errno.ETIMEDOUT)
            data = coming.popleft()
            if len(data) > len(buffer):
                coming.appendleft(data[len(buffer) :])
                data = data[: len(buffer)]
        buffer[: len(data)] = type(buffer)("B", data)
        return len(data)

    def _check(self) -> None:
        if not self.plugged:
            raise USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)
        if self.halted:
            raise USBError("Pipe error", -9, errno.EPIPE)


class UsbDescriptors(IBackend):  # type: ignore[misc] # pyusb has no types
    """What the devices say that they are."""

    def get_device_descriptor(self, dev: UsbStandIn) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=0,
            iProduct=0, iSerialNumber=1 if dev.serial else 0, bNumConfigurations=1, address=dev.address, bus=dev.bus,
            port_number=dev.ports[-1], port_numbers=dev.ports, speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: UsbStandIn, config: int) -> SimpleNamespace:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0x80, bMaxPower=50, extra_descriptors=b"",
        )  # fmt: skip

    def get_interface_descriptor(self, dev: UsbStandIn, intf: int, alt: int, config: int) -> SimpleNamespace:
        if intf or alt:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=len(dev.outs) + len(dev.ins) + 1, bInterfaceClass=0xFF, bInterfaceSubClass=0,
            bInterfaceProtocol=0, iInterface=0, extra_descriptors=b"",
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: UsbStandIn, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        address, kind = [(0x83, INTERRUPT), *((end, BULK) for end in (*dev.ins, *dev.outs))][ep]
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=address, bmAttributes=kind, wMaxPacketSize=64, bInterval=0,
            bRefresh=0, bSynchAddress=0, extra_descriptors=b"",
        )  # fmt: skip

    def ctrl_transfer(self, dev_handle: UsbStandIn, kind: int, request: int, value: int, *rest: Any) -> int:
        """GET_DESCRIPTOR of the languages and of the serial number."""
        data = rest[1]
        text = dev_handle.serial.encode("utf-16-le")
        answer = LANGUAGES if value & 0xFF == 0 else bytes((len(text) + 2, 3)) + text
        data[: len(answer)] = type(data)("B", answer)
        return len(answer)


class UsbBus(UsbDescriptors):
    """The backend: the devices that are plugged in, as pyusb asks for them."""

    def __init__(self) -> None:
        self.devices: list[UsbStandIn] = []
        self.known: list[UsbStandIn] = []  # all that ever were plugged in
        self._next = 1

    def plug(self, device: UsbStandIn) -> UsbStandIn:
        device.address, self._next = self._next, self._next % 127 + 1
        device.plugged = True
        for coming in device._coming.values():
            coming.clear()
        self.devices.append(device)
        if device not in self.known:
            self.known.append(device)
        return device

    def pull(self, device: UsbStandIn) -> None:
        self.devices.remove(device)
        device.gone()

    # ------------------------------------------------------------ what pyusb asks

    def enumerate_devices(self) -> Iterator[UsbStandIn]:
        return iter(list(self.devices))

    def open_device(self, dev: UsbStandIn) -> UsbStandIn:
        if dev.forbidden:
            raise USBError("Access denied (insufficient permissions)", -3, errno.EACCES)
        if not dev.plugged:
            raise USBError("No such device", -4, errno.ENODEV)
        dev.handles += 1
        return dev

    def close_device(self, dev_handle: UsbStandIn) -> None:
        dev_handle.handles -= 1

    def get_configuration(self, dev_handle: UsbStandIn) -> int:
        return 1

    def claim_interface(self, dev_handle: UsbStandIn, intf: int) -> None:
        if dev_handle.taken or dev_handle.claimed or dev_handle.kernel_driver:
            raise USBError("Resource busy", -6, errno.EBUSY)
        dev_handle.claimed = True

    def release_interface(self, dev_handle: UsbStandIn, intf: int) -> None:
        dev_handle.claimed = False

    def bulk_write(self, dev_handle: UsbStandIn, ep: int, intf: int, data: Any, timeout: int) -> int:
        return dev_handle.write(ep, bytes(data), timeout)

    def bulk_read(self, dev_handle: UsbStandIn, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return dev_handle.read(ep, buff, timeout)

    def clear_halt(self, dev_handle: UsbStandIn, ep: int) -> None:
        dev_handle.halted = False

    def is_kernel_driver_active(self, dev_handle: UsbStandIn, intf: int) -> bool:
        return dev_handle.kernel_driver

    def detach_kernel_driver(self, dev_handle: UsbStandIn, intf: int) -> None:
        dev_handle.kernel_driver = False

    def attach_kernel_driver(self, dev_handle: UsbStandIn, intf: int) -> None:
        if not dev_handle.plugged:
            raise USBError("No such device", -4, errno.ENODEV)
        dev_handle.kernel_driver = True
