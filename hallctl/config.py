"""The hall's config: one TOML file, typed, closed and kind.

An unknown key, a wrong value or a name that points nowhere is a `Problem` with the key and a sentence; all problems
are told at once. Each field's description is the documentation of the key (a test compares it with ``config/``).
"""

import hashlib
import tomllib
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hallctl.domain.model import Layout, Service, WindowPlan
from hallctl.errors import ConfigError, Problem

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]

SLIP_FIELDS: Final = frozenset(
    {"hall", "zone", "service", "label", "ahead", "wait", "windows", "time", "note", "phone", "reprint", "url", "id"}
)
"""Placeholders of the slip's template."""

VOICE_FIELDS: Final = frozenset({"label", "window"})
STRIP_FIELDS: Final = frozenset({"label", "window", "post", "reason", "clerk"})


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HallSection(_Section):
    id: Id = Field(description="The hall's own id, unique in its county; stands in every record sent upward.")
    name: str = Field(description="The hall's name as people read it.")
    name_en: str = Field("", description="The same in English; empty: the Chinese name is shown.")
    timezone: str = Field("Asia/Shanghai", description="The hall's time zone; the business day is reckoned in it.")
    day_starts: str = Field(
        "03:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="When a new business day begins (HH:MM). Overtime past midnight still belongs to the old day.",
    )
    phone: str = Field("", description="Telephone for questions and complaints, on the board and the slip.")
    notices: list[str] = Field([], description="Notices that the board shows in turn.")


