"""Rounds: everything that is compared is measured within one round, in shuffled order, between two looks at the floor.

A ratio is made inside a round; over the rounds counts the median. A round whose floor moved by more than `NOISE`
between its beginning and its end was disturbed: it is dropped and repeated, up to twice the rounds wanted.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from hallctl.bench.figure import Figure
from hallctl.bench.floor import Floor

NOISE: Final = 1.5
"""How much the floor's median may move within a round."""

PATIENCE: Final = 2
"""Disturbed rounds that are repeated, for each round wanted."""

SEED: Final = 20_240_601


@dataclass
class Rounds:
    """What was measured: for each round that counts the results by part and, as ``floor``, all looks at the floor.

    `dropped` rounds were repeated; `disturbed` ones are counted although they were, because patience had ended.
    """

    results: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0
    disturbed: int = 0

    def ratios(self, ratio: Callable[[Mapping[str, Any]], float]) -> list[float]:
        """The ratio of each round."""
        return [ratio(result) for result in self.results]

    def absolute(self, numbers: Callable[[Mapping[str, Any]], Mapping[str, float]]) -> dict[str, float]:
        """The median over the rounds of each number by its name."""
        rows = [numbers(result) for result in self.results]
        return {name: median(row[name] for row in rows) for name in (rows[0] if rows else {})}

    def figure(
        self,
        row: str,
        name: str,
        ratio: Callable[[Mapping[str, Any]], float],
        numbers: Callable[[Mapping[str, Any]], Mapping[str, float]] = lambda _result: {},
        **more: Any,
    ) -> Figure:
        """A figure of these rounds; `more` are fields of `Figure`."""
        note = more.pop("note", "")
        if self.disturbed:
            note = f"{note} {self.disturbed} disturbed rounds are counted: the machine did not become quiet.".strip()
        absolute = self.absolute(numbers)
        return Figure(row, name, self.ratios(ratio), dropped=self.dropped, absolute=absolute, note=note, **more)


def measure(
    rounds: int,
    floor: Callable[[], Floor],
    parts: Mapping[str, Callable[[], Any]],
    say: Callable[[str], None],
    seed: int = SEED,
) -> Rounds:
    """Measure the parts and the floor in each round, in another order each time."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    found = Rounds()
    while len(found.results) < rounds:
        say(f"{len(found.results) + 1}/{rounds}")
        before = floor()
        order = [*parts, "floor"]
        chance.shuffle(order)
        result = {name: floor() if name == "floor" else parts[name]() for name in order}
        after = floor()
        quiet = moved(before, after) <= NOISE
        if not quiet and found.dropped < PATIENCE * rounds:
            found.dropped += 1
            continue
        found.disturbed += not quiet
        result["floor"] = before + result["floor"] + after
        found.results.append(result)
    return found


def moved(before: Floor, after: Floor) -> float:
    """How much the floor has moved, up or down: at least 1."""
    first, second = before.answer_s, after.answer_s
    return max(first, second) / min(first, second)
