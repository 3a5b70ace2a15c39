"""The link state machine, as tables and under random histories (H01, H07: quiet, and never ready without proof)."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallctl.devices.health import DeviceState, Health, Trouble

T = 1_770_000_000_000

STEPS: dict[str, Callable[[Health, int], None]] = {
    "connecting": lambda health, _: health.connecting(),
    "opened": lambda health, now: health.opened(now),
    "heard": lambda health, now: health.heard(now),
    "noisy": lambda health, now: health.noisy(now, "65537 bytes that make no sense"),
    "well": lambda health, now: health.faults((), now),
    "paper": lambda health, now: health.faults(("printer.paper_out",), now),
    "unsure": lambda health, now: health.faults(None, now),
    "lost": lambda health, now: health.lost(now),
    "unreachable": lambda health, now: health.failed(now, "device.unreachable", permanent=False),
    "silent": lambda health, now: health.failed(now, "device.silent", permanent=False),
    "wrong": lambda health, now: health.failed(now, "device.wrong_identity", permanent=True),
}

HISTORIES = [
    ("", "unknown", ()),
    ("connecting", "connecting", ()),
    ("connecting heard", "connecting", ()),
    ("connecting opened", "degraded", ("device.silent",)),
    ("connecting opened heard", "ready", ()),
    ("connecting heard opened", "ready", ()),
    ("connecting well opened", "ready", ()),
    ("connecting paper opened", "degraded", ("printer.paper_out",)),
    ("connecting opened heard unsure", "degraded", ("device.unproven",)),
    ("connecting opened unsure", "degraded", ("device.unproven",)),
    ("connecting opened heard paper", "degraded", ("printer.paper_out",)),
    ("connecting opened heard paper well", "ready", ()),
    ("connecting opened heard lost", "offline", ("device.lost",)),
    ("connecting unreachable", "offline", ("device.unreachable",)),
    ("connecting unreachable connecting", "offline", ("device.unreachable",)),
    ("connecting opened heard lost connecting unreachable", "offline", ("device.lost",)),
    ("connecting unreachable connecting wrong", "offline", ("device.wrong_identity",)),
    ("connecting wrong connecting unreachable", "offline", ("device.unreachable",)),
    ("connecting opened heard lost connecting opened", "degraded", ("device.silent",)),
    ("connecting opened paper lost connecting heard opened", "ready", ()),
    ("connecting opened noisy", "degraded", ("device.garbled",)),
    ("connecting opened heard noisy", "degraded", ("device.garbled",)),
    ("connecting opened noisy heard", "ready", ()),
    ("connecting opened noisy paper", "degraded", ("printer.paper_out",)),
    ("connecting opened noisy lost connecting heard opened", "ready", ()),
]


def play(history: str, health: Health | None = None) -> Health:
    health = health or Health()
    for step in history.split():
        STEPS[step](health, T)
    return health


@pytest.mark.parametrize(("history", "state", "faults"), HISTORIES, ids=[row[0] or "new" for row in HISTORIES])
def test_state_after(history: str, state: str, faults: tuple[str, ...]) -> None:
    assert play(history).current() == (DeviceState(state), faults)


def test_a_change_is_told_once() -> None:
    health = play("connecting")
    assert health.due_ms(T) == 0
    assert health.tell(T).state is DeviceState.CONNECTING
    assert health.due_ms(T) is None


def test_the_first_state_needs_no_second_of_patience() -> None:
    """Connecting holds nothing back: what proves itself at once is ready at once."""
    health = play("connecting")
    health.tell(T)
    play("heard opened", health)
    assert health.due_ms(T + 1) == 0
    assert health.tell(T + 1).line == "up"


def test_an_open_link_has_a_second_to_answer_before_its_silence_is_told() -> None:
    health = play("connecting opened")
    assert health.due_ms(T) == 1_000
    assert health.due_ms(T + 400) == 600
    assert health.due_ms(T + 1_000) == 0
    play("heard", health)
    assert health.due_ms(T + 400) == 0


def test_flapping_inside_a_second_is_not_told_twice() -> None:
    health = play("connecting heard opened")
    health.tell(T)
    health.lost(T + 5_000)
    assert health.due_ms(T + 5_000) == 0
    assert health.tell(T + 5_000).line == "down"
    health.connecting()
    health.heard(T)
    health.opened(T + 5_200)
    assert health.due_ms(T + 5_200) == 800
    health.lost(T + 5_300)
    assert health.due_ms(T + 5_300) is None
    assert health.due_ms(T + 6_000) is None


def test_a_clock_set_back_does_not_hold_a_change() -> None:
    health = play("connecting heard opened")
    health.tell(T)
    health.lost(T - 3_600_000)
    assert health.due_ms(T - 3_600_000) == 0


def test_waits_grow_to_the_cap_and_begin_anew_after_a_good_connection() -> None:
    health = play("connecting unreachable")
    waits = []
    for _ in range(12):
        waits.append(health.wait_s(1.0))
        play("connecting unreachable", health)
    assert waits[0] == 2.0
    assert waits == sorted(waits)
    assert waits[-1] == 30.0
    assert health.wait_s(0.0) == 15.0
    play("connecting heard opened lost", health)
    assert health.wait_s(1.0) == 2.0
    assert health.wait_s(0.0) == 1.0


def test_a_link_that_opens_and_falls_without_a_word_is_not_a_good_connection() -> None:
    health = play("connecting opened lost " * 10)
    assert health.wait_s(1.0) == 30.0


def test_wrong_identity_waits_longest_whatever_the_jitter() -> None:
    health = play("connecting wrong")
    assert health.wait_s(0.0) == health.wait_s(1.0) == 60.0
    play("connecting unreachable", health)
    assert health.wait_s(1.0) <= 30.0


def test_a_failure_after_long_service_waits_shortest() -> None:
    health = play("connecting unreachable " * 8 + "connecting heard opened")
    health.failed(T + 10_000, "device.silent", permanent=False)
    assert health.wait_s(1.0) == 2.0


def test_hurry_begins_the_waits_anew() -> None:
    health = play("connecting unreachable " * 8)
    health.hurry()
    assert health.wait_s(1.0) <= 2.0


def test_counts() -> None:
    health = play("connecting unreachable connecting heard opened lost connecting wrong")
    counts = health.counts
    assert (counts.attempts, counts.opened, counts.lost, counts.failed) == (3, 1, 1, 2)


@pytest.mark.parametrize(
    ("history", "trouble"),
    [
        ("connecting heard opened well", None),
        ("connecting heard opened lost connecting heard opened", Trouble("device.lost", T)),
        ("connecting heard opened paper well", Trouble("printer.paper_out", T)),
        ("connecting wrong", Trouble("device.wrong_identity", T)),
        ("connecting opened noisy heard", Trouble("device.garbled", T, "65537 bytes that make no sense")),
    ],
)
def test_the_last_fault_is_kept_when_it_is_over(history: str, trouble: Trouble | None) -> None:
    """H07: what the technician is told of a device that is well again."""
    assert play(history).trouble == trouble


def test_a_fault_that_stays_is_not_a_new_one() -> None:
    health = play("connecting heard opened paper")
    health.faults(("printer.paper_out",), T + 5_000)
    assert (health.trouble, health.heard_at) == (Trouble("printer.paper_out", T), T + 5_000)
    health.lost(T + 6_000, "unplugged")
    assert health.trouble == Trouble("device.lost", T + 6_000, "unplugged")
    health.failed(T + 7_000, "device.failed", permanent=False, detail="x" * 10_000)
    assert health.trouble is not None
    assert len(health.trouble.detail) == 200


@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 3_000)), max_size=60))
def test_any_history_is_told_quietly_and_truly(history: list[tuple[str, int]]) -> None:
    health, now = Health(), T
    told: list[tuple[int, str]] = []
    lines: list[str] = []

    def tell() -> None:
        if health.due_ms(now) == 0:
            report = health.tell(now)
            told.append((now, report.state.value))
            lines.extend([report.line] if report.line else [])

    for step, passed in history:
        STEPS[step](health, now)
        tell()
        due = health.due_ms(now)
        if due is not None and due <= passed:
            now, passed = now + due, passed - due
            tell()
            assert health.due_ms(now) is None
        now += passed
        state, faults = health.current()
        assert (state is DeviceState.READY) <= (health.up and faults == ())
        assert (state is DeviceState.OFFLINE) == (health.cause is not None and not health.up)
        assert 1.0 <= health.wait_s(passed / 3_000) <= 60.0
    settled = [at for at, state in told if state not in ("unknown", "connecting")]
    assert all(later - earlier >= 1_000 for earlier, later in pairwise(settled))
    assert all(one != other for one, other in pairwise(lines))
