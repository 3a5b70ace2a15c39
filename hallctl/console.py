"""Commands that talk to the running daemon: who can read its data directory administrates the hall."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

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


def _ask(data: Path, method: str, changing: bool = False, **params: Any) -> Any:
    """One request to the daemon of the data directory; ends the program with a sentence if it cannot be asked."""
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

    async def ask() -> Any:
        async with Client(address.replace("http", "ws", 1) + "/ws", role="admin", token=token) as hall:
            return await (hall.change(method, **params) if changing else hall.ask(method, **params))

    try:
        return asyncio.run(asyncio.wait_for(ask(), 10))
    except Refused as refused:
        err.print(f"[bold red]✗[/] {refused.zh}\n  {refused.en}")
        raise typer.Exit(1) from refused
    except TimeoutError as error:
        err.print(f"[bold red]✗[/] hallctl 没有应答（{address}）。 The daemon does not answer.")
        raise typer.Exit(1) from error


def pair(
    role: Annotated[str, typer.Argument(help="kiosk, board, rating, device or admin")],
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
