"""Events, records and a small hall for the tests of the store."""

import dataclasses
import types
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hallctl.domain.apply import apply
from hallctl.domain.decision import Decision
from hallctl.domain.events import Event, Record
from hallctl.domain.model import Person
from hallctl.domain.state import HallState
from hallctl.engine.step import Step, take
from hallctl.store.database import Write
from hallctl.store.journal import GENESIS, Head

DAY = "2026-11-23"
NOON = 1_795_406_400_000
PERSON = Person("9f" * 32, "王*", "330***********123X", "id-card")


def full(kind: type[Any]) -> Any:
    """An instance with every field given a value of its type, optional ones too."""
    hints = get_type_hints(kind)
    return kind(**{field.name: _value(hints[field.name], field.name) for field in dataclasses.fields(kind)})


def least(kind: type[Any]) -> Any:
    """An instance with only what must be given, None wherever that is allowed."""
    hints = get_type_hints(kind)
    return kind(
        **{
            field.name: None if type(None) in get_args(hints[field.name]) else _value(hints[field.name], field.name)
            for field in dataclasses.fields(kind)
            if field.default is dataclasses.MISSING
        }
    )


def _value(hint: Any, name: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if hint == tuple[str, ...]:
        return (f"{name}-1", "“二”")
    if hint is Person:
        return PERSON
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)[-1]
    simple: dict[Any, Any] = {str: f'{name}: ‘李㼆’ "\\ 0', int: 2**53 + 1, bool: True}
    return simple[hint]


class Book:
    """Applies events to a state as the engine does, and keeps the rows that were due."""

    def __init__(self, state: HallState | None = None, head: Head = GENESIS) -> None:
        self.state = state if state is not None else HallState()
        self.head = head
        self.at = NOON
        self.records: list[Record] = []

    def write(self, *events: Event) -> Write:
        """The write of the events, a second after each other, as one command."""
        write = Write([])
        for event in events:
            self.at += 1000
            step = self.step(event)
            write.rows += step.rows
            for place, row in step.latest.items():
                write.latest.pop(place, None)
                write.latest[place] = row
        return write

    def step(self, *events: Event) -> Step:
        """All events at one moment, as the engine does it."""
        step = take(self.state, Decision(events), "test", self.at, self.head)
        self.head = step.head
        self.records += step.records
        return step


def replayed(records: Iterable[Record]) -> HallState:
    state = HallState()
    for record in records:
        apply(state, record)
    return state
