"""One HTTP connection, with the deadlines and bounds of `hallctl.api.line`."""

from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hallctl.api.line import LINE, LINGER_S, GuardedLine

HEAD_S: Final = 10.0
BODY_S: Final = 30.0
ANSWER_S: Final = 60.0
HEAD_LIMIT: Final = 32 * 1024
BODY_LIMIT: Final = 16 * 1024 * 1024
PIPELINE: Final = 16


class PipelineFull(Exception):
    """More requests at once than any honest client sends."""


class HttpLine(GuardedLine, HttpToolsProtocol):
    """One HTTP connection until it ends or becomes a websocket."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._due = self.loop.time() + HEAD_S
        self._in_head = True
        self._head_bytes = 0
        self._body_bytes = 0
        self._got_on = False
        self._deaf = False

    # ------------------------------------------------------------ told by the transport

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._got_on = False
        super().data_received(data)
        if self._in_head and not self._got_on:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_LIMIT and not self._deaf and not self.transport.is_closing():
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def handle_websocket_upgrade(self) -> None:
        self._guard.leave(self)
        self._deaf = True
        super().handle_websocket_upgrade()

    # ------------------------------------------------------------ told by the parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._due = self.loop.time() + HEAD_S

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= PIPELINE:
            raise PipelineFull  # the parser makes it a 400, and the line is closed
        self._in_head, self._got_on = False, True
        self._head_bytes = self._body_bytes = 0
        self._due = self.loop.time() + BODY_S
        self.scope["state"][LINE] = self
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > BODY_LIMIT:
            self.hang_up()
            return
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = self._got_on = True
        self._due = self.loop.time() + (HEAD_S if self.cycle is None or self.cycle.response_complete else ANSWER_S)

    def prolong(self) -> None:
        """The answer is long, and has got on."""
        self._due = max(self._due, self.loop.time() + ANSWER_S)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head and not self.pipeline:
            self._due = self.loop.time() + HEAD_S

    # ------------------------------------------------------------ asked by the guard

    def busy(self) -> bool:
        return self._in_head and self.cycle is not None and not self.cycle.response_complete

    def overdue(self, now: float) -> bool:
        return now >= self._due

    def hang_up(self) -> None:
        self._deaf = True
        self.transport.abort()

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why, then listen no more; not in the midst of another answer."""
        if self.busy():
            self.hang_up()
            return
        text = status.phrase.encode()
        head = b"HTTP/1.1 %d %s\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(head % (status, text, len(text)) + text)
        self.transport.write_eof()
        self._deaf = True
        self._due = self.loop.time() + LINGER_S
