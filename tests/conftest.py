"""What holds for every test: it ends, and says where it stood if it does not.

pytest-timeout raises in whatever the loop just ran, where a task may keep it; and it lets go of a test that has failed,
as pytest's own faulthandler does, so that a debugger may hold it. One that then hangs while its loop is closed would
hang the whole run without a word.
"""

import faulthandler
from collections.abc import Generator
from typing import Final

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

LONGEST_S: Final = 400
"""Seconds that no test takes, nor its putting away; more than any `timeout` mark."""


def _end_later(item: pytest.Item) -> None:
    """After so long: every thread's stack, and the end of the run."""
    faulthandler.dump_traceback_later(LONGEST_S, exit=True, file=item.config.stash[fault_handler_stderr_fd_key])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    _end_later(item)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Anew: a failure has ended the watch."""
    _end_later(item)
