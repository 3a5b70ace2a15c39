"""``hallctl devices …``: the technician's tools. They speak to the daemon while it runs, else they work by themselves.

Exit codes: 0 done, 1 failed or something is wrong with a device, 2 wrong usage or config.
"""

import asyncio
import json
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn

from hallctl.technician import month, reach, show, trying
from hallctl.technician.option import DEFAULT_CONFIG, LOOK_S, AsJson, ConfigPath, DataPath, Json, Root
from hallctl.technician.reach import data_directory, hands

Units = Annotated[list[str] | None, typer.Option("--unit", help="Bus address=window, such as 1=3; may be repeated.")]
Choices = Annotated[
    list[str] | None, typer.Option("--option", "-o", help="The driver's option=value, such as width=80; repeatable.")
]
Place = Annotated[str | None, typer.Option(help="The kiosk that it belongs to.")]

devices = typer.Typer(
    help="The hall's devices: find, add, test, watch them. 设备：查找、添加、测试、查看。", no_args_is_help=True
)
trying.install(devices)
month.install(devices)


def install(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(devices, name="devices")


@devices.command()
def drivers(as_json: AsJson = False) -> None:
    """List the drivers that a config may name. 有哪些驱动。"""
    from hallctl.api.devices import driver_rows
    from hallctl.devices.registry import installed

    rows = driver_rows(installed())
    if as_json:
        show.dump(rows)
    else:
        show.drivers(rows)


@devices.command("list")
def list_devices(config: ConfigPath = DEFAULT_CONFIG, data: DataPath = None, as_json: AsJson = False) -> None:
    """List the devices with their states, faults and what to do. 设备状态。Exit code 1 if one is not well."""

    async def work() -> tuple[Json, bool]:
        async with hands(data_directory(data), config) as at:
            return await at.ask("device.list"), at.running

    told, running = show.run(work(), config)
    if as_json:
        show.dump({**told, "running": running})
    else:
        show.devices(told, running)
    if running and any(row["state"] != "ready" for row in told["devices"]):
        raise typer.Exit(show.FAILED)


@devices.command()
def scan(
    network: Annotated[
        str | None, typer.Option(help="Look through this network too, such as 192.168.1.0/24, or one address.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    root: Root = Path("/"),
    as_json: AsJson = False,
) -> None:
    """Find devices: USB, serial ports by safe questions only, the network where asked for. 查找设备。

    Nothing is printed, shown or spoken. Ports in use are left alone.
    """

    async def work() -> Json:
        async with hands(data_directory(data), config, root=root) as at:
            begun = await at.ask("device.scan", network=network)
            with _bar(as_json) as bar:
                task = bar.add_task("…", total=None)
                while True:
                    told: Json = await at.ask("device.found", **begun)
                    bar.update(task, description=told["doing"] or "…", total=told["steps"], completed=told["step"])
                    if told["done"]:
                        return told
                    await asyncio.sleep(LOOK_S)

    told = show.run(work(), config)
    _keep(told)
    if as_json:
        show.dump(told)
    else:
        show.found(told)


@devices.command()
def add(
    number: Annotated[int | None, typer.Argument(help="Number in the last `hallctl devices scan`.")] = None,
    name: Annotated[str | None, typer.Option(help="Its name, as shown to people.")] = None,
    driver: Annotated[str | None, typer.Option(help="Which driver speaks to it.")] = None,
    link: Annotated[str | None, typer.Option(help="How it is connected, such as tcp://192.0.2.21:9100.")] = None,
    kiosk: Place = None,
    zone: Annotated[str | None, typer.Option(help="The zone that it serves.")] = None,
    window: Annotated[str | None, typer.Option(help="The window at which it stands.")] = None,
    unit: Units = None,
    option: Choices = None,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    as_json: AsJson = False,
) -> None:
    """Put a device into the config, comments kept, and to work without a restart. 添加设备。"""
    row = _numbered(number) if number is not None else {}
    section: Json = dict(row.get("section") or {})
    if row and not section:
        section = {"link": row["link"], "options": row["options"], "driver": driver}
        if driver is None and not reach.is_person():
            others = "/".join(row["others"])
            show.misused(f"请用 --driver 指明驱动：{others}。", f"Name the driver with --driver: {others}.")
    section |= _given(name=name, driver=driver, link=link, kiosk=kiosk, zone=zone, window=window)
    _complete(section, row.get("others") or [])
    if unit:
        section["units"] = _units(unit)
    if option:
        section["options"] = {**section.get("options", {}), **_options(option)}
    _change("device.add", f"✓ 已添加 added: {section['name']}", config, data, as_json, section=section)


@devices.command()
def change(
    device: Annotated[str, typer.Argument(help="Which device.")],
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    driver: Annotated[str | None, typer.Option(help="Another driver.")] = None,
    link: Annotated[str | None, typer.Option(help="Another link.")] = None,
    kiosk: Annotated[str | None, typer.Option(help="Another kiosk; empty: none.")] = None,
    zone: Annotated[str | None, typer.Option(help="Another zone; empty: none.")] = None,
    window: Annotated[str | None, typer.Option(help="Another window; empty: none.")] = None,
    unit: Units = None,
    option: Choices = None,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    as_json: AsJson = False,
) -> None:
    """Change a device; what is not named stays. 修改设备。Other devices notice nothing."""

    async def known() -> Json:
        async with hands(data_directory(data), config) as at:
            rows = (await at.ask("device.list"))["devices"]
            return next((row for row in rows if row["name"] == device), {"name": device, "driver": "?"})

    row = show.run(known(), config)
    section = {key: row[key] for key in SECTION if row.get(key) not in (None, {})}
    section |= _given(name=name, driver=driver, link=link, kiosk=kiosk, zone=zone, window=window)
    if unit:
        section["units"] = _units(unit)
    if option:
        section["options"] = {**section.get("options", {}), **_options(option)}
    section = {key: value for key, value in section.items() if value != ""}
    _change("device.change", f"✓ 已修改 changed: {device}", config, data, as_json, device=device, section=section)


@devices.command()
def remove(
    device: Annotated[str, typer.Argument(help="Which device.")],
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    as_json: AsJson = False,
) -> None:
    """Take a device out of the config and out of work. 删除设备。"""
    _change("device.remove", f"✓ 已删除 removed: {device}", config, data, as_json, device=device)


@devices.command()
def apply(config: ConfigPath = DEFAULT_CONFIG, data: DataPath = None, as_json: AsJson = False) -> None:
    """Take over the devices of the config file that was edited by hand, without a restart. 应用手工修改。

    Everything else that was changed in the file is named: it needs a restart.
    """
    _change("device.apply", "✓ 已应用 applied", config, data, as_json)


@devices.command()
def doctor(
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    root: Root = Path("/"),
    as_json: AsJson = False,
) -> None:
    """Look for what keeps devices from working; say the line that mends each. 诊断。

    Needs neither the daemon nor root. Exit codes: 0 all is well, 1 there are findings.
    """
    from hallctl.devices.machine import Machine
    from hallctl.devices.registry import installed
    from hallctl.technician.doctor import admit, examine

    patient = admit(Machine(root), config, data_directory(data), installed())
    with Progress(console=show.err, transient=True, disable=as_json or not show.err.is_terminal) as progress:
        findings = examine(patient, lambda checks: progress.track(checks, description="诊断 looking"))
    well = all(finding.severity == "ok" for finding in findings)
    if as_json:
        rows = [{name: getattr(row, name) for name in ("check", "severity", "zh", "en", "fix")} for row in findings]
        show.dump({"well": well, "findings": rows})
    else:
        for finding in findings:
            show.finding(finding)
    if not well:
        raise typer.Exit(show.FAILED)


# ---------------------------------------------------------------- what they share


SECTION: Final = ("name", "driver", "link", "kiosk", "zone", "window", "units", "options")


def _change(method: str, done: str, config: Path, data: Path | None, as_json: bool, **params: Any) -> None:
    """Change the config, through the daemon where it runs; say what waits for a restart."""

    async def work() -> tuple[Json, Json, bool]:
        async with hands(data_directory(data), config) as at:
            receipt = await at.change(method, **params)
            return receipt, await at.ask("device.list"), at.running

    receipt, told, running = show.run(work(), config)
    if as_json:
        show.dump({**receipt, "running": running, "pending": told["pending"], "path": told["path"]})
        return
    show.line(f"{done} · {told['path']}")
    if not running:
        show.line("  hallctl 没有运行，下次启动时生效。 The daemon does not run: it counts from the next start.")
    if told["pending"]:
        pending = ", ".join(told["pending"])
        show.line(f"! 这些改动要重启才生效 these need a restart: {pending}（systemctl restart hallctl）")


def _bar(quiet: bool) -> Progress:
    """A bar with the place that is looked at; none where nobody sees it."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    return Progress(*columns, console=show.err, transient=True, disable=quiet or not show.err.is_terminal)


def _given(**fields: str | None) -> Json:
    return {key: value for key, value in fields.items() if value is not None}


def _complete(section: Json, others: list[str]) -> None:
    """Ask for what is missing, or say what to give."""
    missing = [key for key in ("name", "driver") if not section.get(key)]
    if not missing:
        return
    if not reach.is_person():
        flags = " ".join(f"--{key}" for key in missing)
        show.misused(f"缺少：{flags}。", f"Missing: {flags}.")
    for key in reversed(missing):
        hint = f" ({'/'.join(others)})" if key == "driver" and others else ""
        section[key] = typer.prompt(f"{key}{hint}")
    if not section.get("link"):
        section["link"] = typer.prompt("link", default="none:")
    for key in ("kiosk", "zone", "window"):
        if not section.get(key):
            given = typer.prompt(f"{key}（可空 may be empty）", default="", show_default=False)
            section |= {key: given} if given else {}


def _units(given: list[str]) -> dict[str, str]:
    pairs = [row.partition("=") for row in given]
    if not all(sign for _unit, sign, _window in pairs):
        show.misused("--unit 应为 地址=窗口，例如 1=3。", "--unit is address=window, such as 1=3.")
    return {unit.strip(): window.strip() for unit, _sign, window in pairs}


def _options(given: list[str]) -> Json:
    """Values as TOML has them; what is none is text."""
    found: Json = {}
    for row in given:
        key, sign, value = row.partition("=")
        if not sign:
            show.misused("--option 应为 选项=值，例如 width=80。", "--option is option=value, such as width=80.")
        try:
            found[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[key.strip()] = value
    return found


# ---------------------------------------------------------------- the last scan


def _place() -> Path:
    """Where the last scan of this account is kept: nothing personal is in it."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "hallctl" / "devices-scan.json"


def _keep(told: Json) -> None:
    try:
        _place().parent.mkdir(parents=True, exist_ok=True)
        _place().write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        show.complain(
            f"扫描结果没有保存（{error.strerror}），请用 --driver 和 --link 添加。",
            f"The scan was not kept ({error.strerror}); add with --driver and --link.",
        )


def _numbered(number: int) -> Json:
    """What stood under the number in the last scan."""
    try:
        rows: list[Json] = json.loads(_place().read_text(encoding="utf-8"))["found"]
    except (OSError, ValueError, KeyError):
        rows = []
    if not 1 <= number <= len(rows):
        show.misused(
            f"上次扫描里没有第 {number} 个，请先运行 hallctl devices scan。",
            f"The last scan has no number {number}; run hallctl devices scan first.",
        )
    row = rows[number - 1]
    if row["configured"]:
        show.misused(f"它已在配置中：{row['configured']}。", f"It is in the config already: {row['configured']}.")
    return row
