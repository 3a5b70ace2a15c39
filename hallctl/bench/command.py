"""``hallctl bench``: measure this machine, its disk and the hall on it; one table, JSON, and a verdict.

Exit codes: 0 every must is met, 1 one is missed, could not be measured or got slower than in the run that is compared
with, 2 wrong usage.
"""

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

if TYPE_CHECKING:  # what measures is heavy, and imported when it is needed
    from hallctl.bench.catalogue import Chapter
    from hallctl.bench.figure import Figure, Plan

out = Console()
err = Console(stderr=True)

MISSED: Final = 1
USAGE: Final = 2

QUICK: Final = {"rounds": 1, "seconds": 1.0}

FLUSH_S: Final = 0.01
"""Seconds between two flushes of the machine's line: a hall at its busiest."""

OUTPUT_WIDTH: Final = 160
"""Columns of the table where the output is no terminal: a file has room."""


def install(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bench)


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="One short round of each, no year: a look, no result.")
    ] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds that count.", show_default="5")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds of load in a round.", show_default="4")
    ] = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ROW", help="Only what gives this row; repeatable.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the run as JSON.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report page.")] = None,
    markdown: Annotated[
        list[Path] | None, typer.Option(metavar="FILE.md", help="Fill the marked places of a document; repeatable.")
    ] = None,
    compare: Annotated[Path | None, typer.Option(metavar="OLD.json", help="Say what got slower since a run.")] = None,
    flush_delay_us: Annotated[
        str, typer.Option(metavar="US,US,...", help="Microseconds by which flushes are made slower.")
    ] = "0,1000,5000",
    data: Annotated[Path | None, typer.Option(help="Directory on the disk to measure.", show_default="here")] = None,
    no_year: Annotated[bool, typer.Option("--no-year", help="Leave out the file with a year of events.")] = False,
    scale: Annotated[float, typer.Option(min=0.01, max=1.0, help="Fewer clients: a share of them.")] = 1.0,
) -> None:
    """Measure answers, boards, saturation, start and memory against what disk and wire take at least. 性能测量。"""
    from hallctl.bench import catalogue
    from hallctl.bench import run as runs
    from hallctl.bench.figure import Plan

    sizes: dict[str, Any] = dict(QUICK) if quick else {}
    sizes |= {name: value for name, value in (("rounds", rounds), ("seconds", seconds)) if value is not None}
    try:
        delays = tuple(int(part) for part in flush_delay_us.split(","))
    except ValueError as error:
        raise typer.BadParameter(flush_delay_us, param_hint="--flush-delay-us") from error
    plan = Plan(year=not (no_year or quick), flush_delays_us=delays, scale=scale, **sizes)
    try:
        chapters = catalogue.chosen(only or [])
    except ValueError as error:
        raise typer.BadParameter(f"{error}: {', '.join(catalogue.rows())}", param_hint="--only") from error
    old = _read(compare) if compare is not None else None
    made = _measure(plan, chapters, data or Path())
    _show(made)
    if json_file is not None:
        runs.write(made, json_file)
    for document in markdown or []:
        _fill(made, document)
    slower = _tell(made, html_file, old)
    good = bool(made["figures"]) and not made["notes"] and _all_met(runs.figures_of(made))
    raise typer.Exit(0 if good and not slower else MISSED)


def _read(path: Path) -> dict[str, Any]:
    from hallctl.bench import run as runs

    try:
        return runs.read(path)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error), param_hint="--compare") from error


