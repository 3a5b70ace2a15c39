"""The wire as the load speaks it: websocket (RFC 6455) and HTTP/1.1 over plain sockets, bytes framed here.

No library between clock and socket: the client must cost so little that what it measures is the server. Messages are
text, unfragmented from the client; nothing is compressed. For loopback and servers of our own; no proxy, no TLS.
"""

import base64
import os
import socket
from typing import Any, Final

import msgspec

from hallctl.version import API_VERSION

OP_TEXT: Final = 0x1
OP_CLOSE: Final = 0x8
OP_PING: Final = 0x9
OP_PONG: Final = 0xA

FIN: Final = 0x80
MASKED: Final = 0x80
SHORT: Final = 125
"""Payload bytes whose length stands in the second byte; 126 and 127 announce 2 and 8 more (section 5.2)."""

CONNECT_S: Final = 20.0


class WireError(OSError):
    """The other side does not speak as agreed, or has closed."""


def client_frame(payload: bytes, opcode: int = OP_TEXT) -> bytes:
    """A whole frame from a client, masked as section 5.3 demands."""
    size = len(payload)
    mask = os.urandom(4)
    if size <= SHORT:
        head = bytes((FIN | opcode, MASKED | size))
    elif size < 1 << 16:
        head = bytes((FIN | opcode, MASKED | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((FIN | opcode, MASKED | 127)) + size.to_bytes(8, "big")
    pad = (mask * (size // 4 + 1))[:size]
    body = (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big")
    return head + mask + body


def server_frame(payload: bytes) -> bytes:
    """A whole text frame as a server sends it, unmasked."""
    size = len(payload)
    if size <= SHORT:
        return bytes((FIN | OP_TEXT, size)) + payload
    if size < 1 << 16:
        return bytes((FIN | OP_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((FIN | OP_TEXT, 127)) + size.to_bytes(8, "big") + payload


class Frames:
    """Bytes from a server → whole messages; bytes of an unfinished one are kept."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = b""

    @property
    def empty(self) -> bool:
        """Whether no byte of an unfinished message is kept."""
        return not self._left

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """(opcode, payload) of each message that is whole now; WireError for what no server of ours sends."""
        data = self._left + data if self._left else data
        found: list[tuple[int, bytes]] = []
        at = 0
        while True:
            body, size = frame_bounds(data, at)
            if body + size > len(data) or body == 0:
                break
            if data[at] & 0xF0 != FIN:
                raise WireError("a fragmented or extended frame")
            found.append((data[at] & 0x0F, data[body : body + size]))
            at = body + size
        self._left = data[at:]
        return found


def frame_bounds(data: bytes, at: int) -> tuple[int, int]:
    """(where the payload of the frame at `at` begins, its length); (0, 0) while its head is not whole."""
    if len(data) < at + 2:
        return 0, 0
    size = data[at + 1]
    if size <= SHORT:
        return at + 2, size
    if size & MASKED:
        raise WireError("a masked frame from a server")
    extra = 2 if size == SHORT + 1 else 8
    body = at + 2 + extra
    if len(data) < body:
        return 0, 0
    return body, int.from_bytes(data[at + 2 : body], "big")


class Responses:
    """Bytes from an HTTP/1.1 server → (status, body); every response has a Content-Length."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """(status, body) of each response that is whole now."""
        data = self._left + data if self._left else data
        found: list[tuple[int, bytes]] = []
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end].lower()
            start = head.find(b"content-length:")
            if start < 0:
                raise WireError("a response without Content-Length")
            size = int(head[start + 15 :].split(b"\r\n", 1)[0])
            if len(data) < end + 4 + size:
                break
            found.append((int(head[9:12]), data[end + 4 : end + 4 + size]))
            data = data[end + 4 + size :]
        self._left = data
        return found


def http_request(path: str, body: bytes) -> bytes:
    """A POST on a connection that is kept."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def connect(port: int, receive_buffer: int = 0) -> socket.socket:
    """A connection to 127.0.0.1, blocking; `receive_buffer` bytes of SO_RCVBUF, 0 for the system's own."""
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.settimeout(CONNECT_S)
        line.connect(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        line.close()
        raise
    return line


def connect_websocket(port: int, path: str = "/ws", receive_buffer: int = 0) -> socket.socket:
    """A connection after the opening handshake (section 4); no frame of the server's has been read."""
    line = connect(port, receive_buffer)
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = line.recv(1)
        if not byte:
            line.close()
            raise WireError("closed in the handshake")
        head += byte
    if not head.startswith(b"HTTP/1.1 101"):
        line.close()
        raise WireError(f"no websocket: {head[:60]!r}")
    return line


def receive_message(line: socket.socket, frames: Frames) -> list[bytes]:
    """Wait for the next text messages of a blocking connection; answers pings."""
    while True:
        data = line.recv(1 << 16)
        if not data:
            raise WireError("closed")
        texts = texts_of(line, frames.feed(data))
        if texts:
            return texts


def texts_of(line: socket.socket, messages: list[tuple[int, bytes]]) -> list[bytes]:
    """The text messages; pings are answered, a close is a WireError."""
    texts = []
    for opcode, payload in messages:
        if opcode == OP_TEXT:
            texts.append(payload)
        elif opcode == OP_PING:
            line.sendall(client_frame(payload, OP_PONG))
        elif opcode == OP_CLOSE:
            raise WireError(f"closed by the server: {int.from_bytes(payload[:2], 'big')}")
    return texts


def enter(
    port: int, role: str, token: str, place: str | None = None, subscribe: bool = False, receive_buffer: int = 0
) -> tuple[socket.socket, Frames, int]:
    """A connection to a hall that has said hello, its frames, and the event it was told up to (0: not subscribed)."""
    line = connect_websocket(port, receive_buffer=receive_buffer)
    frames = Frames()
    hello = {"api_version": API_VERSION, "role": role, "token": token, **({"place": place} if place else {})}
    ask(line, frames, "hello", hello)
    seq = int(ask(line, frames, "hall.subscribe", {})["seq"]) if subscribe else 0
    return line, frames, seq


def ask(line: socket.socket, frames: Frames, method: str, params: dict[str, Any]) -> Any:
    """The result of one request on a blocking connection; notifications meanwhile are passed over."""
    body = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
    line.sendall(client_frame(msgspec.json.encode(body)))
    while True:
        for text in receive_message(line, frames):
            message = msgspec.json.decode(text)
            if "error" in message:
                raise WireError(f"{method}: {message['error']}")
            if message.get("id") == 0:
                return message["result"]
