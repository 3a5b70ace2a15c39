"""Brings a database to the revision that this program writes.

A database at `HEAD` is recognised by one SELECT; alembic is imported only where there is something to do, because its
import costs a good part of a start. A new revision is made by hand or from
``alembic.autogenerate.produce_migrations``, becomes `HEAD`, and is tested from a real older file.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hallctl.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "r0002"
"""The newest revision in ``migrations/versions``; a test compares."""


def revision_of(connection: sqlite3.Connection) -> str | None:
    """The revision of the database, None for an empty one."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return str(row[0]) if row else None


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring the database to `HEAD`; raises StoreError ``store.newer`` for one made by a newer program.

    One transaction on `connection` (autocommit mode), committed or undone: half a migration is never seen. Does
    nothing, and imports nothing, at `HEAD`.
    """
    revision = revision_of(connection)
    if revision == HEAD:
        return
    from alembic import command
    from alembic.script import ScriptDirectory
    from sqlalchemy import StaticPool, create_engine
    from sqlalchemy.exc import SQLAlchemyError

    config = alembic_config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError("store.newer", version=revision)
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    try:
        with engine.connect() as bound:
            bound.exec_driver_sql("BEGIN")  # SQLAlchemy leaves it out in autocommit mode
            config.attributes["connection"] = bound
            command.upgrade(config, "head")
            bound.commit()
    except SQLAlchemyError as error:
        raise StoreError("store.unavailable", detail=f"migration from {revision}: {error}") from error


def alembic_config() -> "Config":
    """Alembic's config without a file: the scripts stand beside this module."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