class ServerSection(_Section):
    host: str = Field("127.0.0.1", description="Address to listen on. Loopback unless you decide otherwise.")
    port: int = Field(8780, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    public_url: str = Field("", description="The address that citizens' phones reach, for the slip's QR; empty: none.")


class RulesSection(_Section):
    recall_limit: int = Field(5, ge=1, le=20, description="How often one ticket may be recalled.")
    recall_gap_s: int = Field(5, ge=0, le=60, description="Seconds between two recalls.")
    undo_s: int = Field(30, ge=5, le=300, description="Seconds in which a wrong call can be undone.")
    rating_s: int = Field(30, ge=10, le=600, description="Seconds the rating pad waits for a key.")
    slip_s: int = Field(120, ge=5, le=600, description="Seconds a slip is worth printing.")
    announce_s: int = Field(30, ge=5, le=300, description="Seconds a call is worth speaking.")


class ZoneSection(_Section):
    id: Id = Field(description="Id of the zone.")
    name: str = Field(description="Name of the zone (区域).")
    name_en: str = Field("", description="The same in English.")


class ServiceSection(_Section):
    id: Id = Field(description="Id of the service.")
    name: str = Field(description="What the citizen comes for, as the kiosk shows it.")
    name_en: str = Field("", description="The same in English.")
    prefix: str = Field(
        pattern=r"^[A-HJ-NP-Z]{0,2}$",
        description="0 to 2 capital letters before the number, without I and O; unique in the hall.",
    )
    zone: Id = Field(description="Zone in which people wait.")
    icon: str = Field("", description="Name of an icon of the kiosk page; empty: the prefix is shown.")
    mean_s: int = Field(480, ge=30, le=7200, description="Usual seconds of service, until the day has its own figures.")
    identity: Literal["none", "optional", "required"] = Field(
        "none", description="Whether the kiosk asks for an identity card: none, optional or required."
    )
    items: list[str] = Field([], description="National item codes (事项编码) that belong to the service.")
    note: str = Field("", description="A line on the slip, such as the form to fill in.")


class WindowSection(_Section):
    id: Id = Field(description="Id of the window.")
    label: str = Field("", description="What is printed and shown; empty: the id.")
    spoken: str = Field("", description="How the label is spoken; empty: read as a number.")
    zone: Id = Field(description="Zone of the window.")
    post: str = Field("", description="What is done here, shown while idle.")
    services: list[Id] = Field(description="Services it calls.", min_length=1)
    policy: Literal["fifo", "priority"] = Field(
        "priority", description="fifo: strictly by time; priority: class first, then time."
    )


class KioskSection(_Section):
    id: Id = Field(description="Id of the kiosk.")
    name: str = Field("", description="Where it stands.")
    services: list[Id] = Field([], description="Services it offers; empty: all.")


class DeviceSection(_Section):
    name: Id = Field(description="Name of the device, as shown to the technician.")
    driver: str = Field(description="Which driver speaks to it; see `hallctl devices`.")
    link: str = Field("none:", description="tcp://host:port, serial:///dev/tty?baud=9600, or none:")
    kiosk: Id | None = Field(None, description="The kiosk it belongs to (printer, card reader).")
    zone: Id | None = Field(None, description="The zone it serves (loudspeaker).")
    units: dict[str, Id] = Field({}, description="Bus address = window id (pads, strips).")
    options: dict[str, Any] = Field({}, description="The driver's own options; see its README.")


class SlipLineSection(_Section):
    """One line of a slip: exactly one of text, rule, blank, qr and cut, with how it looks."""

    text: str | None = Field(None, description="A line of text with placeholders; left out if all of them are empty.")
    width: int = Field(1, ge=1, le=4, description="Magnification across.")
    height: int = Field(1, ge=1, le=4, description="Magnification down.")
    align: Literal["left", "center", "right"] = Field("left", description="left, center or right.")
    bold: bool = Field(False, description="Bold type.")
    rule: bool = Field(False, description="A line across the paper.")
    blank: int = Field(0, ge=0, le=10, description="So many empty lines.")
    qr: str | None = Field(None, description="A QR code of this text, placeholders allowed.")
    module: int = Field(6, ge=2, le=12, description="Dots of a module of the QR code.")
    cut: bool = Field(False, description="Feed and cut the paper.")


class SlipSection(_Section):
    template: list[SlipLineSection] = Field(
        [],
        description="Lines of the slip: {text=...}, {rule=true}, {blank=n}, {qr=...}, {cut=true}; empty: the built-in.",
    )


class VoiceSection(_Section):
    text: str = Field("请 {label} 号到 {window} 号窗口办理", description="What is spoken and captioned.")
    text_en: str = Field("", description="The English sentence; empty: Chinese only.")
    times: int = Field(2, ge=1, le=3, description="How often a call is read.")


class StripSection(_Section):
    idle: str = Field("{post}", description="Text of an open window without a ticket.")
    calling: str = Field("请{label}号", description="Text while calling.")
    serving: str = Field("正在办理{label}", description="Text while serving.")
    paused: str = Field("暂停服务 {reason}", description="Text while paused.")
    closed: str = Field("未开放", description="Text of a closed window.")


class BackupSection(_Section):
    folder: str = Field(
        "",
        pattern="^(/.*)?$",
        description="Folder of the backups, better on another disk; empty: backups in the data directory.",
    )
    daily_at: str = Field(
        "12:30",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$",
        description="When a whole copy is made each day (HH:MM), or soon after the next start; empty: never.",
    )
    keep: int = Field(14, ge=1, le=400, description="How many whole copies are kept.")
    days: int = Field(
        30,
        ge=1,
        le=400,
        description="Days after which a backup is removed in any case: personal data must not outlive its rule in it.",
    )
    archive_s: int = Field(
        10, ge=0, le=3600, description="Every so many seconds new records go into the journal's archive; 0: never."
    )


class HallConfig(_Section):
    """A whole config file."""

    hall: HallSection
    server: ServerSection = ServerSection()
    rules: RulesSection = RulesSection()
    zones: list[ZoneSection] = Field(min_length=1)
    services: list[ServiceSection] = Field(min_length=1)
    windows: list[WindowSection] = Field(min_length=1)
    kiosks: list[KioskSection] = []
    devices: list[DeviceSection] = []
    slip: SlipSection = SlipSection()
    voice: VoiceSection = VoiceSection()
    strip: StripSection = StripSection()
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
        return Layout(
            services={s.id: Service(s.id, s.prefix, s.zone, s.mean_s, s.identity) for s in self.services},
            windows={w.id: WindowPlan(w.id, w.zone, tuple(w.services), w.policy) for w in self.windows},
            kiosk_printers={k.id: printers.get(k.id) for k in self.kiosks},
            recall_limit=self.rules.recall_limit,
            recall_gap_s=self.rules.recall_gap_s,
            undo_s=self.rules.undo_s,
            rating_s=self.rules.rating_s,
            slip_s=self.rules.slip_s,
            announce_s=self.rules.announce_s,
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
    problems = [*_check_names(config), *_check_twice(config), *_check_texts(config)]
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
    for i, window in enumerate(config.windows):
        named.append((f"windows.{i}.zone", window.zone, zones))
        named += [(f"windows.{i}.services", name, services) for name in window.services]
    for i, kiosk in enumerate(config.kiosks):
        named += [(f"kiosks.{i}.services", name, services) for name in kiosk.services]
    problems = []
    for i, device in enumerate(config.devices):
        named += [(f"devices.{i}.kiosk", device.kiosk, kiosks), (f"devices.{i}.zone", device.zone, zones)]
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
