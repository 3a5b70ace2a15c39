"""A list of appointments from elsewhere: a CSV file becomes rows of ``appointment.import``. Pure: no file is opened.

The file may be UTF-8, with or without a byte order mark, or GB18030 (what Excel writes in China); its columns are found
by their headings, Chinese or English, in any order, separated by commas, semicolons or tabs.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Final

Json = dict[str, Any]

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "external": ("预约编号", "编号", "预约号", "流水号", "external", "external_id", "id"),
    "service": ("业务", "业务编号", "业务名称", "预约业务", "service"),
    "day": ("日期", "预约日期", "day", "date"),
    "time": ("时间", "时段", "预约时间", "预约时段", "开始时间", "time", "start", "slot"),
    "number": ("证件号码", "证件号", "身份证号", "身份证号码", "number", "id_number"),
    "name": ("姓名", "预约人", "name"),
    "phone": ("手机", "手机号", "手机号码", "电话", "联系电话", "phone", "mobile"),
    "code": ("预约码", "取号码", "code"),
}
"""Column → headings by which it is found."""

REQUIRED: Final = ("external", "service", "day", "time")

HEADINGS: Final = {heading: column for column, headings in COLUMNS.items() for heading in headings}

DAYS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d")
TIME: Final = re.compile(r"^(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?(?:\s*[-–—~至到]\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?$")
NUMBER: Final = re.compile(r"^[0-9A-Za-z()]{4,32}$")
CODE: Final = re.compile(r"^\d{6,8}$")
LONGEST: Final = 64

MOST_ROWS: Final = 400
MOST_BYTES: Final = 48_000
"""Of one request: a frame may have 64 KiB."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of the file, in both languages; line 0 is the file itself."""

    line: int
    zh: str
    en: str


@dataclass(slots=True)
class BookingList:
    """What was read: rows for the daemon and faults, by line."""

    rows: list[Json] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def decoded(content: bytes) -> str | None:
    """The file's text, or None if it is in neither encoding."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def read_list(content: bytes, services: Mapping[str, str], tz: tzinfo) -> BookingList:
    """The rows of a file; `services` has the id of each by its id and by its names, the times are of the zone `tz`."""
    read = BookingList()
    text = decoded(content)
    if text is None or "\0" in text:
        read.faults.append(Fault(0, "文件编码不是 UTF-8 或 GB18030，请另存为 CSV（UTF-8）。",
                                 "The file is neither UTF-8 nor GB18030; save it as CSV UTF-8."))  # fmt: skip
        return read
    try:
        _read(read, text, services, tz)
    except csv.Error as error:
        read.faults.append(Fault(0, f"不是有效的 CSV：{error}。", f"Not valid CSV: {error}."))
    return read


def _read(read: BookingList, text: str, services: Mapping[str, str], tz: tzinfo) -> None:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    columns = [HEADINGS.get(heading.strip().lower()) for heading in next(reader, [])]
    missing = [COLUMNS[name][0] + "/" + name for name in REQUIRED if name not in columns]
    if missing:
        read.faults.append(Fault(1, f"第一行缺少列：{'、'.join(missing)}。请补上标题行。",
                                 f"The first line lacks: {', '.join(missing)}. Add the headings."))  # fmt: skip
        return
    seen: dict[str, int] = {}
    line = reader.line_num
    for values in reader:
        begins, line = line + 1, reader.line_num
        given = {name: value.strip() for name, value in zip(columns, values, strict=False) if name is not None}
        if not any(value.strip() for value in values):
            continue
        faults = list(_faults(given, services, tz))
        known = seen.setdefault(given.get("external", ""), begins)
        if known != begins and not faults:
            faults.append((f"编号与第 {known} 行重复，请保留一行。", f"The same id as line {known}; keep one."))
        read.faults += [Fault(begins, zh, en) for zh, en in faults]
        if not faults:
            read.rows.append(_row(begins, given, services, tz))


def _row(line: int, given: Json, services: Mapping[str, str], tz: tzinfo) -> Json:
    row: Json = {"line": line, "service": services[given["service"]], "start": _start(given, tz)}
    row |= {name: given[name] for name in ("external", "number", "name", "phone", "code") if given.get(name)}
    return row


def _faults(given: Json, services: Mapping[str, str], tz: tzinfo) -> Iterator[tuple[str, str]]:
    """What the daemon need not be asked about."""
    for name in REQUIRED:
        if not given.get(name):
            yield f"缺少“{COLUMNS[name][0]}”。", f"There is no {name}."
            return
    if given["service"] not in services:
        yield (f"没有业务“{given['service']}”，请写业务编号或名称。",
               f"There is no service {given['service']!r}; give its id or name.")  # fmt: skip
    if _start(given, tz) is None:
        yield (f"日期或时间不对：{given['day']} {given['time']}，应为 2026-11-24 和 09:00。",
               f"Wrong date or time: {given['day']} {given['time']}; write 2026-11-24 and 09:00.")  # fmt: skip
    if not (given.get("number") or given.get("phone")):
        yield "证件号码和手机号至少要有一项。", "Give an identity number or a telephone number."
    if given.get("number") and not NUMBER.match(given["number"]):
        yield "证件号码不对：应为 4 到 32 位字母或数字。", "Wrong identity number: 4 to 32 letters or digits."
    if given.get("phone") and not 5 <= sum(map(str.isdigit, given["phone"])) <= 15:
        yield "手机号不对：应为 5 到 15 位数字。", "This is no telephone number: it has 5 to 15 digits."
    if given.get("code") and not CODE.match(given["code"]):
        yield "预约码不对：应为 6 到 8 位数字。", "Wrong code: it has 6 to 8 digits."
    if any(len(str(value)) > LONGEST for value in given.values()):
        yield f"有一项超过 {LONGEST} 个字，请缩短。", f"A value is longer than {LONGEST} characters; shorten it."


def _start(given: Json, tz: tzinfo) -> int | None:
    """The slot's beginning (ms), None for what is no date or time."""
    time = TIME.match(given["time"])
    if time is None:
        return None
    for pattern in DAYS:
        try:
            day = datetime.strptime(given["day"], pattern)  # noqa: DTZ007 - the zone is given below
            local = day.replace(hour=int(time[1]), minute=int(time[2]), tzinfo=tz)
        except ValueError:
            continue
        return int(local.timestamp() * 1000) if local.year >= 1970 else None
    return None


def batches(rows: list[Json]) -> list[list[Json]]:
    """The rows in requests that the daemon takes; those of one service and time stay together as far as they fit, so
    that a check sees who else wants the slot."""
    made: list[list[Json]] = []
    size = MOST_BYTES
    for row in sorted(rows, key=lambda row: (row["service"], row["start"], row["line"])):
        weight = 160 + sum(len(str(value).encode()) for value in row.values())
        if not made or len(made[-1]) >= MOST_ROWS or size + weight > MOST_BYTES:
            made.append([])
            size = 0
        made[-1].append(row)
        size += weight
    return made
