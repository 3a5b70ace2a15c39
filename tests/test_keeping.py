"""The commands that keep the journal, as a technician gives them: sentences, exit codes, JSON."""

import errno
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image
from typer.testing import CliRunner, Result

from hallctl import keeping
from hallctl.config import load
from hallctl.domain import events as e
from hallctl.domain.decide_hall import MOST_SKIPPED
from hallctl.engine import seal as sealing
from hallctl.errors import StoreError
from hallctl.sentences import SENTENCES
from hallctl.store import folder as folders
from hallctl.store import seal
from hallctl.store.database import DATABASE, Database, Write
from hallctl.store.file import write_whole
from hallctl.store.restore import Issued, Point, restore
from tests.e2e.books import assert_whole, read_books
from tests.harness import FakeClock
from tests.store.halls import journal_of, looking, new_hall, tamper, two_days
from tests.store.samples import DAY, NOON

LAST = len(two_days())
CONFIG = Path(__file__).parent.parent / "config" / "village.toml"

DAY_MS = 86_400_000
LATER = FakeClock(NOON + 30 * DAY_MS)
"""A month after the hall's two days."""

app = typer.Typer()
keeping.install(app)


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "clock", LATER)


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    return new_hall(tmp_path / "data")


def _call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})


def _told(*arguments: str | Path) -> Any:
    result = _call(*arguments, "--json")
    return json.loads(result.stdout)


# ---------------------------------------------------------------- verify


def test_l01_verify_says_that_all_is_well(hall: Path) -> None:
    result = _call("verify", "--data", hall.parent, "--rows")
    assert result.exit_code == 0, result.output
    assert f"{LAST} 条记录，未被改动" in result.output
    assert "none changed" in result.output


def test_l01_verify_says_what_is_wrong_in_both_languages(hall: Path) -> None:
    tamper(hall, "DELETE FROM event WHERE seq = 20")
    result = _call("verify", "--data", hall.parent)
    assert result.exit_code == 1
    assert "缺第 20 到第 20 条" in result.output
    assert "Records 20 to 20 are missing" in result.output
    told = _told("verify", "--data", hall.parent)
    assert told["whole"] is False
    assert [(finding["code"], finding["seq"]) for finding in told["findings"]] == [("verify.missing", 20)]


def test_l01_verify_beside_a_running_hall_and_on_a_killed_ones_wal(hall: Path) -> None:
    def ignore(_batch: list[Write], _error: object) -> None:
        return

    database = Database.open(hall.parent, ignore)
    try:
        before = {path.name: path.stat().st_mtime_ns for path in hall.parent.iterdir() if path.name != "hall.db-shm"}
        assert _told("verify", "--data", hall.parent)["records"] == LAST
        after = {path.name: path.stat().st_mtime_ns for path in hall.parent.iterdir() if path.name != "hall.db-shm"}
        assert after == before
    finally:
        database.close()
    assert _told("verify", "--data", hall.parent)["whole"] is True


def test_l01_verify_with_the_seal_from_paper(hall: Path) -> None:
    code = _told("seal", "--data", hall.parent)["code"]
    assert _call("verify", "--data", hall.parent, "--seal", code).exit_code == 0
    tamper(hall, f"DELETE FROM event WHERE seq = {LAST}")  # noqa: S608 -- our words
    assert _call("verify", "--data", hall.parent).exit_code == 0
    result = _call("verify", "--data", hall.parent, "--seal", code)
    assert result.exit_code == 1
    assert f"封签的第 {LAST} 条已不存在" in result.output


@pytest.mark.parametrize("arguments", [("--seal", "12:zz"), ("--data", "nowhere")])
def test_verify_used_wrongly(hall: Path, arguments: tuple[str, str]) -> None:
    result = _call("verify", "--data", hall.parent, *arguments)
    assert result.exit_code == 2
    assert "✗" in result.output


# ---------------------------------------------------------------- seal


def test_l01_the_seal_is_a_slip_and_a_text(hall: Path, tmp_path: Path) -> None:
    write_whole(hall.with_name("last-good.toml"), CONFIG.read_bytes())
    picture = tmp_path / "seal.png"
    result = _call("seal", "--day", DAY, "--data", hall.parent, "--output", picture)
    assert result.exit_code == 0, result.output
    told = _told("seal", "--day", DAY, "--data", hall.parent)
    assert told["code"] == f"{told['seq']}:{told['hash']}"
    assert journal_of(hall, told["seq"])[-1][10].hex() == told["hash"]
    assert (told["hall"], told["day"], told["open"]) == ("杏花村便民服务站", DAY, False)
    assert told["hash"] in "".join(result.stdout.split())
    assert "hallctl verify --seal" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100
    drawn = Image.open(io.BytesIO(picture.read_bytes()))
    assert drawn.width == 576 + 64
    assert drawn.height > 600


