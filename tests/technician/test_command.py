"""``hallctl devices …`` beside the daemon and without one (O09)."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from drivers.callpad.emulator import EMULATOR as CALLPAD
from drivers.escpos.codec import ReplyParser
from hallctl.bootstrap import CONSOLE_ADDRESS, CONSOLE_KEY
from hallctl.config import parse
from hallctl.technician import capture
from hallctl.technician.command import devices
from tests.api.filed import COMMENT, emulated, place
from tests.e2e.printer import printer
from tests.harness import SMALL

ADD = ("add", "--name", "voice", "--driver", "voice")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last scan is kept in the test's own folder; nobody sits at the terminal."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")


def invoke(path: Path, *arguments: str) -> Result:
    """The command on the hall of the file, whose data is beside it."""
    tail = ["--config", str(path), "--data", str(path.parent / "data")]
    return CliRunner().invoke(devices, [*arguments, *tail])


def told(result: Result) -> Any:
    assert result.exit_code in (0, 1), result.output
    return json.loads(result.stdout)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A hall's file, no daemon."""
    file = tmp_path / "hall.toml"
    file.write_text(SMALL + COMMENT, encoding="utf-8")
    return file


# ---------------------------------------------------------------- without a daemon


def test_drivers_are_listed_with_their_titles() -> None:
    rows = json.loads(CliRunner().invoke(devices, ["drivers", "--json"]).stdout)
    known = {row["name"]: row for row in rows}
    assert known["escpos"]["title"]["zh"]
    assert "slip_printer" in known["escpos"]["capabilities"]
    shown = CliRunner().invoke(devices, ["drivers"])
    assert shown.exit_code == 0
    assert "escpos" in shown.stdout


