"""A case: a hall under one setting and where its days come from. To play a case is to play a day for each seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hallctl.config import HallConfig
from hallctl.domain.layout import Layout
from hallctl.errors import ConfigError, Problem
from hallctl.lab.day import Day
from hallctl.lab.figures import Days, of_day
from hallctl.lab.profile import PROFILES, Profile, load
from hallctl.lab.script import Clock, Script, demand, draw
from hallctl.lab.setting import Setting, changed, hall_of

NAMES = {"v": "village", "t": "township", "c": "county"}
"""The letters that requirements §10 gives the profiles."""


@dataclass(frozen=True, slots=True)
class Case:
    """`script` gives the day of a seed; the same seed is the same day, whatever the setting. `title` is zh, en."""

    title: tuple[str, str]
    config: HallConfig
    layout: Layout
    script: Callable[[int], Script]
    kind: str = ""
    tickets: int = 0
    staffed: int = 0

    def play(self, seed: int) -> Days:
        """One day from its opening to its end."""
        script = self.script(seed)
        seen = Day(self.layout, script).play()
        return of_day(seen, self.config, Clock(script.day, self.config.tz).minute, script.closes_at)

    def days(self, seeds: list[int]) -> Iterator[Days]:
        """A day for each seed."""
        for seed in seeds:
            yield self.play(seed)


def profile_of(name: str) -> Profile:
    """A shipped profile by its name or letter, or one from a file; raises ConfigError."""
    known = PROFILES.get(NAMES.get(name.lower(), name.lower()))
    if known is not None:
        return known
    if not name.endswith(".toml"):
        there = " ".join(PROFILES)
        raise _wrong("profile", f"没有“{name}”，可用：{there} 或 .toml 文件", f"no {name!r}: {there}, or a .toml file")
    return load(Path(name))


def of_profile(profile: Profile, made: Setting, config: Path | None = None, start: Setting | None = None) -> Case:
    """The profile's hall under the setting, told by what it has more than `start`; raises ConfigError for what does not
    fit together."""
    name = made.day or profile.usual
    kind = profile.kinds.get(name)
    if kind is None:
        there = " ".join(profile.kinds)
        raise _wrong("day", f"没有“{name}”，可用：{there}", f"no {name!r}; there are: {there}")
    hall = changed(hall_of(profile, config), made, kind.windows if config is None else {})
    tickets = made.tickets or kind.tickets
    try:
        demand(profile, hall)
    except ValueError as error:
        text = f"“{error}”既不是业务也不是区域", f"{error} is neither a service nor a zone of the hall"
        raise _wrong("queues", *text) from error
    return Case(
        title=made.title(hall, start),
        config=hall,
        layout=hall.layout(),
        script=lambda seed: draw(profile, hall, tickets, seed, made.changes),
        kind=name,
        tickets=tickets,
        staffed=len(hall.windows),
    )


def _wrong(key: str, zh: str, en: str) -> ConfigError:
    return ConfigError("config.invalid", problems=(Problem(key, f"{zh}。", f"{en}."),), count=1)
