"""The hall's config: one TOML file, typed, closed and kind.

An unknown key, a wrong value or a name that points nowhere is a `Problem` with the key and a sentence; all problems
are told at once. Each field's description is the documentation of the key (a test compares it with ``config/``).
"""

import hashlib
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError

from hallctl.domain.calendar import minutes
from hallctl.domain.layout import Layout
from hallctl.errors import ConfigError, Problem
from hallctl.sections.booking import BookingSection
from hallctl.sections.booking_check import check_slots
from hallctl.sections.code import IdentityCodeSection, check_identity_codes
from hallctl.sections.device import DeviceSection, SlipSection, StripSection, VoiceSection
from hallctl.sections.hall import BackupSection, HallSection, KioskSection, ServerSection, ZoneSection
from hallctl.sections.hours import HoursSection, hours
from hallctl.sections.hours_check import check_hours
from hallctl.sections.limits_check import check_limits
from hallctl.sections.queue import RulesSection, ServiceSection, WindowSection
from hallctl.sections.queue_check import check_queue
from hallctl.sections.scan import ScanSection
from hallctl.sections.section import Section
from hallctl.sections.watch import WatchSection

SLIP_FIELDS: Final = frozenset(
    {
        "hall",
        "zone",
        "service",
        "label",
        "ahead",
        "wait",
        "windows",
        "pause",
        "time",
        "note",
        "phone",
        "reprint",
        "url",
        "id",
    }
)
"""Placeholders of the slip's template."""

VOICE_FIELDS: Final = frozenset({"label", "window"})
STRIP_FIELDS: Final = frozenset({"label", "window", "post", "reason", "clerk", "notice"})


class HallConfig(Section):
    """A whole config file."""

    hall: HallSection
    server: ServerSection = ServerSection()
    rules: RulesSection = RulesSection()
    hours: HoursSection = HoursSection()
    booking: BookingSection = BookingSection()
    zones: list[ZoneSection] = Field(min_length=1)
    services: list[ServiceSection] = Field(min_length=1)
    windows: list[WindowSection] = Field(min_length=1)
    kiosks: list[KioskSection] = Field([])
    devices: list[DeviceSection] = Field([])
    identity_codes: list[IdentityCodeSection] = Field([])
    slip: SlipSection = SlipSection()
    voice: VoiceSection = VoiceSection()
    strip: StripSection = StripSection()
    watch: WatchSection = WatchSection()
    scans: ScanSection = ScanSection()
    backup: BackupSection = BackupSection()

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.hall.timezone)

    def window_label(self, window: str) -> str:
        """What is shown for a window id, also for one that the config no longer has."""
        return next((w.label or w.id for w in self.windows if w.id == window), window)

    def layout(self) -> Layout:
        """The config as the domain sees it."""
        printers = {device.kiosk: device.name for device in self.devices if device.driver == "escpos" and device.kiosk}
        rules = self.rules
        return Layout(
            services={service.id: service.plain() for service in self.services},
            windows={window.id: window.plan() for window in self.windows},
            kiosk_printers={k.id: printers.get(k.id) for k in self.kiosks},
            reroutes={k.id: tuple(k.reroute) for k in self.kiosks if k.reroute},
            recall_limit=rules.recall_limit,
            recall_gap_s=rules.recall_gap_s,
            undo_s=rules.undo_s,
            rating_s=rules.rating_s,
            slip_s=rules.slip_s,
            announce_s=rules.announce_s,
            cap=rules.cap,
            classes=rules.classes_of(),
            modes={window.id: window.modes_of() for window in self.windows if window.modes},
            miss_after_calls=rules.miss_after_calls,
            miss_after_s=rules.miss_after_s,
            client_lost_s=rules.client_lost_s,
            held_at_end=rules.held_at_end,
            booking=self.booking.plain(),
            hours=hours(self.hours, self.tz, minutes(self.hall.day_starts)),
            watch=self.watch.plain(),
            scans=self.scans.plain(),
        )


def load(path: Path) -> tuple[HallConfig, str]:
    """The config of the file and a digest (hex) of its text; raises ConfigError with every problem found."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError("config.missing", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise _invalid(
            [Problem("(file)", f"文件不是 UTF-8 编码：{error}", f"The file is not UTF-8: {error}")]
        ) from error
    return parse(text), digest_of(text)


def digest_of(text: str) -> str:
    """16 hex characters that stand for the text of a config in the journal."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parse(text: str) -> HallConfig:
    """The config of a TOML text; raises ConfigError with every problem found."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _invalid([Problem("(file)", f"不是有效的 TOML：{error}", f"Not valid TOML: {error}")]) from error
    try:
        config = HallConfig.model_validate(raw)
    except ValidationError as error:
        raise _invalid([problem(row) for row in error.errors(include_url=False)]) from error
    problems = _cross_check(config)
    if problems:
        raise _invalid(problems)
    return config


def check(config: HallConfig) -> list[Problem]:
    """What is wrong with a config that was put together from parts of others; the parts themselves are checked."""
    return _cross_check(config)


def _invalid(problems: list[Problem]) -> ConfigError:
    return ConfigError("config.invalid", problems=tuple(problems), count=len(problems))


def problem(row: Any, *under: str) -> Problem:
    """A row of pydantic's ``errors()`` in words; `under` are the parts of the key above the checked section."""
    key = ".".join((*under, *(str(part) for part in row["loc"])))
    if row["type"] == "extra_forbidden":
        return Problem(
            key, "没有这个设置项，请检查拼写或删除。", "There is no such key; check the spelling or delete it."
        )
    if row["type"] == "missing":
        return Problem(key, "缺少这一项，请补上。", "This key is missing; add it.")
    given = str(row.get("input"))[:40]
    return Problem(key, f"值不对（{given}）：{row['msg']}。", f"Wrong value ({given}): {row['msg']}.")


