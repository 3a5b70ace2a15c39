"""What a load found: presses and their answers, frames and their readers, joined by the events' numbers."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from hallctl.bench.spread import percentile

NS: Final = 1e-9


class Press(NamedTuple):
    """One press that was carried out: `step` of its place's cycle, moments in ns, event and ticket of the receipt."""

    place: int
    step: int
    sent_ns: int
    answered_ns: int
    seq: int
    ticket: str

    @property
    def answer_s(self) -> float:
        """Seconds from the press to its answer."""
        return (self.answered_ns - self.sent_ns) * NS


class Frame(NamedTuple):
    """A frame that told the events `first` to `last` to `readers`, between `first_ns` and `last_ns`."""

    first: int
    last: int
    readers: int
    first_ns: int
    last_ns: int
    size: int


@dataclass
class Sample:
    """One load on one server. `cpu_s` is the server's over the load; `behind` readers had not seen everything at the
    end, `gaps` and `skipped` (a snapshot instead of events) are counted over all of them."""

    presses: list[Press]
    refused: dict[str, int]
    seconds: float
    cpu_s: float
    frames: list[Frame] = field(default_factory=list)
    behind: int = 0
    gaps: int = 0
    skipped: int = 0
    closed: int = 0
    moments: "array[int]" = field(default_factory=lambda: array("q"))
    """When each reader had each frame, in the order of `frames`; empty if it was not asked for."""

    @classmethod
    def of(cls, told: dict[str, Any], cpu_s: float) -> "Sample":
        """From the answer of `hallctl.bench.load`."""
        presses = [Press(*row) for row in told["presses"]]
        return cls(presses, told["refused"], (told["ended_ns"] - told["began_ns"]) * NS, cpu_s, skipped=told["skipped"])

    def add_readers(self, told: dict[str, Any], moments: Path | None = None) -> None:
        """From the answer of `hallctl.bench.boards`."""
        self.frames = [Frame(*row) for row in told["frames"]]
        self.behind, self.gaps = told["behind"], told["gaps"]
        self.skipped += told["snapshots"]
        self.closed = told["closed"]
        if moments is not None:
            with moments.open("rb") as file:
                self.moments.fromfile(file, sum(frame.readers for frame in self.frames))

    def answers_s(self, step: int | None = None) -> list[float]:
        """Seconds from press to answer, of one step of the cycle or of all."""
        return [press.answer_s for press in self.presses if step is None or press.step == step]

    @property
    def rate(self) -> float:
        """Durable presses a second."""
        return len(self.presses) / self.seconds

    @property
    def cpu_us(self) -> float:
        """The server's CPU per press, in microseconds."""
        return self.cpu_s * 1e6 / max(1, len(self.presses))

    def last_boards_s(self, step: int | None = None) -> list[float]:
        """For each press (of one step or all), seconds until the last reader had the whole frame that tells of it."""
        return [
            (max(frame.last_ns for frame in telling) - press.sent_ns) * NS
            for press, telling in self.told()
            if step is None or press.step == step
        ]

    def first_boards_s(self) -> list[float]:
        """The same for the first reader."""
        return [(min(f.first_ns for f in telling) - press.sent_ns) * NS for press, telling in self.told()]

    def reader_delays_s(self) -> list[float]:
        """Seconds from the press to each reader's whole frame; a frame counts from the first press that it tells of."""
        sent: dict[int, int] = {}
        for press, telling in self.told():
            for frame in telling:
                known = sent.get(frame.last, press.sent_ns)
                sent[frame.last] = min(known, press.sent_ns)
        delays: list[float] = []
        at = 0
        for frame in self.frames:
            moments = self.moments[at : at + frame.readers]
            at += frame.readers
            if frame.last in sent:
                delays += [(moment - sent[frame.last]) * NS for moment in moments]
        return delays

    def told(self) -> list[tuple[Press, list[Frame]]]:
        """The presses that frames tell of. Roles may be told of an event in frames of different ranges."""
        ends = sorted({frame.last for frame in self.frames})
        by_end: dict[int, list[Frame]] = {}
        for frame in self.frames:
            by_end.setdefault(frame.last, []).append(frame)
        found = []
        for press in self.presses:
            at = bisect_left(ends, press.seq)
            telling = [
                frame for end in ends[at : at + 2] for frame in by_end[end] if frame.first <= press.seq <= frame.last
            ]
            if telling:
                found.append((press, telling))
        return found


def answer_numbers(sample: Sample) -> dict[str, float]:
    """The answers for a figure's `absolute`, and the server's CPU."""
    answers: Sequence[float] = sample.answers_s()
    return {
        **{f"answer_p{p}_ms": percentile(answers, p) * 1000 for p in (50, 90, 99)},
        "answer_max_ms": percentile(answers, 100) * 1000,
        "cpu_us_per_press": sample.cpu_us,
        "presses_per_s": sample.rate,
    }
