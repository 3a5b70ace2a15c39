"""Figures get into the documents by the command, not by hand."""

from pathlib import Path
from typing import Any

from hallctl.bench import markdown
from hallctl.bench import run as runs
from hallctl.bench.figure import Figure, Plan

MACHINE: dict[str, Any] = {
    "kind": "machine", "cpu": "x", "cores": 2, "memory_mib": 1, "kernel": "k", "filesystem": "ext4", "python": "3",
    "sqlite": "3", "hallctl": "0", "flush_p50_ms": 0.2, "flush_p99_ms": 0.4,
}  # fmt: skip

FIGURES = [
    Figure("1", "answer p50", [1.9, 2.0, 2.1], must=2.2, stretch=1.7, absolute={"answer_p50_ms": 0.91}),
    Figure("5", "commands", [1.5], must=2.0, better="higher", dropped=2),
    Figure("peer.call.20", "presses", [6000.0], unit="1/s", absolute={"calls_per_s": 2000.4, "answer_p99_ms": 9.876}),
    Figure("peer.issued_twice", "numbers issued twice, of 9", [0.0], must=0.0, unit="tickets"),
]

TEXT = """before
<!-- figures -->
old
<!-- /figures -->
| <!-- ours call.20 -->old<!-- /ours --> | <!-- ours issue.1 --><!-- /ours --> | <!-- ours twice --><!-- /ours --> |
<!-- ours run -->
<!-- /ours -->
after
"""


def test_only_what_is_between_the_marks_is_written(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(TEXT, encoding="utf-8")
    run = runs.as_json(MACHINE, Plan(), FIGURES, ["a chapter failed"])
    assert markdown.fill(run, document) == 5
    text = document.read_text(encoding="utf-8")
    lines = text.split("\n")
    assert lines[0] == "before"
    assert lines[-2] == "after"
    assert "old" not in text
    assert "| `1` | answer p50 | 2 | 1.9..2.1 | ≤ 2.2 | ≤ 1.7 | yes | answer_p50_ms 0.91 |" in lines
    assert "| `5` | commands | 1.5 | 1.5..1.5 (2 dropped) | ≥ 2 | – | **no** |  |" in lines
    assert "2000 calls/s (6000 presses/s, p99 9.88 ms)" in text
    assert (
        "| <!-- ours issue.1 -->–<!-- /ours --> | <!-- ours twice -->0 numbers issued twice, of 9<!-- /ours -->" in text
    )
    assert "- a chapter failed" in lines
    assert text.count("Measured ") == 2
    again = markdown.fill(run, document)
    assert again == 5
    assert document.read_text(encoding="utf-8") == text
