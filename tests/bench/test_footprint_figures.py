"""Pages that come and stay, a dozen of them."""

from pathlib import Path

import pytest

from hallctl.bench import footprint_figures, history, year
from hallctl.bench.history import Start
from hallctl.bench.storm import subscribe
from tests.bench.tiny import run, silent

pytestmark = pytest.mark.usefixtures("no_guard")


@pytest.fixture
def hall(tmp_path: Path) -> history.Premises:
    return history.county_day(tmp_path / "hall", silent, year.Size(1, 900, 30))


def test_a_new_board_subscribes(tmp_path: Path) -> None:
    figure = run(footprint_figures.snapshots, tmp_path)["snapshot"]
    assert figure.unit == "ms"
    assert figure.absolute.keys() >= {"board_snapshot_p50_ms", "admin_p50_ms"}


def test_all_pages_come_back_after_a_restart(tmp_path: Path) -> None:
    figure = run(footprint_figures.storm, tmp_path)["storm"]
    assert figure.absolute["storm_mib"] > 0.01
    assert "10 pages" in figure.name


def test_pages_at_rest_cost_little(tmp_path: Path) -> None:
    figure = run(footprint_figures.rest, tmp_path)["idle"]
    assert (figure.unit, figure.must) == ("%", 1.0)
    assert figure.absolute["memory_mib"] > 10


def test_a_storm_is_every_kind_of_page_and_all_show_the_same_moment(hall: history.Premises) -> None:
    clients = footprint_figures.pages(hall, 320)
    roles = [client["role"] for client in clients for _ in range(client["count"])]
    assert {role: roles.count(role) for role in set(roles)} == {"window": 96, "rating": 96, "kiosk": 8, "board": 120}
    few = [clients[0], clients[100], clients[-1] | {"count": 2}]
    with Start(hall, {0}) as start:
        told = subscribe(start.port, few)
    assert told["moments"] == 1
    assert told["bytes"] > 10_000


def test_a_storm_tells_who_is_refused(hall: history.Premises) -> None:
    with Start(hall, {0}) as start, pytest.raises(OSError, match="refused"):
        subscribe(start.port, [{"role": "board", "token": "wrong", "count": 1}])
