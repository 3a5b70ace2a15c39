"""A small asyncio client of a hall: connects, says hello, subscribes, reconnects for ever, resumes where it was.

>>> async with Client("ws://127.0.0.1:8780/ws", role="window", token=token, place="3") as hall:
...     receipt = await hall.change("ticket.call")
...     async for event in hall.events():
...         print(event["type"], event["data"])

A changing call keeps its request_id over reconnects, so that it is done once however often the line drops.
"""

import asyncio
import contextlib
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from hallctl.version import API_VERSION

Json = dict[str, Any]

PAUSE_S: Final = (0.05, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Pauses between attempts to connect; the last one is repeated for ever."""

EVENTS_KEPT: Final = 10_000
SNAPSHOTS_KEPT: Final = 16
"""A program that only asks, and comes back often, is told a snapshot each time: each has the whole hall in it."""


class Refused(Exception):
    """The hall said no, or the request was wrong: `code`, and the sentence in `zh` and `en`; of a config its `problems`
    too, ``{key, zh, en}`` each."""

    def __init__(self, error: Json) -> None:
        data = error.get("data", {})
        self.code: str = data.get("code", str(error.get("code")))
        self.zh: str = data.get("zh", error.get("message", ""))
        self.en: str = data.get("en", error.get("message", ""))
        self.params: Json = data.get("params", {})
        self.problems: list[Json] = data.get("problems", [])
        super().__init__(f"{self.code}: {self.en}")


class Client:
    """One connection to a hall, renewed for ever until it is left.

    `snapshot` is the last one received, `seq` the last event seen. Without `token` only public methods are served.
    """

    def __init__(self, url: str, *, role: str = "", token: str = "", place: str | None = None) -> None:
        self.snapshot: Json = {}
        self.seq: int | None = None
        self._epoch: str | None = None
        self.online = asyncio.Event()
        self._url = url
        self._hello: Json = {"api_version": API_VERSION, "role": role, "token": token}
        if place is not None:
            self._hello["place"] = place
        self._anonymous = not token
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._events: asyncio.Queue[Json | BaseException] = asyncio.Queue(EVENTS_KEPT)
        self._unread = 0  # snapshots in it
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None

    async def __aenter__(self) -> "Client":
        self._task = asyncio.create_task(self._keep())
        waiting = asyncio.create_task(self.online.wait())
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            await self._task  # raises what went wrong
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Refused):
                await self._task
        if self._socket is not None:
            await self._socket.close()

    async def ask(self, method: str, **params: Any) -> Any:
        """The result of a reading method; raises Refused, or ConnectionError if the line drops meanwhile."""
        await self.online.wait()
        return await self._request(method, params)

    async def change(self, method: str, request_id: str | None = None, **params: Any) -> Json:
        """The receipt of a changing method, done once over any number of reconnects; raises Refused."""
        params["request_id"] = request_id or uuid.uuid4().hex
        while True:
            if self._failure is not None:
                raise self._failure
            await self.online.wait()
            try:
                receipt: Json = await self._request(method, params)
            except ConnectionError:
                await asyncio.sleep(0)  # until the drop is noticed `online` stays set
                continue
            return receipt

    async def events(self) -> AsyncIterator[Json]:
        """Everything that is told, in order: ``{seq, at, type, data}``; a new snapshot comes as type ``snapshot``,
        what is not numbered (``hall.caption``, ``card.seen``) as ``{type, data}``."""
        while True:
            event = await self._events.get()
            if isinstance(event, BaseException):
                raise event
            self._unread -= event["type"] == "snapshot"
            yield event

    # ------------------------------------------------------------ the line

    async def _keep(self) -> None:
        """Connect, serve, and again; ends only with a refused hello."""
        failures = 0
        while True:
            try:
                async with connect(self._url, compression=None, max_size=None) as socket:
                    self._socket = socket
                    await self._serve(socket)
            except Refused as error:
                self._failure = error
                self._tell(error)
                raise
            except (OSError, ConnectionClosed, InvalidHandshake, TimeoutError):
                pass
            finally:
                failures = 1 if self.online.is_set() else failures + 1  # a line that has served begins anew
                self.online.clear()
                self._socket = None
                self._give_up()
            await asyncio.sleep(PAUSE_S[min(failures, len(PAUSE_S)) - 1])

    async def _serve(self, socket: ClientConnection) -> None:
        reader = asyncio.create_task(self._read(socket))
        try:
            if not self._anonymous:
                await self._request("hello", self._hello)
                self._subscribed(await self._request("hall.subscribe", {"since": self.seq, "epoch": self._epoch}))
            self.online.set()
            await reader
        except ConnectionError:
            await reader
        finally:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await reader

    def _give_up(self) -> None:
        """Nobody answers any more on this line."""
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the line to the hall dropped"))
                answer.exception()
        self._answers.clear()

    async def _request(self, method: str, params: Json) -> Any:
        socket = self._socket
        if socket is None:
            raise ConnectionError("not connected")
        number = next(self._ids)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        try:
            await socket.send(json.dumps(message, ensure_ascii=False))
        except ConnectionClosed as error:
            raise ConnectionError("the line to the hall dropped") from error
        return await answer

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                message = json.loads(frame)
                if "method" in message:
                    await self._notified(message["method"], message["params"])
                elif message.get("id") is not None:
                    self._answered(message)
        finally:
            self._give_up()

    def _answered(self, message: Json) -> None:
        answer = self._answers.pop(message["id"], None)
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(Refused(message["error"]))
        else:
            answer.set_result(message["result"])

    async def _notified(self, method: str, params: Json) -> None:
        if method == "hall.events":
            if self.seq is not None and params["from"] > self.seq + 1:
                await self._resubscribe()
                return
            self._advance(params["to"], params["events"])
        elif method == "hall.snapshot":
            self._renew(params)
        else:
            self._tell({"type": method, "data": params})

    async def _resubscribe(self) -> None:
        """A gap: ask for what was missed; the answer comes through the same reader."""
        task = asyncio.create_task(self._request("hall.subscribe", {"since": self.seq, "epoch": self._epoch}))
        task.add_done_callback(self._resubscribed)

    def _resubscribed(self, done: "asyncio.Task[Json]") -> None:
        """Where the line dropped meanwhile, the next one subscribes."""
        if not done.cancelled() and done.exception() is None:
            self._subscribed(done.result())

    def _subscribed(self, result: Json) -> None:
        self._epoch = result["epoch"]
        if "snapshot" in result:
            self._renew(result)
        else:
            self._advance(result["seq"], result["events"])

    def _renew(self, params: Json) -> None:
        self.seq = params["seq"]
        self.snapshot = params["snapshot"]
        if self._unread >= SNAPSHOTS_KEPT:  # nobody reads, and this one is newer than all of it
            while not self._events.empty():
                self._events.get_nowait()
            self._unread = 0
        self._unread += 1
        self._tell({"type": "snapshot", "seq": params["seq"], "data": params["snapshot"]})

    def _advance(self, to: int, events: list[Json]) -> None:
        for event in events:
            if self.seq is None or event["seq"] > self.seq:
                self._tell(event)
        self.seq = max(self.seq or 0, to)

    def _tell(self, event: Json | BaseException) -> None:
        """A reader of events that does not read loses the oldest, not the line."""
        if self._events.full():
            gone = self._events.get_nowait()
            self._unread -= isinstance(gone, dict) and gone["type"] == "snapshot"
        self._events.put_nowait(event)
