"""The websocket: one `Connection` per client, from hello to the end.

Messages come straight from the line and answers go straight to it: no task, no queue between. A command's answer is
written where its commit is told, or by the thread that has committed it. Broadcasts are skipped once `line.BUFFER`
bytes wait for a client that does not read: it then gets a snapshot when it reads again. Answers are never skipped.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec
import structlog
from starlette.websockets import WebSocket

from hallctl.api import dispatch, rpc
from hallctl.api import schemas as s
from hallctl.api.auth import ANYONE, Caller
from hallctl.api.context import Context
from hallctl.api.frame import framed
from hallctl.api.line import SocketLine, line_of, vouch
from hallctl.api.methods import METHODS, Method
from hallctl.api.role import Role
from hallctl.api.wire import Parcel
from hallctl.engine.answer import EarlyReply, Outcome
from hallctl.errors import HallctlError, Refusal, RequestError
from hallctl.version import API_VERSION, VERSION

log = structlog.get_logger()

IN_FLIGHT: Final = 64
"""Requests of one client under way at once; more wait in the socket."""

RESTARTING: Final = 1012
"""Close code of a service that restarts (IANA's registry of close codes): come again."""

UNWANTED: Final = 1008
"""Close code for a client that breaks the rules (RFC 6455 7.4.1)."""

BAD_FRAMES: Final = 20
"""Malformed frames after which a client is sent away."""


class CommandReply(EarlyReply):
    """The way back of one command's answer to its client: once, whichever of the two threads comes first."""

    __slots__ = ("_connection", "_parcel", "_request")

    def __init__(self, connection: "Connection", request: rpc.Request) -> None:
        self._connection = connection
        self._request = request
        self._parcel: Parcel | None = None

    def __call__(self, outcome: Outcome) -> None:
        if not isinstance(outcome, str):
            self._connection.answer(self._request, outcome)
        elif self._parcel is None:
            self._connection.answer(self._request, msgspec.Raw(outcome.encode()))
        else:
            self._connection.line.write_late(self._parcel)
        self._connection.finished()

    def prepare(self, answer: str) -> Callable[[], None] | None:
        if self._request.id is None:
            return None
        self._parcel = Parcel(framed(rpc.result_frame(self._request.id, msgspec.Raw(answer.encode()))))
        return partial(self._connection.line.write_early, self._parcel)


class Connection:
    """One client. It is the hub's subscriber once it has subscribed, and what its line tells of messages."""

    def __init__(self, context: Context, line: SocketLine, methods: dict[str, Method]) -> None:
        self.caller: Caller = ANYONE
        self.ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        """The close code to be sent, or None where the client has gone by itself."""
        self.line = line
        self._context = context
        self._methods = methods
        self._lagging = False
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._bad = 0

    @property
    def role(self) -> str:
        return self.caller.role or ""

    @property
    def place(self) -> str | None:
        return self.caller.place

    # ------------------------------------------------------------ out

    def offer(self, frame: bytes) -> None:
        """A broadcast: written while the client takes what it is sent, else skipped until it reads again."""
        if self._lagging:
            return
        if self.line.writable.is_set():
            self.line.write_text(frame, shared=True)
        else:
            self._lagging = True
            log.info("client.skipped", caller=self.caller.name)

    def taken(self) -> None:
        """The line told: the client has read what waited for it."""
        if self._lagging:
            snapshot = self._context.hub.snapshot_frame(self)  # first: what is on its way to others is in it
            self._lagging = False
            self.line.write_text(snapshot)

    async def depart(self) -> None:
        """Answer what is under way, then close: the service restarts."""
        await self._idle.wait()
        self._end(RESTARTING)

    def lost(self) -> None:
        """The line told: the client has gone."""
        self._end(None)

    def _end(self, code: int | None) -> None:
        if not self.ended.done():
            self.ended.set_result(code)

    def leave(self) -> None:
        """Leave nothing behind; what was begun for the client goes on, nobody is told."""
        self._context.connections.discard(self)
        self._context.hub.unsubscribe(self)
        self._context.presence.went(self)
        for task in self._tasks:
            task.cancel()

    # ------------------------------------------------------------ in

    def received(self, message: bytes | None) -> None:
        """The line told of a whole message; None for one that is not text."""
        self._context.hall.heed()
        try:
            if message is None:
                raise RequestError("request.binary")
            request = rpc.parse(message)
        except RequestError as error:
            self._refuse(error)
            return
        try:
            if request.method == "hello":
                self.answer(request, self._hello(rpc.params(s.Hello, request.params)))
            elif request.method == "hall.subscribe":
                self.answer(request, self._subscribe(rpc.params(s.Subscribe, request.params)))
            else:
                self._serve(request)
        except HallctlError as error:
            self.answer(request, error)

    def _serve(self, request: rpc.Request) -> None:
        asked = dispatch.asked(self.caller, request.method, request.params, self._methods)
        self._started()
        try:
            if dispatch.begin(self._context, asked, CommandReply(self, request)):
                return
        except HallctlError:
            self.finished()
            raise
        task = asyncio.get_running_loop().create_task(self._run(request, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, request: rpc.Request, asked: dispatch.Asked) -> None:
        try:
            self.answer(request, await dispatch.result(self._context, asked))
        except HallctlError as error:
            self.answer(request, error)
        finally:
            self.finished()

    def _started(self) -> None:
        self._under_way += 1
        self._idle.clear()
        if self._under_way == IN_FLIGHT:
            self.line.hold()

    def finished(self) -> None:
        """A request of the client's has been answered."""
        if self._under_way == IN_FLIGHT:
            self.line.go_on()
        self._under_way -= 1
        if self._under_way == 0:
            self._idle.set()

    def answer(self, request: rpc.Request, outcome: Any) -> None:
        """Write the answer of the request: its result, or why there is none."""
        if isinstance(outcome, HallctlError | Refusal):
            if outcome.code != "store.stopping":  # came too late: the close that follows says so, the client asks again
                self.line.write_text(rpc.error_frame(request.id, outcome))
        elif request.id is not None:
            self.line.write_text(rpc.result_frame(request.id, outcome))

    def _refuse(self, error: RequestError) -> None:
        """A frame that is no request; too many of them end the connection."""
        self._bad += 1
        self.line.write_text(rpc.error_frame(None, error))
        if self._bad >= BAD_FRAMES:
            self._end(UNWANTED)

    def _hello(self, p: s.Hello) -> s.Greeting:
        if p.api_version != API_VERSION:
            raise RequestError("request.version", version=p.api_version, supported=API_VERSION)
        self._context.hub.unsubscribe(self)
        self.caller = self._context.auth.caller(p.token, Role(p.role), p.place)
        if self.caller.role is Role.WINDOW and self.caller.place and self.caller.account:
            self._context.presence.came(self, self.caller.place, self.caller.account)
        else:
            self._context.presence.went(self)
        account = self._context.state.accounts.get(self.caller.account or "")
        return s.Greeting(
            api_version=API_VERSION,
            role=self.role,
            name=account.name if account else self.caller.place or self.role,
            account=self.caller.account,
            place=self.caller.place,
            hall=self._context.config.hall.id,
            version=VERSION,
        )

    def _subscribe(self, p: s.Subscribe) -> msgspec.Raw:
        if self.caller.role is None:
            raise RequestError("auth.required")
        return msgspec.Raw(msgspec.json.encode(self._context.hub.subscribe(self, p.since, p.epoch)))


async def serve(context: Context, socket: WebSocket, methods: dict[str, Method] = METHODS) -> None:
    """Serve one websocket to its end."""
    line = line_of(socket.scope)
    connection = Connection(context, line, methods)
    vouch(socket.scope, lambda: connection.role != "")
    await socket.accept()
    context.connections.add(connection)
    try:
        line.open(connection)
        code = await connection.ended
    finally:
        connection.leave()
    if code is not None:
        await socket.close(code)
