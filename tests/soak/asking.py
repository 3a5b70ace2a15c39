"""How the soak's people ask for changes, and remember each word they were told."""

import asyncio
import itertools
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any, Final

from tests.soak.line import Cut, Line, Refusal

Json = dict[str, Any]

UNSEEN: Final = frozenset({"ticket.rate", "slip.reprint", "clerk.login", "clerk.logout"})
"""Changes that boards are told with the next that they show."""


class Asking:
    """Asks until it is answered, however often the line is lost; what was acknowledged is written to a file.

    A line of the file: ``[method, request id, seq, ticket id or ""]``.
    """

    def __init__(self, name: str, ledger: Path) -> None:
        self.presses: list[tuple[int, int, int, bool]] = []
        """Since the last look: (seq, sent ns, answered ns, whether boards show it), where the line was not lost."""
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.asked_again = 0
        self.unanswered = 0
        self.cut_share = 0.0
        """Of the requests, how many lose their line as soon as they are sent."""
        self._name = name
        self._chance = random.Random(name)
        self._ids = itertools.count(1)
        self._file = ledger.open("w", encoding="utf-8")
        self._under_way: dict[asyncio.Task[Json], Line] = {}

    async def change(self, line: Line, method: str, **params: Any) -> Json:
        """The receipt; raises Refusal. Who is cancelled meanwhile leaves the request to be answered."""
        task = asyncio.ensure_future(self._change(line, method, params))
        self._under_way[task] = line
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    async def settle(self, within_s: float = 30.0) -> int:
        """Wait for what is under way; how many requests stayed without an answer."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=within_s)
        self._file.flush()
        return len(self._under_way) + self.unanswered

    async def answered(self, line: Line, within_s: float = 10.0) -> None:
        """Wait for what is under way on the line, before it is left for good."""
        tasks = [task for task, its in self._under_way.items() if its is line]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    def _done(self, task: "asyncio.Task[Json]") -> None:
        self._under_way.pop(task, None)
        if not task.cancelled():
            task.exception()

    async def _change(self, line: Line, method: str, params: Json) -> Json:
        request_id = f"{self._name}-{next(self._ids)}"
        again = False
        while True:
            await line.online.wait()
            if self._chance.random() < self.cut_share:
                asyncio.get_running_loop().call_soon(line.cut)  # after the request is in the socket
            try:
                receipt, sent, answered = await line.timed(method, params | {"request_id": request_id})
            except Cut:
                again = True
                self.asked_again += 1
                await asyncio.sleep(0)
                continue
            except TimeoutError:
                self.unanswered += 1
                raise
            except Refusal as refusal:
                self.refused[f"{method} {refusal.code}"] += 1
                raise
            break
        if not again:
            self.presses.append((receipt["seq"], sent, answered, method not in UNSEEN))
        self.acknowledged[method] += 1
        ticket = (receipt.get("ticket") or {}).get("id", "")
        self._file.write(json.dumps([method, request_id, receipt["seq"], ticket]) + "\n")
        return dict(receipt)
