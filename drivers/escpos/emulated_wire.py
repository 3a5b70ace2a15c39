"""What the emulated printer hangs on: a TCP port that serves one client at a time, or a pty. Bytes only."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable
from typing import Protocol

from drivers.emulated_line import EmulatedLine

Hear = Callable[[bytes], None]


class Wire(Protocol):
    """A cable: nothing is heard or sent while it is unplugged."""

    @property
    def url(self) -> str: ...

    @property
    def plugged(self) -> bool: ...

    @property
    def connected(self) -> bool: ...

    def plug(self) -> None: ...

    def unplug(self) -> None: ...

    def close(self) -> None: ...

    def send(self, data: bytes) -> None: ...


class LineWire:
    """A serial port, or the kernel's printer node: a pty whose name outlives unplugging."""

    def __init__(self, hear: Hear, baud: int) -> None:
        self._line = EmulatedLine(baud)
        self._line.attach(hear)

    @property
    def url(self) -> str:
        return self._line.url

    @property
    def plugged(self) -> bool:
        return self._line.plugged

    @property
    def connected(self) -> bool:
        return self._line.plugged

    def plug(self) -> None:
        self._line.plug()

    def unplug(self) -> None:
        self._line.unplug()

    def close(self) -> None:
        self._line.close()

    def send(self, data: bytes) -> None:
        self._line.send(data)


class TcpWire:
    """The port of a network printer, on 127.0.0.1 and the same again after each unplugging. A second client waits,
    unheard, until the first has gone, as on real ones.

    Plain sockets: a server of asyncio's that is closed while somebody comes leaves the connection open.
    """

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._clients: deque[socket.socket] = deque()
        self._listener: socket.socket | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    @property
    def plugged(self) -> bool:
        return self._listener is not None

    @property
    def connected(self) -> bool:
        return bool(self._clients)

    def plug(self) -> None:
        if self._listener is not None:
            return
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def unplug(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            asyncio.get_running_loop().remove_reader(listener)
            listener.close()
        while self._clients:
            self._drop(self._clients.popleft())

    def close(self) -> None:
        self.unplug()

    def send(self, data: bytes) -> None:
        """To the client that is served; what it does not take at once is lost."""
        if self._clients:
            with contextlib.suppress(OSError):
                self._clients[0].send(data)

    def _accept(self) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(OSError):
            client, _address = self._listener.accept()
            client.setblocking(False)
            self._clients.append(client)
            if len(self._clients) == 1:
                self._serve()

    def _serve(self) -> None:
        """Hear the first of the clients."""
        if self._clients:
            asyncio.get_running_loop().add_reader(self._clients[0], self._receive)

    def _receive(self) -> None:
        try:
            data = self._clients[0].recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._hear(data)
        else:
            self._drop(self._clients.popleft())
            self._serve()

    def _drop(self, client: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(client)
        client.close()
