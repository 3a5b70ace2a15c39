"""The one door: every command of every asker goes through `Hall.execute`.

decide → journal → apply → answer → publish → effects; the rows follow (`hallctl.engine.follower`). The engine's own
state runs ahead of the disk by what is being committed; nothing of it is told to anybody before its commit, though the
frame that most are to get is made meanwhile. So is a single command's answer, which the writer's thread then tells as
soon as the commit is done; the loop learns of it a moment later, at the latest when somebody asks something (`heed`),
so that nobody is ever shown a hall that lacks what was answered.

If a commit fails the state is thrown away and made anew from the store, the askers get ``store.unavailable`` and
nothing was shown.
"""

import asyncio
import contextlib
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

import structlog

from hallctl.clock import Clock
from hallctl.domain.commands import Command
from hallctl.domain.decide import decide
from hallctl.domain.decision import Decision
from hallctl.domain.effects import Effect, effects
from hallctl.domain.layout import Layout
from hallctl.engine.answer import Answers, EarlyReply, Outcome, Reply, RequestKey
from hallctl.engine.follower import Follower, Rows
from hallctl.engine.hub import Hub
from hallctl.engine.receipt import Url, asked, receipt
from hallctl.engine.resume import Resumed, resumed
from hallctl.engine.step import Step, take
from hallctl.errors import HallctlError, Refusal, StoreError
from hallctl.store import request
from hallctl.store.database import Database, Write
from hallctl.store.journal import GENESIS
from hallctl.store.request import Request

log = structlog.get_logger()

P = ParamSpec("P")

RETRY_S = 1.0
"""Pause before the state is rebuilt after a failed commit: a full disk stays full for a while."""


BROKEN_OFF: Final = StoreError("store.unavailable", detail="a command broke off")
"""Made beforehand: where it is needed, there may be no memory."""

TURNS: Final = 6
"""Turns of the loop, at most, in which a batch grows that is much smaller than the last one."""


@dataclass(slots=True, kw_only=True)
class Pending(Write):
    """A command on its way to the disk. `replies` are told directly, so that the answer is out before the broadcast;
    who asks the same again meanwhile joins them. `early` tells the answer from the writer's thread, which says by
    `durable` that it does."""

    step: Step
    answer: str
    replies: list[Reply]
    request: RequestKey | None
    early: Callable[[], None] | None = None
    durable: bool = False
    settled: bool = False


def _whole(part: Callable[Concatenate["Hall", P], None]) -> Callable[Concatenate["Hall", P], None]:
    """A part of a command's walk that is done wholly or, if it breaks off (no memory, a defect), the last that is done:
    a step left out would be missing in all that is shown and written after it."""

    @functools.wraps(part)
    def done(hall: "Hall", /, *given: P.args, **named: P.kwargs) -> None:
        if hall._lost:
            return
        try:
            part(hall, *given, **named)
        except BaseException:
            hall._give_up()
            raise

    return done


def _resumed(database: Database, layout: Layout, url: Url) -> Resumed:
    with database.reading() as connection:
        return resumed(connection, layout, url)


