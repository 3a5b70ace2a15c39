"""The websocket: one `Connection` per client, from hello to the end.

Frames to a client go through one queue and one sender. Answers are never dropped; broadcasts are, once more than
`BUFFER` bytes wait for a client that does not read: it then gets a snapshot when it reads again.
"""

import asyncio
import contextlib
from collections import deque
from typing import Any, Final

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hallctl.api import dispatch, rpc
from hallctl.api import schemas as s
from hallctl.api.auth import ANYONE, Caller
from hallctl.api.context import Context
from hallctl.api.methods import METHODS, Method
from hallctl.api.role import Role
from hallctl.errors import HallctlError, RequestError
from hallctl.version import API_VERSION, VERSION

log = structlog.get_logger()

BUFFER: Final = 64 * 1024
"""Bytes of broadcasts that may wait for one client."""

IN_FLIGHT: Final = 64
"""Requests of one client under way at once; more wait in the socket."""

HELLO_S: Final = 60
"""Seconds until a client that has not said who it is is sent away."""

RESTARTING: Final = 1012
"""Close code of a service that restarts (IANA's registry of close codes): come again."""

BAD_FRAMES: Final = 20
"""Malformed frames after which a client is sent away."""


class Connection:
    """One client. It is the hub's subscriber once it has subscribed."""

    def __init__(self, context: Context, socket: WebSocket, methods: dict[str, Method]) -> None:
        self.caller: Caller = ANYONE
        self._context = context
        self._socket = socket
        self._methods = methods
        self._out: deque[tuple[bytes, bool]] = deque()  # frame, whether it is a broadcast and may be skipped
        self._broadcast_bytes = 0
        self._lagging = False
        self._wake = asyncio.Event()
        self._sent = asyncio.Event()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()
        self._bad = 0
        self.connected = True

    @property
    def role(self) -> str:
        return self.caller.role or ""

    @property
    def place(self) -> str | None:
        return self.caller.place

    # ------------------------------------------------------------ out

    def offer(self, frame: bytes) -> None:
        """A broadcast: kept while there is room, else skipped until the client reads again."""
        if self._lagging:
            return
        if self._broadcast_bytes + len(frame) > BUFFER and self._broadcast_bytes > 0:
            self._lagging = True
            self._out = deque(kept for kept in self._out if not kept[1])
            log.info("client.skipped", caller=self.caller.name)
            return
        self._broadcast_bytes += len(frame)
        self._out.append((frame, True))
        self._wake.set()

    def _answer(self, frame: bytes) -> None:
        self._out.append((frame, False))
        self._wake.set()

    async def _send(self) -> None:
        """The one sender: in order, at the client's own pace."""
        while True:
            await self._wake.wait()
            while self._out:
                frame, _broadcast = self._out.popleft()
                if not frame:
                    await self._socket.close(RESTARTING)
                    return
                await self._socket.send_text(frame.decode())
            self._broadcast_bytes = 0
            if self._lagging:
                self._lagging = False
                self._out.append((self._context.hub.snapshot_frame(self), True))
                continue
            self._wake.clear()

    async def depart(self) -> None:
        """Answer what is under way, then close: the service restarts. Waits for a client that does not read."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._answer(b"")
        await self._sent.wait()

    # ------------------------------------------------------------ in

    async def run(self) -> None:
        """Serve the client until it goes; leaves nothing behind."""
        await self._socket.accept()
        sender = asyncio.create_task(self._send())
        sender.add_done_callback(lambda _sender: self._sent.set())
        self._context.connections.add(self)
        greeting = asyncio.get_running_loop().call_later(HELLO_S, self._dismiss)
        try:
            await self._receive(sender)
        except (WebSocketDisconnect, OSError):
            pass
        finally:
            self.connected = False
            greeting.cancel()
            self._context.connections.discard(self)
            self._context.hub.unsubscribe(self)
            for task in (sender, *self._tasks):
                task.cancel()
            await asyncio.gather(sender, *self._tasks, return_exceptions=True)

    async def _receive(self, sender: asyncio.Task[None]) -> None:
        while not sender.done():
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                self._refuse(RequestError("request.binary"))
                continue
            try:
                request = rpc.parse(text.encode("utf-8", "surrogatepass"))
            except RequestError as error:
                self._refuse(error)
                continue
            await self._slots.acquire()
            task = asyncio.create_task(self._serve(request))
            self._tasks.add(task)
            task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()

    def _refuse(self, error: RequestError) -> None:
        """A frame that is no request; too many of them end the connection."""
        self._bad += 1
        self._answer(rpc.error_frame(None, error))
        if self._bad >= BAD_FRAMES:
            self._dismiss(force=True)

    def _dismiss(self, force: bool = False) -> None:
        if (force or self.caller.role is None) and self._socket.application_state is WebSocketState.CONNECTED:
            task = asyncio.get_running_loop().create_task(self._close())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _close(self) -> None:
        with contextlib.suppress(RuntimeError, OSError):
            await self._socket.close(1008)

    async def _serve(self, request: rpc.Request) -> None:
        try:
            result = await self._result(request)
        except HallctlError as error:
            if error.code != "store.stopping":  # came too late: the close that follows says so, the client asks again
                self._answer(rpc.error_frame(request.id, error))
            return
        if request.id is not None:
            self._answer(rpc.result_frame(request.id, result))

    async def _result(self, request: rpc.Request) -> Any:
        if request.method == "hello":
            return self._hello(rpc.params(s.Hello, request.params))
        if request.method == "hall.subscribe":
            return self._subscribe(rpc.params(s.Subscribe, request.params))
        return await dispatch.call(self._context, self.caller, request.method, request.params, self._methods)

    def _hello(self, p: s.Hello) -> s.Greeting:
        if p.api_version != API_VERSION:
            raise RequestError("request.version", version=p.api_version, supported=API_VERSION)
        self._context.hub.unsubscribe(self)
        self.caller = self._context.auth.caller(p.token, Role(p.role), p.place)
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
        return msgspec.Raw(msgspec.json.encode(self._context.hub.subscribe(self, p.since)))


async def serve(context: Context, socket: WebSocket, methods: dict[str, Method] = METHODS) -> None:
    """Serve one websocket to its end."""
    await Connection(context, socket, methods).run()
