"""A lane: the tickets of one class that wait for one service (or for one window), in order of their place.

People nearly always join at the end and leave at the front, so a deque is the fast shape; putting somebody back to
an old place or taking somebody out of the middle is rare and may cost O(n).
"""

from bisect import bisect_left
from collections import deque
from typing import Any

Entry = tuple[int, int, str]
"""(place in ms, seq of the taking event, ticket id): unique and totally ordered."""


class Lane(deque[Entry]):
    """Waiting tickets, ordered by `Entry`. The one at 0 waits longest: a deque itself, since a decision looks at the
    first of every lane. `memo` is what that makes of the first one (see `heads`), forgotten with it."""

    __slots__ = ("memo",)

    def __init__(self) -> None:
        super().__init__()
        self.memo: Any = None

    @property
    def head(self) -> Entry | None:
        """The entry that waits longest, or None."""
        return self[0] if self else None

    @property
    def tail(self) -> Entry | None:
        """The entry that is served last, or None."""
        return self[-1] if self else None

    def until(self, place: int) -> int:
        """How many stand at a place up to `place`."""
        return len(self) if not self or self[-1][0] <= place else bisect_left(self, (place + 1, 0, ""))

    def add(self, entry: Entry) -> None:
        """Put `entry` at its place."""
        if self and self[-1] < entry:
            self.append(entry)
        else:
            self.memo = None
            self.insert(bisect_left(self, entry), entry)

    def remove(self, entry: Entry) -> None:
        """Take `entry` out; KeyError if it is not there."""
        self.memo = None
        if self and self[0] == entry:
            self.popleft()
            return
        index = bisect_left(self, entry)
        if index == len(self) or self[index] != entry:
            raise KeyError(entry)
        del self[index]
