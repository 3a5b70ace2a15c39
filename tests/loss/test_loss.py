"""The loss table in its quick size: nothing acknowledged is lost, nothing is done twice (T02, O06, O07).

``make loss`` runs the same with hundreds of rounds.
"""

import pytest

from tests.loss.scenario import QUICK_S, SCENARIOS, Scenario, run
from tests.loss.shimmed import COMPILER, MISSING

pytestmark = [pytest.mark.slow, pytest.mark.timeout(QUICK_S + 30), pytest.mark.skipif(COMPILER is None, reason=MISSING)]

LARGE = {"full_for_a_moment", "failing_write", "failing_checkpoint"}
"""Rows of ``make loss`` only: their like is below."""

KNOWN = {
    "read_only": "the sentence of a read-only disk is replaced by one about the address",
    "failing_read": "report.ledger answers request.internal when the disk cannot be read",
    "bad_log": "synced commits behind a damaged frame of the log are lost without a word",
    "wrong_files": "a database that is empty or gone is made anew without a word",
    "another_history": "a page of another history gets the difference instead of a snapshot",
    "copy_beside_log": "an older copy beside a newer log is mixed with it without a word",
    "no_memory_at_commit": "the writer dies of a MemoryError and nobody is told",
    "no_descriptors": "report.ledger answers request.internal without file descriptors",
}
"""Rows that are not as promised yet; one that becomes good has to leave this list."""

CHANCE = {
    "bad_pages": "of the damaged pages those that SQLite cannot see are used without a word",
    "little_memory": "the writer dies of a MemoryError and nobody is told",
}
"""The same, where it depends on chance whether it is seen."""


def _marks(name: str) -> list[pytest.MarkDecorator]:
    if name in KNOWN:
        return [pytest.mark.xfail(reason=KNOWN[name])]
    return [pytest.mark.xfail(reason=CHANCE[name], strict=False)] if name in CHANCE else []


@pytest.mark.parametrize(
    "scenario",
    [pytest.param(known, id=known.name, marks=_marks(known.name)) for known in SCENARIOS if known.name not in LARGE],
)
async def test_t02_o06_o07_nothing_is_lost(scenario: Scenario) -> None:
    """O06, O07, T02: after the fault everything acknowledged is there, once, and people are told what is wrong; the
    control must lose."""
    row = await run(scenario, scenario.quick, lambda _text: None, QUICK_S)
    assert row.good, f"{row.fault}: lost {row.lost}, doubled {row.doubled}, {row.problems}"
