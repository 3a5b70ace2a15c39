"""Row 9 at sizes of tens: the crowd is a real hall's, the choice is the one that a scan makes."""

from dataclasses import replace
from pathlib import Path

import pytest

from hallctl.bench import decision_figures
from hallctl.bench.decision_figures import FIRST_AT, SERVICES, WINDOW, Bare, Crowd
from hallctl.bench.figure import Plan
from hallctl.domain import commands as c
from hallctl.domain.decide import decide
from hallctl.domain.model import Stage
from hallctl.errors import Refusal


def waiting(crowd: Crowd) -> int:
    return sum(ticket.stage is Stage.WAITING for ticket in crowd.state.tickets.values())


def test_the_number_of_those_waiting_stays_and_the_scan_finds_the_same() -> None:
    crowd = Crowd(30)
    assert crowd.scan_us() > 0
    for _ in range(40):
        assert crowd.decision_us() > 0
        assert waiting(crowd) == 30
        crowd.scan_us()  # fails if the decision is another


def test_sizes_hold_to_the_memory() -> None:
    plan = Plan()
    assert decision_figures.sizes_of(plan, 1 << 40) == decision_figures.SIZES
    assert max(decision_figures.sizes_of(plan, 1 << 30)) == 100_000
    assert decision_figures.sizes_of(Plan(scale=0.001), 1 << 40)[-1] == 1000


def test_the_figures_name_their_sizes(tmp_path: Path) -> None:
    said: list[str] = []
    growth, flat, heads, scan, rested = decision_figures.decisions(Plan(rounds=2, scale=0.001), tmp_path, said.append)
    assert said
    assert (growth.row, growth.must, len(growth.values)) == ("9", 1.5, 2)
    assert "100 / 10 waiting" in growth.name
    assert growth.absolute.keys() == {"decision_10_us", "decision_100_us", "decision_1000_us"}
    assert (flat.row, flat.must) == ("9.flat", 2.0)
    assert all(value >= 1 for value in flat.values)
    assert (heads.row, heads.must, heads.stretch) == ("9.heads", 2.5, 1.67)
    assert heads.absolute.keys() == {"decision_100_us", "prototype_us"}
    assert scan.better == "higher"
    assert scan.must is None, "a scan of a hundred is no measure"
    assert (rested.row, rested.must, len(rested.values)) == ("9.rested", None, 2)
    assert rested.absolute.keys() == {"decision_busy_us", "decision_rested_us", "decision_awake_us"}


def test_the_prototype_finds_the_same_as_the_decision_without_a_cap() -> None:
    """Both look at the heads only: what is beside that is what the rules cost."""
    crowd, bare = Crowd(30), Bare(30)
    crowd.state.layout = replace(crowd.state.layout, cap=10**9)
    for _ in range(60):
        now = FIRST_AT + crowd.come
        decision = decide(crowd.state, c.CallTicket(WINDOW), now)
        assert not isinstance(decision, Refusal)
        _place, number, _ticket = bare._next(SERVICES, now)[0]
        assert crowd.state.tickets[str(decision.ticket)].number == number
        crowd.decision_us()
        bare.decision_us()


@pytest.mark.parametrize("scenario", decision_figures.SCENARIOS)
def test_scenarios_have_rows(scenario: object) -> None:
    from hallctl.bench import local_figures

    assert getattr(scenario, "__name__", "") in local_figures.ROWS
