"""After a soak: whether the sums are right, whether the daemon stayed as it was, and how its answers went.

A check has its words for people in two languages, what was found, and whether it holds; one that is only told has None.
"""

import contextlib
import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from hallctl.domain import calendar
from hallctl.domain import events as e
from hallctl.domain.events import Record
from hallctl.store import verify
from hallctl.store.database import DATABASE
from tests.e2e.books import Books, read_books
from tests.soak.part import midnight_of

Json = dict[str, Any]

EVENT_OF: Final[dict[str, type[e.Event]]] = {
    "ticket.take": e.TicketTaken,
    "ticket.call": e.TicketCalled,
    "ticket.recall": e.TicketRecalled,
    "ticket.start": e.TicketStarted,
    "ticket.finish": e.TicketFinished,
    "ticket.miss": e.TicketMissed,
    "ticket.restore": e.TicketRestored,
    "ticket.hold": e.TicketHeld,
    "ticket.resume": e.TicketResumed,
    "ticket.rate": e.TicketRated,
    "slip.reprint": e.SlipReprinted,
    "window.open": e.WindowOpened,
    "window.pause": e.WindowPaused,
    "window.resume": e.WindowResumed,
    "window.close": e.WindowClosed,
    "clerk.login": e.ClerkLoggedIn,
    "clerk.logout": e.ClerkLoggedOut,
}

NOT_PEOPLE: Final = ("device:", "timer", "daemon", "printer")
"""Beginnings of the actors that are not the soak's own people."""

DAY_GROWTH_MIB: Final = 3.0
"""Most that its own memory may grow in a day, by a line through the ends of the second half of the days."""

HOUR_GROWTH_MIB: Final = 16.0
"""Most in the second half of a real hour, as MiB an hour. What is meant to fill up in the first days: the last 50,000
answers, the last 2,000 events, and the people who wait."""

LEFT_BEHIND: Final = 20
"""More tasks or open files than this on the last day than on the first, with everybody there, are a leak."""


@dataclass
class Check:
    """`holds` None: told, not judged."""

    zh: str
    en: str
    found: str
    holds: bool | None = None


def audit(run: Json, folder: Path) -> list[Check]:
    """All checks of a part whose daemon has ended; `run` as `part.Run` is kept, `folder` is the part's own."""
    try:
        books = read_books(folder / "data", folder / "books")
    except (AssertionError, OSError, sqlite3.Error) as error:
        return [Check("数据文件可读", "the file can be read", str(error)[:200], False)]
    ledger = [json.loads(line) for line in (folder / "acknowledged").read_text(encoding="utf-8").splitlines()]
    return [
        *_life(run, books),
        *_verified(folder / "books" / DATABASE),
        *_acknowledged(ledger, books),
        *_numbers(books, folder / "books" / DATABASE),
        *_paper(run, books),
        *_clients(run, books),
        *_memory(run),
        *_left_behind(run),
        *_latency(run),
    ]


# ------------------------------------------------------------ the books


def _life(run: Json, books: Books) -> list[Check]:
    plan = run["plan"]
    opened = [event.day for event in books.of(e.DayOpened) if event.fresh]
    days = len(opened) - (plan["speed"] != 1.0)  # the day on which the hall was furnished
    problems = "; ".join(run["problems"]) or "–"
    return [
        Check("运行完整", "ran to its end", "yes" if run["whole"] else "broken off", None),
        Check("没有意外", "nothing unexpected", problems, not run["problems"]),
        Check("守护进程正常结束", "the daemon ended well", f"exit code {run['ended']}", run["ended"] == 0),
        Check("营业日自动翻转", "days opened by themselves", f"{days} of {plan['days']}",
              days == plan["days"] if run["whole"] else None),
    ]  # fmt: skip


def _verified(database: Path) -> list[Check]:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        verdict = verify.chain(connection)
        chained = [finding.code for finding in verdict.findings]
        verify.file(connection, verdict)
        verify.rows(connection, verdict)
        connection.execute("COMMIT")
    rows = [f"{finding.code} {finding.params}" for finding in verdict.findings][len(chained) :]
    return [
        Check(
            "哈希链完整", "the hash chain is whole", f"{verdict.records} records {chained or ''}".strip(), not chained
        ),
        Check("表与重放一致", "rows equal a replay", "; ".join(rows)[:200] or "equal", not rows),
    ]


def _by_people(record: Record) -> bool:
    return not record.actor.startswith(NOT_PEOPLE)


