"""Fixtures of the bench's tests."""

import math

import pytest

from hallctl.bench import rounds


@pytest.fixture
def no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine shall not make a test longer."""
    monkeypatch.setattr(rounds, "NOISE", math.inf)
