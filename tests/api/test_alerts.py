"""L05 on the wire: who is told of alerts, in which words, and who may confirm or dismiss them."""

from pathlib import Path
from typing import Any

import pytest

from hallctl.api.alert_view import alert_view
from hallctl.api.role import OVERSEERS, Role
from hallctl.client import Client, Refused
from hallctl.config import HallConfig, parse
from hallctl.domain.alert import Effect, Suggestion
from hallctl.domain.model import WindowPlan
from hallctl.domain.state import HallState
from hallctl.domain.watch import RULES
from hallctl.domain.watch_commands import AdviseAlert, ClearAlert, RaiseAlert
from tests.api.test_roles import token_for
from tests.domain.halls import MemoryHall
from tests.harness import SMALL, RunningHall, running_hall

CONFIG = (
    SMALL.replace('name = "公安户籍"', 'name = "公安户籍"\nname_en = "Police"')
    + """
[[windows]]
id = "6"
label = "6A"
zone = "main"
services = ["police"]
[[windows.modes]]
name = "pooled"
title = "综合受理"
services = ["pooled"]
"""
)
MODE = WindowPlan("6", "main", ("pooled",), mode="pooled")


def suggestion(action: str = "mode", before: int | None = 2880, plan: WindowPlan | None = MODE) -> Suggestion:
    cost = (Effect("police", 120, 300),) if action == "mode" else ()
    longest = Effect("pooled", before and before * 2, 1800)
    return Suggestion("6", action, plan, Effect("pooled", before, 1500), longest, cost)


async def alarm(hall: RunningHall, found: Suggestion | None) -> str:
    await hall.execute(RaiseAlert("waiting", "pooled", None, 23, 20))
    alert = next(reversed(hall.daemon.context.hall.state.alerts))
    await hall.execute(AdviseAlert(alert, 23, found))
    return alert


async def next_alert(client: Client) -> dict[str, Any]:
    """The alert that the next event of alerts tells, with the event's type."""
    async for event in client.events():
        if event["type"].startswith("alert."):
            return {"type": event["type"], **event["data"]["alerts"][0]}
    raise AssertionError("the line ended")


async def test_o02_only_overseers_are_told(tmp_path: Path) -> None:
    async with running_hall(tmp_path, parse(CONFIG)) as hall:
        await alarm(hall, suggestion())
        for role in Role:
            client = await hall.client(role, None, await token_for(hall, role))
            assert client.snapshot is not None
            assert ("alerts" in client.snapshot) == (role in OVERSEERS), role
        boss = await hall.client(Role.SUPERVISOR, None, await token_for(hall, Role.SUPERVISOR))
        assert boss.snapshot is not None
        (told,) = boss.snapshot["alerts"]
        assert (told["rule"], told["service"], told["value"], told["line"]) == ("waiting", "pooled", 23, 20)
        assert told["zh"] == "综合受理有 23 人等候，提醒线 20 人。"
        advice = told["suggestion"]
        assert advice["zh"] == (
            "把 6A 号窗口切换到“综合受理”，预计综合受理等候从 48 分钟降到 25 分钟，公安户籍增加 3 分钟。"
        )
        assert advice["en"] == (
            "Switch window 6A to “综合受理”. 综合受理: expected wait from 48 down to 25 min. Police: 3 min longer."
        )
        assert (advice["window"], advice["action"], advice["mode"]) == ("6", "mode", "pooled")
        assert (advice["before_s"], advice["after_s"], advice["longest_before_s"]) == (2880, 1500, 5760)


async def test_confirm_and_see_the_effect(tmp_path: Path) -> None:
    """The change, the confirmation and the end of the alert, each told to those who see it."""
    async with running_hall(tmp_path, parse(CONFIG)) as hall:
        alert = await alarm(hall, suggestion())
        boss = await hall.client(Role.SUPERVISOR, None, await token_for(hall, Role.SUPERVISOR))
        board = await hall.client(Role.BOARD)
        receipt = await boss.change("alert.confirm", alert=alert, window="6", action="mode")
        assert receipt["window"]["id"] == "6"
        told = await next_alert(boss)
        assert (told["type"], told["stage"], told["by"], told["waiting"]) == (
            "alert.confirmed", "confirmed", "clerk:p-supervisor", 0,
        )  # fmt: skip
        assert hall.daemon.context.state.plan("6") == MODE
        async for event in board.events():
            if event["type"] == "window.arranged":
                break
        with pytest.raises(Refused, match="alert.settled"):
            await boss.change("alert.confirm", alert=alert)
        await hall.execute(ClearAlert(alert))
        assert await next_alert(boss) == {"type": "alert.cleared", "id": alert, "stage": "cleared"}


