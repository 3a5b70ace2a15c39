"""Alerts as overseers see them: what is so, what would help, in words."""

from typing import Any

from hallctl.config import HallConfig
from hallctl.domain.alert import Alert, Effect, Suggestion
from hallctl.domain.state import HallState
from hallctl.errors import sentence

Json = dict[str, Any]
Params = dict[str, str | int]

LANGUAGES = ("zh", "en")
SECONDS = frozenset({"wait", "pause", "serving"})
"""Rules whose values are seconds; people read minutes."""


def alert_view(config: HallConfig, state: HallState, alert: str) -> Json:
    """One alert as overseers see it, in words too; one that is over has the stage ``cleared`` and nothing else."""
    known = state.alerts.get(alert)
    if known is None:
        return {"id": alert, "stage": "cleared"}
    zh, en = (_said(config, known, language) for language in LANGUAGES)
    return {
        "id": known.id,
        "rule": known.rule,
        "service": known.service,
        "window": known.window,
        "since": known.since,
        "value": known.value,
        "line": known.line,
        "stage": known.stage,
        "by": known.by,
        "at": known.at,
        "reason": known.reason,
        "waiting": known.waiting,
        "zh": zh,
        "en": en,
        "suggestion": None if known.suggestion is None else _suggestion(config, known.suggestion),
    }


def _suggestion(config: HallConfig, suggestion: Suggestion) -> Json:
    zh, en = (_advice(config, suggestion, language) for language in LANGUAGES)
    effect, longest, plan = suggestion.effect, suggestion.longest, suggestion.plan
    return {
        "window": suggestion.window,
        "action": suggestion.action,
        "mode": plan.mode if plan is not None else None,
        "services": list(plan.serves) if plan is not None else None,
        "queue": effect.queue,
        "before_s": effect.before_s,
        "after_s": effect.after_s,
        "longest_before_s": longest.before_s,
        "longest_after_s": longest.after_s,
        "cost": [{"queue": row.queue, "before_s": row.before_s, "after_s": row.after_s} for row in suggestion.cost],
        "zh": zh,
        "en": en,
    }


def _said(config: HallConfig, alert: Alert, language: str) -> str:
    """What is so: ``综合受理有 23 人等候，提醒线 20 人。``"""
    code = f"watch.{alert.rule}"
    if alert.rule == "unstaffed" and alert.window is not None:
        code += ".window"
    minutes = alert.rule in SECONDS
    params: Params = {
        "service": service_name(config, alert.service or "", language),
        "window": config.window_label(alert.window or ""),
        "value": alert.value // 60 if minutes else alert.value,
        "line": alert.line // 60 if minutes else alert.line,
    }
    return sentence(code, language, params)


def _advice(config: HallConfig, suggestion: Suggestion, language: str) -> str:
    """The deed, what it is expected to do, and to whom it costs what, as one sentence."""
    effect = suggestion.effect
    queue = service_name(config, effect.queue, language)
    code = "suggest." + suggestion.action
    if suggestion.action in {"open", "staff"} and suggestion.plan is not None:
        code += "_mode"
    deed: Params = {"window": config.window_label(suggestion.window), "mode": _mode_title(config, suggestion)}
    parts = [sentence(code, language, deed | {"queue": queue})]
    if effect.before_s is None:
        parts.append(sentence("suggest.effect_first", language, {"queue": queue, "after": _minutes(effect.after_s)}))
    else:
        waits: Params = {"before": _minutes(effect.before_s), "after": _minutes(effect.after_s)}
        parts.append(sentence("suggest.effect", language, waits | {"queue": queue}))
    for row in suggestion.cost:
        more: Params = {"queue": service_name(config, row.queue, language), "more": _more(row)}
        parts.append(sentence("suggest.cost", language, more))
    if language == "en":
        return " ".join(parts)
    return "，".join(part.removesuffix("。") for part in parts) + "。"


def _more(row: Effect) -> int:
    return _minutes((row.after_s or 0) - (row.before_s or 0))


def _minutes(seconds: int | None) -> int:
    """Whole minutes, as people say them; never none."""
    return max(1, round((seconds or 0) / 60))


def _mode_title(config: HallConfig, suggestion: Suggestion) -> str:
    """What the switch of the window says for the plan's mode."""
    name = suggestion.plan.mode if suggestion.plan is not None else None
    modes = (mode for window in config.windows if window.id == suggestion.window for mode in window.modes)
    return next((mode.title or mode.name for mode in modes if mode.name == name), name or "")


def service_name(config: HallConfig, service: str, language: str) -> str:
    """The service's name, also of one that the config has no longer."""
    known = next((row for row in config.services if row.id == service), None)
    if known is None:
        return service
    return (known.name_en or known.name) if language == "en" else known.name
