"""Reasons in words, and who would be next without calling."""

import pytest

from hallctl.domain import commands as c
from hallctl.domain.model import Beaten
from hallctl.domain.policy import POLICIES
from hallctl.domain.reason import Preview, preview, reasons
from hallctl.errors import Refusal
from hallctl.texts.reason import REASONS
from tests.domain.halls import copy_of
from tests.domain.orders import Order, layout, plan

LOST = ("time", "class", "age", "share", "relative", "cap", "returned", "own")
"""Every rule by which a head may lose."""


@pytest.mark.parametrize(
    ("by", "amount", "zh", "en"),
    [
        ("time", 0, "比 A012 早 0 秒。", "0 s before A012."),
        ("time", 59, "比 A012 早 59 秒。", "59 s before A012."),
        ("time", 179, "比 A012 早 2 分钟。", "2 min before A012."),
        ("age", 180, "等得久，已领先优先类别的 A012 3 分钟。", None),
        ("share", 1250, "按比例，比 A012 的业务多欠 1.25 次叫号。", None),
        ("share", 0, "按比例，比 A012 的业务多欠 0 次叫号。", None),
        ("relative", 105, "等候占目标的比例，比 A012 高 10.5 个百分点。", None),
        ("cap", 3, "A012 是优先号，优先号已连续 3 个，让一个普通号。", None),
        ("returned", 0, "先于 A012：它过号后约定回来。", None),
    ],
)
def test_why_another_lost_is_said_with_the_amount(by: str, amount: int, zh: str, en: str | None) -> None:
    _rule, lost = reasons("priority", [Beaten("20261123-A012", by, amount)])
    assert lost.sentence("zh") == zh
    if en is not None:
        assert lost.sentence("en") == en


def test_the_rule_is_told_first() -> None:
    capped = reasons("cap", [Beaten("20261123-A002", "cap", 3), Beaten("20261123-A003", "time", 60)])
    assert capped[0].sentence() == "公平上限：优先号已连续 3 个，轮到普通号。"
    assert reasons("chosen", [], "孕妇不适")[0].sentence() == "工作人员指定叫号：孕妇不适。"
    assert reasons("chosen", [])[0].sentence()


def test_every_rule_has_its_words() -> None:
    """Complete: each policy and each way to lose, in both languages, and no word is for nothing."""
    codes = {made.code for why in (*POLICIES, "cap", "returned", "chosen") for made in reasons(why, [])}
    codes |= {reasons("fifo", [Beaten("d-A1", by, n)])[1].code for by in LOST for n in (1, 60)}
    assert codes == set(REASONS)
    for why in (*POLICIES, "cap", "returned", "chosen"):
        for made in reasons(why, [Beaten("d-A1", by, 61) for by in LOST]):
            assert made.sentence("zh")
            assert made.sentence("en")


def test_preview_says_who_would_be_next_and_why_without_calling() -> None:
    """Also while the window is busy; it changes nothing, and the call that follows is the same."""
    order = Order(layout(plan("1", "a")))
    order.play("09:00 a A001\n09:00 a A002\n09:01 a elder A003\n09:02 #1 A003 priority")
    before = copy_of(order.state)
    shown = preview(order.state, "1", order.hall.at)
    assert isinstance(shown, Preview)
    assert (shown.window, shown.label, shown.choice.why) == ("1", "A001", "priority")
    assert [made.sentence() for made in shown.reasons] == ["按优先类别和等候时间，轮到它。"]
    assert copy_of(order.state) == before
    assert order.call("1")[0] == shown.label


@pytest.mark.parametrize("window", ["1", "2"])
def test_preview_refuses_as_a_call_would(window: str) -> None:
    order = Order(layout(plan("1", "a")))
    answer = preview(order.state, window, order.hall.at)
    assert isinstance(answer, Refusal)
    assert answer.code == ("queue.empty" if window == "1" else "window.unknown")
    order.play("09:00 a A001")
    order.hall.must(c.DeclareEmergency("请撤离"))
    answer = preview(order.state, "1", order.hall.at)
    assert isinstance(answer, Refusal)
    assert answer.code == "hall.emergency"
