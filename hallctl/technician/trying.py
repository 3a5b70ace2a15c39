"""``hallctl devices test | watch | record``: one device at work, under the technician's eyes."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hallctl.clock import monotonic_s
from hallctl.technician import reach, show
from hallctl.technician.capture import FORMAT
from hallctl.technician.option import DEFAULT_CONFIG, LOOK_S, AsJson, ConfigPath, DataPath, Json
from hallctl.technician.reach import EVERY, Hands, data_directory, hands
from hallctl.version import VERSION

SEEN: Final = frozenset({"slip_printer", "window_display", "speaker"})
"""Parts of which only a person can say whether they went well."""

DeviceName = Annotated[str, typer.Argument(help="Which device.")]


def install(devices: typer.Typer) -> None:
    """Add the commands."""
    devices.command("test")(try_device)
    devices.command()(watch)
    devices.command()(record)


def try_device(
    device: DeviceName,
    part: Annotated[str | None, typer.Option(help="Only this capability, such as slip_printer.")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=30, help="How long to wait for a key, a card, a code.")] = 20,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    as_json: AsJson = False,
) -> None:
    """Let the device print, show, speak or read once, and say what to look for. 测试设备。

    Nobody is called and nothing is rated meanwhile. Exit code 1 if a part failed.
    """

    async def work() -> list[Json]:
        async with hands(data_directory(data), config, device) as at:
            return [await _try(at, device, row, seconds, as_json) for row in await _parts(at, device, part)]

    parts = show.run(work(), config)
    if as_json:
        show.dump({"device": device, "parts": parts})
    if not parts or not all(row["ok"] for row in parts):
        raise typer.Exit(show.FAILED)


def watch(
    device: Annotated[str | None, typer.Argument(help="Which device; default: all.")] = None,
    seconds: Annotated[float | None, typer.Option(help="End after so long; default: Ctrl-C ends it.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    as_json: AsJson = False,
) -> None:
    """See live what devices say and are told: bytes, keys, states; what is personal is overwritten. 实时查看。"""

    def tell(row: Json) -> None:
        show.dump(row) if as_json else show.traced(row)

    async def work() -> None:
        async with hands(data_directory(data), config, *((device,) if device else EVERY)) as at:
            await _follow(at, device, seconds, tell)

    try:
        show.run(work(), config)
    except KeyboardInterrupt:
        raise typer.Exit from None


def record(
    device: DeviceName,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600, help="How long.")] = 30,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; default: NAME.capture.jsonl")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
) -> None:
    """Write what goes over a device's wire into a file for a bug report; nothing personal is in it. 录制通信。"""
    path = output or Path(f"{device}.capture.jsonl")
    rows: list[Json] = []

    async def work() -> Json:
        async with hands(data_directory(data), config, device) as at:
            [known] = [row for row in (await at.ask("device.list"))["devices"] if row["name"] == device] or [None]
            if known is None:
                show.misused(f"没有设备“{device}”。", f"There is no device {device}.")
            with _clock_bar() as bar:
                task = bar.add_task(f"● {device}", total=seconds)
                step = seconds / 100
                begun = monotonic_s()

                def tell(row: Json) -> None:
                    rows.append(row)

                following = asyncio.ensure_future(_follow(at, device, seconds, tell))
                while not following.done():
                    await asyncio.wait({following}, timeout=max(step, LOOK_S))
                    bar.update(task, completed=min(seconds, monotonic_s() - begun))
                await following
            return dict(known)

    known = show.run(work(), config)
    head = {"capture": FORMAT, "hallctl": VERSION, "device": device, "driver": known["driver"]}
    head |= {"link": known["link"].partition(":")[0], "identity": known["identity"]}
    lines = [head, *(_captured(row) for row in rows)]
    try:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines), encoding="utf-8")
    except OSError as error:
        show.complain(f"不能写入 {path}（{error.strerror}）。", f"{path} cannot be written ({error.strerror}).")
        raise typer.Exit(show.FAILED) from error
    show.line(f"✓ {path}: {len(rows)} 行 rows")


# ---------------------------------------------------------------- what they share


async def _parts(at: Hands, device: str, part: str | None) -> list[Json]:
    """What the device can do, with what to look for."""
    rows = (await at.ask("device.list"))["devices"]
    known = next((row for row in rows if row["name"] == device), None)
    if known is None:
        names = ", ".join(row["name"] for row in rows) or "—"
        show.misused(f"没有设备“{device}”，现有：{names}。", f"There is no device {device}; there are: {names}.")
    parts = [row for row in known["tests"] if part in (None, row["part"])]
    if not parts:
        there = ", ".join(row["part"] for row in known["tests"])
        show.misused(f"这台设备没有 {part}，可测：{there}。", f"It has no {part}; there are: {there}.")
    return parts


async def _try(at: Hands, device: str, row: Json, seconds: int, quiet: bool) -> Json:
    """One part; where only a person can tell how it went, a person is asked."""
    if not quiet:
        show.line(f"→ {row['zh']} {row['en']}")
    told: Json = await at.ask("device.test", device=device, part=row["part"], seconds=seconds)
    [part] = told["parts"]
    if not quiet:
        show.tested(part)
        if part["ok"] and part["part"] in SEEN and reach.is_person():
            part["ok"] = await asyncio.to_thread(typer.confirm, "看到/听到了吗？ Did you see or hear it?", default=True)
    return dict(part)


async def _follow(at: Hands, device: str | None, seconds: float | None, tell: Any) -> None:
    """Tell every new row until the time is over."""
    end = None if seconds is None else monotonic_s() + seconds
    after = (await at.ask("device.trace", device=device, after=0))["next"]
    over = False
    while not over:
        over = end is not None and monotonic_s() >= end
        told = await at.ask("device.trace", device=device, after=after)
        if told["lost"]:
            show.err.print(f"! {told['lost']} 行没赶上 rows were missed", highlight=False)
        for row in told["rows"]:
            tell(row)
        after = told["next"]
        if not over:
            await asyncio.sleep(LOOK_S)


def _captured(row: Json) -> Json:
    """A row of the file: bytes as ``dir`` and ``hex``, all else in words."""
    if row["what"] in ("in", "out"):
        return {"at": row["at"], "dir": row["what"], "hex": row["hex"]}
    return {"at": row["at"], "what": row["what"], "zh": row["zh"], "en": row["en"]}


def _clock_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    return Progress(*columns, console=show.err, transient=True, disable=not show.err.is_terminal)
