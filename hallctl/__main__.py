"""The command line: ``hallctl --help``. Exit codes: 0 done, 1 failed, 2 wrong usage or config."""

import asyncio
import contextlib
import gc
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import structlog
import typer
import uvloop
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hallctl.errors import ConfigError, HallctlError, StoreError, sentence
from hallctl.version import API_VERSION, VERSION

app = typer.Typer(
    name="hallctl",
    help="Tickets, calls, devices and ratings of a service hall. 政务服务大厅的取号、叫号、设备与评价。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
accounts = typer.Typer(help="Accounts of clerks and supervisors (the daemon must be running).", no_args_is_help=True)
app.add_typer(accounts, name="account")

out = Console()
err = Console(stderr=True)

FAILED: Final = 1
USAGE: Final = 2

COLLECT: Final = (5_000, 5, 5)
"""Thresholds of the cyclic garbage collector: what a command makes is gone by counting before it is looked at, which
takes a twentieth of a busy hall's processor by Python's own thresholds. The oldest are looked at nearly as often."""

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The hall's config file.", envvar="HALLCTL_CONFIG")]
DataPath = Annotated[
    Path | None,
    typer.Option("--data", "-d", help="Data directory.", envvar=["HALLCTL_DATA", "STATE_DIRECTORY"]),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
DEFAULT_CONFIG: Final = Path("/etc/hallctl/hall.toml")


def data_directory(given: Path | None) -> Path:
    """The data directory: as given, the system's, or ./hall-data."""
    if given is not None:
        return given
    system = Path("/var/lib/hallctl")
    return system if system.is_dir() and os.access(system, os.W_OK) else Path("hall-data")


class Lines:
    """Log lines on stderr. A log that cannot be written (disk full, nobody listens) must not hurt the hall."""

    def line(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = msg = line


def quiet_logs(level: str = "info") -> None:
    """JSON lines on stderr, Chinese readable; journald takes them as they are."""
    from hallctl.api import flood

    flood.relay_libraries()
    structlog.configure(
        processors=[
            flood.Thinning(),
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_args: Lines(),
    )


def say(mark: str, text: str) -> None:
    """A sentence for people on stderr, in one line however long; only `mark` may hold markup."""
    err.print(f"{mark} {escape(text)}", highlight=False, soft_wrap=True)


def say_problems(error: HallctlError, config: Path | None) -> None:
    """Each wrong key of a config, with the file that it stands in."""
    place = f"{config}: " if config is not None else ""
    for problem in error.problems if isinstance(error, ConfigError) else ():
        say(" ", f"{place}{problem.key}  {problem.zh}  {problem.en}")


def fail(error: HallctlError, code: int = FAILED, config: Path | None = None) -> NoReturn:
    """Say what is wrong and what to do, in both languages, and end."""
    say("[bold red]✗[/]", f"{error.sentence('zh')}\n  {error.sentence('en')}")
    if error.detail:
        say(" ", error.detail)
    say_problems(error, config)
    raise typer.Exit(code)


def run_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end on the fast loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


@app.command()
def run(config: ConfigPath = DEFAULT_CONFIG, data: DataPath = None) -> None:
    """Run the hall until SIGTERM or Ctrl-C."""
    gc.disable()  # a start makes what stays; looking through it again and again would cost a tenth of it
    from hallctl import bootstrap

    quiet_logs(os.environ.get("HALLCTL_LOG", "info"))
    directory = data_directory(data)

    async def hall() -> None:
        registry = bootstrap.installed()
        usable, digest, error = bootstrap.usable(config, directory, registry)
        if error is not None:
            say(
                "[bold yellow]![/]",
                f"{sentence('config.last_good', 'zh', {})} {sentence('config.last_good', 'en', {})}",
            )
            say(" ", f"{error.sentence('zh')} {error.sentence('en')}")
            say_problems(error, config)
        warning = "config.last_good" if error is not None else None
        daemon = await bootstrap.compose(usable, directory, registry, warning=warning, path=config)

        def ready(address: str) -> None:
            gc.freeze()
            gc.set_threshold(*COLLECT)
            gc.enable()
            if error is None:
                bootstrap.keep_last_good(config, directory, digest)
            say(f"hallctl {VERSION} ", address)
            code = bootstrap.offer_first_admin(daemon)
            if code is not None:
                say("管理页", f"{address}/admin/ 配对码 pairing code: {code}（10 分钟 minutes）")

        await bootstrap.serve(daemon, digest, on_ready=ready)

    try:
        run_loop(hall())
    except ConfigError as error:
        fail(error, USAGE, config)
    except HallctlError as error:
        fail(error)
    except MemoryError:  # the loop itself found none: nothing runs any more that could tell it
        fail(StoreError("store.unavailable", detail="no memory"))
    except OSError as error:
        say("[bold red]✗[/]", f"{error}. 请检查地址与端口是否被占用。 Check that address and port are free.")
        raise typer.Exit(FAILED) from error


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="TCP port; 0 takes a free one.")] = 8780,
    data: Annotated[Path | None, typer.Option(help="Keep the data here instead of a temporary folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the township hall on emulated devices and print the address of each page."""
    from hallctl import demo as stage_demo

    quiet_logs(os.environ.get("HALLCTL_LOG", "warning"))
    directory = data or Path(tempfile.mkdtemp(prefix="hallctl-demo-"))

    def ready(address: str, stage: stage_demo.Stage) -> None:
        if as_json:
            rows = {"address": address, "pages": stage.pages, "accounts": stage.accounts}
            sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            return
        out.print(f"hallctl {VERSION} demo · 演示大厅", highlight=False)
        for page in stage.pages:  # no table: an address that is cut or wrapped cannot be opened
            out.print(f"  {page['page']:<8}{page['place'] or '':<9}{page['url']}", soft_wrap=True, highlight=False)
        first = next(str(page["url"]) for page in stage.pages if page["page"] == "demo")
        out.print(f"请先打开 Open first: [bold]{first}[/]\nCtrl-C 结束 ends it.", soft_wrap=True)

    try:
        run_loop(stage_demo.run(directory, port, ready))
    except HallctlError as error:
        fail(error)
    except OSError as error:
        say("[bold red]✗[/]", f"{error}. 请换一个端口。 Try another port: hallctl demo --port 0")
        raise typer.Exit(FAILED) from error
    finally:
        if data is None:
            shutil.rmtree(directory, ignore_errors=True)


@app.command("check-config")
def check_config(config: ConfigPath = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Check a config file and tell every problem at once; exit code 2 if there is one. What is only unwise, such as a
    port's name that changes at the next plugging, is told too."""
    from hallctl import bootstrap
    from hallctl.devices.advice import advise

    try:
        checked, digest = bootstrap.checked(config, bootstrap.installed())
    except ConfigError as error:
        if as_json:
            problems = [{"key": p.key, "zh": p.zh, "en": p.en} for p in error.problems]
            sys.stdout.write(json.dumps({"ok": False, "code": error.code, "problems": problems}, ensure_ascii=False))
            sys.stdout.write("\n")
            raise typer.Exit(USAGE) from error
        fail(error, USAGE, config)
    advice = advise(checked.devices)
    summary = {
        "hall": checked.hall.name,
        "zones": len(checked.zones),
        "services": len(checked.services),
        "windows": len(checked.windows),
        "kiosks": len(checked.kiosks),
        "devices": len(checked.devices),
    }
    if as_json:
        rows = [{"key": row.key, "zh": row.zh, "en": row.en} for row in advice]
        told = {"ok": True, "digest": digest, **summary, "advice": rows}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    table = Table("", "", title=f"✓ {config}")
    for key, value in summary.items():
        table.add_row(key, str(value))
    out.print(table)
    for row in advice:
        say("[bold yellow]![/]", f"{config}: {row.key}  {row.zh}  {row.en}")


@app.command()
def version(as_json: AsJson = False) -> None:
    """Print the version."""
    if as_json:
        sys.stdout.write(json.dumps({"version": VERSION, "api_version": API_VERSION}) + "\n")
    else:
        out.print(f"hallctl {VERSION} (API {API_VERSION})", highlight=False)


@app.command()
def slip(
    config: ConfigPath = DEFAULT_CONFIG,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the picture.")] = Path("slip.png"),
) -> None:
    """Draw the slip of a config as PNG, as the printer would print it."""
    from hallctl import bootstrap
    from hallctl.clock import SystemClock

    registry = bootstrap.installed()
    try:
        checked, _digest = bootstrap.checked(config, registry)
    except ConfigError as error:
        fail(error, USAGE, config)
    output.write_bytes(bootstrap.sample_slip(checked, registry, SystemClock()))
    out.print(f"✓ {output}")


@app.command()
def schema(kind: Annotated[str, typer.Argument(help="openapi or asyncapi")]) -> None:
    """Print the OpenAPI or AsyncAPI document of this version."""
    from hallctl.api import document

    made = {"openapi": document.openapi, "asyncapi": document.asyncapi}
    if kind not in made:
        err.print("openapi | asyncapi")
        raise typer.Exit(USAGE)
    sys.stdout.write(json.dumps(made[kind](), indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def main() -> None:
    """The entry point of the ``hallctl`` command."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C in the midst of an import ends it without a trace
    from hallctl import console, emulate, keeping
    from hallctl.bench import command
    from hallctl.lab import command as lab
    from hallctl.lab import replay
    from hallctl.technician import command as technician

    console.install(app, accounts)
    keeping.install(app)
    command.install(app)
    lab.install(app)
    replay.install(app)
    emulate.install(app)
    technician.install(app)
    app()


@app.callback()
def interruptible(context: typer.Context) -> None:
    """Tickets, calls, devices and ratings of a service hall. 政务服务大厅的取号、叫号、设备与评价。"""
    # until `run` serves, Ctrl-C ends it at once, as SIGTERM does; pydantic, which reads its options, would swallow one
    if context.invoked_subcommand != "run":
        signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on a command can clean up


if __name__ == "__main__":
    main()
