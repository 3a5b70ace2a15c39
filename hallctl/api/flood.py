"""A flood must not fill the disk: log lines of one cause are thinned out, also those of the libraries below.

In each `PERIOD_S` the first `FIRST` lines of a cause are written, then the 10th, 100th, 1,000th and so on with their
count. A cause is the event with the device or the library's sentence that it is about; never its other values, which a
client may choose.
"""

import logging
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, Final

import structlog

from hallctl.clock import monotonic_s

PERIOD_S: Final = 60.0
FIRST: Final = 5
CAUSES: Final = 1_000
"""Causes remembered; beyond that all are forgotten, and may be written again."""

LIBRARIES: Final = ("uvicorn", "uvicorn.error", "websockets", "asyncio")

log = structlog.get_logger()


class Thinning:
    """A structlog processor; the first of them."""

    def __init__(self, monotonic: Callable[[], float] = monotonic_s) -> None:
        self._monotonic = monotonic
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def __call__(self, _logger: Any, _method: str, line: Any) -> Any:
        now = self._monotonic()
        cause = (str(line.get("event")), str(line.get("device") or line.get("sentence") or ""))
        began, count = self._seen.get(cause, (now, 0))
        if now - began >= PERIOD_S:
            began, count = now, 0
        if len(self._seen) > CAUSES:
            self._seen.clear()
        count += 1
        self._seen[cause] = (began, count)
        if count > FIRST and not _round(count):
            raise structlog.DropEvent
        if count > FIRST:
            line["count"] = count
        return line


def _round(count: int) -> bool:
    """10, 100, 1,000, ..."""
    return count >= 10 and set(str(count)[1:]) == {"0"} and str(count)[0] == "1"


class Relay(logging.Handler):
    """What the libraries log, as lines of the hall. Neither their values nor traces: a client may have chosen them."""

    def emit(self, record: logging.LogRecord) -> None:
        sentence = str(record.msg).strip()
        log.log(record.levelno, "library.says", library=record.name, sentence=sentence, **_defect(record.exc_info))


def _defect(raised: Any) -> dict[str, str]:
    """Kind and place of what was raised, not its words."""
    if not raised or raised[0] is None:
        return {}
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(raised[2])]
    places = [f"{PurePath(code.co_filename).name}:{line} {code.co_name}" for code, line in frames[-5:]]
    return {"error": raised[0].__name__, "at": " > ".join(places)}


def relay_libraries() -> None:
    """Send the warnings of the libraries through the hall's log from now on."""
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers = [Relay(logging.WARNING)]
        library.propagate = False
