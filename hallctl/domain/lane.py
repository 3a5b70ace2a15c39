"""A lane: the tickets of one class that wait for one service (or for one window), in order of their place.

People nearly always join at the end and leave at the front, so a deque is the fast shape; putting somebody back to
an old place or taking somebody out of the middle is rare and may cost O(n).
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator

Entry = tuple[int, int, str]
"""(place in ms, seq of the taking event, ticket id): unique and totally ordered."""


class Lane:
    """Waiting tickets, ordered by `Entry`."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def head(self) -> Entry | None:
        """The entry that waits longest, or None."""
        return self._entries[0] if self._entries else None

    @property
    def tail(self) -> Entry | None:
        """The entry that is served last, or None."""
        return self._entries[-1] if self._entries else None

    def add(self, entry: Entry) -> None:
        """Put `entry` at its place."""
        if not self._entries or self._entries[-1] < entry:
            self._entries.append(entry)
        else:
            self._entries.insert(bisect_left(self._entries, entry), entry)

    def remove(self, entry: Entry) -> None:
        """Take `entry` out; KeyError if it is not there."""
        if self._entries and self._entries[0] == entry:
            self._entries.popleft()
            return
        index = bisect_left(self._entries, entry)
        if index == len(self._entries) or self._entries[index] != entry:
            raise KeyError(entry)
        del self._entries[index]
