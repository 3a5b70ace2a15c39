"""``hallctl replay``: recorded days again, as they were and under another setting. The journal is only read.

Exit codes as in `command`.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hallctl.errors import ConfigError, HallctlError, Problem, StoreError
from hallctl.lab.command import CsvFile, HtmlFile, JsonFile, Quiet, Windows, fail, finish, play

if TYPE_CHECKING:
    from hallctl.config import HallConfig
    from hallctl.lab.case import Case
    from hallctl.lab.recorded import Recording
    from hallctl.lab.setting import Setting

DEFAULT_DATA: Final = Path("hall-data")


def install(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    data: Annotated[
        Path,
        typer.Argument(help="Data directory, or a backup file.", envvar=["HALLCTL_DATA", "STATE_DIRECTORY"]),
    ] = DEFAULT_DATA,
    what_if: Annotated[bool, typer.Option("--what-if", help="Ask for at least one change.")] = False,
    day: Annotated[list[str] | None, typer.Option(help="YYYY-MM-DD, repeatable; default: the last day.")] = None,
    window: Windows = None,
    policy: Annotated[str | None, typer.Option(help="Policy of all windows.")] = None,
    rule: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="A key of the config's rules.")] = None,
    config: Annotated[Path | None, typer.Option(help="The hall's config; default: the one kept with the data.")] = None,
    json_file: JsonFile = None,
    csv_file: CsvFile = None,
    html_file: HtmlFile = None,
    quiet: Quiet = False,
) -> None:
    """Run recorded days again under another setting: would it have helped? 重放。"""
    from hallctl.lab.figures import of_day, pooled
    from hallctl.lab.run import Run
    from hallctl.lab.script import Clock
    from hallctl.lab.setting import setting

    pairs = [f"window.{given}" for given in window or []] + [f"rules.{given}" for given in rule or []]
    pairs += [f"policy={policy}"] if policy is not None else []
    if what_if and not pairs:
        raise typer.BadParameter("--window, --policy, --rule", param_hint="--what-if")
    try:
        made = setting(pairs)
        hall = _config(data, config)
        recordings = _recordings(data, hall, day or [])
        cases = [_case(recordings, hall, setting([]))]
        if pairs:
            cases.append(_case(recordings, hall, made))
    except HallctlError as error:
        fail(error)
    days = [recording.day for recording in recordings]
    run = Run(f"{hall.hall.name} {' '.join(days)}", list(range(len(days))), cases, [])
    run.recorded = pooled(
        of_day(recording.seen, hall, Clock(recording.day, hall.tz).minute, recording.script().closes_at)
        for recording in recordings
    )
    play(run, quiet)
    finish(run, json_file, csv_file, html_file, quiet)


def _config(data: Path, given: Path | None) -> "HallConfig":
    """The config given, or the one that the hall ran with last."""
    from hallctl.config import load
    from hallctl.store.backup import LAST_CONFIG

    directory = data.parent if data.is_file() else data
    return load(given or directory / LAST_CONFIG)[0]


@contextlib.contextmanager
def _journal(data: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot write, at one moment of the journal."""
    from hallctl.store import folder
    from hallctl.store.database import DATABASE, connect_reader

    path = data / DATABASE if data.is_dir() else data
    if not path.is_file():
        raise StoreError("verify.no_hall", path=str(data))
    try:
        opened = folder.connect(path) if folder.item(path) is not None else connect_reader(path)
        with contextlib.closing(opened) as connection:
            connection.execute("BEGIN")
            yield connection
    except sqlite3.Error as error:
        raise StoreError("verify.no_hall", path=str(path), detail=str(error)) from error


def _recordings(data: Path, hall: "HallConfig", days: list[str]) -> "list[Recording]":
    from hallctl.lab.recorded import Recording, last_day, records

    found = []
    with _journal(data) as connection:
        for day in days or [last_day(connection) or "–"]:
            there = records(connection, day)
            recording = Recording(day, hall.layout()).read(there)
            if not recording.traces:
                zh, en = f"{day} 没有取号记录", f"no ticket was taken on {day}"
                raise ConfigError("config.invalid", problems=(Problem("--day", f"{zh}。", f"{en}."),), count=1)
            found.append(recording)
    return found


def _case(recordings: "list[Recording]", hall: "HallConfig", made: "Setting") -> "Case":
    """The days under the setting; the n-th seed is the n-th day."""
    from hallctl.lab.case import Case
    from hallctl.lab.script import Clock, Script, with_changes
    from hallctl.lab.setting import changed

    config = changed(hall, made, {})

    def script(number: int) -> Script:
        recording = recordings[number]
        return with_changes(recording.script(), made.changes, Clock(recording.day, config.tz))

    tickets = sum(len(recording.traces) for recording in recordings)
    return Case(made.title(config), config, config.layout(), script, "recorded", tickets, len(config.windows))
