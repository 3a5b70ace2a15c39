"""``hallctl devices report``: the month of each device, read from the hall's journal (H07)."""

import asyncio
import contextlib
import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.markup import escape

from hallctl.errors import StoreError
from hallctl.technician import reach, show
from hallctl.technician.option import DEFAULT_CONFIG, AsJson, ConfigPath, DataPath, Json

COLUMNS: Final = (
    "设备",
    "就绪率 %",
    "就绪（小时）",
    "有故障（小时）",
    "离线（小时）",
    "离线次数",
    "故障（次数，小时）",
)


def install(devices: typer.Typer) -> None:
    """Add the command."""
    devices.command()(report)


def _checked(month: str) -> str:
    if month and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise typer.BadParameter("月份写成 2026-11 这样。 Write the month as 2026-11.")
    return month


def report(
    month: Annotated[str, typer.Option(help="Which month, as 2026-11; default: this one.", callback=_checked)] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write CSV, for WPS or Excel.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    data: DataPath = None,
    as_json: AsJson = False,
) -> None:
    """How long each device worked in a month, and what was wrong with it. 设备月报。

    Time in which the hall did not run, or did not know the device, counts for nothing.
    """
    told = show.run(asyncio.to_thread(_read, reach.data_directory(data), config, month), config)
    if output is not None:
        output.write_text(as_csv(told), encoding="utf-8-sig", newline="")
        show.line(f"✓ {output}")
    elif as_json:
        show.dump(told)
    else:
        _show(told)


def _read(data: Path, config: Path, month: str) -> Json:
    """What the data directory's journal tells; beside a running daemon up to now, else until the hall ended."""
    from hallctl.api.reads import months_view
    from hallctl.bootstrap import checked
    from hallctl.clock import SystemClock
    from hallctl.devices.registry import installed
    from hallctl.domain.calendar import local_time, minutes
    from hallctl.store import uptime
    from hallctl.store.database import DATABASE, connect_reader

    hall, _digest = checked(config, installed())
    now = SystemClock().now()
    name = month or f"{local_time(now, hall.tz):%Y-%m}"
    if not (data / DATABASE).exists():
        raise StoreError("verify.no_hall", path=str(data))
    with contextlib.closing(connect_reader(data / DATABASE)) as connection:
        until = now if reach.address_of(data) is not None else uptime.last_moment(connection)
        found = uptime.month(connection, name, hall.tz, minutes(hall.hall.day_starts), until)
    told: Json = msgspec.to_builtins(months_view(name, found))
    return told


def as_csv(told: Json) -> str:
    """One line for each device; durations in hours."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in told["devices"]:
        faults = "；".join(
            f"{fault['sentence'][0]}（{fault['times']}，{_hours(fault['seconds'])}）" for fault in row["faults"]
        )
        share = "" if row["share"] is None else row["share"]
        hours = [_hours(row[key]) for key in ("ready_s", "degraded_s", "offline_s")]
        writer.writerow([row["device"], share, *hours, row["downs"], faults])
    return text.getvalue()


def _hours(seconds: int) -> float:
    return round(seconds / 3600, 2)


def _show(told: Json) -> None:
    table = show.table("设备 device", "就绪 ready", "有故障 degraded", "离线 offline", "故障 faults")
    for row in told["devices"]:
        share = "–" if row["share"] is None else f"{row['share']} %"
        faults = "\n".join(
            f"{fault['times']} × {_span(fault['seconds'])}  {fault['sentence'][0]} {fault['sentence'][1]}"
            for fault in row["faults"]
        )
        offline = f"{_span(row['offline_s'])}\n{row['downs']} ×"
        table.add_row(
            escape(row["device"]),
            f"{share}\n{_span(row['ready_s'])}",
            _span(row["degraded_s"]),
            offline,
            escape(faults),
        )
    show.out.print(table)
    if not told["devices"]:
        show.line(f"{told['month']} 没有设备记录。 Nothing was told of devices in {told['month']}.")


def _span(seconds: int) -> str:
    return str(timedelta(seconds=seconds))
