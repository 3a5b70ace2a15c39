"""Commands that talk to the running daemon: who can read its data directory administrates the hall."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

if TYPE_CHECKING:
    from hallctl.client import Client

out = Console()
err = Console(stderr=True)

DataPath = Annotated[
    Path,
    typer.Option("--data", "-d", help="Data directory of the daemon.", envvar=["HALLCTL_DATA", "STATE_DIRECTORY"]),
]
DEFAULT_DATA = Path("hall-data")


def install(app: typer.Typer, accounts: typer.Typer) -> None:
    """Add the commands."""
    app.command()(pair)
    accounts.command("set")(set_account)
    accounts.command("list")(list_accounts)
    accounts.command("remove")(remove_account)
    appointments = typer.Typer(help="Appointments 预约 (the daemon must be running).", no_args_is_help=True)
    appointments.command("import")(import_appointments)
    app.add_typer(appointments, name="appointments")


def _ask(data: Path, method: str, changing: bool = False, **params: Any) -> Any:
    """One request to the daemon of the data directory; ends the program with a sentence if it cannot be asked."""

    async def ask(hall: "Client") -> Any:
        return await (hall.change(method, **params) if changing else hall.ask(method, **params))

    return _with_daemon(data, ask, 10)


def _with_daemon(data: Path, work: "Callable[[Client], Awaitable[Any]]", seconds: float) -> Any:
    """What `work` gives over a connection to the daemon of the data directory; ends the program with a sentence where
    there is none, where it refuses, and where it does not answer within so many seconds."""
    from hallctl.bootstrap import CONSOLE_ADDRESS, CONSOLE_KEY
    from hallctl.client import Client, Refused

    try:
        token = (data / CONSOLE_KEY).read_text(encoding="utf-8")
        address = (data / CONSOLE_ADDRESS).read_text(encoding="utf-8")
    except OSError as error:
        err.print(
            f"[bold red]✗[/] {data} 里没有正在运行的 hallctl，请先启动，或用 --data 指明目录。\n"
            f"  No hallctl is running in {data}. Start it, or name its directory with --data."
        )
        raise typer.Exit(1) from error

    async def connected() -> Any:
        async with Client(address.replace("http", "ws", 1) + "/ws", role="admin", token=token) as hall:
            return await work(hall)

    try:
        return asyncio.run(asyncio.wait_for(connected(), seconds))
    except Refused as refused:
        err.print(f"[bold red]✗[/] {refused.zh}\n  {refused.en}")
        raise typer.Exit(1) from refused
    except TimeoutError as error:
        err.print(f"[bold red]✗[/] hallctl 没有应答（{address}）。 The daemon does not answer.")
        raise typer.Exit(1) from error


def pair(
    role: Annotated[str, typer.Argument(help="kiosk, board, rating, device, portal or admin")],
    place: Annotated[str | None, typer.Option(help="The kiosk, window or zone it stands for.")] = None,
    data: DataPath = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Show a pairing code to be entered at a terminal (valid 10 minutes, once)."""
    offered = _ask(data, "pair.offer", role=role, place=place)
    if as_json:
        sys.stdout.write(json.dumps(offered) + "\n")
    else:
        out.print(f"配对码 pairing code: [bold]{offered['code']}[/]", highlight=False)


def set_account(
    account: Annotated[str, typer.Argument(help="The clerk's number (工号).")],
    name: Annotated[str, typer.Option(help="Name as colleagues read it.")],
    role: Annotated[list[str], typer.Option(help="window, guide, supervisor, auditor or admin; may be repeated.")],
    data: DataPath = DEFAULT_DATA,
    keep_password: Annotated[bool, typer.Option(help="Leave the password as it is.")] = False,
) -> None:
    """Create or change an account; the password is asked for, or read from standard input."""
    password = None
    if not keep_password:
        password = (
            typer.prompt("密码 password", hide_input=True, confirmation_prompt=True)
            if sys.stdin.isatty()
            else sys.stdin.readline().strip()
        )
    _ask(data, "account.set", changing=True, account=account, name=name, roles=role, password=password)
    out.print(f"✓ {account}")