class Hall:
    """The running hall. `state` is tentative; `hub.state` is what is on disk, and notes what the rows do not tell."""

    def __init__(self, layout: Layout, clock: Clock, hub: Hub, url: Url) -> None:
        self.hub = hub
        self.on_effects: Callable[[list[Effect]], None] = lambda _effects: None
        self.on_fatal: Callable[[StoreError], None] = lambda _error: None
        self._layout = layout
        self._clock = clock
        self._url = url
        self._answers = Answers()
        self._head = GENESIS
        self._pending = 0
        self._last = self._turns = 0  # commands of the last batch, and turns taken for this one
        self._queued: list[Write] = []
        self._early: Pending | None = None  # whose answer the writer's thread may be telling
        self._unpublished: list[Step] = []
        self.idle = asyncio.Event()
        """Set while nothing is on its way to the disk; what was answered by then is known to its askers."""
        self.idle.set()
        self._failure: StoreError | None = None
        self._lost = False  # what was told and shown is not known any more
        self._closing = False
        hub.busy = lambda: self._pending > 0
        self._follower = Follower(hub, lambda writes: self.database.submit(writes), hub.busy)
        self._rebuilding: asyncio.Task[None] | None = None

    async def open(self, directory: Path) -> None:
        """Open the store and read the hall as it was; raises StoreError."""
        loop = asyncio.get_running_loop()

        def on_commit(batch: list[Write], error: StoreError | None) -> None:
            if error is None and len(batch) == 1:
                _tell_early(batch[0])
            loop.call_soon_threadsafe(self._settle, batch, error)

        def on_flush(batch: list[Write]) -> None:
            loop.call_soon_threadsafe(self._foresee, batch)

        opening = asyncio.ensure_future(asyncio.to_thread(Database.open, directory, on_commit, on_flush))
        try:
            self.database = await asyncio.shield(opening)
            found = await asyncio.to_thread(_resumed, self.database, self._layout, self._url)
        except BaseException:  # a stop in the midst of a start too: the writer must not outlive it
            with contextlib.suppress(StoreError):
                await asyncio.to_thread((await opening).close)
            raise
        self.state, self.hub.state, self._head = found.state, found.shown, found.head
        self._follower.begin_anew(found.unfollowed)
        for answered in found.answers:
            self._answers.put(RequestKey(answered.key, answered.digest), answered.answer)

    def lay_out(self, layout: Layout) -> None:
        """The hall is laid out so from now on: its kiosks have other printers."""
        self._layout = self.state.layout = self.hub.state.layout = layout

    async def answered(self, key: RequestKey | None) -> str | None:
        """The answer that was given to the same request before, once it is durable; None for a new one. Raises
        RequestError ``request.reused``, StoreError where it could not be made durable."""
        told, reply = _told()
        if key is None or not self.repeated(key, reply):
            return None
        outcome = await told
        if isinstance(outcome, HallctlError):
            raise outcome
        return outcome if isinstance(outcome, str) else None

    async def execute(self, command: Command, actor: str, key: RequestKey | None = None) -> str | Refusal:
        """Carry the command out; the receipt (JSON text) once it is durable, or the refusal.

        Raises StoreError if it could not be made durable, RequestError ``request.reused``. Cancelling the caller does
        not cancel the command.
        """
        told, reply = _told()
        self.begin(command, actor, reply, key)
        outcome = await told
        if isinstance(outcome, HallctlError):
            raise outcome
        return outcome

    def begin(self, command: Command, actor: str, reply: Reply, key: RequestKey | None = None) -> None:
        """As `execute`, for one who does not wait: `reply` is told the outcome, at once or when it is durable.

        Raises StoreError while nothing can be made durable, RequestError ``request.reused``; then `reply` is not told.
        """
        if self._lost:
            self.on_fatal(BROKEN_OFF)  # again: the first time there may have been no memory for it
        elif key is not None and self.repeated(key, reply):
            return
        if self._failure is not None:
            raise StoreError(self._failure.code, detail=self._failure.detail)
        now = self._clock.now()
        decision = decide(self.state, command, now)
        if isinstance(decision, Refusal):
            reply(decision)
            return
        try:
            self._prepare(decision, actor, now, reply, key)
        except BaseException as error:  # no memory, or a defect: half of it may be in the state, nothing on the disk
            self._fail(error if isinstance(error, StoreError) else BROKEN_OFF)
            if key is not None:
                self._answers.forget(key)
            raise

    def repeated(self, key: RequestKey, reply: Reply) -> bool:
        """Whether the same was asked before: then `reply` is told what was answered, or will be. Asked before anything
        else is looked at, since what was right then may be so no more: a clerk who has logged out is no clerk. Raises
        RequestError ``request.reused``."""
        known = self._answers.known(key)
        if isinstance(known, str):
            reply(known)
        elif known is not None:
            known.append(reply)
        return known is not None

    def _prepare(self, decision: Decision, actor: str, now: int, reply: Reply, key: RequestKey | None) -> None:
        """Apply the decision to the tentative state and queue it for the writer, all in one step of the loop."""
        kept = asked(decision, key.key, key.digest) if key is not None else None
        step = take(self.state, decision, actor, now, self._head, kept)
        self._head = step.head
        answer = receipt(self.state, decision, step.noted, now, self._url)
        if key is not None:
            answered = Request(key.key, key.digest, self.state.seq, now, answer)
            if kept is None:
                step.rows.append(request.row(answered))
            else:
                step.answered = answered
        pending = Pending(rows=step.rows, step=step, answer=answer, replies=[reply], request=key)
        if key is not None:
            self._answers.put(key, pending.replies)
        if not self._queued:
            asyncio.get_running_loop().call_soon(self._submit)
        count = self._pending + 1
        self._queued.append(pending)  # the last that may break off: what is queued is carried out
        self._pending = count
        self.idle.clear()

    @_whole
    def _submit(self) -> None:
        """Hand over what this turn of the loop has brought: one commit for all, and no time waited for more. Where many
        ask, and so far much fewer than the last time, the loop takes what is there already first."""
        if len(self._queued) < self._last // 2 and self._turns < TURNS:
            self._turns += 1
            asyncio.get_running_loop().call_soon(self._submit)
            return
        queued, self._queued = self._queued, []
        self._last, self._turns = len(queued), 0
        if not queued:  # what was to be queued broke off
            return
        try:
            self.database.submit(queued)
        except StoreError as error:
            self._settle(queued, error)

    def _foresee(self, batch: list[Write]) -> None:
        """The writer waits for the disk: what is to be answered and broadcast of the batch is made meanwhile."""
        found = [write for write in batch if isinstance(write, Pending)]
        if not found or self._failure is not None or not found[0].step.follows(self.hub.state):
            return
        os.sched_yield()  # the writer still has to ask the disk: first that, where both threads share a processor
        if len(batch) == self._pending == 1:
            alone, reply = found[0], found[0].replies[0]
            if isinstance(reply, EarlyReply):
                self._early = alone  # first: from the next line on the other thread may tell it
                alone.early = reply.prepare(alone.answer)
        self.hub.foresee([pending.step for pending in found], self.state)

    def heed(self) -> None:
        """What was answered is shown from now on: asked for before anybody's request is looked at, who may have been
        told it by the writer's thread a moment ago."""
        if self._early is not None and self._early.durable:
            self._settle([self._early], None)
            self._publish()

    @_whole
    def _settle(self, batch: list[Write], error: StoreError | None) -> None:
        """The writer's word on a batch: answers first, then the broadcast, one for the whole batch."""
        if not batch:  # its last word
            self._give_up()
            return
        done = [write for write in batch if isinstance(write, Pending) and not write.settled]
        self._pending -= len(done)
        self._early = None
        for pending in done:
            pending.settled = True
            outcome = pending.answer if error is None else StoreError(error.code, detail=error.detail)
            for reply in pending.replies:
                reply(outcome)
        for pending in done:
            if pending.request is not None:
                if error is None:
                    self._answers.settle(pending.request, pending.answer)
                else:
                    self._answers.forget(pending.request)
        if len(done) < len(batch):
            for write in batch:
                if isinstance(write, Rows):
                    self._follower.settle(write, error)
        if error is not None:
            self._fail(error)
        elif done:  # a turn later: whoever waited for the outcome acts on it first, see `Equipment`
            self._unpublished += [pending.step for pending in done]
            asyncio.get_running_loop().call_soon(self._publish)
        if self._pending == 0:
            self.idle.set()

    @_whole
    def _adopt(self, steps: list[Step]) -> None:
        self.hub.publish(steps)
        self._follower.note(step.answered for step in steps if step.answered is not None)

    def _publish(self) -> None:
        steps, self._unpublished = self._unpublished, []
        if not steps:
            return
        self._adopt(steps)
        made = [effect for step in steps for record in step.records for effect in effects(self.hub.state, record)]
        if made:
            self.on_effects(made)
        self._follower.look()

    def _fail(self, error: StoreError) -> None:
        """Refuse everything until the state is made anew. That comes first: without memory all else may break off, and
        nothing may be decided by half a state."""
        fresh, self._failure = self._failure is None, self._failure or error
        self._follower.pause()
        if self._rebuilding is None and not self._closing and not self._lost:
            try:
                self._rebuilding = asyncio.get_running_loop().create_task(self._rebuild())
            except MemoryError:
                self._give_up()
        if fresh:
            with contextlib.suppress(MemoryError):
                log.error("commit.failed", code=error.code, detail=error.detail)

    def _give_up(self) -> None:
        """Refuse everything and end: some were told, or some of it was shown, and nobody knows what. A restart begins
        with all that is durable."""
        self._lost, self._failure = True, self._failure or BROKEN_OFF
        self._follower.pause()
        self._pending = 0
        self.idle.set()
        self.on_fatal(BROKEN_OFF)

    async def _rebuild(self) -> None:
        """Throw the tentative state away and start again from what is on disk; give up where only a restart helps."""
        try:
            await self.idle.wait()
            await self._follower.settled()
            await asyncio.sleep(RETRY_S)
            found = await asyncio.to_thread(_resumed, self.database, self._layout, self._url)
            self.database.reset()
            self.state, self._head = found.state, found.head
            self.hub.replace(found.shown)
        except StoreError as error:
            self.on_fatal(error)
            return
        except Exception:  # no memory, or no thread
            self._give_up()
            raise
        finally:
            self._rebuilding = None
        if self._lost:  # meanwhile
            return
        self._follower.begin_anew(found.unfollowed)
        self._failure = None
        log.warning("state.rebuilt", seq=found.head.seq)

    async def caught_up(self) -> None:
        """Wait until the rows tell all that was answered so far: for a question to them. Raises StoreError if they
        cannot."""
        await self._follower.caught_up()

    async def close(self) -> None:
        """Refuse new commands, finish those acknowledged or under way, close the store."""
        self._closing = True
        self._failure = self._failure or StoreError("store.stopping")
        if self._rebuilding is not None:
            self._rebuilding.cancel()
        await self.idle.wait()
        await asyncio.sleep(0)  # the last publication
        with contextlib.suppress(StoreError):  # it was told, and the next start has the journal
            await self.caught_up()
        await asyncio.to_thread(self.database.close)


def _told() -> tuple[asyncio.Future[Outcome], Reply]:
    """An outcome to be waited for, and who tells it; who has gone meanwhile is not told."""
    told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    return told, lambda outcome: None if told.done() else told.set_result(outcome)


def _tell_early(alone: Write) -> None:
    """In the writer's thread: what was made ready for it is told."""
    if isinstance(alone, Pending) and alone.early is not None:
        alone.durable = True  # first: who is told may ask the next thing at once
        alone.early()
