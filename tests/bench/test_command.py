"""``hallctl bench`` as a person types it: table, file, page, exit codes."""

import json
import math
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hallctl.bench import catalogue, command, rounds
from hallctl.bench import run as runs
from hallctl.bench.catalogue import Chapter
from hallctl.bench.child import BenchError
from hallctl.bench.figure import Figure, Plan, Say


def cli() -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    command.install(app)
    app.command("other")(lambda: None)
    return app


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli(), ["bench", *arguments], catch_exceptions=False)
    return result.exit_code, result.output


@pytest.fixture
def scenarios(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Instead of all that is measured, what the test gives."""

    monkeypatch.setattr(command, "_flushes", lambda _directory, _seconds: (0.001, 0.002))

    def install(*given: Callable[[Plan], list[Figure]]) -> None:
        def scenario(one: Callable[[Plan], list[Figure]]) -> Callable[[Plan, Path, Say], list[Figure]]:
            return lambda plan, _directory, _say: one(plan)

        chapters = tuple(Chapter((f"{n}",), f"chapter {n}", scenario(one)) for n, one in enumerate(given))
        monkeypatch.setattr(catalogue, "chapters", lambda: chapters)

    return install


def met(_plan: Plan) -> list[Figure]:
    return [Figure("0", "good", [1.0, 1.5, 2.0], 2.0, 1.0, absolute={"answer_p50_ms": 0.5}, note="so it is")]


def missed(_plan: Plan) -> list[Figure]:
    return [Figure("1.x", "bad", [3.0], 2.0)]


def broken(_plan: Plan) -> list[Figure]:
    raise BenchError("the daemon does not start")


def interrupted(_plan: Plan) -> list[Figure]:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("prefix", "whose"), [("/usr", "(system's)"), ("/opt/python", "(not the system's)")])
def test_it_is_told_whose_python_it_was(
    prefix: str, whose: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "base_prefix", prefix)
    told = runs.machine(tmp_path, (0.001, 0.002))["python"]
    assert told == f"{platform.python_version()} {whose}"


def test_every_must_met(scenarios: Callable[..., None], tmp_path: Path) -> None:
    scenarios(met)
    code, output = invoke(
        "--data", str(tmp_path), "--json", str(tmp_path / "a.json"), "--html", str(tmp_path / "a.html")
    )
    assert code == 0
    assert "1..2" in output
    assert "so it is" in output
    run = runs.read(tmp_path / "a.json")
    assert [figure.row for figure in runs.figures_of(run)] == ["0"]
    assert {"version", "at", "machine", "plan", "figures", "notes"} == set(run)
    assert run["machine"]["flush_p50_ms"] > 0
    assert run["plan"]["rounds"] == Plan().rounds
    assert "<html" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "a.html"}


def test_a_must_missed(scenarios: Callable[..., None], tmp_path: Path) -> None:
    scenarios(met, missed)
    assert invoke("--data", str(tmp_path))[0] == 1
    assert invoke("--data", str(tmp_path), "--only", "0")[0] == 0


@pytest.mark.parametrize("what", [broken, interrupted], ids=["broken", "interrupted"])
def test_what_was_measured_is_kept(scenarios: Callable[..., None], tmp_path: Path, what: Callable[..., None]) -> None:
    scenarios(met, what)
    code, output = invoke("--data", str(tmp_path), "--json", str(tmp_path / "a.json"))
    assert code == 1
    run = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert len(run["figures"]) == 1
    assert run["notes"]
    assert run["notes"][0] in output.replace("\n", "")


def test_one_that_is_ended_leaves_nothing_behind(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "hallctl", "bench", "--only", "12", "--data", str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as bench:
        until = time.monotonic() + 60
        while not list(tmp_path.rglob("hall.db")):
            assert bench.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)
        bench.terminate()
        output = bench.communicate(timeout=60)[0].decode()
    assert bench.returncode == 1
    assert "已中断" in output
    assert list(tmp_path.iterdir()) == []


def test_a_comparison_tells_what_got_slower(scenarios: Callable[..., None], tmp_path: Path) -> None:
    scenarios(lambda _plan: [Figure("0", "good", [1.0, 1.01, 1.02], 9.0)])
    assert invoke("--data", str(tmp_path), "--json", str(tmp_path / "old.json"))[0] == 0
    scenarios(lambda _plan: [Figure("0", "good", [4.0, 4.01, 4.02], 9.0)])
    code, output = invoke("--data", str(tmp_path), "--compare", str(tmp_path / "old.json"))
    assert code == 1
    assert "slower" in output


def test_wrong_usage(scenarios: Callable[..., None], tmp_path: Path) -> None:
    scenarios(met)
    for arguments in (
        ("--only", "77"),
        ("--flush-delay-us", "much"),
        ("--compare", str(tmp_path / "none.json")),
        ("--rounds", "0"),
    ):
        assert invoke("--data", str(tmp_path), *arguments)[0] == 2, arguments


def test_quick_is_one_round_without_a_year(scenarios: Callable[..., None], tmp_path: Path) -> None:
    plans: list[Plan] = []

    def keep(plan: Plan) -> list[Figure]:
        plans.append(plan)
        return met(plan)

    scenarios(keep)
    invoke("--data", str(tmp_path), "--quick", "--flush-delay-us", "5")
    invoke("--data", str(tmp_path), "--quick", "--seconds", "2", "--scale", "0.5")
    invoke("--data", str(tmp_path), "--no-year")
    assert plans == [
        Plan(rounds=1, seconds=1.0, year=False, flush_delays_us=(5,)),
        Plan(rounds=1, seconds=2.0, year=False, scale=0.5),
        Plan(year=False),
    ]


def test_one_row_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real daemon, small; whether its must is met on this machine is no matter."""
    monkeypatch.setattr(rounds, "NOISE", math.inf)
    sizes = ("--rounds", "1", "--seconds", "0.3", "--scale", "0.02")
    code, output = invoke("--data", str(tmp_path), "--only", "alone", *sizes, "--json", str(tmp_path / "a.json"))
    assert code in {0, 1}
    assert "alone.answer" in output
    rows = {figure.row for figure in runs.figures_of(runs.read(tmp_path / "a.json"))}
    assert rows == {"3", "alone.answer", "alone.limit", "alone.board"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
