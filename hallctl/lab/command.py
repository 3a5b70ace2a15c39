"""``hallctl simulate``: whole days of a hall, played in seconds; one setting, or two side by side.

Exit codes: 0 done, 1 interrupted or a file could not be written, 2 wrong usage or config.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from hallctl.errors import ConfigError, HallctlError

if TYPE_CHECKING:  # the lab is heavy, and imported when it is needed
    from hallctl.lab.run import Run

out = Console()
err = Console(stderr=True)

FAILED: Final = 1
USAGE: Final = 2
OUTPUT_WIDTH: Final = 140
"""Columns of a table where the output is no terminal: a file has room."""

JsonFile = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON; - prints.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a line for each group as CSV.")]
HtmlFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table, no progress bar.")]
Windows = Annotated[
    list[str] | None,
    typer.Option("--window", metavar="ID=SERVICE,...[@HH:MM]", help="What a window calls, and staffs; repeatable."),
]
Versus = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY=VALUE", help="Compare with this change, as policy=fifo or window.6=issue; repeatable."),
]


def install(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(simulate)


def simulate(
    profile: Annotated[
        str, typer.Argument(help="village, township, county; a profile's .toml file; reference, estimators.")
    ],
    day: Annotated[str | None, typer.Option(help="Kind of day, as plain, market, season, busy, light, heavy.")] = None,
    seed: Annotated[int, typer.Option(help="The first day's seed.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=10_000, help="How many days.")] = 10,
    tickets: Annotated[int | None, typer.Option(min=1, max=100_000, help="Tickets of a day.")] = None,
    windows: Annotated[int | None, typer.Option(min=1, max=2_000, help="Windows in all.")] = None,
    policy: Annotated[str | None, typer.Option(help="Policy of all windows.")] = None,
    window: Windows = None,
    rule: Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="A key of the config's rules.")] = None,
    versus: Versus = None,
    config: Annotated[Path | None, typer.Option(help="Play in this hall instead of the profile's.")] = None,
    json_file: JsonFile = None,
    csv_file: CsvFile = None,
    html_file: HtmlFile = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="reference, estimators: fill the table.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Play whole days of a hall, thousands of times faster than life, and tell the waits. 模拟大厅。"""
    from hallctl.lab import case as cases
    from hallctl.lab.run import Run
    from hallctl.lab.setting import setting

    days = list(range(seed, seed + seeds))
    if profile in _TABLES:
        _document(profile, days, markdown, quiet)
        return
    named = {"day": day, "tickets": tickets, "windows": windows, "policy": policy}
    pairs = [f"{key}={value}" for key, value in named.items() if value is not None]
    pairs += [f"window.{given}" for given in window or []] + [f"rules.{given}" for given in rule or []]
    try:
        chosen, first = cases.profile_of(profile), setting(pairs)
        made = [cases.of_profile(chosen, first, config)]
        if versus:
            made.append(cases.of_profile(chosen, setting(versus, first), config, start=first))
    except ConfigError as error:
        fail(error)
    run = Run(chosen.name, days, made, [])
    play(run, quiet)
    finish(run, json_file, csv_file, html_file, quiet)


def fail(error: HallctlError) -> NoReturn:
    """Say what is wrong in both languages, each key of a config with its sentence, and end."""
    err.print(f"[bold red]✗[/] {escape(error.sentence('zh'))}\n  {escape(error.sentence('en'))}", highlight=False)
    if not isinstance(error, ConfigError):
        raise typer.Exit(FAILED) from error
    for problem in error.problems:
        err.print(escape(f"  {problem.key}  {problem.zh}  {problem.en}"), highlight=False, soft_wrap=True)
    raise typer.Exit(USAGE) from error


def play(run: "Run", quiet: bool) -> None:
    """Play all days of all cases, day by day; Ctrl-C keeps the days that were played with every case."""
    from hallctl.lab.figures import Days

    found = [Days() for _ in run.cases]
    played = 0
    with _bar(len(run.seeds) * len(run.cases), quiet) as advance:
        try:
            for seed in run.seeds:
                days = []
                for case in run.cases:
                    days.append(case.play(seed))
                    advance()
                for whole, one in zip(found, days, strict=True):
                    whole.add(one)
                played += 1
        except KeyboardInterrupt:
            run.interrupted = True
            run.notes.append("已中断，天数不足。 Interrupted: fewer days than asked for.")
    run.seeds = run.seeds[:played]
    run.days = found


@contextlib.contextmanager
def _bar(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr where a person looks on; gives the function that advances it."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("模拟 days"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=quiet or not err.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def finish(run: "Run", json_file: Path | None, csv_file: Path | None, html_file: Path | None, quiet: bool) -> None:
    """Show the run and write its files; ends the program with 1 if it is not whole."""
    from hallctl.lab import table
    from hallctl.lab.page import write_html
    from hallctl.lab.run import text_of, write_csv

    printed = json_file is not None and str(json_file) == "-"
    if run.seeds and not quiet and not printed:
        table.show(run, out if out.is_terminal else Console(width=OUTPUT_WIDTH))
    for note in [] if quiet and not run.interrupted else run.notes:
        err.print(escape(f"! {note}"), highlight=False, soft_wrap=True)
    try:
        if printed:
            sys.stdout.write(text_of(run))
        elif json_file is not None:
            json_file.write_text(text_of(run), encoding="utf-8")
        if csv_file is not None:
            write_csv(run, csv_file)
        if html_file is not None:
            write_html(run, html_file)
    except OSError as error:
        err.print(escape(f"✗ {error}. 请换一个位置。 Write it somewhere else."), highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from error
    if not run.seeds or run.interrupted:
        raise typer.Exit(FAILED)


def _reference(seeds: list[int], quiet: bool) -> str:
    """The halls of requirements §10 beside the figures there."""
    from hallctl.lab import reference

    rows = []
    with _bar(len(reference.SCENES), quiet) as advance:
        for scene in reference.SCENES:
            rows.append(scene.play(seeds))
            advance()
    return reference.table(rows, seeds)


def _estimators(seeds: list[int], quiet: bool) -> str:
    """What estimates of the wait are worth, on the same halls and on unkind ones."""
    from hallctl.lab import estimate

    scenes = (*estimate.SCENES, *estimate.UNKIND)
    with _bar(len(scenes) * len(seeds), quiet) as advance:
        return estimate.table(estimate.play(scenes, seeds, advance), seeds)


_TABLES: Final = {"reference": ("waits", _reference), "estimators": ("estimators", _estimators)}
"""Tables of the room's README: their mark there, and what makes them."""


def _document(name: str, seeds: list[int], markdown: Path | None, quiet: bool) -> None:
    """Make the table; `markdown` gets it between its marks."""
    from hallctl.lab import reference

    mark, make = _TABLES[name]
    text = make(seeds, quiet)
    if markdown is None:
        sys.stdout.write(text)
        return
    try:
        filled = reference.fill(text, markdown, mark)
    except OSError as error:
        raise typer.BadParameter(str(error), param_hint="--markdown") from error
    if not filled:
        raise typer.BadParameter(f"{markdown}: <!-- {mark} -->", param_hint="--markdown")
