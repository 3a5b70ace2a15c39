"""Slots in the config: rules that contradict are told at load with the key and a sentence (A01)."""

import pytest

from hallctl.config import parse
from hallctl.domain.booking import BookingRules, SlotRule
from hallctl.errors import ConfigError
from tests.harness import SMALL


def with_slots(*slots: str, more: str = "", hours: str = "") -> str:
    """The small hall, whose first service has two windows and 480 s for each person."""
    lines = ", ".join(f"{{ {slot} }}" for slot in slots)
    return SMALL.replace('prefix = "A"\n', f'prefix = "A"\nslots = [{lines}]\n{more}\n') + hours


def test_slots_and_rules_reach_the_domain() -> None:
    config = parse(
        with_slots(
            'time = "09:00-11:00", quota = 3', 'days = [7, 6, 6], time = "09:00-10:00", slot_min = 20, quota = 1'
        )
        + "[booking]\nhorizon_days = 14\ngrace_min = 10\nlate_cancel = false\n"
    )
    layout = config.layout()
    assert layout.services["pooled"].slots == (
        SlotRule((1, 2, 3, 4, 5), 540, 660, 30, 3),
        SlotRule((6, 7), 540, 600, 20, 1),
    )
    assert layout.booking == BookingRules(horizon_days=14, grace_min=10, late_cancel=False)
    assert parse(SMALL).layout().booking == BookingRules()


WRONG = {
    "over capacity": (  # two windows, half an hour, eight minutes each: seven people
        with_slots('time = "09:00-11:00", quota = 8'),
        "services.0.slots.0.quota", "最多办 7 人，少于名额 8", "serve 7 people",
    ),
    "overlap": (
        with_slots('time = "09:00-11:00", quota = 2', 'days = [5, 6], time = "10:30-11:30", quota = 2'),
        "services.0.slots.1.time", "在星期 5 重叠", "on weekdays 5",
    ),
    "pieces that do not fit": (
        with_slots('time = "09:00-11:00", slot_min = 50, quota = 2'),
        "services.0.slots.0.slot_min", "不能按每 50 分钟分完", "cannot be cut into slots of 50",
    ),
    "more than the limit of the day": (
        with_slots('time = "09:00-11:00", quota = 5', more="limits = { day = 19 }"),
        "services.0.slots", "共 20，超过限号 19", "the limit is 19",
    ),
    "more than the limit of a part": (
        with_slots('time = "09:00-11:00", quota = 5',
                   more='limits = { segments = [{ time = "10:00-12:00", limit = 9 }] }'),
        "services.0.slots", "10:00-12:00 的预约名额共 10", "10:00-12:00",
    ),
    "when the hall is closed": (
        with_slots('time = "13:00-14:00", quota = 2', hours='[hours]\nworkdays = ["08:30-12:00", "14:00-17:30"]\n'),
        "services.0.slots.0.time", "大厅不开放", "never open",
    ),
    "no span": (with_slots('time = "9-11", quota = 2'), "services.0.slots.0.time", "值不对", "Wrong value"),
    "no quota": (with_slots('time = "09:00-11:00"'), "services.0.slots.0.quota", "缺少", "missing"),
    "no such day": (
        with_slots('days = [0], time = "09:00-11:00", quota = 2'), "services.0.slots.0.days.0", "值不对", "Wrong value",
    ),
    "no such rule": (SMALL + "[booking]\ngrace = 5\n", "booking.grace", "没有这个设置项", "no such key"),
    "a grace below nothing": (SMALL + "[booking]\ngrace_min = -1\n", "booking.grace_min", "值不对", "Wrong value"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "zh", "en"), WRONG.values(), ids=WRONG)
def test_a01_wrong_slots_are_told_with_key_and_sentence(text: str, key: str, zh: str, en: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse(text)
    assert [problem.key for problem in error.value.problems] == [key]
    assert zh in error.value.problems[0].zh
    assert en in error.value.problems[0].en


def test_slots_side_by_side_are_fine() -> None:
    parse(with_slots('time = "09:00-11:00", quota = 7', 'time = "11:00-12:00", quota = 7',
                     'days = [6], time = "09:00-11:00", quota = 7', more="limits = { day = 80 }"))  # fmt: skip
