"""The load: one process that presses the keys of many windows and kiosks, ``python -m hallctl.bench.load``.

Each place has its own connection and one press under way at most. A press is timed from just before its bytes are
sent to just after the bytes of its answer were received (CLOCK_MONOTONIC, the same in all processes of a machine);
reading the answer comes afterwards. Jobs: ``open``, ``press``, ``close``.
"""

import heapq
import itertools
import random
import select
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from hallctl.bench import child, wire

ANSWER_S: Final = 20.0
"""Seconds that the last answers may take."""

READ: Final = 1 << 18

Step = list[Any]
"""[method or path, params]: one press of a place's cycle."""


class Ticket(msgspec.Struct):
    """Of a receipt: which ticket."""

    id: str


class Receipt(msgspec.Struct):
    """What the load looks at in an answer."""

    seq: int = 0
    ticket: Ticket | None = None


class Trouble(msgspec.Struct):
    """Of an error: its stable code."""

    code: str = "unknown"


class Problem(msgspec.Struct):
    """JSON-RPC's error."""

    data: Trouble = msgspec.field(default_factory=Trouble)


class Answer(msgspec.Struct):
    """A JSON-RPC answer; a notification has no id."""

    id: int | None = None
    result: Receipt | None = None
    error: Problem | None = None


class HallSpeech:
    """The hall's own wire."""

    def __init__(self, frames: wire.Frames) -> None:
        self._frames = frames
        self._decode = msgspec.json.Decoder(Answer).decode
        self.skipped = 0

    def request(self, number: int, name: str, step: Step) -> bytes:
        """The bytes of a press."""
        params = {**step[1], "request_id": name}
        body = {"jsonrpc": "2.0", "id": number, "method": step[0], "params": params}
        return wire.client_frame(msgspec.json.encode(body))

    def answers(self, line: socket.socket, data: bytes) -> list[Answer]:
        """The answers in the bytes; notifications are passed over, snapshots among them counted in `skipped`."""
        found = []
        for text in wire.texts_of(line, self._frames.feed(data)):
            if b'"method":' not in text[:32]:
                found.append(self._decode(text))
            elif b'"hall.snapshot"' in text[:64]:
                self.skipped += 1
        return found


class PlainSpeech:
    """HTTP/1.1 with JSON bodies, as the comparator speaks it."""

    skipped = 0

    def __init__(self) -> None:
        self._responses = wire.Responses()
        self._decode = msgspec.json.Decoder(Receipt).decode

    def request(self, _number: int, _name: str, step: Step) -> bytes:
        """The bytes of a press."""
        return wire.http_request(step[0], msgspec.json.encode(step[1]))

    def answers(self, _line: socket.socket, data: bytes) -> list[Answer]:
        """The answers in the bytes."""
        return [self._answer(status, body) for status, body in self._responses.feed(data)]

    def _answer(self, status: int, body: bytes) -> Answer:
        if status == 200:
            return Answer(0, self._decode(body))
        return Answer(0, None, Problem(Trouble(f"http.{status}")))


@dataclass(slots=True)
class Place:
    """A window or a kiosk with its connection, and where it is in its cycle."""

    number: int
    line: socket.socket
    speech: HallSpeech | PlainSpeech
    cycle: list[Step]
    turn: int = 0
    sent_ns: int | None = None

    @property
    def step(self) -> int:
        """Index of the next press in the cycle."""
        return self.turn % len(self.cycle)


@dataclass(slots=True)
class Told:
    """What a job found: presses as [place, step, sent_ns, answered_ns, seq, ticket id], refusals by code."""

    presses: list[tuple[int, int, int, int, int, str]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)


