"""``hallctl simulate`` as a person types it: table, files, exit codes; the reference table in a document."""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer
import typer.main
from typer.testing import CliRunner

from hallctl.lab import command, reference, replay
from hallctl.lab.case import Case


def invoke(*arguments: str) -> tuple[int, str]:
    app = typer.Typer(pretty_exceptions_enable=False)
    command.install(app)
    app.command("other")(lambda: None)
    result = CliRunner().invoke(app, ["simulate", *arguments], catch_exceptions=False)
    return result.exit_code, result.output


class Tags(HTMLParser):
    """Counts what opens and closes, and keeps what points elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "rect", "line", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line", "polyline"):
            assert self.open.pop() == tag


def test_one_setting_is_told_as_a_table() -> None:
    code, output = invoke("village", "--seeds", "3", "--day", "busy")
    assert code == 0
    assert "28 号 tickets" in output
    assert "综合业务" in output
    assert "绿色通道" in output
    assert "窗口负荷" in output


def test_two_settings_are_told_side_by_side() -> None:
    code, output = invoke(
        "T", "--seeds", "10", "--day", "season", "--window", "6=issue", "--versus", "window.6=issue,general"
    )  # fmt: skip
    assert code == 0
    assert "“6 号窗口办理统一发证、综合受理”使综合受理平均等候减少" in output
    assert "shortens the mean wait of General services by" in output


def test_files_are_written(tmp_path: Path) -> None:
    """JSON has all figures, CSV opens in WPS and Excel (L02), the page stands alone."""
    paths = [tmp_path / f"run.{kind}" for kind in ("json", "csv", "html")]
    options = [part for path in paths for part in (f"--{path.suffix[1:]}", str(path))]
    code, output = invoke("T", "--seeds", "2", "--versus", "policy=fifo", "--quiet", *options)
    assert (code, output) == (0, "")
    body = json.loads(paths[0].read_text(encoding="utf-8"))
    assert [setting["title"]["zh"] for setting in body["settings"]] == ["原设置", "叫号策略 fifo"]
    assert body["settings"][0]["figures"]["all"]["issued"] == 160
    assert {"wait_mean", "wait_p90", "wait_max"} == {row["figure"] for row in body["differences"]}
    assert paths[1].read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(paths[1].read_text(encoding="utf-8-sig").splitlines()))
    assert {row["setting"] for row in rows} == {"原设置", "叫号策略 fifo"}
    assert sum(int(row["issued"]) for row in rows if row["group"] == "service") == 2 * 160
    page = paths[2].read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.links == []
    assert tags.seen.count("svg") > 8
    assert "script" not in tags.seen
    assert "NaN" not in page
    assert "nan" not in re.sub(r"[a-z]*nan[a-z]+|[a-z]+nan", "", page)


def test_json_goes_to_standard_output() -> None:
    code, output = invoke("V", "--seeds", "1", "--json", "-")
    assert code == 0
    assert json.loads(output)["seeds"] == [1]


def test_same_command_same_numbers() -> None:
    assert invoke("V", "--seeds", "2", "--json", "-") == invoke("V", "--seeds", "2", "--json", "-")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("city",), "village"),
        (("V", "--day", "sunday"), "plain"),
        (("T", "--window", "6=tax"), "tax"),
        (("T", "--rule", "cap=0"), "rules.cap"),
        (("T", "--versus", "nonsense"), "key=value"),
        (("C", "--windows", "3"), "8"),
        (("missing.toml",), "missing.toml"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(arguments: tuple[str, ...], words: str) -> None:
    code, output = invoke(*arguments)
    assert code == 2
    assert words in output


def test_file_that_cannot_be_written_ends_with_1(tmp_path: Path) -> None:
    code, output = invoke("V", "--seeds", "1", "--quiet", "--csv", str(tmp_path / "no" / "where.csv"))
    assert code == 1
    assert "where.csv" in output


def test_interrupted_run_keeps_the_days_it_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl-C in the third day: two are told, and the exit code says that it is not all."""
    plain, played = Case.play, []

    def play(case: Case, seed: int) -> object:
        if seed == 3:
            raise KeyboardInterrupt
        played.append(seed)
        return plain(case, seed)

    monkeypatch.setattr(Case, "play", play)
    code, output = invoke("V", "--seeds", "9", "--json", str(tmp_path / "run.json"))
    assert code == 1
    assert "已中断" in output
    body = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert body["seeds"] == played == [1, 2]
    assert body["settings"][0]["figures"]["days"] == 2


def test_reference_fills_the_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Told and ours in one line for each hall; what is outside of the marks stays."""
    monkeypatch.setattr(reference, "SCENES", reference.SCENES[:3])
    document = tmp_path / "README.md"
    document.write_text("before\n<!-- waits -->\nstale\n<!-- /waits -->\nafter\n", encoding="utf-8")
    code, _output = invoke("reference", "--seeds", "3", "--markdown", str(document))
    assert code == 0
    text = document.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- waits -->\n")
    assert text.endswith("<!-- /waits -->\nafter\n")
    assert "stale" not in text
    assert "| 村 V 忙日 busy | 23 (59, 10) |" in text
    document.write_text("no marks", encoding="utf-8")
    assert invoke("reference", "--seeds", "1", "--markdown", str(document))[0] == 2


def test_reference_has_every_figure_told() -> None:
    """§10: village, township, county, by zone at 3,000."""
    told = {(scene.title, name): row.mean for scene in reference.SCENES for name, row in scene.told.items()}
    assert len(told) == 18
    assert told["县 C 3,000", ""] == 16.3
    assert told["县 C 3,000", "fund"] == 42


def test_every_option_is_documented() -> None:
    """Of both commands, in the room's README."""
    text = (Path(__file__).parents[2] / "hallctl" / "lab" / "README.md").read_text(encoding="utf-8")
    app = typer.Typer()
    command.install(app)
    replay.install(app)
    for known in typer.main.get_group(app).commands.values():
        options = [option for row in known.params for option in row.opts if option.startswith("--")]
        assert [option for option in options if f"`{option}" not in text] == []


def test_village_agents_are_counted() -> None:
    """R17: 40 % of the village's visits are for somebody else."""
    code, output = invoke("V", "--seeds", "20", "--json", "-")
    assert code == 0
    rate = json.loads(output)["settings"][0]["figures"]["agent_rate"]
    assert rate["of"] == 300
    assert rate["n"] / rate["of"] == pytest.approx(0.4, abs=0.1)
