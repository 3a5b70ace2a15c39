"""Lists of appointments as CSV: what is read of them, and the command that takes them over (A01)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from hallctl.booking_list import MOST_BYTES, MOST_ROWS, batches, read_list
from hallctl.config import parse
from tests.domain.bookings import MONDAY, TZ, moment
from tests.harness import SMALL, FakeClock, end_process, running_hall, start_process

SERVICES = {"pooled": "pooled", "综合受理": "pooled", "police": "police"}
HEAD = "预约编号,业务,日期,时段,证件号码,姓名,手机号,预约码\n"
LINES = (
    "W1,综合受理,2026-11-23,09:00-09:30,99999919900101001X,测试人,13900005678,123456\n"
    "W2,pooled,2026/11/24,9:30,,,13811112222,\n"
)
ROWS = [
    {
        "line": 2, "service": "pooled", "start": moment("09:00"), "external": "W1", "number": "99999919900101001X",
        "name": "测试人", "phone": "13900005678", "code": "123456",
    },
    {"line": 3, "service": "pooled", "start": moment("09:30", "2026-11-24"), "external": "W2", "phone": "13811112222"},
]  # fmt: skip
ENGLISH = HEAD.replace("预约编号", "id").replace("业务", "Service").replace("日期", "date").replace("时段", "time")

FILES = {
    "UTF-8": (HEAD + LINES).encode(),
    "UTF-8 with a byte order mark": (HEAD + LINES).encode("utf-8-sig"),
    "GB18030": (HEAD + LINES).encode("gb18030"),
    "semicolons, CRLF, empty lines": (HEAD + "\n" + LINES).replace(",", ";").replace("\n", "\r\n").encode(),
    "tabs": (HEAD + LINES).replace(",", "\t").encode(),
    "English headings, another column, quotes": (
        "note," + ENGLISH + "".join(f'"a,\n""b""",{line}\n' for line in LINES.splitlines())
    ).encode(),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_list_is_read_as_it_comes(content: bytes) -> None:
    read = read_list(content, SERVICES, TZ)
    assert read.faults == []
    assert [{**row, "line": 0} for row in read.rows] == [{**row, "line": 0} for row in ROWS]


@pytest.mark.parametrize("day", ["2026-11-23", "2026/11/23", "2026年11月23日", "20261123", "2026.11.23"])
@pytest.mark.parametrize("time", ["09:00", "9:00", "09：00", "09:00-09:30", "09:00:00", "09:00 至 09:30"])
def test_dates_and_times_as_people_write_them(day: str, time: str) -> None:
    read = read_list(f"id,service,day,time,phone\n1,pooled,{day},{time},13900005678\n".encode(), SERVICES, TZ)
    assert [row["start"] for row in read.rows] == [moment("09:00")]


FAULTS = {
    "no service of that name": ("W1,税务,2026-11-23,09:00,,,13900005678,", 2, "没有业务“税务”"),
    "no such date": ("W1,pooled,2026-02-30,09:00,,,13900005678,", 2, "日期或时间不对"),
    "no time": ("W1,pooled,2026-11-23,上午,,,13900005678,", 2, "日期或时间不对"),
    "nobody": ("W1,pooled,2026-11-23,09:00,,某人,,", 2, "至少要有一项"),
    "a number that a spreadsheet has spoilt": ("W1,pooled,2026-11-23,09:00,9.99999E+17,,,", 2, "证件号码不对"),
    "no telephone number": ("W1,pooled,2026-11-23,09:00,,,12,", 2, "手机号不对"),
    "a short code": ("W1,pooled,2026-11-23,09:00,,,13900005678,12", 2, "预约码不对"),
    "no id": (",pooled,2026-11-23,09:00,,,13900005678,", 2, "缺少“预约编号”"),
    "a short line": ("W1,pooled", 2, "缺少“日期”"),
    "the same id twice": (
        "W1,pooled,2026-11-23,09:00,,,13900005678,\nW1,pooled,2026-11-24,09:00,,,13900005678,", 3, "与第 2 行重复",
    ),
    "a name that is too long": (f"W1,pooled,2026-11-23,09:00,,{'长' * 65},13900005678,", 2, "超过 64 个字"),
    "a quote that does not end": ('W1,pooled,2026-11-23,09:00,,"某人,13900005678,', 0, "不是有效的 CSV"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "line", "sentence"), FAULTS.values(), ids=FAULTS)
