"""The page of a run: whole, alone, readable, and honest about what is missed."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from hallctl.bench import report, run
from hallctl.bench.figure import Figure, Plan

FIGURES = [
    Figure(
        "1", "answer <p50>", [1.9, 2.0, 2.3], must=2.2, stretch=1.7, absolute={"answer_p50_ms": 0.7, "answer_p99_ms": 3}
    ),
    Figure("9", "scan", [2100.0], must=1000, better="higher", note="note & more"),
    Figure("3", "far beyond", [90.0, 91.0], must=5.0, dropped=2),
    Figure("12", "met and more", [3.0], must=6.0, stretch=3.2),
    Figure("memory", "resident", [88.0], unit="MiB", absolute={"memory_day_mib": 88.0}),
    Figure("5", "no round", [], must=2.0, absolute={"rate_p50_ms": float("nan")}),
]
MACHINE = {"kind": "virtual machine", "cpu": "X <1>", "cores": 2, "flush_p50_ms": 0.31, "flush_p99_ms": 1.2}
VOID = {"meta", "br", "line", "rect", "path", "link", "img"}


class Page(HTMLParser):
    """Collects tags, attributes and text; fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def having(self, name: str) -> list[tuple[str, dict[str, str | None]]]:
        return [(tag, attributes) for tag, attributes in self.tags if name in (attributes.get("class") or "").split()]


@pytest.fixture
def page(tmp_path: Path) -> Page:
    made = run.as_json(MACHINE, Plan(), FIGURES, ["a note <b>"])
    run.write(made, tmp_path / "run.json")
    report.write_html(run.read(tmp_path / "run.json"), tmp_path / "run.html")
    return Page((tmp_path / "run.html").read_text(encoding="utf-8"))


def test_the_page_is_alone_and_fits_a_phone(page: Page) -> None:
    names = {name for _tag, attributes in page.tags for name in attributes}
    assert not names & {"src", "href", "onload", "onclick"}
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "img"}
    assert "http" not in page.words
    assert "url(" not in page.words
    viewports = [attributes["content"] for tag, attributes in page.tags if attributes.get("name") == "viewport"]
    assert viewports == ["width=device-width, initial-scale=1"]
    assert [attributes["lang"] for tag, attributes in page.tags if tag == "html"] == ["zh-CN"]


def test_what_is_missed_is_said_in_words(page: Page) -> None:
    articles = [attributes.get("class") for tag, attributes in page.tags if tag == "article"]
    assert articles[:5] == ["reached", "reached", "missed", "stretched", "missed"]
    assert page.words.count("✗") == 2
    assert "3 / 5" in re.sub(r"\s+", " ", page.words)
    assert "answer <p50>" in page.words
    assert "note & more" in page.words
    assert "a note <b>" in page.words
    assert "1.9× … 2.3×" in page.words


def test_every_strip_has_its_words_goal_and_rounds(page: Page) -> None:
    strips = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert all(attributes["role"] == "img" and attributes["aria-label"] for attributes in strips)
    assert len(page.having("must")) == 4
    assert len(page.having("round")) == 3 + 1 + 2 + 1
    assert len(page.having("beyond")) == 1
    assert len(page.having("percentile")) == 2


def test_more_is_better_turns_the_strip_round() -> None:
    good = report._place(Figure("9", "", [2000.0], must=1000, better="higher"), 2000.0)
    bad = report._place(Figure("9", "", [500.0], must=1000, better="higher"), 500.0)
    assert good < report.MUST_AT < bad


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.0, "ratio", "2×"),
        (0.12345, "ms", "0.123 ms"),
        (123456.7, "", "123,457 "),
        (None, "s", "–"),
        (float("nan"), "s", "–"),
    ],
)
def test_numbers_are_short(value: Any, unit: str, text: str) -> None:
    assert report.number(value, unit) == text


def test_an_empty_run_is_a_page_too(tmp_path: Path) -> None:
    Page(report.page(run.as_json({}, Plan(), [], [])))
