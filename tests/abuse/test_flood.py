"""The log under a flood: one cause cannot fill the disk, and nothing of what a client sent is in it (O06)."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from hallctl.api.flood import CAUSES, FIRST, PERIOD_S, Relay, Thinning, relay_libraries
from tests.abuse.test_clock import Hands


def written(thinning: Thinning, count: int, **line: Any) -> list[dict[str, Any]]:
    """What is written of so many equal lines."""
    kept = []
    for _ in range(count):
        try:
            kept.append(dict(thinning(None, "warning", dict(line))))
        except structlog.DropEvent:
            continue
    return kept


def test_o06_a_million_lines_of_one_cause_become_a_few() -> None:
    hands = Hands(0)
    thinning = Thinning(hands.elapsed)
    kept = written(thinning, 100_000, event="request.forbidden", caller="board:1")
    assert [line.get("count") for line in kept] == [None] * FIRST + [10, 100, 1_000, 10_000, 100_000]
    assert len(written(thinning, 3, event="request.forbidden", caller="board:2")) == 0
    hands.pass_s(PERIOD_S)
    assert len(written(thinning, 1, event="request.forbidden")) == 1


def test_o06_each_device_is_a_cause_of_its_own_and_causes_are_bounded() -> None:
    hands = Hands(0)
    thinning = Thinning(hands.elapsed)
    for number in range(5 * CAUSES):
        assert len(written(thinning, 1, event="device.down", device=f"d{number}")) == 1
    assert len(thinning._seen) <= CAUSES + 1


@pytest.fixture
def library() -> Iterator[logging.Logger]:
    """One of the libraries' loggers, given back as it was."""
    names = ("uvicorn", "uvicorn.error", "websockets", "asyncio")
    before = [(logging.getLogger(name), list(logging.getLogger(name).handlers)) for name in names]
    relay_libraries()
    yield logging.getLogger("uvicorn.error")
    for logger, handlers in before:
        logger.handlers, logger.propagate = handlers, True


def test_o06_libraries_are_heard_without_what_clients_chose(library: logging.Logger) -> None:
    """Neither a message's values nor an exception's words: an ID number may stand in them."""
    assert any(isinstance(handler, Relay) for handler in library.handlers)
    with structlog.testing.capture_logs() as lines:
        library.warning("%s is no request", "110101199003077758")
        try:
            raise ValueError("110101199003077758")
        except ValueError:
            library.exception("Exception in %s", "110101199003077758")
        library.info("not worth a line")
    assert [line["event"] for line in lines] == ["library.says"] * 2
    assert lines[0]["sentence"] == "%s is no request"
    assert lines[1]["error"] == "ValueError"
    assert "test_flood.py" in lines[1]["at"]
    assert "110101199003077758" not in str(lines)