def _cross_check(config: HallConfig) -> list[Problem]:
    """What pydantic cannot see: names that point nowhere, things given twice, texts that cannot be filled."""
    services = [service.id for service in config.services]
    problems = [
        *_check_names(config),
        *_check_twice(config),
        *_check_texts(config),
        *check_hours(config.hours, services, minutes(config.hall.day_starts)),
        *check_limits(config.services),
        *check_identity_codes(config.identity_codes),
        *check_queue(config.services, config.windows),
        *check_slots(config.services, config.windows, config.hours),
    ]
    if config.hall.timezone not in available_timezones():
        problems.append(
            Problem("hall.timezone", "没有这个时区，例如 Asia/Shanghai。", "Unknown time zone; e.g. Asia/Shanghai.")
        )
    return problems


def _check_names(config: HallConfig) -> list[Problem]:
    zones = {zone.id for zone in config.zones}
    services = {service.id for service in config.services}
    windows = {window.id for window in config.windows}
    kiosks = {kiosk.id for kiosk in config.kiosks}
    named: list[tuple[str, str | None, set[str]]] = []
    named += [(f"services.{i}.zone", service.zone, zones) for i, service in enumerate(config.services)]
    named += [(f"services.{i}.then", service.then, services) for i, service in enumerate(config.services)]
    for i, window in enumerate(config.windows):
        named.append((f"windows.{i}.zone", window.zone, zones))
        named += [(f"windows.{i}.services", name, services) for name in window.services]
    named += [(f"watch.services.{name}", name, services) for name in config.watch.services]
    for i, kiosk in enumerate(config.kiosks):
        named += [(f"kiosks.{i}.services", name, services) for name in kiosk.services]
        named += [(f"kiosks.{i}.reroute", name, kiosks) for name in kiosk.reroute]
    problems = [
        Problem(f"kiosks.{i}.reroute", f"“{kiosk.id}”不能改到自己出票，请写别的取号机。",
                f"{kiosk.id!r} cannot be rerouted to itself; name another kiosk.")
        for i, kiosk in enumerate(config.kiosks)
        if kiosk.id in kiosk.reroute
    ]  # fmt: skip
    for i, device in enumerate(config.devices):
        named += [(f"devices.{i}.kiosk", device.kiosk, kiosks), (f"devices.{i}.zone", device.zone, zones)]
        named.append((f"devices.{i}.window", device.window, windows))
        for unit, window_id in device.units.items():
            named.append((f"devices.{i}.units.{unit}", window_id, windows))
            if not unit.isdigit():
                problems.append(
                    Problem(f"devices.{i}.units.{unit}", "总线地址应为数字。", "A bus address is a number.")
                )
    for key, name, known in named:
        if name is not None and name not in known:
            there = ", ".join(sorted(known))
            problems.append(
                Problem(key, f"没有“{name}”，可用：{there}。", f"There is no {name!r}; there are: {there}.")
            )
    return problems


def _check_twice(config: HallConfig) -> list[Problem]:
    given = {
        "zones.id": [zone.id for zone in config.zones],
        "services.id": [service.id for service in config.services],
        "services.prefix": [service.prefix for service in config.services],
        "windows.id": [window.id for window in config.windows],
        "kiosks.id": [kiosk.id for kiosk in config.kiosks],
        "devices.name": [device.name for device in config.devices],
    }
    return [
        Problem(key, f"“{name}”出现多次，请改为唯一。", f"{name!r} is given twice; make it unique.")
        for key, names in given.items()
        for name in sorted({name for name in names if names.count(name) > 1})
    ]


def _check_texts(config: HallConfig) -> list[Problem]:
    """Placeholders that a text does not have would fail in front of a citizen: told now."""
    texts = [
        (f"slip.template.{i}", line.text or line.qr or "", SLIP_FIELDS) for i, line in enumerate(config.slip.template)
    ]
    texts += [("voice.text", config.voice.text, VOICE_FIELDS), ("voice.text_en", config.voice.text_en, VOICE_FIELDS)]
    texts += [(f"strip.{name}", getattr(config.strip, name), STRIP_FIELDS) for name in type(config.strip).model_fields]
    problems = []
    for key, text, fields in texts:
        try:
            used = {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}
        except ValueError:
            used = {"{ }"}
        for name in sorted(used - fields):
            known = ", ".join(f"{{{field}}}" for field in sorted(fields))
            problems.append(
                Problem(
                    key, f"没有占位符 {{{name}}}，可用：{known}。", f"No placeholder {{{name}}}; there are: {known}."
                )
            )
    for i, line in enumerate(config.slip.template):
        if sum((line.text is not None, line.rule, line.blank > 0, line.qr is not None, line.cut)) != 1:
            problems.append(Problem(f"slip.template.{i}", "每行只能是 text、rule、blank、qr、cut 之一。",
                                    "A line is exactly one of text, rule, blank, qr and cut."))  # fmt: skip
    return problems