def test_faults_are_told_by_line(lines: str, line: int, sentence: str) -> None:
    read = read_list((HEAD + lines + "\n").encode(), SERVICES, TZ)
    assert [fault.line for fault in read.faults] == [line]
    assert sentence in read.faults[0].zh
    assert read.faults[0].en.endswith(".")


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe\x00\x00", b"a\x00b", "姓名,手机\n".encode()])
def test_what_is_no_list_at_all(content: bytes) -> None:
    read = read_list(content, SERVICES, TZ)
    assert read.rows == []
    assert [fault.line < 2 for fault in read.faults] == [True]


def test_requests_are_small_and_keep_a_slot_together() -> None:
    rows: list[dict[str, Any]] = [
        {"line": n, "service": "pooled", "start": n % 7, "name": "测" * 20, "phone": "1" * 11} for n in range(1000)
    ]
    made = batches(rows)
    assert sorted(row["line"] for batch in made for row in batch) == list(range(1000))
    assert max(map(len, made)) <= MOST_ROWS
    assert max(len(json.dumps(batch, ensure_ascii=False).encode()) for batch in made) <= MOST_BYTES
    assert [row["start"] for batch in made for row in batch] == sorted(row["start"] for row in rows)


CONFIG = parse(SMALL + '[[services]]\nid = "tax"\nname = "办税"\nprefix = "T"\nzone = "main"\n'
               'slots = [{ time = "09:00-11:00", quota = 2, days = [1, 2, 3, 4, 5] }]\n'
               '[[windows]]\nid = "4"\nzone = "main"\nservices = ["tax"]\n')  # fmt: skip


async def command(tmp_path: Path, text: str, *options: str) -> tuple[int, str, str]:
    """``hallctl appointments import`` of a file: exit code, what it printed and what it said on the side."""
    file = tmp_path / "list.csv"
    file.write_bytes(text.encode("gb18030"))
    process = await start_process("appointments", "import", str(file), "--data-dir", str(tmp_path), *options)
    try:
        printed, said = await asyncio.wait_for(process.communicate(), 60)
    finally:
        await end_process(process)
    return process.returncode or 0, printed.decode(), said.decode()


async def test_a01_the_command_checks_all_imports_all_and_does_it_once(tmp_path: Path) -> None:
    """A01: over-booking in a list is told by line; nothing is taken over unless all rows can be; twice is once."""
    head = "编号,业务,日期,时间,手机\n"
    lines = [f"W{n},办税,{MONDAY},09:00,1390000000{n}" for n in range(3)]
    async with running_hall(tmp_path, CONFIG, clock=FakeClock(moment("08:00"))) as hall:
        state = hall.daemon.context.state
        code, printed, _said = await command(tmp_path, head + "\n".join([*lines, "W9,办税,昨天,09:00,13900000009"]))
        assert code == 1
        assert "已约满" in printed
        assert "日期或时间不对" in printed
        assert state.appointments == {}
        good = head + "\n".join(lines[:2])
        code, printed, _said = await command(tmp_path, good, "--dry-run", "--json")
        told = json.loads(printed)
        assert (code, told["bookable"], told["booked"], state.appointments) == (0, 2, [], {})
        code, printed, _said = await command(tmp_path, good, "--json")
        told = json.loads(printed)
        assert (code, len(told["booked"]), told["refused"]) == (0, 2, [])
        assert sorted(row["code"] for row in told["booked"]) == sorted(a.code for a in state.appointments.values())
        seq = state.seq
        code, printed, _said = await command(tmp_path, head + "\n".join(lines), "--partly")
        assert (code, state.seq) == (1, seq)
        assert "已有 known 2" in printed


async def test_the_command_says_that_no_daemon_runs(tmp_path: Path) -> None:
    code, _printed, said = await command(tmp_path, HEAD)
    assert code == 1
    assert "没有正在运行的 hallctl" in " ".join(said.split())  # broken where the line is full
