"""The server's two protocols with the deadlines and bounds that uvicorn leaves out; see `hallctl.api.guard`.

uvicorn has no deadline for a request's head or body, none for a client that does not take its answer, no bound on
pipelining, and parses everything that one read has brought before anybody else has a turn. Its protocol classes are the
only place that sees all of this, also what never becomes a request, so the bounds are put there: `SocketLine` and
`hallctl.api.request_line.HttpLine` are given to ``uvicorn.Config(http=..., ws=...)``. They override public methods of
asyncio.Protocol and uvicorn's event handlers, and leave parsing and ASGI as they are.

==========================  ========================================================================
a request's head            `HEAD_S`, `HEAD_LIMIT` bytes (431); the first one from the connection on
a request's body            `BODY_S`; the api refuses more than its limit (413), `BODY_LIMIT` ends the line
taking the answer           `ANSWER_S` from the end of the request
requests under way          `PIPELINE` waiting ones (400)
hello                       `HELLO_S` from the handshake on
a message                   `MESSAGE_S`, `MESSAGE_LIMIT` bytes and `FRAGMENTS` frames (1009)
pings and pongs             `CONTROLS` a second (1008); none is answered while the client does not read
closing                     `CLOSE_S`, then the line is cut
==========================  ========================================================================
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol, cast

import structlog
import uvicorn
from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request
from websockets.protocol import State

from hallctl.api.frame import framed, framed_once, is_utf8, whole_text
from hallctl.api.guard import Guard, Line
from hallctl.api.wire import Parcel, Wire

log = structlog.get_logger()

HELLO_S: Final = 30.0
MESSAGE_S: Final = 30.0
CLOSE_S: Final = 12.0
"""A little longer than uvicorn waits for the client's close frame."""

LINGER_S: Final = 2.0
"""How long what a refused client still sends is thrown away: closing at once would reset the connection, and the client
would often not see why."""

MESSAGE_LIMIT: Final = 128 * 1024
FRAGMENTS: Final = 1_024
CONTROLS: Final = 20

BUFFER: Final = 48 * 1024
"""Bytes that may wait for a client; with the frame that goes over it, it stays under 64 KiB. Then broadcasts are
skipped."""

SLICE: Final = 512
"""Bytes of one client parsed in one turn of the loop: some 80 of the smallest frames, about two milliseconds."""

LINE: Final = "hallctl.line"
"""Key of the line in an ASGI scope's state."""


class Settings(uvicorn.Config):
    """uvicorn's settings, with the guard that all lines report to."""

    guard: Guard


class Receiver(Protocol):
    """Who takes a websocket's messages."""

    def received(self, message: bytes | None) -> None:
        """A whole text message (UTF-8), or None for one that is not text."""

    def taken(self) -> None:
        """The client has read what waited for it: `SocketLine.writable` is set again."""

    def lost(self) -> None:
        """No more messages come, and none is sent."""


def nobody() -> bool:
    return False


def line_of(scope: MutableMapping[str, Any]) -> "SocketLine":
    """The line of an ASGI websocket's scope."""
    return cast(SocketLine, scope["state"][LINE])


def vouch(scope: MutableMapping[str, Any], known: Callable[[], bool] = lambda: True) -> None:
    """From now on `known` tells whether the client of the ASGI `scope` has said who it is."""
    line = scope.get("state", {}).get(LINE)
    if line is not None:
        line.known = known


def prolong(scope: MutableMapping[str, Any]) -> None:
    """A long answer to the ASGI `scope` has got on: its client takes what it is sent."""
    line = scope.get("state", {}).get(LINE)
    if line is not None:
        line.prolong()


