"""A run of the lab as files: JSON with everything, CSV with a line for each group, and what both are made of.

The JSON is ``{"version": 1, "profile", "name", "seeds": [...], "settings": [{"title", "day", "tickets", "windows",
"figures": Days.as_json()} ...], "differences": [Difference.as_json() ...], "sentences": [{"zh", "en"} ...]}``; the
second setting and what follows from it only where two were compared, ``recorded`` (figures) of days that really were.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from hallctl.config import HallConfig
from hallctl.domain.model import Priority
from hallctl.lab.case import Case
from hallctl.lab.compare import Difference, compare, sentence
from hallctl.lab.figures import Days

Json = dict[str, Any]

VERSION_OF_FILE: Final = 1

CLASSES: Final = {
    Priority.GREEN: ("绿色通道", "green channel"),
    Priority.MILITARY: ("军人优先", "military"),
    Priority.DISABLED: ("残疾人", "disabled"),
    Priority.ELDER: ("老年人", "elder"),
    Priority.PREGNANT: ("孕妇", "pregnant"),
    Priority.APPOINTMENT: ("预约", "appointment"),
    Priority.NORMAL: ("普通", "normal"),
}
"""The classes as people read them."""


@dataclass(slots=True)
class Run:
    """One or two cases and their days, in the order given; `seeds` are those that were played to the end."""

    name: str
    seeds: list[int]
    cases: list[Case]
    days: list[Days]
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    recorded: Days | None = None

    @property
    def differences(self) -> list[Difference]:
        """Second against first; none of a single case."""
        return compare(self.days[0], self.days[1]) if len(self.days) > 1 else []

    def keys(self, kinds: Iterable[str]) -> list[tuple[str, str]]:
        """The groups that there are, (kind, name): services and zones as in the config, classes by rank."""
        config = self.cases[0].config
        order = {
            "all": [""],
            "zone": [zone.id for zone in config.zones],
            "service": [service.id for service in config.services],
            "class": [priority.value for priority in Priority],
        }
        there = {key for days in self.days for key in days.groups}
        return [(kind, name) for kind in kinds for name in order[kind] if (kind, name) in there]

    def sentences(self) -> list[tuple[str, str]]:
        """What the second setting does: to the hall, then to each service that it makes a difference to."""
        told, others = [], []
        for difference in self.differences:
            if difference.figure != "wait_mean" or difference.kind not in ("all", "service"):
                continue
            who = title_of(self.cases[0].config, difference.kind, difference.name)
            if difference.kind == "all" or difference.visible:
                told.append(sentence(difference, self.cases[1].title, who))
            else:
                others.append(who)
        if others:
            zh, en = "、".join(zh for zh, _ in others), ", ".join(en for _, en in others)
            told.append((f"对{zh}没有可见影响", f"no visible difference to {en}"))
        return told

    def as_json(self) -> Json:
        """The whole run."""
        settings = [
            {"title": {"zh": case.title[0], "en": case.title[1]}, "day": case.kind, "tickets": case.tickets,
             "windows": case.staffed, "figures": days.as_json()}
            for case, days in zip(self.cases, self.days, strict=True)
        ]  # fmt: skip
        body: Json = {"version": VERSION_OF_FILE, "name": self.name, "seeds": self.seeds, "settings": settings}
        if len(self.days) > 1:
            body["differences"] = [difference.as_json() for difference in self.differences]
            body["sentences"] = [{"zh": zh, "en": en} for zh, en in self.sentences()]
        if self.recorded is not None:
            body["recorded"] = self.recorded.as_json()
        if self.notes:
            body["notes"] = self.notes
        return body


def title_of(config: HallConfig, kind: str, name: str) -> tuple[str, str]:
    """A group as people read it, zh and en."""
    if kind == "all":
        return "全厅", "the whole hall"
    if kind == "class":
        return CLASSES[Priority(name)]
    for section in config.services if kind == "service" else config.zones:
        if section.id == name:
            return section.name, section.name_en or section.name
    return name, name


def text_of(run: Run) -> str:
    """The JSON; a NaN is null."""
    return json.dumps(_without_nan(run.as_json()), ensure_ascii=False, indent=1) + "\n"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and value != value else value


COLUMNS: Final = (
    "issued", "done", "missed", "cancelled", "expired", "called", "wait_sum_min", "wait_mean_min", "wait_p50_min",
    "wait_p90_min", "wait_max_min", "service_sum_min", "service_mean_min",
)  # fmt: skip


def write_csv(run: Run, path: Path) -> None:
    """A line for each setting and group: UTF-8 with BOM, so that WPS and Excel show the Chinese (L02)."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("setting", "group", "id", "name", "days", *COLUMNS, "over_30_min"))
    for case, days in zip(run.cases, run.days, strict=True):
        for (kind, name), group in days.groups.items():
            body = _without_nan(group.as_json())
            title = title_of(case.config, kind, name)[0]
            numbers = [_rounded(body[column]) for column in COLUMNS]
            rows.writerow((case.title[0], kind, name, title, days.days, *numbers, body["over_30_min"]["n"]))
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