def test_the_slip_of_the_seal_has_no_line_that_does_not_fit(hall: Path) -> None:
    config, _digest = load(CONFIG)
    with looking(hall) as connection:
        made = seal.of_day(connection)
    assert made is not None
    slip = sealing.lay_out(made, config.hall.name, config.tz)
    for line in slip.lines:
        text = getattr(line, "text", "")
        assert sum(1 if ord(character) < 0x2E80 else 2 for character in text) <= 48, text
    assert sealing.STILL_OPEN in sealing.text(made, config.hall.name, config.tz)


def test_a_day_without_records_is_told(hall: Path) -> None:
    result = _call("seal", "--day", "2020-01-01", "--data", hall.parent)
    assert result.exit_code == 1
    assert "2020-01-01" in result.output


# ---------------------------------------------------------------- backup and restore


def test_o07_back_up_list_restore(hall: Path, tmp_path: Path) -> None:
    made = _told("backup", "make", "--data", hall.parent)
    assert Path(made["path"]).parent == hall.parent / "backups"
    assert made["head"].startswith(f"{LAST}:")
    [row] = _told("backup", "list", "--data", hall.parent)
    assert (row["path"], row["seq"], row["kind"]) == (made["path"], LAST, folders.HALL)
    assert "hall-000001" in _call("backup", "list", "--data", hall.parent).output
    result = _call("restore", hall.parent / "backups", "--data", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert f"记录 records: {LAST}" in result.output
    assert made["head"] in result.output
    assert "同样的号" in result.output, "numbers on paper are warned of"
    assert "tax: 12" in result.output
    assert _call("verify", "--data", tmp_path / "new", "--seal", made["head"], "--rows").exit_code == 0
    assert _call("verify", "--data", Path(made["path"])).exit_code == 0


def test_o07_restore_to_a_moment_in_the_halls_time(hall: Path, tmp_path: Path) -> None:
    write_whole(hall.with_name("last-good.toml"), CONFIG.read_bytes())
    _told("backup", "make", "--data", hall.parent)
    told = _told("restore", hall.parent / "backups", "--data", tmp_path / "new", "--at", "2026-11-23 12:00:30")
    first = two_days()[0].at
    assert told["at"] <= first + 30_000 < told["at"] + 1000
    assert told["head"].startswith("31:")


# ---------------------------------------------------------------- numbers that may be on paper


@pytest.mark.parametrize(
    ("days", "arguments", "skipped"),
    [
        (1, (), {"tax": [13, 62]}),
        (0, (), {"tax": [13, 62]}),
        (2, (), {}),
        (1, ("--skip", "0"), {}),
        (1, ("--skip", "7"), {"tax": [13, 19]}),
        (30, ("--skip", "7"), {"tax": [13, 19]}),
    ],
    ids=["today", "the clock is behind", "another day", "none", "so many", "so many on another day"],
)
def test_t01_o07_a_hall_restored_in_its_day_leaves_numbers_out(
    hall: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    days: int, arguments: tuple[str, ...], skipped: dict[str, list[int]],
) -> None:  # fmt: skip
    """T01, O07: what was issued after the point may be on paper; while that day goes on it is not issued again."""
    clock = FakeClock(NOON + days * DAY_MS)
    monkeypatch.setattr(keeping, "clock", clock)
    made = _told("backup", "make", "--data", hall.parent)
    told = _told("restore", hall.parent / "backups", "--data", tmp_path / "new", *arguments)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {DATABASE, "secret.key"}
    assert told["skipped"] == skipped
    assert told["numbers"] == {service: last for service, (_first, last) in skipped.items()} or {"tax": 12}
    books = read_books(tmp_path / "new", tmp_path / "books")
    assert_whole(books)
    more = books.records[LAST:]
    assert [(record.event, record.actor, record.at) for record in more] == [
        (e.NumbersSkipped(service, last), "restore", clock.at) for service, (_first, last) in skipped.items()
    ]
    assert told["head"].startswith(f"{LAST + len(more)}:")
    assert _call("verify", "--data", tmp_path / "new", "--seal", told["head"], "--rows").exit_code == 0
    assert _call("verify", "--data", tmp_path / "new", "--seal", made["head"]).exit_code == 0


def test_t01_o07_every_service_of_the_config_leaves_numbers_out(hall: Path, tmp_path: Path) -> None:
    """A service of which nobody had taken a number yet may have issued its first ones after the point."""
    write_whole(hall.with_name("last-good.toml"), CONFIG.read_bytes())
    _told("backup", "make", "--data", hall.parent)
    told = _told("restore", hall.parent / "backups", "--data", tmp_path / "new", "--skip", "5")
    config, _digest = load(CONFIG)
    assert told["skipped"] == {"tax": [13, 17], **{service.id: [1, 5] for service in config.services}}
    assert_whole(read_books(tmp_path / "new", tmp_path / "books"))


@pytest.mark.parametrize(("count", "last"), [("50", 62), ("999", 1011)])
def test_t01_o07_what_the_backup_knows_beyond_the_point_is_left_out(
    hall: Path, tmp_path: Path, count: str, last: int
) -> None:
    """A hall put back to ten o'clock at noon: what was issued meanwhile is on paper, however much it is."""
    records = two_days()
    third = [r.seq for r in records if isinstance(r.event, e.TicketTaken) and r.day == records[-1].day][2]
    _told("backup", "make", "--data", hall.parent)
    arguments = ("--data", tmp_path / "new", "--seq", str(third), "--skip", count)
    assert _told("restore", hall.parent / "backups", *arguments)["skipped"] == {"tax": [4, last]}
    books = read_books(tmp_path / "new", tmp_path / "books")
    assert_whole(books)
    steps = [event.number for event in books.of(e.NumbersSkipped)]
    assert steps == ([62] if last == 62 else [1002, 1011])
    assert _call("verify", "--data", tmp_path / "new", "--rows").exit_code == 0


def test_t01_o07_a_closed_day_that_may_be_opened_again_leaves_numbers_out(hall: Path, tmp_path: Path) -> None:
    closed = next(record.seq for record in two_days() if isinstance(record.event, e.DayClosed))
    _told("backup", "make", "--data", hall.parent)
    arguments = ("--data", tmp_path / "new", "--seq", str(closed), "--skip", "9")
    assert _told("restore", hall.parent / "backups", *arguments)["skipped"] == {"tax": [13, 21]}
    books = read_books(tmp_path / "new", tmp_path / "books")
    assert_whole(books)
    assert books.loaded.tallies["tax"].number == 21


def test_t01_what_was_left_out_is_told_in_both_languages(hall: Path, tmp_path: Path) -> None:
    _told("backup", "make", "--data", hall.parent)
    result = _call("restore", hall.parent / "backups", "--data", tmp_path / "new", "--skip", "50")
    assert result.exit_code == 0, result.output
    assert "又跳过了 50 个号" in result.output
    assert "50 more of each service were left out" in result.output
    assert "tax: 62  跳过 skipped 13–62" in result.output
    assert "会再次发出同样的号" not in result.output


def test_o07_a_skip_that_fails_hands_nothing_over(hall: Path, tmp_path: Path) -> None:
    """O07: a hall that would issue numbers twice is not taken for a restored one."""
    _told("backup", "make", "--data", hall.parent)
    given: list[Path] = []

    def full(directory: Path, _issued: Issued) -> None:
        given.extend(directory.iterdir())
        raise OSError(errno.ENOSPC, "no room")

    with pytest.raises(StoreError, match="no room"):
        restore(hall.parent / "backups", tmp_path / "new", Point(), prepare=full)
    assert [path.name for path in given] == [DATABASE]
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("count", ["-1", "1000"])
def test_so_many_numbers_are_not_left_out(hall: Path, tmp_path: Path, count: str) -> None:
    assert keeping.MOST_SKIPPED == MOST_SKIPPED
    _told("backup", "make", "--data", hall.parent)
    assert _call("restore", hall.parent / "backups", "--data", tmp_path / "new", "--skip", count).exit_code == 2
    assert not (tmp_path / "new").exists()


def test_restore_used_wrongly(hall: Path, tmp_path: Path) -> None:
    _told("backup", "make", "--data", hall.parent)
    source = hall.parent / "backups"
    for wrong in (("--at", "noon"), ("--at", "2026-11-23 12:00", "--seq", "5")):
        assert _call("restore", source, "--data", tmp_path / "new", *wrong).exit_code == 2
    result = _call("restore", source, "--data", hall.parent)
    assert result.exit_code == 2
    assert "不会覆盖" in result.output
    assert _call("restore", tmp_path / "none", "--data", tmp_path / "new").exit_code == 1
    assert not (tmp_path / "new" / DATABASE).exists()


def test_o07_a_corrupted_copy_is_refused_with_a_sentence(hall: Path, tmp_path: Path) -> None:
    path = Path(_told("backup", "make", "--data", hall.parent)["path"])
    data = bytearray(path.read_bytes())
    data[4096 * 7 : 4096 * 9] = bytes(8192)
    path.write_bytes(data)
    result = _call("restore", path, "--data", tmp_path / "new")
    assert result.exit_code == 1
    assert "已损坏，不能使用" in result.output
    assert "is damaged and cannot be used" in result.output


def test_o06_a_real_limit_on_the_file_leaves_nothing_half(hall: Path, tmp_path: Path) -> None:
    """What the system refuses while the copy is written: a sentence, exit 1, no half file, the hall as it was."""
    code = "import typer; from hallctl import keeping; app = typer.Typer(); keeping.install(app); app()"
    before = hall.read_bytes()
    ended = subprocess.run(
        [sys.executable, "-c", code, "backup", "make", "--data", str(hall.parent), "--to", str(tmp_path / "to")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_960, 40_960)),
        capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    assert "备份没有做成" in ended.stderr
    assert "大厅照常运行" in ended.stderr
    assert not list((tmp_path / "to").glob("hall*"))
    assert hall.read_bytes() == before


def test_every_sentence_of_keeping_is_in_both_languages() -> None:
    ours = [code for code in SENTENCES if code.partition(".")[0] in {"verify", "seal", "backup", "restore"}]
    assert len(ours) > 20
    for code in ours:
        zh, en = SENTENCES[code]
        assert any("一" <= character <= "鿿" for character in zh)
        assert en.isascii() or "≠" in en
