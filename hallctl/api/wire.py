"""Bytes to a client at once: what the kernel takes now needs no queue of the loop, half of what a small write costs.

An answer may also leave from another thread, the one that has made it durable: then it does not wait for the loop.
"""

import asyncio
import os
import threading


class Parcel:
    """Data that one of two threads sends, whichever comes first."""

    __slots__ = ("data", "sent")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.sent = False


class Wire:
    """The sending side of one connection's `transport`, which must be a socket's; made in the loop's thread, and told
    by `end` when the connection is lost: the descriptor may be another's after that, and never is before."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._descriptor: int = transport.get_extra_info("socket").fileno()
        self._lock = threading.Lock()
        self._ended = False

    def write(self, data: bytes) -> None:
        """Send the data behind all that was written before; nothing happens where the connection is being closed.

        As `asyncio.Transport.write`, which gets what the kernel does not take, with its flow control. Errors are left
        to the transport too, which meets them again and tells.
        """
        with self._lock:
            self._write(data)

    def write_late(self, parcel: Parcel) -> None:
        """As `write`, unless the parcel was sent by `write_early`."""
        with self._lock:
            if not parcel.sent:
                parcel.sent = True
                self._write(parcel.data)

    def write_early(self, parcel: Parcel) -> None:
        """From another thread: send the parcel behind all that was written before, if the kernel takes it now; else it
        is left to `write_late`.

        Data of which the kernel takes a part only ends the connection: what the loop writes cannot be kept behind the
        rest of it. It needs a client that reads nothing, and by its request id the client finds its answer again.
        """
        with self._lock:
            if parcel.sent or self._ended or self._transport.is_closing() or self._transport.get_write_buffer_size():
                return
            try:
                sent = os.write(self._descriptor, parcel.data)
            except OSError:
                return
            parcel.sent = True
            if sent < len(parcel.data):
                self._ended = True
                self._loop.call_soon_threadsafe(self._transport.abort)

    def end(self) -> None:
        """The connection is lost: nothing is sent any more."""
        with self._lock:
            self._ended = True

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if self._ended or transport.is_closing():
            return
        if not transport.get_write_buffer_size():
            try:
                sent = os.write(self._descriptor, data)
            except OSError:
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
        transport.write(data)
