"""The texts of the hot path, compiled once from the tables: what the writer executes without an ORM.

The texts hold to what SQLite and PostgreSQL share (``ON CONFLICT ... DO UPDATE`` too); `DIALECT` is the only thing
that differs. Parameters are given by position, in the order of `columns`.
"""

from typing import Any, Final

from sqlalchemy import Delete, Insert, Select, Table, Update, bindparam, delete, insert, update
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel

Value = str | int | bytes | None
Row = tuple[str, tuple[Value, ...]]
"""A statement and its parameters: one row to be written."""

DIALECT: Final = sqlite.dialect(paramstyle="qmark")


KEYED: Final[set[str]] = set()
"""The UPDATEs of one row by its primary key: where there is none such, rows and journal contradict each other."""


def table_of(model: type[SQLModel]) -> Table:
    """The table that a class of `tables` declares."""
    return model.metadata.tables[model.__name__.lower()]


def columns(model: type[SQLModel]) -> tuple[str, ...]:
    """The names of the table's columns, in order."""
    return tuple(table_of(model).columns.keys())


def compiled(
    statement: Insert | Update | Delete | Select[Any], names: list[str] | None = None, *, literal: bool = False
) -> str:
    """The statement's text; `names` are the columns written, in the order of the table.

    Values in the statement only mark where parameters go, unless `literal`: then they are part of the text.
    """
    return str(statement.compile(dialect=DIALECT, column_keys=names, compile_kwargs={"literal_binds": literal}))


def insert_text(model: type[SQLModel], *names: str) -> str:
    """A plain INSERT of the columns `names` (default: all): a row that exists already is an error."""
    return compiled(insert(table_of(model)), [name for name in columns(model) if not names or name in names])


def upsert_text(model: type[SQLModel], *names: str) -> str:
    """INSERT of the columns `names` (default: all), or UPDATE of them where the primary key exists."""
    table = table_of(model)
    written = [name for name in columns(model) if not names or name in names]
    keys = [column.name for column in table.primary_key]
    quote = DIALECT.identifier_preparer.quote
    changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in written if name not in keys)
    action = f"UPDATE SET {changes}" if changes else "NOTHING"
    conflict = f"ON CONFLICT ({', '.join(map(quote, keys))}) DO {action}"
    return f"{compiled(insert(table), written)} {conflict}"


def update_text(model: type[SQLModel], *names: str) -> str:
    """UPDATE of the columns `names` (in the table's order) of one row; the last parameters are its primary key."""
    table = table_of(model)
    statement = update(table)
    for key in table.primary_key:
        statement = statement.where(key == bindparam(f"{key.name}_key"))
    made = compiled(statement, list(names))
    KEYED.add(made)
    return made


def delete_text(model: type[SQLModel]) -> str:
    """DELETE of the row with the primary key given."""
    table = table_of(model)
    statement = delete(table)
    for key in table.primary_key:
        statement = statement.where(key == bindparam(f"{key.name}_key"))
    return compiled(statement)
