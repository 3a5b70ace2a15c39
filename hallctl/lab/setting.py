"""What is tried: a kind of day and changes of the hall, in words as ``key=value``, and the hall that comes of them.

Keys: ``day``, ``tickets``, ``windows`` (how many in all), ``policy`` (of all windows), ``rules.KEY`` (a key of the
config's rules) and ``window.ID`` = ``service,service[@HH:MM[-HH:MM]]``: what the window calls, and that it is staffed.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from pydantic import ValidationError

from hallctl.config import HallConfig, load, parse, problem
from hallctl.domain.calendar import minutes
from hallctl.errors import ConfigError, Problem
from hallctl.lab.profile import Profile, Queue, shared

_HOURS: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Change(Struct, frozen=True):
    """A window calls `services`, all day or in minutes after midnight [from_min, to_min)."""

    window: str
    services: tuple[str, ...]
    from_min: int | None = None
    to_min: int | None = None


class Setting(Struct, frozen=True):
    """What differs from the profile and the hall's config; `words` are the pairs it was made from."""

    day: str | None = None
    tickets: int | None = None
    windows: int | None = None
    policy: str | None = None
    rules: dict[str, Any] = {}
    changes: tuple[Change, ...] = ()
    words: tuple[str, ...] = ()

    def title(self, config: HallConfig, start: "Setting | None" = None) -> tuple[str, str]:
        """The setting, or what it has more than `start`, as a person reads it (zh, en)."""
        known = start.words if start is not None else ()
        told = [_told(config, *word.split("=", 1)) for word in self.words if word not in known]
        if not told:
            return "原设置", "as it is"
        return "，".join(zh for zh, _ in told), ", ".join(en for _, en in told)


def setting(pairs: Iterable[str], start: Setting | None = None) -> Setting:
    """The setting of the pairs, on top of another; raises ConfigError for what is no setting."""
    made = start or Setting()
    for pair in pairs:
        key, sign, value = pair.partition("=")
        key, value = key.strip(), value.strip()
        if not sign or not value:
            raise _wrong(pair, "应写成 key=value", "write key=value")
        made = replace(_with(made, key, value), words=(*_others(made.words, key), f"{key}={value}"))
    return made


