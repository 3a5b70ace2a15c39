"""H01: every family pulled and plugged under a running hall, a few times; ``python -m tests.chaos`` does it a hundred
times."""

from pathlib import Path

import pytest

from hallctl.devices.registry import installed
from tests.chaos.families import FAMILIES, Family
from tests.chaos.leaping import run
from tests.chaos.pulls import pull_and_plug

PULLS, OF_PROGRAMS = 4, 1
"""Devices that are programs take real time."""


def test_every_driver_is_pulled() -> None:
    assert {family.driver for family in FAMILIES} == set(installed().names)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name.replace(" ", "-"))
def test_h01_told_gone_within_three_seconds_and_back_by_itself(family: Family, tmp_path: Path) -> None:
    """H01: daemon up, told within 3 s, one alert and one line each time, the screen right again, nothing left over."""
    if family.missing:
        pytest.skip(family.missing)
    row = run(pull_and_plug(family, OF_PROGRAMS if family.needs else PULLS, 1, tmp_path, memory=False), family.pace)
    assert row.problems == []
