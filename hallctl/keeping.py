"""Commands that keep the journal: prove it, seal it, back it up, restore it. They need no daemon; all but the restore
may be given beside a running one."""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hallctl.clock import Clock, SystemClock
from hallctl.errors import ConfigError, HallctlError, StoreError, sentence

out = Console()
err = Console(stderr=True)

FAILED: Final = 1
USAGE: Final = 2
NICE: Final = 10
MOST_SKIPPED: Final = 999

clock: Clock = SystemClock()

DataPath = Annotated[
    Path,
    typer.Option("--data", "-d", help="Data directory.", envvar=["HALLCTL_DATA", "STATE_DIRECTORY"]),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Folder = Annotated[Path | None, typer.Option("--to", help="Backup folder; default: the one of the hall's config.")]
DEFAULT_DATA: Final = Path("hall-data")
_MOMENTS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M")


def install(app: typer.Typer) -> None:
    """Add the commands."""
    backups = typer.Typer(help="Whole copies of the hall, while it works. 备份。", no_args_is_help=True)
    app.command()(verify)
    app.command()(seal)
    app.add_typer(backups, name="backup")
    backups.command("make")(make_backup)
    backups.command("list")(list_backups)
    app.command()(restore)


def verify(
    data: Annotated[
        Path,
        typer.Option(
            "--data", "-d", help="Data directory, or a backup file.", envvar=["HALLCTL_DATA", "STATE_DIRECTORY"]
        ),
    ] = DEFAULT_DATA,
    seal: Annotated[list[str] | None, typer.Option(help="SEQ:HASH from paper; may be repeated.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Replay the journal and compare all tables with it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prove that no record of the journal was changed or removed. 核验流水账。Exit codes: 0 whole, 1 not, 2 usage."""
    from hallctl.store import verify as verifying
    from hallctl.store.seal import parse

    seals = []
    for given in seal or []:
        head = parse(given)
        if head is None:
            _fail(StoreError("verify.bad_seal", seal=given), USAGE)
        seals.append(head)
    try:
        with _snapshot(data) as connection, _bar() as bar:
            verdict = verifying.chain(connection, seals, bar("核验 verify", _last_seq(connection)))
            verifying.file(connection, verdict)
            if rows and verdict.whole:
                verifying.rows(connection, verdict, bar("重放 replay", verdict.records))
    except HallctlError as error:
        _fail(error)
    _tell_verdict(verdict, as_json, rows)
    raise typer.Exit(0 if verdict.whole else FAILED)


def _tell_verdict(verdict: Any, as_json: bool, rows: bool) -> None:
    findings = [
        {"code": f.code, "seq": f.seq, "zh": sentence(f.code, "zh", f.params), "en": sentence(f.code, "en", f.params)}
        for f in verdict.findings
    ]
    if as_json:
        told = {"whole": verdict.whole, "records": verdict.records, "head": str(verdict.head),
                "emptied": verdict.emptied, "findings": findings, "more": verdict.more}  # fmt: skip
        _print_json(told)
        return
    for finding in findings:
        _say("[bold red]✗[/]", f"{finding['zh']}\n  {finding['en']}")
    if verdict.more:
        _say(" ", f"另有 {verdict.more} 处 more findings.")
    if verdict.whole:
        checked = "流水账与各表 journal and tables" if rows else "流水账 journal"
        _say("[green]✓[/]", f"{checked}：{verdict.records} 条记录，未被改动。{verdict.records} records, none changed.")
        if verdict.emptied:
            _say(" ", f"{verdict.emptied} 条的个人信息已按规定清空。Personal data of so many was emptied by rule.")
        _say(" ", f"{verdict.head}")


def seal(
    day: Annotated[str | None, typer.Option(help="YYYY-MM-DD; default: the last business day.")] = None,
    data: DataPath = DEFAULT_DATA,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Draw the slip as PNG here.")] = None,
    as_json: AsJson = False,
) -> None:
    """The sealed head of a day, to keep on paper: it proves every record up to it. 打印当日封签。"""
    from hallctl.engine import seal as sealing
    from hallctl.store.seal import of_day

    config = _config(data)
    tz, hall = _zone(data), config.hall.name if config is not None else ""
    try:
        with _snapshot(data) as connection:
            made = of_day(connection, day)
    except HallctlError as error:
        _fail(error)
    if made is None:
        _fail(StoreError("seal.no_day", day=day or "—"))
    if output is not None:
        from hallctl.devices.registry import installed

        spec = installed().driver("escpos")
        if spec.preview is not None:
            output.write_bytes(spec.preview(sealing.lay_out(made, hall, tz), spec.options()))
    if as_json:
        _print_json({"hall": hall, "day": made.day, "open": made.open, "seq": made.head.seq, "at": made.at,
                     "records": made.records, "hash": made.head.hash.hex(), "code": str(made.head)})  # fmt: skip
        return
    sys.stdout.write(sealing.text(made, hall, tz))
    if output is not None:
        _say("[green]✓[/]", str(output))


def make_backup(
    data: DataPath = DEFAULT_DATA,
    to: Folder = None,
    keep: Annotated[int | None, typer.Option(help="Then remove whole copies beyond the newest so many.")] = None,
    days: Annotated[int | None, typer.Option(help="Then remove backups older than so many days.")] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the hall, running or not, and check the copy. 立即备份。"""
    from hallctl.store import backup

    with contextlib.suppress(OSError):
        os.nice(NICE)  # the hall's calls come first
    try:
        folder = to or _folder(data)
        with _bar() as bar:
            copied, checked = bar("备份 copy", 100), bar("核验 verify", None)
            made = backup.make(
                data,
                folder,
                clock.now(),
                keep=keep,
                days=days,
                copied=lambda share: copied(int(share * 100)),
                checked=checked,
            )
    except HallctlError as error:
        _fail(error)
    if as_json:
        _print_json({"path": str(made.path), "head": str(made.head), "bytes": made.size,
                     "removed": [path.name for path in made.removed]})  # fmt: skip
        return
    _say("[green]✓[/]", f"{made.path}\n  {made.head.seq} 条记录 records, {made.size / 1e6:.1f} MB")
    for path in made.removed:
        _say(" ", f"已删除 removed: {path.name}")


def list_backups(data: DataPath = DEFAULT_DATA, to: Folder = None, as_json: AsJson = False) -> None:
    """List whole copies and pieces of the journal's archive. 列出备份。"""
    from hallctl.store import folder as folders

    folder = to or _folder(data)
    try:
        found = [item for kind in (folders.HALL, folders.JOURNAL) for item in folders.items(folder, kind)]
        rows = [
            {"path": str(i.path), "kind": i.kind, "at": i.made_at, "seq": i.seq, "bytes": i.path.stat().st_size}
            for i in sorted(found, key=lambda item: item.generation)
        ]
    except OSError as error:
        _fail(StoreError("restore.nothing", path=str(folder), detail=str(error)))
    if as_json:
        _print_json(rows)
        return
    table = Table("", "时刻 made", "序号 seq", "MB", title=str(folder))
    table.add_column("文件 file", overflow="fold")
    tz = _zone(data)
    for row in rows:
        kind = "完整 whole" if row["kind"] == folders.HALL else "归档 archive"
        table.add_row(kind, _moment(int(str(row["at"])), tz), str(row["seq"]), f"{int(str(row['bytes'])) / 1e6:.1f}",
                      Path(str(row["path"])).name)  # fmt: skip
    out.print(table)


def restore(
    source: Annotated[Path, typer.Argument(help="Backup folder, or one whole copy (hall-….db).")],
    data: Annotated[Path, typer.Option("--data", "-d", help="New data directory; never one that has a hall.")],
    at: Annotated[str | None, typer.Option(help='Up to this moment, "2026-11-22 10:30" in the hall\'s time.')] = None,
    seq: Annotated[int | None, typer.Option(help="Up to this record.")] = None,
    skip: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_SKIPPED,
            help="Leave out so many numbers of each service beyond those that the backup knows of: they may be on "
            "paper. Default: 50 if the restored day is today, else none at all.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a hall from its backup, up to a point in time if one is given. 从备份恢复。"""
    from hallctl.engine.skip import Skip
    from hallctl.store.restore import Point
    from hallctl.store.restore import restore as make

    folder = source if source.is_dir() else source.parent
    tz = _zone(folder)
    skipping = Skip(skip, clock.now(), tz, _config(folder))
    point = Point(seq=seq, at=_parse_moment(at, tz) if at else None)
    if at and (seq is not None or point.at is None):
        _fail(StoreError("restore.bad_point", at=at), USAGE)
    try:
        if not source.exists():
            raise StoreError("restore.nothing", path=str(source))
        with _bar() as bar:
            made = make(
                source,
                data,
                point,
                prepare=skipping.carry_out,
                checked=bar("核验 verify", None),
                rebuilt=bar("恢复 restore", None),
            )
    except HallctlError as error:
        _fail(error, USAGE if error.code == "restore.exists" else FAILED)
    if as_json:
        _print_json({"head": str(made.head), "at": made.at, "open_tickets": made.open_tickets, "day": made.day,
                     "numbers": made.numbers, "skipped": skipping.skipped, "answers": made.answers, "copy": made.copy,
                     "from_archive": made.from_archive, "notes": [code for code, _params in made.notes]})  # fmt: skip
        return
    _tell_restored(made, data, tz)
    _tell_numbers(made, skipping.skipped, skipping.count)


def _tell_restored(made: Any, data: Path, tz: tzinfo) -> None:
    for code, params in made.notes:
        _say("[yellow]![/]", f"{sentence(code, 'zh', params)}\n  {sentence(code, 'en', params)}")
    _say("[green]✓[/]", f"{data}")
    for what, value in (
        ("记录 records", made.head.seq),
        ("其中来自归档 of them from the archive", made.from_archive),
        ("最后时刻 last moment", _moment(made.at, tz)),
        ("未结束的号 open tickets", made.open_tickets),
        ("保留的请求应答 answers kept", made.answers),
        ("备份 copy", made.copy or "—"),
        ("封签 head", made.head),
    ):
        _say(" ", f"{what}: {value}")


def _tell_numbers(made: Any, skipped: dict[str, tuple[int, int]], count: int | None) -> None:
    """What was left out of the day in hand; else that its numbers may be issued again."""
    if not skipped and made.day is None:
        return
    code, params = "restore.skipped" if skipped else "restore.numbers", {"day": made.last_day, "count": count or 0}
    _say("[yellow]![/]", f"{sentence(code, 'zh', params)}\n  {sentence(code, 'en', params)}")
    for service, number in sorted(made.numbers.items()):
        first, last = skipped.get(service, (0, 0))
        span = f"  跳过 skipped {first}–{last}" if last else ""
        _say(" ", f"  {service}: {number}{span}")


@contextlib.contextmanager
def _snapshot(data: Path) -> Iterator[Any]:
    """A connection that cannot write to the hall of the data directory, or to the copy of that name."""
    import sqlite3

    from hallctl.store import folder as folders
    from hallctl.store.database import DATABASE, connect_reader

    path = data / DATABASE if data.is_dir() else data
    if not path.is_file():
        _fail(StoreError("verify.no_hall", path=str(data)), USAGE)
    try:
        opened = folders.connect(path) if folders.item(path) is not None else connect_reader(path)
        with contextlib.closing(opened) as connection:
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM event").fetchone()
            yield connection
    except sqlite3.Error as error:
        raise StoreError("verify.no_hall", path=str(path), detail=str(error)) from error


def _last_seq(connection: Any) -> int:
    from hallctl.store import journal

    return journal.last_seq(connection)


Step = Callable[[int], None]


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[str, int | None], Step]]:
    """Makes progress bars on stderr, where a person looks on; each is told what is done."""
    # not with the module: every command of hallctl would wait for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:

        def bar(title: str, total: int | None) -> Step:
            task = progress.add_task(title, total=total)
            return lambda done: progress.update(task, completed=done)

        yield bar


def _config(directory: Path) -> Any:
    """The config that the hall ran with last, if it can be read: it stands in the data directory and in its backups."""
    from hallctl.config import load
    from hallctl.store.backup import LAST_CONFIG

    try:
        return load(directory / LAST_CONFIG)[0]
    except ConfigError:
        return None


def _folder(data: Path) -> Path:
    """Where the daemon of the data directory puts its backups."""
    from hallctl.engine.backups import FOLDER

    config = _config(data)
    return Path(config.backup.folder) if config is not None and config.backup.folder else data / FOLDER


def _zone(directory: Path) -> tzinfo:
    """The hall's time zone; without its config the machine's."""
    config = _config(directory)
    if config is not None:
        tz: tzinfo = config.tz
        return tz
    return datetime.fromtimestamp(0, UTC).astimezone().tzinfo or UTC


def _moment(at: int, tz: tzinfo) -> str:
    return datetime.fromtimestamp(at / 1000, tz).strftime("%Y-%m-%d %H:%M:%S") if at else "—"


def _parse_moment(text: str, tz: tzinfo) -> int | None:
    """The moment (ms) that the words name, to the second."""
    for form in _MOMENTS:
        with contextlib.suppress(ValueError):
            given = datetime.strptime(text.strip(), form).replace(tzinfo=tz)
            return int(given.timestamp() * 1000)
    return None


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _say(mark: str, text: str) -> None:
    err.print(f"{mark} {escape(text)}", highlight=False, soft_wrap=True)


def _fail(error: HallctlError, code: int = FAILED) -> NoReturn:
    _say("[bold red]✗[/]", f"{error.sentence('zh')}\n  {error.sentence('en')}")
    if error.detail:
        _say(" ", error.detail)
    raise typer.Exit(code)
