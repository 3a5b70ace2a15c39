"""What an event is, and the record of one in the journal."""

from typing import ClassVar

from msgspec import Struct


class Event(Struct, frozen=True, gc=False):
    """Root of the events. `TYPE` is the name in the journal and on the wire."""

    TYPE: ClassVar[str] = ""
    PRIVATE: ClassVar[frozenset[str]] = frozenset()


class Record(Struct, frozen=True, gc=False):
    """An event in the journal: gapless `seq`, when, the business day (or None), and who or what did it."""

    seq: int
    at: int
    day: str | None
    actor: str
    event: Event