def _acknowledged(ledger: list[list[Any]], books: Books) -> list[Check]:
    """Every receipt names its own event; people's events are as many as the receipts that they got."""
    lost = [row for row in ledger if not _is_kept(row, books)]
    seqs = Counter(seq for _method, _id, seq, _ticket in ledger)
    asked = Counter(method for method, _id, _seq, _ticket in ledger)
    done = Counter(type(record.event) for record in books.records if _by_people(record))
    differs = {
        method: f"{asked[method]} ≠ {done[kind]}" for method, kind in EVENT_OF.items() if asked[method] != done[kind]
    }
    twice = sum(count - 1 for count in seqs.values())
    return [
        Check("已答复的都在账", "acknowledged and kept", f"{len(ledger)}, lost {len(lost)} {lost[:3] or ''}".strip(),
              not lost),
        Check("各只办一次", "each done once", f"doubled {twice} {differs or ''}".strip(), not twice and not differs),
    ]  # fmt: skip


def _is_kept(row: list[Any], books: Books) -> bool:
    method, _id, seq, ticket = row
    if not 0 < seq <= len(books.records):
        return False
    event = books.records[seq - 1].event
    return type(event) is EVENT_OF[method] and (not ticket or getattr(event, "ticket", "") in ("", ticket))


def _numbers(books: Books, database: Path) -> list[Check]:
    issued = sum(map(len, books.numbers().values()))
    gaps = [name for name, numbers in books.numbers().items() if numbers != list(range(1, len(numbers) + 1))]
    with contextlib.closing(sqlite3.connect(database)) as connection:
        stages = dict(connection.execute("SELECT stage, count(*) FROM ticket GROUP BY stage ORDER BY 2 DESC"))
    total = sum(stages.values())
    parts = " + ".join(f"{count} {stage}" for stage, count in stages.items())
    return [
        Check("取号数等于各状态之和", "issued = sum of the states", f"{issued} = {parts}", issued == total),
        Check("号码连续不重", "numbers without gap or repetition",
              f"{len(books.numbers())} queues of a day {gaps or ''}".strip(), not gaps),
    ]  # fmt: skip


def _paper(run: Json, books: Books) -> list[Check]:
    """Copies are told by (day, label); a ticket's id is made of both."""
    copies: dict[str, list[bool]] = defaultdict(list)
    for day, label, marked in run["copies"]:
        copies[f"{day}-{label}"].append(marked)
    due = [event.ticket for event in books.of(e.TicketTaken) if event.printing]
    issued = {event.ticket for event in books.of(e.TicketTaken)}
    proven = Counter(event.ticket for event in books.of(e.SlipConfirmed))
    twice = [ticket for ticket, found in copies.items() if found.count(False) > 1]
    missing = [ticket for ticket, count in proven.items() if len(copies[ticket]) < count]
    unknown = sorted({ticket for ticket in copies if copies[ticket]} - issued)
    failed, again = len([*books.of(e.SlipFailed), *books.of(e.SlipDoubted)]), len(books.of(e.SlipReprinted))
    printed = sum(map(len, copies.values()))
    return [
        Check("小票", "slips", f"{len(due)} due, {proven.total()} proven, {failed} failed and told, "
              f"{again} asked again, {printed} on paper"),
        Check("未标“补打”的不重复", "none twice without 补打", f"{len(twice)} {twice[:3] or ''}".strip(), not twice),
        Check("报告已打印的都有纸", "every proven slip is on paper",
              f"missing {len(missing)} {missing[:3] or ''}".strip(), not missing),
        Check("纸上没有未发的号", "nothing on paper that was not issued", f"{len(unknown)} {unknown[:3] or ''}".strip(),
              not unknown),
    ]  # fmt: skip


def _clients(run: Json, books: Books) -> list[Check]:
    """A turn of the day renews everybody's page, once; nothing else may to one who reads."""
    there = run["sums"].get("clients")
    if not there:
        return [Check("客户端", "clients", "not asked", None)]
    stayers = there["boards"]["stayers"]
    turns = max(0, run["plan"]["days"] - 1)
    wrong = [line for line in stayers if line["gaps"] or line["overlaps"] or line["closed"]]
    wrong += [line for line in stayers if run["whole"] and line["renewed"] != turns and line not in wrong]
    odd = there["boards"]["odd"] + there["people"]["odd"]
    same = len({line["seq"] for line in stayers}) == 1
    total = Counter(there["boards"]["all"]) + Counter(there["people"]["all"])
    told = ", ".join(f"{total[name]} {name}" for name in ("cut", "deaf", "resumed", "snapshots", "closed"))
    told += f"; {run['sums']['asked_again']} requests asked again"
    return [
        Check("一直在线的大屏按序看到全部事件", "boards that stayed saw everything in order",
              f"{len(stayers)} boards, {stayers[0]['frames'] if stayers else 0} frames each, {len(wrong)} not",
              not wrong and same),
        Check("所有客户端无缺口", "no client saw a gap", f"{total['gaps']} gaps in {total['frames']} frames",
              total["gaps"] == 0),
        Check("重复告知", "told again", f"{total['overlaps']} frames that begin too early {odd[:3] or ''}".strip()),
        Check("掉线与失聪", "drops and deafness", told),
        Check("设备故障", "faults of devices", f"{run['sums']['faults']}, and {run['sums']['keys']} keys of pads"),
        Check("拒绝", "refusals", ", ".join(f"{name} {count}" for name, count in _most(run["sums"]["refused"]))),
    ]  # fmt: skip


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: -pair[1])[:8]