async def test_dismissed_with_a_reason(tmp_path: Path) -> None:
    async with running_hall(tmp_path, parse(CONFIG)) as hall:
        alert = await alarm(hall, None)
        boss = await hall.client(Role.SUPERVISOR, None, await token_for(hall, Role.SUPERVISOR))
        with pytest.raises(Refused, match="request.invalid_params"):
            await boss.change("alert.dismiss", alert=alert, reason="")
        with pytest.raises(Refused, match="alert.no_suggestion"):
            await boss.change("alert.confirm", alert=alert)
        await boss.change("alert.dismiss", alert=alert, reason="午后有人来")
        told = await next_alert(boss)
        assert (told["stage"], told["reason"], told["suggestion"]) == ("dismissed", "午后有人来", None)
        page = await boss.ask("journal.read", limit=3)
        (newest, *_older) = page["records"]
        assert (newest["type"], newest["data"]["reason"]) == ("alert.dismissed", "午后有人来")


async def test_an_auditor_sees_and_may_not_act(tmp_path: Path) -> None:
    async with running_hall(tmp_path, parse(CONFIG)) as hall:
        alert = await alarm(hall, suggestion())
        auditor = await hall.client(Role.AUDITOR, None, await token_for(hall, Role.AUDITOR))
        assert auditor.snapshot is not None
        assert auditor.snapshot["alerts"][0]["id"] == alert
        for method, params in (("alert.confirm", {}), ("alert.dismiss", {"reason": "x"})):
            with pytest.raises(Refused, match="auth.wrong_role"):
                await auditor.change(method, alert=alert, **params)


# ---------------------------------------------------------------- words


def config() -> HallConfig:
    return parse(CONFIG)


def view(rule: str, service: str | None, window: str | None, found: Suggestion | None = None) -> dict[str, Any]:
    hall = MemoryHall(HallState(layout=config().layout()))
    hall.must(RaiseAlert(rule, service, window, 1800, 900))
    (alert,) = hall.state.alerts
    hall.must(AdviseAlert(alert, 1800, found))
    return alert_view(config(), hall.state, alert)


PLACES = {"pause": (None, "6"), "serving": (None, "6"), "overdue": (None, None)}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_words(rule: str) -> None:
    told = view(rule, *PLACES.get(rule, ("pooled", None)))
    value = "30" if rule in {"wait", "pause", "serving"} else "1800"
    assert f" {value} " in told["zh"]
    assert value in told["en"]
    where = {"pause": "6A", "serving": "6A", "overdue": "全大厅"}.get(rule, "综合受理")
    assert where in told["zh"]


def test_one_window_only_is_said_so() -> None:
    assert view("unstaffed", None, "6")["zh"] == "有 1800 人只能在 6A 号窗口办理，窗口没有开放。"


@pytest.mark.parametrize(
    ("action", "plan", "before", "zh"),
    [
        ("plan", MODE, 2880, "让 6A 号窗口把综合受理当作自己的业务来叫，预计综合受理等候从 48 分钟降到 25 分钟。"),
        ("own", None, 2880, "把 6A 号窗口换回平时的业务，预计综合受理等候从 48 分钟降到 25 分钟。"),
        ("resume", None, 2880, "恢复 6A 号窗口，预计综合受理等候从 48 分钟降到 25 分钟。"),
        ("open", None, None, "开放 6A 号窗口（人员已登录），现在没有窗口办理综合受理，之后预计等候 25 分钟。"),
        (
            "open",
            MODE,
            2880,
            "开放 6A 号窗口（人员已登录），切换到“综合受理”，预计综合受理等候从 48 分钟降到 25 分钟。",
        ),
        ("staff", None, 2880, "安排人员到 6A 号窗口，预计综合受理等候从 48 分钟降到 25 分钟。"),
        ("staff", MODE, 2880, "安排人员到 6A 号窗口，并切换到“综合受理”，预计综合受理等候从 48 分钟降到 25 分钟。"),
    ],
)
def test_every_action_has_its_words(action: str, plan: WindowPlan | None, before: int | None, zh: str) -> None:
    advice = view("waiting", "pooled", None, suggestion(action, before, plan))["suggestion"]
    assert advice["zh"] == zh
    assert advice["en"].endswith(".")
    assert "6A" in advice["en"]


def test_a_service_or_mode_of_another_config_is_named_by_its_id() -> None:
    gone = WindowPlan("6", "main", ("gone",), mode="gone")
    advice = Suggestion("9", "mode", gone, Effect("gone", 600, 10), Effect("gone", 600, 10))
    told = view("waiting", "gone", None, advice)
    assert told["zh"].startswith("gone有")
    assert told["suggestion"]["zh"] == "把 9 号窗口切换到“gone”，预计gone等候从 10 分钟降到 1 分钟。"
