"""Bytes to a client at once: what the kernel takes now needs no queue of the loop, half of what a small write costs."""

import asyncio
import os


class Wire:
    """The sending side of one connection's `transport`, which must be a socket's."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._descriptor: int = transport.get_extra_info("socket").fileno()

    def write(self, data: bytes) -> None:
        """Send the data behind all that was written before; nothing happens where the connection is being closed.

        As `asyncio.Transport.write`, which gets what the kernel does not take, with its flow control. Errors are left
        to the transport too, which meets them again and tells.
        """
        transport = self._transport
        if transport.is_closing():  # from then on the descriptor may be another's
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