# ------------------------------------------------------------ the daemon


def slope(points: list[tuple[float, float]]) -> float:
    """Of the line of least squares; 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    mean_x, mean_y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _y in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def _at_work(run: Json) -> list[Json]:
    """Samples while visitors came, without the mornings, in which passwords are checked with 64 MiB each."""
    begin, end = (calendar.minutes(run["plan"][name]) * 60_000 for name in ("begins", "ends"))
    return [row for row in run["samples"] if row["day"] and begin <= row["moment"] - midnight_of(row["moment"]) < end]


def _memory(run: Json) -> list[Check]:
    """Judged by what is the process's own: pages of files come and go as the system likes."""
    rows, days = _at_work(run), run["days"]
    if not rows:
        return []
    begin, end, most = rows[0], rows[-1], max(row["rss_mib"] for row in rows)
    found = f"{begin['rss_mib']:.0f} → {end['rss_mib']:.0f} MiB resident, highest {most:.0f}"
    found += f"; its own {begin['own_mib']:.0f} → {end['own_mib']:.0f}"
    if run["plan"]["days"] > 1:
        ends = [(day["day"], day["own_mib"]) for day in days][len(days) // 2 :]
        grown, unit, most, enough = slope(ends), "MiB a day", DAY_GROWTH_MIB, len(ends) > 2
    else:
        late = [(row["at_s"] / 3600, row["own_mib"]) for row in rows][len(rows) // 2 :]
        grown, unit, most = slope(late), "MiB an hour", HOUR_GROWTH_MIB
        enough = run["plan"]["speed"] == 1.0 and late[-1][0] - late[0][0] > 0.2
    limit = f"at most {most:g}" if enough else "too short to judge"
    return [
        Check("内存", "memory", found, None),
        Check("内存平稳", "memory is flat", f"{grown:+.2f} {unit} in the second half ({limit})",
              grown <= most if enough else None),
    ]  # fmt: skip


def _least(run: Json, day: Json, name: str) -> int:
    """The least of the day's second half, when everybody is there, its end included."""
    rows = [row[name] for row in run["samples"] if row["day"] == day["day"]]
    least: int = min([day[name], *rows[len(rows) // 2 :]])
    return least


def _left_behind(run: Json) -> list[Check]:
    """Compared while as many clients are there, near the beginning and near the end. Of several days the least counts:
    what is left behind never ends, and tasks that do come and go by dozens."""
    found = []
    for name, zh in (("tasks", "任务"), ("files", "打开的文件"), ("threads", "线程")):
        if len(run["days"]) > 1:
            first, last = (_least(run, run["days"][day], name) for day in (0, -1))
        else:
            rows = _at_work(run)
            if not rows:
                continue
            quarter = max(1, len(rows) // 4)
            own = [row[name] - (row["clients"] if name != "threads" else 0) for row in rows]
            first, last = median(own[:quarter]), median(own[-quarter:])
        found.append(Check(f"{zh}不增长", f"{name} do not grow", f"{first:g} → {last:g}", last - first <= LEFT_BEHIND))
    return found


def _latency(run: Json) -> list[Check]:
    """Of the first and the last quarter of the working time: medians of the samples' percentiles."""
    rows = [row for row in _at_work(run) if row["answer"]["count"]]
    if len(rows) < 8:
        return []
    quarters = rows[: len(rows) // 4], rows[-len(rows) // 4 :]
    found = []
    for name, zh, en in (("answer", "答复", "answer"), ("board", "最后一块大屏", "last board")):
        words = []
        for part in quarters:
            there = [row[name] for row in part if row[name]["count"]]
            if there:
                p50, p99, most = (max if key == "most" else median for key in ("p50", "p99", "most"))
                values = [(p50, "p50"), (p99, "p99"), (most, "most")]
                words.append(" / ".join(f"{how(row[key] for row in there):.1f}" for how, key in values))
        found.append(Check(f"{zh} p50 / p99 / 最大 ms", f"{en} p50 / p99 / max ms, first → last quarter",
                           " → ".join(words), None))  # fmt: skip
    return found
