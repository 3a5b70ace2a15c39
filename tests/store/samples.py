"""Events, records and a small hall for the tests of the store."""

import dataclasses
import types
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hallctl.domain.apply import apply
from hallctl.domain.events import Event, Record
from hallctl.domain.model import Person
from hallctl.domain.state import HallState
from hallctl.store import journal, projection
from hallctl.store.statement import Row

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
    if dataclasses.is_dataclass(hint):
        return full(hint) if isinstance(hint, type) else None
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return list(hint)[-1]
    simple: dict[Any, Any] = {str: f'{name}: ‘李㼆’ "\\ 0', int: 2**53 + 1, bool: True}
    return simple[hint]


class Book:
    """Applies events to a state as the engine does, and keeps the rows that were due."""

    def __init__(self, state: HallState | None = None) -> None:
        self.state = state if state is not None else HallState()
        self.at = NOON
        self.records: list[Record] = []

    def write(self, *events: Event) -> list[Row]:
        """The rows of one command that led to the events."""
        rows: list[Row] = []
        for event in events:
            self.at += 1000
            record = Record(self.state.seq + 1, self.at, self.state.day, "test", event)
            apply(self.state, record)
            self.records.append(record)
            rows += [*journal.rows([record]), *projection.rows(self.state, [record])]
        return rows


def replayed(records: Iterable[Record]) -> HallState:
    state = HallState()
    for record in records:
        apply(state, record)
    return state