def _measure(plan: "Plan", chapters: "list[Chapter]", data: Path) -> dict[str, Any]:
    """The run. Ctrl-C or SIGTERM ends what is measured and keeps what there is."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from hallctl.bench import run as runs
    from hallctl.bench.child import BenchError
    from hallctl.errors import HallctlError

    figures: list[Figure] = []
    notes: list[str] = []
    data.mkdir(parents=True, exist_ok=True)
    count = TextColumn("{task.completed:.0f}/{task.total:.0f}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), count, TimeElapsedColumn())
    with (
        _terminated_as_interrupted(),
        tempfile.TemporaryDirectory(prefix="hallctl-bench-", dir=data) as folder,
        Progress(*columns, console=err) as bar,
    ):
        directory = Path(folder).resolve()
        task = bar.add_task("", total=len(chapters))
        machine = runs.machine(directory, _flushes(directory, plan.seconds / 4))
        try:
            for chapter in chapters:

                def say(text: str, title: str = chapter.title) -> None:
                    bar.update(task, description=f"{title} · {text}")

                say("")
                if not err.is_terminal:  # in a log a bar shows nothing until the end
                    err.print(f"{bar.tasks[task].completed + 1:.0f}/{len(chapters)} {chapter.title}", highlight=False)
                try:
                    figures += chapter.scenario(plan, directory, say)
                except (BenchError, HallctlError, OSError, ArithmeticError) as error:
                    notes.append(f"{chapter.title}: {type(error).__name__}: {error}")
                bar.advance(task)
        except KeyboardInterrupt:
            notes.append("已中断，结果不完整。 Interrupted; the run is not complete.")
    return runs.as_json(machine, plan, figures, notes)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """SIGTERM is Ctrl-C: no process and no folder of hundreds of megabytes is left behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _flushes(directory: Path, seconds: float) -> tuple[float, float]:
    """p50 and p99 of append + fdatasync at the pace of a busy hall."""
    from hallctl.bench.floor import look
    from hallctl.bench.spread import percentile

    append = look(directory, interval_s=FLUSH_S, count=max(10, int(seconds / FLUSH_S))).append
    return percentile(append, 50), percentile(append, 99)


def _all_met(figures: "list[Figure]") -> bool:
    return all(figure.met is not False for figure in figures)


NUMBERS: Final = ("中位 median", "最小..最大 min..max", "须 must", "望 stretch")
COLUMNS: Final = ("行 row", "测量 what", *NUMBERS, "", "绝对值 absolute")


def _show(run: dict[str, Any]) -> None:
    """One table, and the machine in one line."""
    from rich.table import Table

    from hallctl.bench import run as runs

    table = Table(title=f"hallctl bench {run['at']}", show_lines=False, expand=False)
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in NUMBERS else "left")
    figures = runs.figures_of(run)
    for figure in figures:
        table.add_row(*_cells(figure))
    target = out if out.is_terminal else Console(width=OUTPUT_WIDTH)
    target.print(table)
    target.print(runs.machine_line(run["machine"]), highlight=False, soft_wrap=True)
    for note in [*run["notes"], *(f"{f.row}: {f.note}" for f in figures if f.note)]:
        target.print(f"· {note}", highlight=False, soft_wrap=True)


def _cells(figure: "Figure") -> list[str]:
    from hallctl.bench.markdown import number

    sign = "≤" if figure.better == "lower" else "≥"
    unit = "" if figure.unit == "ratio" else f" {figure.unit}"
    goals = ["" if goal is None else f"{sign} {goal:g}" for goal in (figure.must, figure.stretch)]
    mark = {True: "[green]✓[/]", False: "[bold red]✗[/]", None: ""}[figure.met]
    low, high = min(figure.values, default=float("nan")), max(figure.values, default=float("nan"))
    absolute = "  ".join(f"{name} {number(value)}" for name, value in list(figure.absolute.items())[:ABSOLUTES])
    dropped = f" −{figure.dropped}" if figure.dropped else ""
    return [
        figure.row, figure.name, f"{number(figure.value)}{unit}", f"{number(low)}..{number(high)}{dropped}",
        *goals, mark, absolute,
    ]  # fmt: skip


ABSOLUTES: Final = 3
"""Absolute numbers of a figure that the table shows; the file has all."""


def _fill(run: dict[str, Any], document: Path) -> None:
    from hallctl.bench import markdown

    try:
        places = markdown.fill(run, document)
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="--markdown") from error
    err.print(f"✓ {document}: {places}", highlight=False)


def _tell(run: dict[str, Any], html_file: Path | None, old: dict[str, Any] | None) -> bool:
    """The page, and what has changed since the old run; whether anything got slower beyond its noise."""
    if html_file is not None:
        from hallctl.bench import report

        report.write_html(run, html_file)
    if old is None:
        return False
    from hallctl.bench import compare

    comparison = compare.compare(old, run)
    out.print(compare.table(comparison))
    for note in comparison.notes:
        out.print(f"· {note}", highlight=False, soft_wrap=True)
    return bool(comparison.slower)
