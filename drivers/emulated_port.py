"""The network socket of an emulated device, or of a serial server on its bus: TCP instead of a pty, the same faults."""

import asyncio
import contextlib
import socket

from drivers.emulated_line import EmulatedLine


class EmulatedPort(EmulatedLine):
    """Listens on a port of 127.0.0.1 that it keeps; one client at a time, a new one takes the place of the old."""

    def __init__(self) -> None:
        super().__init__(0)
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    @property
    def plugged(self) -> bool:
        return self._listener is not None

    def plug(self) -> None:
        """Listen; again without effect."""
        if self._listener is not None:
            return
        listener = socket.create_server(("127.0.0.1", self._port))
        listener.setblocking(False)
        self._port = listener.getsockname()[1]
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener, self._accept)

    def unplug(self) -> None:
        """The cable is out: nobody listens, the connection ends."""
        self._hang_up()
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def close(self) -> None:
        self.unplug()

    def send(self, data: bytes) -> None:
        """To the daemon; what it does not take in time is lost."""
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.send(data)

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            client, _address = self._listener.accept()
        except OSError:
            return
        self._hang_up()
        client.setblocking(False)
        self._client = client
        asyncio.get_running_loop().add_reader(client, self._receive)

    def _receive(self) -> None:
        if self._client is None:
            return
        try:
            data = self._client.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            return
        for listener in tuple(self._listeners):
            listener(data)

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            asyncio.get_running_loop().remove_reader(client)
            client.close()
