"""Answers that were given, by request id: the same request again gets the same answer and changes nothing (O01).

Recent answers are in memory; at a start the store gives back the last thousands, far more than any client still
asks for. A refusal is not kept: nothing had happened.
"""

from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct

from hallctl.errors import HallctlError, Refusal, RequestError

Outcome = str | Refusal | HallctlError
"""What a command came to: the receipt (JSON text), a refusal, or why it could not be made durable."""

Reply = Callable[[Outcome], None]
"""Tells an asker the outcome, in the loop's thread. It must not raise and must not block."""


class EarlyReply:
    """A `Reply` whose answer can leave from the thread that has made it durable, without waiting for the loop. None of
    it may raise or block."""

    __slots__ = ()

    def __call__(self, outcome: Outcome) -> None:
        """Tell the outcome, unless it was told early; in the loop's thread, the last call, whatever came before."""
        raise NotImplementedError

    def prepare(self, answer: str) -> Callable[[], None] | None:
        """Make the answer ready, in the loop's thread, while the disk works; what tells it if that can be done at once,
        from another thread and perhaps twice, or None where it is not to leave early."""
        raise NotImplementedError


KEPT = 50_000
"""Answers in memory: two county days."""


class RequestKey(Struct, frozen=True, gc=False):
    """`key` is the asker's name with the client's request_id; `digest` is of the method and its params."""

    key: str
    digest: str


class Answers:
    """What was answered, or is about to be: JSON texts of receipts."""

    def __init__(self) -> None:
        self._given: OrderedDict[str, tuple[str, str | list[Reply]]] = OrderedDict()

    def known(self, request: RequestKey) -> str | list[Reply] | None:
        """The answer, or those who wait for it; RequestError ``request.reused`` if the id was for something else."""
        entry = self._given.get(request.key)
        if entry is None:
            return None
        if entry[0] != request.digest:
            raise RequestError("request.reused")
        return entry[1]

    def put(self, request: RequestKey, answer: str | list[Reply]) -> None:
        """Keep the answer, or who waits for it."""
        self._given[request.key] = (request.digest, answer)
        self._given.move_to_end(request.key)
        while len(self._given) > KEPT:
            self._given.popitem(last=False)

    def settle(self, request: RequestKey, answer: str) -> None:
        """Keep the answer in the place of those who have waited for it."""
        self._given[request.key] = (request.digest, answer)

    def forget(self, request: RequestKey) -> None:
        """The command came to nothing."""
        self._given.pop(request.key, None)