def test_a_device_is_added_changed_and_removed_in_the_file_alone(path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    added = invoke(path, *ADD, "--option", "speed=150", "--option", "sink=null", "--zone", "main")
    assert added.exit_code == 0, added.output
    [device] = parse(path.read_text(encoding="utf-8")).devices
    assert (device.options, device.zone) == ({"speed": 150, "sink": "null"}, "main")
    assert "hallctl 没有运行" in added.stdout
    assert COMMENT in path.read_text(encoding="utf-8")
    changed = invoke(path, "change", "voice", "--zone", "", "--option", "speed=160", "--name", "speaker")
    assert changed.exit_code == 0, changed.output
    [device] = parse(path.read_text(encoding="utf-8")).devices
    assert (device.name, device.zone, device.options["speed"], device.options["sink"]) == ("speaker", None, 160, "null")
    assert told(invoke(path, "list", "--json"))["running"] is False
    assert invoke(path, "apply").exit_code == 0
    assert told(invoke(path, "remove", "speaker", "--json"))["running"] is False
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "--driver", "voice"), "--name"),
        (("add", "--name", "x", "--driver", "nothing"), "devices.0.driver"),
        (("add", "--name", "X", "--driver", "voice"), "name"),
        (("add", "--name", "x", "--driver", "escpos", "--link", "tcp:x"), "devices.0.link"),
        (("add", "--name", "x", "--driver", "voice", "--option", "loud"), "--option"),
        (("add", "--name", "x", "--driver", "callpad", "--unit", "1"), "--unit"),
        (("add", "3"), "hallctl devices scan"),
        (("remove", "nobody"), "nobody"),
        (("change", "nobody", "--link", "none:"), "nobody"),
        (("test", "nobody"), "nobody"),
        (("scan", "--network", "10.0.0.0/8"), "network"),
    ],
)
def test_wrong_usage_says_what_to_do_and_changes_nothing(path: Path, arguments: tuple[str, ...], words: str) -> None:
    before = path.read_text(encoding="utf-8")
    result = invoke(path, *arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert path.read_text(encoding="utf-8") == before


def test_a_broken_file_is_told_by_every_command(path: Path) -> None:
    path.write_text("[hall]\nid = 7\n", encoding="utf-8")
    for arguments in (("list",), ("apply",), ADD):
        result = invoke(path, *arguments)
        assert result.exit_code == 2
        assert "hall.id" in result.stderr
        assert str(path) in result.stderr


def test_the_files_of_a_daemon_that_was_killed_are_not_believed(path: Path) -> None:
    data = path.parent / "data"
    data.mkdir()
    (data / CONSOLE_ADDRESS).write_text("http://127.0.0.1:9", encoding="utf-8")
    (data / CONSOLE_KEY).write_text("gone", encoding="utf-8")
    assert told(invoke(path, "list", "--json"))["running"] is False


async def test_a_device_is_tested_watched_and_recorded_without_a_daemon(path: Path) -> None:
    """The capture feeds the driver's codec; what is printed is on the emulated paper."""
    async with printer() as paper:
        link = ("--link", paper.link)
        added = await asyncio.to_thread(invoke, path, "add", "--name", "p", "--driver", "escpos", *link)
        assert added.exit_code == 0, added.output
        tested = await asyncio.to_thread(invoke, path, "test", "p", "--json")
        assert told(tested)["parts"][0]["ok"]
        assert len(paper.emulator.paper.slips) == 1
        shown = await asyncio.to_thread(invoke, path, "test", "p")
        assert "切纸" in shown.stdout
        await paper.emulator.press("paper_out")
        failed = await asyncio.to_thread(invoke, path, "test", "p")
        assert failed.exit_code == 1
        assert "缺纸" in failed.stdout
        await paper.emulator.press("paper_ok")
        watched = await asyncio.to_thread(invoke, path, "watch", "--seconds", "1", "--json")
        rows = [json.loads(line) for line in watched.stdout.splitlines()]
        assert {"out", "in", "state"} <= {row["what"] for row in rows}
        file = path.parent / "p.jsonl"
        recorded = await asyncio.to_thread(invoke, path, "record", "p", "--seconds", "1", "--output", str(file))
        assert recorded.exit_code == 0, recorded.output
    made = capture.read(file)
    assert (made.head["driver"], made.head["link"], made.head["capture"]) == ("escpos", "tcp", 1)
    parser = ReplyParser()
    assert [reply for row in made.rows if row.from_device for reply in parser.feed(row.data)]
    assert any(not row.from_device for row in made.rows)
    with pytest.raises(ValueError, match="no capture"):
        capture.read(path)


async def test_what_a_scan_has_found_is_added_by_its_number(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the box to the config in two commands; nothing is printed by looking."""
    monkeypatch.setenv("PATH", "")  # no scanimage, which would ask the machine's own scanners
    async with printer() as paper:
        host = paper.link.removeprefix("tcp://").partition(":")[0]
        scanned = await asyncio.to_thread(invoke, path, "scan", "--network", host, "--root", str(path.parent), "--json")
        assert told(scanned)["done"]
        assert paper.emulator.paper.slips == []
        found = {"found": [{"number": 1, "driver": "escpos", "others": [], "link": paper.link, "options": {},
                            "configured": None, "section": {"name": "printer-1", "driver": "escpos",
                                                            "link": paper.link, "kiosk": "kiosk-1"}}]}  # fmt: skip
        place_of_scan = Path(os.environ["XDG_CACHE_HOME"]) / "hallctl" / "devices-scan.json"
        assert place_of_scan.is_file()
        place_of_scan.write_text(json.dumps(found), encoding="utf-8")
        added = await asyncio.to_thread(invoke, path, "add", "1", "--name", "front")
        assert added.exit_code == 0, added.output
    [device] = parse(path.read_text(encoding="utf-8")).devices
    assert (device.name, device.driver, device.kiosk) == ("front", "escpos", "kiosk-1")
    assert invoke(path, "add", "2").exit_code == 2


# ---------------------------------------------------------------- beside the daemon


async def test_the_running_daemon_takes_a_device_over_at_once(tmp_path: Path) -> None:
    """O09: added on the command line, at work without a restart; hand-edited and applied, with what waits named."""
    pads = CALLPAD.make(units=(1,))
    async with place(tmp_path) as at, emulated(pads) as link:
        added = await asyncio.to_thread(
            invoke, at.path, "add", "--name", "pads", "--driver", "callpad", "--link", link, "--unit", "1=1", "--json"
        )
        assert told(added)["running"] is True
        await at.becomes("pads", "degraded")
        listed = await asyncio.to_thread(invoke, at.path, "list")
        assert listed.exit_code == 1, "a pad that has not been heard is not well"
        assert "pads" in listed.stdout
        at.path.write_text(at.text.replace("测试大厅", "新大厅"), encoding="utf-8")
        applied = await asyncio.to_thread(invoke, at.path, "apply")
        assert "hall.name" in applied.stdout
        watching = asyncio.create_task(asyncio.to_thread(invoke, at.path, "watch", "pads", "--seconds", "2"))
        await asyncio.sleep(1)
        await pads.press("key", unit="1", key="next")
        watched = await watching
        assert "next" in watched.stdout
        removed = await asyncio.to_thread(invoke, at.path, "remove", "pads")
        assert removed.exit_code == 0
        assert (await at.admin.ask("device.list"))["devices"] == []
        refused = await asyncio.to_thread(invoke, at.path, "add", "--name", "x", "--driver", "nothing")
        assert refused.exit_code == 2
        assert "devices.0.driver" in refused.stderr
