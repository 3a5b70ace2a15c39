"""The gadget, made once and plugged in for each test that asks for it."""

from collections.abc import Iterator

import pytest

from tests.kernel.gadget import SECOND_SERIAL, SECOND_SOCKET, SERIAL, SOCKET, Gadget


@pytest.fixture(scope="session")
def made() -> Iterator[Gadget]:
    gadget = Gadget(SERIAL, SOCKET, "printer.0", "acm.0", "hid.0")
    gadget.make()
    yield gadget
    gadget.remove()


@pytest.fixture
def gadget(made: Gadget) -> Iterator[Gadget]:
    made.plug()
    yield made
    made.unplug()


@pytest.fixture
def second() -> Iterator[Gadget]:
    """Another printer of the same make, not yet plugged in."""
    gadget = Gadget(SECOND_SERIAL, SECOND_SOCKET, "printer.1")
    gadget.make()
    yield gadget
    gadget.remove()
