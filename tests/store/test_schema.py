"""The migrations lead to the tables that the code declares."""

import contextlib
import importlib.util
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from hallctl.domain import events as e
from hallctl.errors import StoreError
from hallctl.store import request, schema
from hallctl.store.database import DATABASE, Database
from hallctl.store.request import Request
from hallctl.store.tables import METADATA
from tests.store.conftest import Store
from tests.store.halls import grow, journal_of, looking, new_hall, tamper, verdict_of


def _structure(path: Path) -> dict[str, list[str]]:
    """Each table and index with the parts of its definition, whose order and blanks in the text do not matter: a column
    that a migration has added stands on the line of the one before."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
        )
        return {name: sorted(part.strip("\n\t ()") for part in re.split(r",\s", sql)) for name, sql in rows}


def test_a_fresh_database_is_what_the_tables_say(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "declared.db"
    engine = create_engine(f"sqlite:///{path}")
    METADATA.create_all(engine)
    engine.dispose()
    store.database.close()
    assert _structure(store.directory / DATABASE) == _structure(path)


def test_autogenerate_finds_no_difference(store: Store) -> None:
    store.database.close()
    engine = create_engine(f"sqlite:///{store.directory / DATABASE}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_head_is_the_newest_revision(store: Store) -> None:
    assert ScriptDirectory.from_config(schema.alembic_config()).get_heads() == [schema.HEAD]
    with store.database.reading() as connection:
        assert schema.revision_of(connection) == schema.HEAD


def test_a_newer_database_is_refused(store: Store) -> None:
    store.database.close()
    path = store.directory / DATABASE
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'r9999'")
        connection.commit()
    with pytest.raises(StoreError) as newer:
        store.open()
    assert newer.value.code == "store.newer"
    assert "r9999" in newer.value.sentence("en")
    assert "r9999" in newer.value.sentence("zh")


def test_half_a_migration_is_never_seen(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        connection.execute("CREATE TABLE terminal (something)")
    with pytest.raises(StoreError) as error:
        Database.open(tmp_path, lambda _batch, _error: None)
    assert error.value.code == "store.unavailable"
    assert list(_structure(tmp_path / DATABASE)) == ["terminal"]


def test_o07_a_file_of_the_first_revision_goes_on(tmp_path: Path) -> None:
    """O01, O07: its journal is read and appended to, what it answered is answered the same."""
    path = new_hall(tmp_path)
    before = journal_of(path)
    answered = Request("kiosk/1", "d", len(before), before[-1][1], '{"seq":1}')
    tamper(path, "ALTER TABLE event DROP COLUMN request", "UPDATE alembic_version SET version_num = 'r0001'")
    with looking(path) as connection:
        connection.execute(*request.row(answered))
    store = Store(tmp_path)
    try:
        assert store.ask(schema.revision_of) == schema.HEAD
        assert store.ask(lambda connection: request.recent(connection)) == [answered]
        assert store.ask(lambda connection: request.asked_after(connection, 0)) == {}
    finally:
        store.database.close()
    grow(path, e.WindowOpened("2"))
    assert journal_of(path, len(before)) == before
    assert verdict_of(path, rows=True).whole


def test_a_start_at_head_does_not_import_alembic(store: Store) -> None:
    store.database.close()
    code = (
        "import sys; from pathlib import Path; from hallctl.store.database import Database;"
        "Database.open(Path(sys.argv[1]), print).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(store.directory)], cwd=root, check=False)
    assert done.returncode == 0


def test_a_new_revision_is_written_from_the_template(store: Store, tmp_path: Path) -> None:
    """The template's words make a module that can be imported."""
    source = Path(schema.__file__).with_name("migrations")
    script = ScriptDirectory(str(source), version_locations=[str(tmp_path)])
    made = script.generate_revision("r0002", "Another column", head="base", splice=True)
    assert made is not None
    spec = importlib.util.spec_from_file_location("made", made.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.revision == "r0002"
