"""The loss table in its quick size: nothing acknowledged is lost, nothing is done twice (T02, O06, O07).

``make loss`` runs the same with hundreds of rounds.
"""

import pytest

from tests.loss.scenario import QUICK_S, SCENARIOS, Scenario, run
from tests.loss.shimmed import COMPILER, MISSING

pytestmark = [pytest.mark.slow, pytest.mark.timeout(QUICK_S + 30), pytest.mark.skipif(COMPILER is None, reason=MISSING)]

LARGE = {"full_for_a_moment", "failing_write", "failing_checkpoint", "little_memory"}
"""Rows of ``make loss`` only: their like is below; and what happens when the whole process may get no more memory
depends on which library asks first, one in some thirty times it is one that ends the process without a word."""


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(known, id=known.name) for known in SCENARIOS if known.name not in LARGE],
)
async def test_t02_o06_o07_nothing_is_lost(scenario: Scenario) -> None:
    """O06, O07, T02: after the fault everything acknowledged is there, once, and people are told what is wrong; the
    control must lose."""
    row = await run(scenario, scenario.quick, lambda _text: None, QUICK_S)
    assert row.good, f"{row.fault}: lost {row.lost}, doubled {row.doubled}, {row.problems}"