class Load:
    """The places and what they do."""

    def __init__(self) -> None:
        self._name = ""
        self._port = 0
        self._left = 0
        self._places: list[Place] = []
        self._by_descriptor: dict[int, Place] = {}
        self._poll = select.epoll()
        self._ids = itertools.count(1)
        self._told = Told()
        self._waited = 0

    def open(self, port: int, places: list[dict[str, Any]], plain: bool, name: str) -> int:
        """Connect. A place is ``{"cycle": [[method, params], ...]}`` with, at a hall, what `wire.enter` takes. `name`
        makes the request ids this process's own."""
        self._name, self._port = name, port
        for number, place in enumerate(places):
            cycle = place.pop("cycle")
            speech: HallSpeech | PlainSpeech
            if plain:
                line, speech = wire.connect(port), PlainSpeech()
            else:
                line, frames, _seq = wire.enter(port, **place)
                speech = HallSpeech(frames)
            self._places.append(Place(number, line, speech, cycle))
            self._watch(self._places[-1])
        return len(self._places)

    def run(self) -> None:
        """Do jobs until the input ends; what subscribed places are told meanwhile is read at once."""
        orders = child.Orders({"open": self.open, "press": self.press, "close": self.close})
        self._poll.register(child.STDIN, select.EPOLLIN)
        going = True
        while going:
            for descriptor, _event in self._poll.poll():
                if descriptor == child.STDIN:
                    going = orders.read()
                elif descriptor in self._by_descriptor:
                    self._receive(self._by_descriptor[descriptor])

    def close(self) -> int:
        """Hang up."""
        for place in self._by_descriptor.values():
            self._poll.unregister(place.line)
            place.line.close()
        self._places.clear()
        self._by_descriptor.clear()
        return 0

    def press(
        self, how: str, seconds: float, interval_s: float = 0.0, spread_s: float = 0.0, count: int = 0, seed: int = 0
    ) -> dict[str, Any]:
        """Press for `seconds`, or until `count` presses where it is given, then wait for the answers.

        `how`: ``closed`` (each place again as soon as it is answered), ``paced`` (each place once per `interval_s`,
        evenly spread; one that is not answered yet presses as soon as it is), ``burst`` (all places within `spread_s`,
        again every `interval_s`, or later where an answer is late). ``skipped`` in the answer are the snapshots that
        subscribed places were sent meanwhile, instead of events.
        """
        self._told = Told()
        skipped = sum(place.speech.skipped for place in self._places)
        self._left = count if count else 1 << 60
        began = time.monotonic_ns()
        until = time.monotonic() + seconds
        if how == "closed":
            self._closed(until)
        elif how == "paced":
            self._paced(until, interval_s)
        else:
            self._bursts(until, interval_s, spread_s, random.Random(seed))  # noqa: S311 - no secret
        self._drain()
        ended = time.monotonic_ns()
        told = self._told
        skipped = sum(place.speech.skipped for place in self._places) - skipped
        return {
            "presses": told.presses,
            "refused": dict(told.refused),
            "began_ns": began,
            "ended_ns": ended,
            "skipped": skipped,
        }

    # ------------------------------------------------------------ how

    def _closed(self, until: float) -> None:
        for place in self._places[: self._left]:
            self._send(place)
        while time.monotonic() < until and self._left > 0:
            for place in self._answered(until - time.monotonic()):
                if self._left > 0:
                    self._send(place)

    def _paced(self, until: float, interval_s: float) -> None:
        began = time.monotonic()
        gap = interval_s / len(self._places)
        due = [(began + (n + 1) * gap, place.number) for n, place in enumerate(self._places)]
        while due and due[0][0] < until and self._left > 0:
            self._answered_until(due[0][0])
            moment, number = heapq.heappop(due)
            place = self._places[number]
            if place.sent_ns is None:
                self._send(place)
                heapq.heappush(due, (moment + interval_s, number))
            else:  # not answered yet: again in a moment, as often as it takes
                heapq.heappush(due, (moment + 0.001, number))

    def _bursts(self, until: float, interval_s: float, spread_s: float, chance: random.Random) -> None:
        moment = time.monotonic()
        while moment < until and self._left > 0:
            due = sorted((moment + chance.random() * spread_s, place.number) for place in self._places)
            for at, number in due[: self._left]:
                if at > time.monotonic():
                    self._answered_until(at)
                self._send(self._places[number])
            self._drain()
            moment = max(moment + interval_s, time.monotonic())
            if moment < until:
                self._answered_until(moment)

    # ------------------------------------------------------------ one press

    def _watch(self, place: Place) -> None:
        self._by_descriptor[place.line.fileno()] = place
        self._poll.register(place.line, select.EPOLLIN)

    def _lose(self, place: Place) -> None:
        """The server has closed the line. One of HTTP that rested is opened anew by the next press, unmeasured."""
        if place.sent_ns is not None:
            raise child.BenchError("the server has closed a connection instead of answering")
        del self._by_descriptor[place.line.fileno()]
        self._poll.unregister(place.line)
        place.line.close()

    def _send(self, place: Place) -> None:
        if place.line.fileno() < 0:
            if isinstance(place.speech, HallSpeech):
                raise child.BenchError("the hall has closed a connection")
            place.line = wire.connect(self._port)
            self._watch(place)
        number = next(self._ids)
        data = place.speech.request(number, f"{self._name}-{number}", place.cycle[place.step])
        self._left -= 1
        self._waited += 1
        place.sent_ns = time.monotonic_ns()
        place.line.sendall(data)

    def _answered(self, wait_s: float) -> list[Place]:
        """Wait until something comes, at most `wait_s`; the places whose press was answered."""
        done = []
        for descriptor, _event in self._poll.poll(max(0.0, wait_s)):
            if descriptor not in self._by_descriptor:
                raise child.BenchError("the bench has gone")
            place = self._by_descriptor[descriptor]
            done += [place] * self._receive(place)
        return done

    def _receive(self, place: Place) -> int:
        """Read what has come for the place; the number of answers in it."""
        data = place.line.recv(READ)
        now = time.monotonic_ns()
        if not data:
            self._lose(place)
            return 0
        answers = place.speech.answers(place.line, data)
        for answer in answers:
            self._take(place, answer, now)
        return len(answers)

    def _take(self, place: Place, answer: Answer, now: int) -> None:
        sent, place.sent_ns = place.sent_ns, None
        self._waited -= 1
        if sent is None:
            raise child.BenchError("an answer that was not asked for")
        if answer.result is None:
            self._told.refused[answer.error.data.code if answer.error else "unknown"] += 1
            place.turn = 0
            return
        ticket = answer.result.ticket.id if answer.result.ticket else ""
        self._told.presses.append((place.number, place.step, sent, now, answer.result.seq, ticket))
        place.turn += 1

    def _answered_until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            self._answered(left)

    def _drain(self) -> None:
        until = time.monotonic() + ANSWER_S
        while self._waited > 0:
            if time.monotonic() > until:
                raise child.BenchError(f"{self._waited} presses are not answered")
            self._answered(until - time.monotonic())


if __name__ == "__main__":
    Load().run()
