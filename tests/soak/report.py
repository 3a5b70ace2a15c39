"""What a soak found, for people: a JSON file and a page with charts for each part, and the table in ``README.md``."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import Any, Final

from hallctl.bench.page import STYLE
from tests.soak import chart
from tests.soak.audit import Check
from tests.soak.chart import Chart, Points

Json = dict[str, Any]

HERE: Final = Path(__file__).parent
RESULTS: Final = HERE / "results"

NAMES: Final = {"days": ("连续模拟营业日", "Simulated days"), "hour": ("真实的一小时", "A real hour")}

BEGIN, END = "<!-- figures begin -->", "<!-- figures end -->"


def put(out: Path, run: Json, checks: Sequence[Check], machine: Json) -> Json:
    """Write ``<part>.json`` and ``<part>.html``; what is in the JSON."""
    out.mkdir(parents=True, exist_ok=True)
    name = run["plan"]["name"]
    told = {
        "part": name,
        "good": all(check.holds is not False for check in checks),
        "whole": run["whole"],
        "machine": machine,
        "plan": run["plan"],
        "checks": [asdict(check) for check in checks],
        "days": run["days"],
        "sums": {key: value for key, value in run["sums"].items() if key != "clients"},
        "log_lines": run["log_lines"],
        "samples": [_slim(row) for row in run["samples"]],
    }
    kept = told | {"samples": _columns(told["samples"])}
    (out / f"{name}.json").write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / f"{name}.html").write_text(page(told), encoding="utf-8")
    return told


def _slim(row: Json) -> Json:
    """A sample as one flat row of numbers; what only grows by name is among the sums."""
    flat: Json = {}
    for key, value in row.items():
        if key == "acknowledged":
            flat["answered"] = sum(value.values())
        elif key in ("answer", "board"):
            flat |= {f"{key}_{part}": number for part, number in value.items()}
        elif key not in ("refused", "moment"):
            flat[key] = value
    return flat


def _columns(rows: list[Json]) -> Json:
    """``columns`` and ``rows``: a third of the size."""
    names = list(rows[0]) if rows else []
    return {"columns": names, "rows": [[row[name] for name in names] for row in rows]}


# ------------------------------------------------------------ the page


def page(told: Json) -> str:
    """One self-contained page."""
    zh, en = NAMES[told["part"]]
    title = f"hallctl 浸泡测试：{zh} Soak: {en}"
    verdict = "全部成立 Everything holds." if told["good"] else "有不成立的项 Something does not hold."
    body = [
        f'<h1>{escape(title)}</h1><p class="sum">{verdict}</p>',
        f"<p>{escape(_plan_words(told))}</p>",
        _check_table(told["checks"]),
        *(chart.figure(drawn) for drawn in charts(told)),
        f"<p>{escape(_machine_words(told['machine']))}</p>",
    ]
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}{chart.STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _check_table(checks: list[Json]) -> str:
    rows = []
    for check in checks:
        state = {True: ("good", "✓"), False: ("bad", "✗"), None: ("", "·")}[check["holds"]]
        words = f'{escape(check["zh"])} <span class="en" lang="en">{escape(check["en"])}</span>'
        rows.append(f'<tr><td class="{state[0]}">{state[1]}</td><td>{words}</td><td>{escape(check["found"])}</td></tr>')
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'


def charts(told: Json) -> list[Chart]:
    """All pictures of a part."""
    rows = told["samples"]
    marks = _day_marks(rows)

    def line(name: str) -> Points:
        return [(row["at_s"] / 60, float(row[name])) for row in rows if row[name] is not None]

    drawn = [
        Chart("内存", "memory of the daemon", "MiB", {"RSS": line("rss_mib"), "own": line("own_mib")}, marks),
        Chart("答复时间", "press to answer", "ms", _percentiles(line, "answer"), marks, log=True),
        Chart("大屏滞后", "press to the last board", "ms", _percentiles(line, "board"), marks, log=True),
        Chart("处理器", "CPU of the daemon", "of one core", {"cpu": line("cpu")}, marks),
        Chart("任务、文件、线程", "tasks, open files, threads", "count",
              {"tasks": line("tasks"), "files": line("files"), "threads": line("threads")}, marks),
        Chart("数据文件", "WAL and database", "MiB", {"WAL": line("wal_mib"), "database": line("data_mib")}, marks),
        Chart("已答复的请求", "requests answered", "count", {"answered": line("answered")}, marks),
        Chart("客户端进程自身的迟滞", "how late the client processes were themselves", "ms",
              {"late": line("late_ms")}, marks),
    ]  # fmt: skip
    if told["plan"]["speed"] != 1.0:
        drawn.append(Chart("倍速", "speed", "×", {"speed": line("rate")}, marks))
    return drawn


def _percentiles(line: Any, name: str) -> dict[str, Points]:
    return {word: line(f"{name}_{part}") for word, part in (("p50", "p50"), ("p99", "p99"), ("max", "most"))}


def _day_marks(rows: list[Json]) -> tuple[tuple[float, str], ...]:
    begins: dict[int, float] = {}
    for row in rows:
        begins.setdefault(row["day"], row["at_s"] / 60)
    return tuple((at, f"D{day}") for day, at in begins.items() if day > 0) if len(begins) > 2 else ()


def _plan_words(told: Json) -> str:
    plan = told["plan"]
    size = plan["size"]
    return (
        f"{plan['days']} × {plan['begins']}–{plan['ends']}, ×{plan['speed']:g}, {size['tickets']} tickets a day, "
        f"{told['sums'].get('connected', 0)} clients and a page for each clerk who has come, seed {plan['seed']}; each "
        f"device fails every {plan['fault_every_s']:g} s for some {plan['fault_lasts_s']:g} s, a client drops every "
        f"{plan['drop_every_s']:g} s (real seconds)"
    )


def _machine_words(machine: Json) -> str:
    words = [f"{machine['cores']} cores", f"{machine['memory_mib']} MiB", machine["kernel"]]
    words += [f"Python {machine['python']}", f"SQLite {machine['sqlite']}", f"hallctl {machine['hallctl']}"]
    return ", ".join(map(str, [machine["kind"], machine["cpu"], *words])) + f". {machine.get('note', '')}".rstrip()


# ------------------------------------------------------------ the table


def markdown(parts: Sequence[Json]) -> str:
    """A table for each part."""
    lines: list[str] = []
    for told in parts:
        zh, en = NAMES[told["part"]]
        lines += [
            f"### {zh} {en}",
            "",
            _plan_words(told) + ".",
            "",
            "| | 项目 | check | found |",
            "| --- | --- | --- | --- |",
        ]
        for check in told["checks"]:
            mark = {True: "✓", False: "✗", None: ""}[check["holds"]]
            lines.append(f"| {mark} | {check['zh']} | {check['en']} | {check['found'].replace('|', '/')} |")
        lines += ["", _machine_words(told["machine"]), ""]
    return "\n".join(lines)


def put_readme(results: Path = RESULTS) -> None:
    """Put the figures of the results into ``README.md``."""
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _old, _, tail = rest.partition(END)
    readme.write_text(f"{head}{BEGIN}\n\n{markdown(parts)}\n{END}{tail}", encoding="utf-8")
