"""Answers that were given, by request id: the same request again gets the same answer and changes nothing (O01).

Recent answers are in memory; at a start the store gives back those of the last hour, which is far longer than any
client retries. A refusal is not kept: nothing had happened.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from hallctl.errors import RequestError

KEPT = 50_000
"""Answers in memory: two county days."""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """`key` is the asker's name with the client's request_id; `digest` is of the method and its params."""

    key: str
    digest: str


class Answers:
    """What was answered, or is about to be: JSON texts of receipts."""

    def __init__(self) -> None:
        self._given: OrderedDict[str, tuple[str, str | asyncio.Future[str]]] = OrderedDict()

    def known(self, request: RequestKey) -> str | asyncio.Future[str] | None:
        """The answer, or the future one; RequestError ``request.reused`` if the id was for something else."""
        entry = self._given.get(request.key)
        if entry is None:
            return None
        if entry[0] != request.digest:
            raise RequestError("request.reused")
        return entry[1]

    def put(self, request: RequestKey, answer: str | asyncio.Future[str]) -> None:
        """Keep the answer, or the promise of one."""
        self._given[request.key] = (request.digest, answer)
        self._given.move_to_end(request.key)
        while len(self._given) > KEPT:
            self._given.popitem(last=False)

    def forget(self, request: RequestKey) -> None:
        """The command came to nothing."""
        self._given.pop(request.key, None)