class GuardedLine(asyncio.Protocol):
    """A line that the guard knows from the connection to its end. Stands before uvicorn's protocol among the bases,
    which takes what is `given` and sets `config` and `client`."""

    config: uvicorn.Config
    client: tuple[str, int] | None

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.address = ""
        self.known: Callable[[], bool] = nobody
        self._guard = cast(Settings, self.config).guard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._guard.enter(cast(Line, self))

    def connection_lost(self, exc: Exception | None) -> None:
        self._guard.leave(cast(Line, self))
        super().connection_lost(exc)


class PacedSocket(WebSocketsSansIOProtocol):
    """A websocket that is heard a slice at a time, and only while it takes what it is sent."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._held = False
        self._rest = bytearray()
        self._turn: asyncio.Handle | None = None
        self._partial_since: float | None = None
        self._closing_due: float | None = None

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        if self._rest or len(data) > SLICE:
            self._rest += data
            self._later()
            return
        self._parse(data)

    def _parse(self, data: bytes) -> None:
        """The edge of a request on a websocket: a defect ends this line, and no other."""
        try:
            super().data_received(data)
        except Exception:
            log.exception("line.failed")
            self._fail(CloseCode.INTERNAL_ERROR, "")
        if not self.handshake_initiated and self.conn.handshake_exc is not None:
            self.transport.write(b"".join(self.conn.data_to_send()))  # uvicorn leaves such a line open, unanswered
            self.transport.close()
        elif not self.frames and not self.conn.reader.buffer:
            self._partial_since = None
        elif self._partial_since is None:
            self._partial_since = self.loop.time()

    def _later(self) -> None:
        """Parse the next slice when the others have had their turn and the last message was taken."""
        if self.close_sent:
            self._listen_no_more()
            return
        self._pause()
        if self._turn is None and self._may_read():
            self._turn = self.loop.call_soon(self._next_slice)

    def _next_slice(self) -> None:
        self._turn = None
        if self._deaf or self.disconnected:
            self._rest.clear()
            return
        data = bytes(self._rest[:SLICE])
        del self._rest[:SLICE]
        self._parse(data)
        if self._rest:
            self._later()
        elif self._may_read() and self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _may_read(self) -> bool:
        return not self._held and self.queue.empty() and self.writable.is_set()

    def _hear(self) -> None:
        """Take what came meanwhile and what comes, if nothing speaks against it any more."""
        if self._rest and not self._deaf:
            self._later()
        elif self.read_paused and self._may_read():
            self.read_paused = False
            self.transport.resume_reading()

    def _pause(self) -> None:
        if not self.read_paused and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()

    def hold(self) -> None:
        """Take no more messages for now."""
        self._held = True
        self._pause()

    def go_on(self) -> None:
        """Take messages again."""
        self._held = False
        self._hear()

    def pause_writing(self) -> None:
        """A client that does not take its answers is not heard either: they would pile up without bound."""
        super().pause_writing()
        self._pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._hear()

    async def receive(self) -> ASGIReceiveEvent:
        message = await super().receive()
        if self._rest and self.close_sent:
            self._listen_no_more()
        elif self._rest:
            self._later()
        return message

    def _fail(self, code: CloseCode, reason: str) -> None:
        if not self.close_sent:
            self.conn.fail(code, reason)
            self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """As uvicorn does it, but the line is closed after the client has had time to read why."""
        closed = self.conn.close_sent
        if self.close_sent or closed is None:
            self.transport.close()
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": closed.code, "reason": closed.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        self.close_sent = True
        self._listen_no_more()

    def _listen_no_more(self) -> None:
        """It has been told to go, and sends more than is parsed: throw that away, cut the line soon."""
        self._closing_due = self.loop.time() + LINGER_S
        self._rest.clear()
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    @property
    def _deaf(self) -> bool:
        """It was refused: what still comes is thrown away."""
        return self._closing_due is not None or self.disconnected


class SocketLine(GuardedLine, PacedSocket):
    """One websocket, from the upgrade to its end."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._greeting_due = self.loop.time() + HELLO_S
        self._controls = 0
        self._receiver: Receiver | None = None
        self._wire: Wire | None = None

    def open(self, receiver: "Receiver") -> None:
        """From the accepted handshake on, messages go straight to the receiver instead of through ASGI's queue and a
        task of their own: half of what a request costs otherwise. Whoever closes does it by ASGI."""
        self._receiver, self._wire = receiver, Wire(self.transport)
        self.transport.set_write_buffer_limits(high=BUFFER)
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.receive":
                text = message.get("text")
                receiver.received(text.encode() if text is not None else None)
            else:
                receiver.lost()
        self.go_on()

    def data_received(self, data: bytes) -> None:
        """What is one whole small message goes straight to the receiver, half a request's parsing; the parser, which is
        between two messages then, does not miss it. Everything else is the parser's."""
        receiver, conn = self._receiver, self.conn
        between = conn.current_size is None and not conn.reader.buffer and conn.state is State.OPEN
        if receiver is None or not between or self._rest or self.close_sent or self._deaf or len(data) > SLICE:
            super().data_received(data)
            return
        message = whole_text(data)
        if message is None:
            super().data_received(data)
            return
        try:
            receiver.received(message)
        except Exception:  # the edge of a request, as in `_parse`
            log.exception("line.failed")
            self._fail(CloseCode.INTERNAL_ERROR, "")

    def write_text(self, text: bytes, *, shared: bool = False) -> None:
        """Send a message (UTF-8), which others are sent too where it is `shared`; nothing happens on a line that is
        being closed."""
        if not self.close_sent and self._wire is not None:
            self._wire.write(framed_once(text) if shared else framed(text))

    def write_late(self, parcel: Parcel) -> None:
        """As `Wire.write_late`; nothing happens on a line that is being closed."""
        if not self.close_sent and self._wire is not None:
            self._wire.write_late(parcel)

    def write_early(self, parcel: Parcel) -> None:
        """As `Wire.write_early`, from another thread; nothing happens on a line that is being closed."""
        if not self.close_sent and self._wire is not None:
            self._wire.write_early(parcel)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._receiver is not None:
            self._receiver.taken()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest.clear()
        if self._wire is not None:
            self._wire.end()
        self.known = nobody  # it holds the client's connection, which holds this
        self._dismiss_receiver()
        super().connection_lost(exc)

    def _dismiss_receiver(self) -> None:
        if self._receiver is not None:
            self._receiver.lost()
            self._receiver = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["state"][LINE] = self

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        self._partial_since = None
        if self._receiver is None or self.close_sent:
            super().send_receive_event_to_app()
            return
        message = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if self.curr_msg_data_type != "text":
            self._receiver.received(None)
        elif message.isascii() or is_utf8(message):
            self._receiver.received(message)
        else:
            self._fail(CloseCode.INVALID_DATA, "invalid UTF-8")

    def handle_ping(self) -> None:
        if not self.writable.is_set():
            self.conn.data_to_send()  # RFC 6455 5.5.3: only the latest needs an answer, and this client takes none
        elif not self._too_many():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if not self._too_many():
            super().handle_pong(event)

    def _too_many(self) -> bool:
        self._controls += 1
        if self._controls > CONTROLS:
            self._fail(CloseCode.POLICY_VIOLATION, "too many control frames")
        return self._deaf

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._dismiss_receiver()

    def busy(self) -> bool:
        return False

    def overdue(self, now: float) -> bool:
        self._controls = 0
        if self._closing_due is not None and now >= self._closing_due:
            return True
        if self._closing_due is None and self.close_sent and self._rest:
            self._listen_no_more()
        elif self._closing_due is None and (self.close_sent or self.transport.is_closing()):
            self._closing_due = now + CLOSE_S
        if self._partial_since is not None and now - self._partial_since >= MESSAGE_S:
            return True
        return now >= self._greeting_due and not self.known()

    def hang_up(self) -> None:
        self._closing_due = 0.0
        self.transport.abort()
