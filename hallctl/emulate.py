"""``hallctl emulate``: one emulated device for a technician to try a config against, with faults on demand.

Commands come line by line from ``--do`` and from the standard input; what the device shows and what crosses its wire is
printed as it happens. Exit codes: 0 done, 1 a command failed, 2 wrong usage.
"""

import asyncio
import inspect
import json
import os
import shlex
import signal
import sys
import threading
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hallctl.errors import ConfigError

if TYPE_CHECKING:
    from hallctl.devices.contract import DriverSpec, Emulator, EmulatorSpec
    from hallctl.devices.registry import Registry

out = Console()
err = Console(stderr=True)

FAILED: Final = 1
USAGE: Final = 2

LOOK_S: Final = 0.1
"""How often it is looked whether something has changed."""

LONGEST: Final = 200
"""Texts longer than this (a drawn slip) are not printed."""

AT_WINDOWS: Final = frozenset({"call_pad", "rating_pad", "window_display"})
AT_KIOSKS: Final = frozenset({"slip_printer", "card_reader", "code_reader"})


class Unusable(Exception):
    """What was asked for cannot be done; a sentence in both languages."""


def install(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(emulate)


def emulate(
    driver: Annotated[str | None, typer.Argument(help="Whose device; without it all are listed.")] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--option", "-o", help="An option of the emulator, such as kind=gm65 or 'units=[1, 2]'."),
    ] = None,
    do: Annotated[list[str] | None, typer.Option("--do", help="A command carried out first; may be repeated.")] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--for", help="Run so many seconds, whatever the input; 0: until Ctrl-C.", min=0),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines, for scripts.")] = False,
) -> None:
    """Emulate a device: prints its link for hall.toml, shows what it shows, takes keys and faults line by line."""
    from hallctl.devices.registry import installed  # when it is asked for: the hall's own start must not wait for it

    registry = installed()
    if driver is None:
        _list(registry, as_json)
        return
    try:
        spec, emulator = registry.driver(driver), registry.emulator(driver)
        given = _options(option or [])
        made = _make(emulator, given)
    except ConfigError as error:
        for row in error.problems:
            err.print(f"[bold red]✗[/] {escape(row.zh)}\n  {escape(row.en)}", highlight=False, soft_wrap=True)
        raise typer.Exit(USAGE) from error
    except Unusable as error:
        err.print(f"[bold red]✗[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(USAGE) from error
    stage = Stage(spec, emulator, made, given, as_json)
    try:
        asyncio.run(stage.run(do or [], seconds))
    except (KeyboardInterrupt, asyncio.CancelledError):
        stage.tell("stopped")
    except OSError as error:
        err.print(f"[bold red]✗[/] 模拟不起来。 It cannot be emulated here: {escape(str(error))}", soft_wrap=True)
        raise typer.Exit(FAILED) from error
    if stage.failed:
        raise typer.Exit(FAILED)


# ---------------------------------------------------------------- what there is


def _list(registry: "Registry", as_json: bool) -> None:
    """Every family that can be emulated, its actions and its options."""
    rows: list[tuple[DriverSpec, EmulatorSpec]] = []
    for name in registry.names:
        try:
            rows.append((registry.driver(name), registry.emulator(name)))
        except ConfigError:
            continue  # a family without an emulator
    if as_json:
        listed = [{"driver": d.name, "title": d.title, "actions": e.actions, "options": _known(e)} for d, e in rows]
        sys.stdout.write(json.dumps(listed, ensure_ascii=False) + "\n")
        return
    table = Table("driver", "设备 device", "动作 actions", "--option")
    for spec, emulator in rows:
        table.add_row(spec.name, "\n".join(spec.title), ", ".join(emulator.actions), ", ".join(_known(emulator)))
    out.print(table)


def _known(emulator: "EmulatorSpec") -> list[str]:
    """The options of its `make` that make sense on a command line."""
    return [name for name in inspect.signature(emulator.make).parameters if name not in ("now", "line")]


def _options(rows: list[str]) -> dict[str, Any]:
    """``name=value``; a value is TOML if it can be, else a text; a list becomes a tuple."""
    given: dict[str, Any] = {}
    for row in rows:
        name, equals, text = row.partition("=")
        if not equals:
            raise Unusable(f"请写成 名称=值：{row}。 Write name=value, such as kind=gm65, not {row!r}.")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        given[name] = tuple(value) if isinstance(value, list) else value
    return given


def _make(spec: "EmulatorSpec", given: dict[str, Any]) -> "Emulator":
    unknown = [name for name in given if name not in _known(spec)]
    if unknown:
        known = ", ".join(_known(spec)) or "-"
        raise Unusable(f"没有选项“{unknown[0]}”，可用：{known}。 No option {unknown[0]!r}; there are: {known}.")
    try:
        return spec.make(**given)
    except (TypeError, ValueError, KeyError, OSError, tomllib.TOMLDecodeError) as error:
        raise Unusable(f"选项不对：{error}。 The options do not fit: {error}.") from error


# ---------------------------------------------------------------- one emulated device


class Stage:
    """The emulated device between its start and its end; `failed` once a command could not be carried out."""

    def __init__(
        self, spec: "DriverSpec", emulator: "EmulatorSpec", made: "Emulator", given: dict[str, Any], as_json: bool
    ) -> None:
        self.failed = False
        self._spec = spec
        self._emulator = emulator
        self._made = made
        self._given = given
        self._as_json = as_json
        self._last: dict[str, Any] = {}
        self._wire: list[dict[str, Any]] = []

    async def run(self, first: list[str], seconds: float | None) -> None:
        """Until ``quit``, the time, or the end of the input where no time is given."""
        me = asyncio.current_task()
        if me is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
        link = await self._made.start()
        try:
            self._ready(link)
            watch = asyncio.create_task(self._watch())
            try:
                await self._obey(first, seconds)
            finally:
                watch.cancel()
                await asyncio.wait({watch})
            self._look()
        finally:
            await self._made.stop()

    async def _obey(self, first: list[str], seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds or None):
                for line in first:
                    if not await self._command(line):
                        return
                typed = _lines()
                while (words := await typed.get()) is not None:
                    if not await self._command(words):
                        return
                if seconds is not None:
                    await asyncio.Event().wait()
        except TimeoutError:
            return

    # ------------------------------------------------------------ commands

    async def _command(self, line: str) -> bool:
        """Carry out a line; False when it was ``quit``."""
        try:
            words = shlex.split(line)
        except ValueError:
            words = line.split()
        match words:
            case []:
                return True
            case ["quit" | "exit"]:
                return False
            case ["help"]:
                self._help()
            case ["view"]:
                self._show(self._made.view())
            case _:
                await self._press(words)
        return True

    async def _press(self, words: list[str]) -> None:
        try:
            action, params = parse(words, self._emulator.actions)
            await self._made.press(action, **params)
        except (ValueError, TypeError, KeyError) as error:
            self.failed = True
            self.tell("error", message=f"做不到：{error}。help 列出全部。 Not possible: {error}; help lists all.")
            return
        self.tell("done", action=action, params=params)
        self._look()

    def _help(self) -> None:
        if self._as_json:
            self.tell("help", actions=self._emulator.actions)
            return
        table = Table("动作 action", "参数 parameters")
        for action, params in self._emulator.actions.items():
            table.add_row(action, "  ".join(f"{name}={meaning}" for name, meaning in params.items()))
        table.add_row("view · quit", "")
        out.print(table)

    # ------------------------------------------------------------ what is told

    def tell(self, event: str, **more: Any) -> None:
        if self._as_json:
            sys.stdout.write(json.dumps({"event": event, **more}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        elif event == "error":
            err.print(f"[bold red]✗[/] {escape(more['message'])}", highlight=False, soft_wrap=True)
        elif event == "done":
            words = " ".join((more["action"], *(f"{name}={value}" for name, value in more["params"].items())))
            out.print(f"[green]✓[/] {escape(words)}", highlight=False)

    def _ready(self, link: str) -> None:
        text = block(self._spec, link, self._emulator.options(**self._given), _units(self._given, self._made.view()))
        if self._as_json:
            self.tell("ready", driver=self._spec.name, link=link, config=text)
            return
        out.print(f"[bold]{escape(' · '.join(self._spec.title) or self._spec.name)}[/]")
        out.print("写进 hall.toml For hall.toml:\n")
        out.print(escape(text), highlight=False, soft_wrap=True)
        out.print("输入动作，help 列出全部，quit 或 Ctrl-C 结束。 Type an action; help lists all, quit or Ctrl-C ends.")

    async def _watch(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(LOOK_S)

    def _look(self) -> None:
        """Tell what has crossed the wire and what is shown otherwise than before."""
        view = self._made.view()
        rows = view.pop("wire", [])
        known = next((at for at, row in enumerate(rows, 1) if self._wire and row is self._wire[-1]), 0)
        for row in rows[known:]:
            if self._as_json:
                self.tell("wire", **row)
            else:
                arrow = "[cyan]→[/]" if row["dir"] == "out" else "[magenta]←[/]"
                out.print(f"{arrow} {escape(row['hex'])}  [dim]{escape(row['text'])}[/]", highlight=False)
        self._wire = rows
        changed = {name: value for name, value in view.items() if self._last.get(name) != value}
        self._last = view
        if changed:
            self._show(changed)

    def _show(self, view: Mapping[str, Any]) -> None:
        shown = _short({name: value for name, value in view.items() if name != "wire"})
        if self._as_json:
            self.tell("view", view=shown)
            return
        for name, value in shown.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            out.print(f"  [bold]{escape(name)}[/] {escape(text)}", highlight=False, soft_wrap=True)


def _lines() -> "asyncio.Queue[str | None]":
    """The lines of the standard input, then None. A thread reads them, for files and terminals have no common poll; it
    reads the file itself, because a buffered reader that is held by a thread blocks the program's end."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def put(line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        rest = b""
        try:
            while data := os.read(0, 4096):
                *whole, rest = (rest + data).split(b"\n")
                for line in whole:
                    put(line.decode("utf-8", "replace"))
            put(rest.decode("utf-8", "replace"))
            put(None)
        except (OSError, RuntimeError):  # no input at all, or the loop has ended meanwhile
            return

    threading.Thread(target=read, name="input", daemon=True).start()
    return lines


def _short(value: Any) -> Any:
    """The value without long texts."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:20]}… ({len(value)})"
    if isinstance(value, Mapping):
        return {name: _short(each) for name, each in value.items()}
    return [_short(each) for each in value] if isinstance(value, list | tuple) else value


# ---------------------------------------------------------------- pure


def parse(words: list[str], actions: Mapping[str, Mapping[str, str]]) -> tuple[str, dict[str, str | int]]:
    """``action word name=value``: a word without a name is the parameter that is called as the action, else its last.

    ``press`` may stand before an action; before what is none it is the device's first action (``press next unit=1``).
    ValueError with what there is.
    """
    action, *rest = words
    if action == "press" and action not in actions and rest:
        action, *rest = rest if rest[0] in actions else (next(iter(actions)), *rest)
    if action not in actions:
        raise ValueError(f"{action}? {', '.join(actions)}")
    names = list(actions[action])
    params: dict[str, str | int] = {}
    for word in rest:
        name, equals, value = word.partition("=")
        if equals and name in names:
            params[name] = value
            continue
        main = action if action in names else names[-1] if names else ""
        if not main or main in params:
            raise ValueError(f"{action}: {word}? {', '.join(names) or '-'}")
        params[main] = word
    return action, params


def block(spec: "DriverSpec", link: str, options: Mapping[str, Any], units: tuple[int, ...]) -> str:
    """A ``[[devices]]`` of hall.toml for the emulated device; windows and kiosk are guesses to be changed."""
    import tomlkit  # only here: it takes a while to load

    device: dict[str, Any] = {"name": f"emulated-{spec.name}", "driver": spec.name, "link": link}
    if AT_KIOSKS & set(spec.capabilities):
        device["kiosk"] = "kiosk-1"
    if AT_WINDOWS & set(spec.capabilities):
        inline = tomlkit.inline_table()
        inline.update({str(unit): str(number) for number, unit in enumerate(units, 1)})
        device["units"] = inline
    if options:
        device["options"] = dict(options)
    document = tomlkit.document()
    rows = tomlkit.aot()
    rows.append(tomlkit.item(device))
    document.append("devices", rows)
    return tomlkit.dumps(document)


def _units(given: Mapping[str, Any], view: Mapping[str, Any]) -> tuple[int, ...]:
    """Bus addresses: as asked for, else those that the emulator shows, else 1."""
    shown = [int(unit) for unit in view.get("pads", {})]
    units: tuple[int, ...] = given.get("units") or tuple(shown) or (1,)
    return units
