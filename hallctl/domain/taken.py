"""What was taken today: the numbers that count for the limits, by service and by person (T08).

A cancelled number does not count. A limit says how many people the hall can serve; who cancels is not served, and the
place is the next one's. Those who were missed or left keep theirs: the hall was ready for them. A number counts when it
was taken and for the service that gave it, wherever it was sent to.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field

from hallctl.domain.model import Ticket


@dataclass(slots=True)
class Taken:
    """`times` has for each service the moments (ms) of its numbers in order, `persons` how many numbers of a service
    a person (digest) took; nothing is kept of who has none."""

    times: dict[str, list[int]] = field(default_factory=dict)
    persons: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, int, str | None]]) -> "Taken":
        """Of the day's tickets: (service, taken_at, digest of the person) each."""
        taken = cls()
        for service, at, digest in rows:
            taken._add(service, at, digest)
        return taken

    def add(self, ticket: Ticket) -> None:
        """A number was given."""
        self._add(ticket.service, ticket.taken_at, ticket.person.digest if ticket.person is not None else None)

    def _add(self, service: str, at: int, digest: str | None) -> None:
        insort(self.times.setdefault(service, []), at)
        if digest is not None:
            self.persons[digest, service] = self.persons.get((digest, service), 0) + 1

    def remove(self, ticket: Ticket) -> None:
        """A number that was counted is cancelled."""
        times = self.times[ticket.service]
        del times[bisect_left(times, ticket.taken_at)]
        if not times:
            del self.times[ticket.service]
        if ticket.person is not None:
            self._remove_person((ticket.person.digest, ticket.service))

    def _remove_person(self, key: tuple[str, str]) -> None:
        left = self.persons.get(key, 0) - 1
        if left > 0:
            self.persons[key] = left
        else:
            self.persons.pop(key, None)

    def clear(self) -> None:
        """Another day begins."""
        self.times.clear()
        self.persons.clear()

    def total(self, service: str) -> int:
        """Numbers of the service today."""
        return len(self.times.get(service, ()))

    def between(self, service: str, begin: int, end: int) -> int:
        """Those of [begin, end)."""
        times = self.times.get(service, [])
        return bisect_left(times, end) - bisect_left(times, begin)

    def by(self, digest: str, service: str) -> int:
        """Those of one person."""
        return self.persons.get((digest, service), 0)
