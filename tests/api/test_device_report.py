"""H07: the month of each device over the wire."""

from pathlib import Path

import pytest

from hallctl.api.role import Role
from hallctl.client import Refused
from hallctl.domain import commands as c
from tests.harness import running_hall


async def test_uptime_and_faults_of_a_month(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        month = str(hall.daemon.context.state.day)[:7]
        boss = await hall.client(Role.AUDITOR, token=await hall.clerk("boss", ("auditor",)))
        assert (await boss.ask("report.devices", month="2020-02"))["devices"] == []
        for state, faults in (
            ("ready", ()),
            ("degraded", ("printer.paper_out",)),
            ("offline", ("device.lost",)),
            ("ready", ()),
            ("offline", ("device.lost",)),
        ):
            await hall.execute(c.ReportDevice("kiosk-1-printer", state, faults))
        [row] = (await boss.ask("report.devices", month=month))["devices"]
        assert (row["device"], row["downs"]) == ("kiosk-1-printer", 2)
        assert {fault["code"]: fault["times"] for fault in row["faults"]} == {"printer.paper_out": 1, "device.lost": 2}
        assert all(len(fault["sentence"]) == 2 for fault in row["faults"])
        with pytest.raises(Refused, match="month"):
            await boss.ask("report.devices", month="2026-13")
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        with pytest.raises(Refused) as refused:
            await kiosk.ask("report.devices", month=month)
        assert refused.value.code == "auth.wrong_role"
