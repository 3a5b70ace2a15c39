"""Events, records and a small hall for the tests of the store."""

import types
from collections.abc import Iterable
from enum import StrEnum
from inspect import Parameter, signature
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct

from hallctl.domain.apply import apply
from hallctl.domain.decision import Decision
from hallctl.domain.events import Event, Record
from hallctl.domain.model import Person
from hallctl.domain.state import HallState, Noted, merge
from hallctl.engine.step import Step, take
from hallctl.store import projection
from hallctl.store.database import Write
from hallctl.store.journal import GENESIS, Head
from hallctl.store.statement import Row

E = TypeVar("E", bound=Event)

DAY = "2026-11-23"
NOON = 1_795_406_400_000
PERSON = Person("9f" * 32, "王*", "330***********123X", "id-card")


def full(kind: type[Any]) -> Any:
    """An instance with every field given a value of its type, optional ones too."""
    hints = get_type_hints(kind)
    return kind(**{name: _value(hints[name], name) for name in signature(kind).parameters})


def least(kind: type[Any]) -> Any:
    """An instance with only what must be given, None wherever that is allowed."""
    hints = get_type_hints(kind)
    return kind(
        **{
            name: None if type(None) in get_args(hints[name]) else _value(hints[name], name)
            for name, parameter in signature(kind).parameters.items()
            if parameter.default is Parameter.empty
        }
    )


def changed(event: E, **values: Any) -> E:
    """The event with other values."""
    return type(event)(**{**{name: getattr(event, name) for name in signature(type(event)).parameters}, **values})


def _value(hint: Any, name: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if hint == tuple[str, ...]:
        return (f"{name}-1", "“二”")
    if get_origin(hint) is tuple:
        return tuple(_value(part, name) for part in get_args(hint) if part is not ...)
    if hint is Person:
        return PERSON
    if isinstance(hint, type) and issubclass(hint, Struct):
        hints = get_type_hints(hint)
        return hint(*(_value(hints[field], field) for field in hint.__struct_fields__))
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
        """The write of the events, a second after each other, as one command, and the rows that follow them."""
        made: list[Row] = []
        noted: Noted = {}
        for event in events:
            self.at += 1000
            step = self.step(event)
            made += step.rows
            merge(noted, step.noted)
        return Write([*made, *projection.rows(noted, self.state.seq)])

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