def list_accounts(
    data: DataPath = DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """List the accounts."""
    rows = _ask(data, "account.list")["accounts"]
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
        return
    table = Table("account", "name", "roles")
    for row in rows:
        table.add_row(row["account"], row["name"], ", ".join(row["roles"]))
    out.print(table)


def remove_account(account: str, data: DataPath = DEFAULT_DATA) -> None:
    """Remove an account; its sessions end at once."""
    _ask(data, "account.remove", changing=True, account=account)
    out.print(f"✓ {account}")


def import_appointments(
    file: Annotated[Path, typer.Argument(help="CSV, UTF-8 or GB18030, with headings.", exists=True, dir_okay=False)],
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            "--data-dir",
            "-d",
            help="Data directory of the daemon.",
            envvar=["HALLCTL_DATA", "STATE_DIRECTORY"],
        ),
    ] = DEFAULT_DATA,
    source: Annotated[str, typer.Option(help="Where the list is from; with its ids it tells what is known.")] = "csv",
    partly: Annotated[bool, typer.Option(help="Take over the rows that can be, though others cannot.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Only check and tell.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Take a list of appointments over: all rows are checked first, then all are booked, or none.

    导入预约名单：先检查全部行，都没有问题才导入；再次导入同一名单不会重复。
    """  # fmt: skip
    from hallctl.booking_list import BookingList, batches, read_list

    content = file.read_bytes()

    async def work(hall: "Client") -> tuple[BookingList, list[dict[str, Any]]]:
        names = {
            name: row["id"] for row in hall.snapshot["services"] for name in (row["name"], row["name_en"], row["id"])
        }
        read = read_list(content, names, ZoneInfo(hall.snapshot["hall"]["timezone"]))
        told: list[dict[str, Any]] = []
        with Progress(console=err, transient=True, disable=as_json or not err.is_terminal) as progress:
            checked = await _import(hall, progress, "检查 checking", batches(read.rows), source, True, True)
            refused = [row for row in checked if row["refusal"]]
            whole = not (read.faults or refused) or (partly and not any(fault.line < 2 for fault in read.faults))
            if dry_run or not whole:
                return read, checked
            bad = {row["line"] for row in refused}
            rows = batches([row for row in read.rows if row["line"] not in bad])
            told = await _import(hall, progress, "导入 importing", rows, source, partly, False)
        return read, [*refused, *told]

    read, rows = _with_daemon(data, work, 600)
    faulty = {fault.line for fault in read.faults if fault.line > 1}
    refused = [{"line": fault.line, "zh": fault.zh, "en": fault.en} for fault in read.faults]
    refused += [{"line": row["line"], **row["refusal"]} for row in rows if row["refusal"]]
    outcome = {
        "dry_run": dry_run,
        "read": len(read.rows) + len(faulty),
        "bookable": sum(not (row["refusal"] or row["known"]) for row in rows),
        "known": sum(row["known"] for row in rows),
        "booked": [row for row in rows if row["appointment"] and not row["known"]],
        "refused": sorted(refused, key=lambda row: row["line"]),
    }
    _tell_import(outcome, as_json)
    if refused and not (partly and outcome["booked"]):
        raise typer.Exit(1)


async def _import(
    hall: "Client", progress: Progress, title: str, requests: list[list[dict[str, Any]]], source: str, partly: bool,
    dry_run: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    """What the daemon says of each row."""
    told: list[dict[str, Any]] = []
    for rows in progress.track(requests, description=title):
        receipt = await hall.change("appointment.import", source=source, rows=rows, partly=partly, dry_run=dry_run)
        told += receipt["rows"]
    return told


def _tell_import(outcome: dict[str, Any], as_json: bool) -> None:
    """What became of the list: counts, and a table of the lines that were refused, with why."""
    booked, refused = outcome["booked"], outcome["refused"]
    if as_json:
        rows = [{"line": row["line"], "appointment": row["appointment"], "code": row["code"]} for row in booked]
        sys.stdout.write(json.dumps({**outcome, "booked": rows}, ensure_ascii=False) + "\n")
        return
    if refused:
        table = Table("行 line", "原因 why", title=f"没有接受的行 Refused lines: {len(refused)}")
        for row in refused:
            table.add_row(str(row["line"]), f"{row['zh']}\n{row['en']}")
        out.print(table)
    counts = [f"读到 read {outcome['read']}", f"已有 known {outcome['known']}", f"未接受 refused {len(refused)}"]
    if outcome["dry_run"] or not booked:
        counts.append(f"可以预约 bookable {outcome['bookable']}（未导入 nothing imported）")
    else:
        counts.append(f"新预约 booked {len(booked)}")
    mark = "[bold red]✗[/]" if refused and not booked else "✓"
    out.print(f"{mark} {' · '.join(counts)}", highlight=False, soft_wrap=True)
