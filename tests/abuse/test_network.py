"""Attacks from the network, in small: healthy windows go on, nothing acknowledged is lost, the process is as it was.

``python -m tests.abuse`` runs them in full size.
"""

from pathlib import Path

import pytest

from tests.abuse import scenarios
from tests.loss.table import Row


def assert_good(row: Row) -> None:
    assert row.good, row
    assert row.acknowledged > 20


async def test_o01_o03_garbage_connections(tmp_path: Path) -> None:
    assert_good(await scenarios.flood(tmp_path))


@pytest.mark.slow
async def test_o03_slowloris(tmp_path: Path) -> None:
    assert_good(await scenarios.slowloris(tmp_path))


async def test_o06_more_connections_than_descriptors(tmp_path: Path) -> None:
    assert_good(await scenarios.crowd(tmp_path))


async def test_o01_floods_of_frames_and_deaf_clients(tmp_path: Path) -> None:
    assert_good(await scenarios.storm(tmp_path))