def _others(words: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(word for word in words if word.partition("=")[0] != key)


def _with(made: Setting, key: str, value: str) -> Setting:
    kind, _, name = key.partition(".")
    match kind:
        case "tickets" | "windows" if not name:
            if not (value.isascii() and value.isdigit() and int(value) > 0):
                raise _wrong(key, f"“{value}”不是正整数", f"{value!r} is no number above zero")
            return replace(made, **{kind: int(value)})
        case "day" | "policy" if not name:
            return replace(made, **{kind: value})
        case "rules" if name:
            return replace(made, rules=made.rules | {name: _value(value)})
        case "window" if name:
            others = tuple(change for change in made.changes if change.window != name)
            return replace(made, changes=(*others, _change(name, value)))
    known = "day tickets windows policy rules.KEY window.ID"
    raise _wrong(key, f"没有这样的设置，可用：{known}", f"no such setting; there are: {known}")


def _value(text: str) -> Any:
    """A value as TOML would read it; what is none is a word."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _change(window: str, value: str) -> Change:
    names, at, when = value.partition("@")
    services = tuple(name.strip() for name in names.split(",") if name.strip())
    begins, dash, ends = when.partition("-")
    told = [text for text, sign in ((begins, at), (ends, dash)) if sign]
    if not services or not all(_HOURS.fullmatch(text) for text in told):
        form = "service,service[@HH:MM[-HH:MM]]"
        raise _wrong(f"window.{window}", f"应写成 {form}", f"write {form}")
    times = [minutes(text) for text in told]
    if len(times) == 2 and times[0] >= times[1]:
        raise _wrong(f"window.{window}", "开始应早于结束", "it must begin before it ends")
    return Change(window, services, *times)


def _told(config: HallConfig, key: str, value: str) -> tuple[str, str]:
    kind, _, name = key.partition(".")
    if kind == "window" and name:
        services, _, when = value.partition("@")
        named = [next((s for s in config.services if s.id == i.strip()), None) for i in services.split(",")]
        zh = "、".join(s.name for s in named if s is not None)
        en = " and ".join(s.name_en or s.name for s in named if s is not None)
        label = config.window_label(name)
        began = (f"从 {when} 起", f" from {when}") if when and "-" not in when else (when, f" {when}" if when else "")
        return f"{label} 号窗口{began[0]}办理{zh}", f"window {label} serving {en}{began[1]}"
    words = {
        "day": (f"“{value}”日", f"a {value} day"),
        "tickets": (f"{value} 个号", f"{value} tickets"),
        "windows": (f"共 {value} 个窗口", f"{value} windows"),
        "policy": (f"叫号策略 {value}", f"policy {value}"),
    }
    return words.get(key, (f"规则 {name}={value}", f"rule {name}={value}"))


def _wrong(key: str, zh: str, en: str) -> ConfigError:
    return ConfigError("config.invalid", problems=(Problem(key, f"{zh}。", f"{en}."),), count=1)


# ------------------------------------------------------------ the hall


def hall_of(profile: Profile, config: Path | None = None) -> HallConfig:
    """The hall of the profile: the file given, the one the profile names, or one made from its queues."""
    if config is not None:
        return load(config)[0]
    if not profile.hall:
        return parse(_made(profile))
    there = Path(profile.hall)
    if not there.is_file():
        from hallctl.bootstrap import shipped  # heavy: only where a shipped hall is asked for

        there = shipped(profile.hall)
    return load(there)[0]


def _made(profile: Profile) -> str:
    """A config with a zone, a service, slots and windows for each queue. An appointment's place is its slot's start and
    no head start besides: so it waits for about half as long as the others (§10)."""
    lines = [
        f'[hall]\nid = "{profile.id}"\nname = "{profile.name}"\nname_en = "{profile.name_en}"\n',
        *_reduced(profile),
    ]
    taken = {queue.prefix for queue in profile.queues}
    letters = (letter for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ" if letter not in taken)
    number = 0
    for queue in profile.queues:
        name = queue.name or queue.service
        names = f'name = "{name}"\nname_en = "{queue.name_en}"\n'
        lines.append(f'[[zones]]\nid = "{queue.service}"\n{names}')
        lines.append(
            f'[[services]]\nid = "{queue.service}"\nzone = "{queue.service}"\n{names}'
            f'prefix = "{queue.prefix or next(letters)}"\nmean_s = {round(queue.mean_min * 60)}\n{_slots(queue)}'
        )
        for _ in range(max(1, queue.windows)):
            number += 1
            lines.append(f'[[windows]]\nid = "{number}"\nzone = "{queue.service}"\nservices = ["{queue.service}"]\n')
    return "".join(lines)


def _reduced(profile: Profile) -> list[str]:
    """Stretches between two others with fewer windows than both."""
    rows = []
    for before, between, after in zip(profile.hours, profile.hours[1:], profile.hours[2:], strict=False):
        usual = (before.staffed + after.staffed) / 2
        if before.ends == between.begins and between.ends == after.begins and between.staffed < usual:
            share = f"staffed = {between.staffed / usual:.2f}"
            rows.append(f'[[hours.reduced]]\ntime = "{between.begins}-{between.ends}"\n{share}\n')
    return rows


def _slots(queue: Queue) -> str:
    """Half hours that can be booked all day, each for a third of what the windows can serve in it."""
    quota = int(max(1, queue.windows) * 30 / queue.mean_min / 3)
    if quota < 1:
        return ""
    spans = ", ".join(f'{{ time = "{span}", quota = {quota} }}' for span in ("08:30-12:00", "13:30-17:30"))
    return f"slots = [{spans}]\n"


def changed(config: HallConfig, made: Setting, day: dict[str, tuple[str, ...]]) -> HallConfig:
    """The hall under the setting; `day` is what the kind of day changes. Raises ConfigError as a file would."""
    raw = config.model_dump(mode="json", exclude_unset=True)
    whole = {change.window: change.services for change in made.changes if change.from_min is None}
    if made.windows is not None:
        raw["windows"] = _resized(raw["windows"], made.windows)
    _check_windows({window["id"] for window in raw["windows"]}, config, made)
    for window in raw["windows"]:
        services = whole.get(window["id"]) or day.get(window["id"])
        if services is not None:
            window["services"] = list(services)
        if made.policy is not None:
            window["policy"] = made.policy
    raw["rules"] = raw.get("rules", {}) | made.rules
    try:
        return HallConfig.model_validate(raw)
    except ValidationError as error:
        problems = tuple(problem(row) for row in error.errors(include_url=False))
        raise ConfigError("config.invalid", problems=problems, count=len(problems)) from error


def _check_windows(windows: set[str], config: HallConfig, made: Setting) -> None:
    services = {service.id for service in config.services}
    for change in made.changes:
        for name, known in ((change.window, windows), *((service, services) for service in change.services)):
            if name not in known:
                there = ", ".join(sorted(known))
                raise _wrong(
                    f"window.{change.window}", f"没有“{name}”，可用：{there}", f"no {name!r}; there are: {there}"
                )


def pools(windows: Iterable[tuple[str, Sequence[str]]]) -> dict[tuple[str, ...], list[str]]:
    """The windows that call the same services, by these services."""
    found: dict[tuple[str, ...], list[str]] = {}
    for window, services in windows:
        found.setdefault(tuple(services), []).append(window)
    return found


def _resized(windows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """So many windows in all, each pool of equals by its share, none of them empty; new ones are like the first."""
    by_id = {window["id"]: window for window in windows}
    kinds = pools((window["id"], window["services"]) for window in windows)
    if count < len(kinds):
        raise _wrong("windows", f"至少要有 {len(kinds)} 个窗口", f"at least {len(kinds)} windows are needed")
    made: list[dict[str, Any]] = []
    names = (name for name in map(str, range(1, 10_000)) if name not in by_id)
    for names_there, size in zip(kinds.values(), shared(count, [len(k) for k in kinds.values()], least=1), strict=True):
        made += [by_id[name] for name in names_there[:size]]
        made += [by_id[names_there[0]] | {"id": next(names)} for _ in range(size - len(names_there))]
    return made
