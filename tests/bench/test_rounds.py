"""Rounds: order, ratios, and what noise does."""

from collections.abc import Iterator
from typing import Any

import pytest

from hallctl.bench import rounds
from hallctl.bench.floor import Floor
from hallctl.bench.sample import Frame, Press, Sample
from hallctl.bench.spread import percentile, spread_ms


def flat(seconds: float) -> Floor:
    return Floor(append=[seconds], round_trip=[seconds])


def test_each_part_is_measured_once_a_round_in_shuffled_order() -> None:
    order: list[str] = []

    def part(name: str) -> Any:
        def measured() -> str:
            order.append(name)
            return name

        return measured

    def look() -> Floor:
        order.append("floor")
        return flat(1.0)

    found = rounds.measure(6, look, {"a": part("a"), "b": part("b")}, lambda _text: None)
    inside = [order[n : n + 5] for n in range(0, len(order), 5)]
    assert len(inside) == 6
    assert all(row[0] == row[-1] == "floor" and sorted(row[1:4]) == ["a", "b", "floor"] for row in inside)
    assert len({tuple(row) for row in inside}) > 1
    assert [len(result["floor"].append) for result in found.results] == [3] * 6
    assert (found.dropped, found.disturbed) == (0, 0)


@pytest.fixture
def looks() -> Iterator[float]:
    """Calm, then a round whose floor moves, then calm for ever."""
    return iter([1.0, 1.0, 1.0, 1.0, 1.0, 2.0, *[1.0] * 30])


def test_a_disturbed_round_is_repeated_and_told(looks: Iterator[float]) -> None:
    found = rounds.measure(3, lambda: flat(next(looks)), {"a": lambda: 1}, lambda _text: None)
    assert (len(found.results), found.dropped, found.disturbed) == (3, 1, 0)
    figure = found.figure("1", "x", lambda result: 2.0 * result["a"], lambda _result: {"n": 3.0}, must=2.0, note="so")
    assert (list(figure.values), figure.dropped, figure.met, figure.note) == ([2.0] * 3, 1, True, "so")
    assert figure.absolute == {"n": 3.0}


def test_patience_ends_and_is_told() -> None:
    moving = iter(range(1, 1000))
    found = rounds.measure(2, lambda: flat(2.0 ** next(moving)), {}, lambda _text: None)
    assert (len(found.results), found.dropped, found.disturbed) == (2, 2 * rounds.PATIENCE, 2)
    assert "2 disturbed rounds" in found.figure("1", "x", lambda _result: 1.0).note


def test_percentiles_are_values_that_were_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(values, p) for p in (0, 20, 50, 99, 100)] == [1.0, 1.0, 3.0, 5.0, 5.0]
    assert percentile([], 50) != percentile([], 50)
    assert spread_ms("answer", [0.001]) == dict.fromkeys(
        ("answer_p50_ms", "answer_p90_ms", "answer_p99_ms", "answer_max_ms"), 1.0
    )


def test_presses_meet_the_frames_that_tell_of_them() -> None:
    """A commit's frame tells of several presses; another role may be told of them in a frame of another range."""
    presses = [Press(0, 0, 1000, 1500, 5, "a"), Press(1, 0, 1100, 1600, 7, "b"), Press(2, 1, 1200, 1700, 9, "c")]
    sample = Sample(presses, {}, 2.0, 0.003)
    sample.frames = [Frame(4, 7, 2, 2000, 2100, 10), Frame(6, 7, 1, 2200, 2200, 10)]
    sample.moments.extend([2000, 2100, 2200])
    assert [round(s * 1e9) for s in sample.last_boards_s()] == [1100, 1100]
    assert [round(s * 1e9) for s in sample.first_boards_s()] == [1000, 900]
    assert [round(s * 1e9) for s in sample.reader_delays_s()] == [1000, 1100, 1200]
    assert [round(s * 1e9) for s in sample.answers_s(1)] == [500]
    assert sample.rate == 1.5
    assert sample.cpu_us == pytest.approx(1000)
