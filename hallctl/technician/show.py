"""What the technician's commands print: zh first, then en; JSON for scripts."""

import asyncio
import json
import sys
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import structlog
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hallctl.errors import ConfigError, HallctlError
from hallctl.technician.reach import Unreachable

if TYPE_CHECKING:
    from hallctl.technician.finding import Finding

Json = dict[str, Any]

out = Console()
err = Console(stderr=True)

FAILED: Final = 1
USAGE: Final = 2

MARKS: Final = {"ready": "[green]●[/]", "degraded": "[yellow]●[/]", "offline": "[red]●[/]"}
SEVERITIES: Final = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]"}
SURE: Final = {"sure": ("确定", "sure"), "likely": ("很可能", "likely"), "possible": ("可能", "possible")}


def run(work: Coroutine[Any, Any, Any], config: Path) -> Any:
    """The result of `work`; whatever goes wrong is said in both languages and ends the program."""
    from hallctl.client import Refused

    try:
        with _quiet():
            return asyncio.run(work)
    except Refused as refused:
        complain(refused.zh, refused.en)
        for row in refused.problems:
            problem(config, row["key"], row["zh"], row["en"])
        raise typer.Exit(USAGE if refused.code.startswith("config.") else FAILED) from refused
    except Unreachable as error:
        complain(error.zh, error.en)
        raise typer.Exit(FAILED) from error
    except ConfigError as error:
        complain(error.sentence("zh"), error.sentence("en"))
        for wrong in error.problems:
            problem(config, wrong.key, wrong.zh, wrong.en)
        raise typer.Exit(USAGE) from error
    except HallctlError as error:
        complain(error.sentence("zh"), error.sentence("en"))
        if error.detail:
            err.print("  " + escape(error.detail), highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """What the devices' keepers log is told by the commands in words; on stdout it would spoil JSON."""
    known = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("error"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**known)


def complain(zh: str, en: str) -> None:
    """What is wrong and what to do, on stderr."""
    err.print(f"[bold red]✗[/] {escape(zh)}\n  {escape(en)}", highlight=False, soft_wrap=True)


def misused(zh: str, en: str) -> NoReturn:
    """The command was not given what it needs."""
    complain(zh, en)
    raise typer.Exit(USAGE)


def problem(config: Path, key: str, zh: str, en: str) -> None:
    err.print(f"  {escape(f'{config}: {key}  {zh}  {en}')}", highlight=False, soft_wrap=True)


def dump(value: Any) -> None:
    """JSON on one line, for scripts."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def line(text: str) -> None:
    """One line for people, never wrapped or cut."""
    out.print(escape(text), highlight=False, soft_wrap=True)


def moment(at: int | None, tz: tzinfo | None = None) -> str:
    """Local time of a moment in ms; "—" where there is none."""
    if not at:
        return "—"
    return datetime.fromtimestamp(at / 1000, tz).astimezone(tz).strftime("%m-%d %H:%M:%S")


def drivers(rows: Iterable[Json]) -> None:
    made = table("驱动 driver", "设备 device", "链路 links", "能力 capabilities")
    for row in rows:
        title = f"{row['title']['zh']}\n{row['title']['en']}"
        made.add_row(row["name"], title, ", ".join(row["links"]), ", ".join(row["capabilities"]))
    out.print(made)


def devices(told: Json, running: bool) -> None:
    """Every device with its state in words, and each fault with what to do."""
    made = table("设备 device", "状态 state", "链路 link", "消息 messages")
    for row in told["devices"]:
        counts = row["counts"]
        name = f"{MARKS.get(row['state'], '○')} {escape(row['name'])}\n  {escape(row['driver'])}"
        state = f"{row['words']['zh']}\n{row['words']['en']}\n{moment(row['since'])}"
        seen = f"{moment(row['heard_at'])}\n↑{counts['opened']} ↓{counts['lost']} ✗{counts['failed']}"
        made.add_row(name, state, escape(row["link"]), escape(f"{seen}\n{row['identity']}".rstrip()))
    out.print(made)
    for row in told["devices"]:
        for fault in row["faults"]:
            line(f"  {row['name']}: {fault['zh']} {fault['en']}")
    if told["pending"]:
        line(f"! 配置文件里这些改动要重启才生效 these changes of the file need a restart: {', '.join(told['pending'])}")
    for row in told["problems"]:
        line(f"! {told['path']}: {row['key']}  {row['zh']}  {row['en']}")
    if not running:
        line("○ hallctl 没有运行，状态未知。 The daemon does not run: the states are not known.")


def found(told: Json) -> None:
    """What a scan has found, numbered, with the block of each."""
    made = table("#", "是什么 what", "驱动 driver", "链路与依据 link and why")
    for row in told["found"]:
        driver = row["driver"] or "? " + " ".join(row["others"])
        sure = f"✓ {row['configured']}" if row["configured"] else " ".join(SURE[row["confidence"]])
        what = f"{row['what']['zh']}\n{row['what']['en']}"
        why = f"{row['link']}\n{row['why']['zh']}\n{row['why']['en']}"
        made.add_row(str(row["number"]), escape(what), escape(f"{driver}\n{sure}"), escape(why))
    out.print(made)
    for row in told["skipped"]:
        line(f"– {row['place']}: {row['zh']} {row['en']}")
    for row in told["found"]:
        if row["block"]:
            line(f"\n# {row['number']}: hallctl devices add {row['number']}\n{row['block'].rstrip()}")
    if not told["found"]:
        line("什么也没有找到：请检查接线和供电。 Nothing was found: check wiring and power.")


def table(*titles: str) -> Table:
    """Nothing in it is cut: a name or a link that is not whole cannot be typed."""
    made = Table()
    for title in titles:
        made.add_column(title, overflow="fold")
    return made


def tested(part: Json) -> None:
    """How one part of a test went."""
    mark = "[green]✓[/]" if part["ok"] else "[red]✗[/]"
    words = part["fault"] or part["saw"]
    out.print(f"{mark} {part['part']}: {escape(words['zh'])} {escape(words['en'])}", highlight=False, soft_wrap=True)


def traced(row: Json) -> None:
    """One row of a live look."""
    signs = {"in": "←", "out": "→", "end": "×", "state": "●", "signal": "!"}
    said = row["hex"] or f"{row['zh']} {row['en']}"
    line(f"{moment(row['at'])} {row['device']:<12} {signs[row['what']]} {said}")


def finding(row: "Finding") -> None:
    """One finding of the doctor, with the line to type."""
    words = escape(f"{row.zh}。{row.en}.")
    out.print(f"{SEVERITIES[row.severity]} {words}", highlight=False, soft_wrap=True)
    if row.fix and row.severity != "ok":
        line(f"    {row.fix}")
