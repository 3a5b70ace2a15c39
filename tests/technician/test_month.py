"""H07: ``hallctl devices report`` reads the hall's own journal."""

import asyncio
import csv
import json
from pathlib import Path

from typer.testing import CliRunner

from hallctl.domain import commands as c
from hallctl.technician.command import devices
from tests.harness import SMALL, running_hall


async def _live(data: Path) -> str:
    """A hall that has seen its printer ready, without paper and away; the month."""
    async with running_hall(data) as hall:
        for state, faults in (("ready", ()), ("degraded", ("printer.paper_out",)), ("offline", ("device.lost",))):
            await hall.execute(c.ReportDevice("kiosk-1-printer", state, faults))
        return str(hall.daemon.context.state.day)[:7]


def test_the_month_of_each_device(tmp_path: Path) -> None:
    """As JSON, as a table, and as CSV that WPS opens (UTF-8 with its mark); a month and a folder without anything."""
    config = tmp_path / "hall.toml"
    config.write_text(SMALL, encoding="utf-8")
    data = tmp_path / "data"
    month = asyncio.run(_live(data))

    def ask(*more: str, code: int = 0) -> str:
        arguments = ["report", "--config", str(config), *more]
        result = CliRunner().invoke(devices, [*arguments, *([] if "--data" in more else ["--data", str(data)])])
        assert result.exit_code == code, result.output
        return result.output

    told = json.loads(ask("--month", month, "--json"))
    [row] = told["devices"]
    assert (told["month"], row["device"], row["downs"]) == (month, "kiosk-1-printer", 1)
    assert [fault["code"] for fault in row["faults"]] == ["printer.paper_out", "device.lost"]
    assert "打印机缺纸" in ask("--month", month).replace("\n", "")
    ask("--month", month, "--output", str(tmp_path / "month.csv"))
    raw = (tmp_path / "month.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert [line[0] for line in lines] == ["设备", "kiosk-1-printer"]
    assert "2020-01" in ask("--month", "2020-01")
    assert "2026-11" in ask("--month", "November", code=2)
    assert str(tmp_path / "none") in ask("--data", str(tmp_path / "none"), code=1).replace("\n", "")
