"""The shipped configs load, `hall.toml` explains every key, and broken configs are told kindly (O09 in miniature)."""

import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hallctl.config import HallConfig, load, parse
from hallctl.devices.registry import installed
from hallctl.engine.slip import BUILT_IN
from hallctl.errors import ConfigError

CONFIG = Path(__file__).parent.parent / "config"
ICONS = CONFIG.parent / "kiosk_ui" / "kiosk" / "icons.js"
SHIPPED = sorted(CONFIG.glob("*.toml"))

VILLAGE = (CONFIG / "village.toml").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the shipped halls


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_config_loads(path: Path) -> None:
    config, digest = load(path)
    assert config.hall.name
    assert re.fullmatch(r"[0-9a-f]{16}", digest)
    assert set(config.layout().windows) == {window.id for window in config.windows}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_service_is_called_by_some_window(path: Path) -> None:
    config, _ = load(path)
    served = {service for window in config.windows for service in window.services}
    assert served == {service.id for service in config.services}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_no_unit_of_one_device_is_given_twice(path: Path) -> None:
    config, _ = load(path)
    for device in config.devices:
        assert len(set(device.units.values())) == len(device.units), device.name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_devices_suit_their_drivers(path: Path) -> None:
    """Drivers exist, options and links are theirs, and only bus devices share a link."""
    config, _ = load(path)
    assert installed().check(config.devices) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_icons_are_those_of_the_kiosk_page(path: Path) -> None:
    config, _ = load(path)
    drawn = set(re.findall(r"^  (\w+): \"M", ICONS.read_text(encoding="utf-8"), re.MULTILINE))
    assert {service.icon for service in config.services if service.icon} <= drawn


def test_village_needs_no_device() -> None:
    """T14: one service, one window, nothing to plug in."""
    config, _ = load(CONFIG / "village.toml")
    assert (len(config.services), len(config.windows)) == (1, 1)
    assert config.kiosks == []
    assert config.devices == []


def test_township_is_profile_t() -> None:
    config, _ = load(CONFIG / "township.toml")
    assert {service.prefix: service.name for service in config.services} == {
        "Z": "咨询帮办", "A": "综合受理", "C": "公安户籍", "F": "统一发证",
    }  # fmt: skip
    assert len(config.windows) == 6
    assert len(config.kiosks) == 2
    flexible = config.layout().windows["6"]
    assert "general" in flexible.services
    assert sum("general" in window.services for window in config.windows) == 4
    drivers = sorted(device.driver for device in config.devices)
    assert drivers == [
        "barcode", "barcode", "callpad", "camera", "eqsign", "escl", "escpos", "escpos", "hidpad", "idcard", "ledstrip",
        "onbon", "padframe", "ratingpad", "sane", "voice",
    ]  # fmt: skip


def test_county_is_profile_c() -> None:
    config, _ = load(CONFIG / "county.toml")
    assert (len(config.windows), len(config.zones), len(config.kiosks)) == (96, 8, 8)
    counts = [sum(window.zone == zone.id for window in config.windows) for zone in config.zones]
    assert counts == [22, 20, 15, 11, 14, 5, 5, 4]
    assert {service.prefix[0] for service in config.services} == set("ABCDEFGZ")


# ---------------------------------------------------------------- hall.toml explains every key


def _sections() -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section of the config with its model."""
    for name, field in HallConfig.model_fields.items():
        inner = typing.get_args(field.annotation) or (field.annotation,)
        model = inner[0]
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        yield name, model


def _fields() -> list[tuple[str, str, FieldInfo]]:
    return [(section, key, field) for section, model in _sections() for key, field in model.model_fields.items()]


def _explained(text: str) -> dict[tuple[str, str], str]:
    """The comment above the first occurrence of each (section, key), joined to one line."""
    found: dict[tuple[str, str], str] = {}
    section = ""
    comment: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            comment.append(line.lstrip("#").strip())
            continue
        if header := re.fullmatch(r"\[+([\w.]+)\]+", line.strip()):
            section = header[1]
        elif key := re.match(r"(\w+) = ", line):
            found.setdefault((section, key[1]), " ".join(comment))
        comment = []
    return found


@pytest.mark.parametrize(("section", "key", "field"), _fields(), ids=lambda value: str(value)[:24])
def test_hall_toml_explains_every_key(section: str, key: str, field: FieldInfo) -> None:
    comment = _explained((CONFIG / "hall.toml").read_text(encoding="utf-8")).get((section, key))
    assert comment is not None, f"config/hall.toml: [{section}] has no {key}"
    assert field.description, f"{section}.{key} has no description in hallctl.config"
    assert field.description in comment, f"config/hall.toml: above {section}.{key} stands {comment!r}"
    assert re.search(r"[一-鿿]", comment), f"config/hall.toml: {section}.{key} is not explained in Chinese"


def test_hall_toml_has_the_defaults_where_it_says_optional() -> None:
    """可省略 promises that deleting the line changes nothing but examples."""
    config, _ = load(CONFIG / "hall.toml")
    for section in ("server", "rules", "voice", "strip", "watch", "scans"):
        fresh = HallConfig.model_fields[section].get_default()
        assert getattr(config, section) == fresh, section
    assert config.hall.day_starts == "03:00"
    assert config.hall.timezone == "Asia/Shanghai"


def test_hall_toml_shows_the_built_in_slip() -> None:
    """T04: what a technician copies is what is printed without a template."""
    config, _ = load(CONFIG / "hall.toml")
    assert config.slip.template == BUILT_IN


def test_hall_toml_explains_the_slip_template() -> None:
    text = (CONFIG / "hall.toml").read_text(encoding="utf-8")
    comment = _explained(text)["slip", "template"]
    kinds = ("{ text =", "{ rule =", "{ blank =", "{ qr =", "{ cut =", "width", "height", "align", "bold", "module")
    names = [
        "hall",
        "zone",
        "service",
        "label",
        "ahead",
        "wait",
        "pause",
        "windows",
        "time",
        "note",
        "phone",
        "reprint",
        "url",
        "id",
    ]
    missing = [word for word in (*kinds, *("{" + name + "}" for name in names)) if word not in comment]
    assert missing == []


# ---------------------------------------------------------------- broken configs (O09)

BROKEN = {
    "unknown key": (VILLAGE.replace("phone =", "fone ="), "hall.fone", "没有这个设置项", "no such key"),
    "unknown section": (VILLAGE + "\n[printers]\na = 1\n", "printers", "没有这个设置项", "no such key"),
    "missing name": (VILLAGE.replace('name = "杏花村便民服务站"\n', ""), "hall.name", "缺少", "missing"),
    "no windows": (VILLAGE[: VILLAGE.index("[[windows]]")], "windows", "缺少", "missing"),
    "not TOML": (VILLAGE + "\nname = = 1\n", "(file)", "不是有效的 TOML", "Not valid TOML"),
    "port too large": (VILLAGE + "\n[server]\nport = 99999\n", "server.port", "99999", "99999"),
    "port as text": (VILLAGE + '\n[server]\nport = "web"\n', "server.port", "web", "web"),
    "prefix with O": (VILLAGE.replace('prefix = ""', 'prefix = "O"'), "services.0.prefix", "值不对", "Wrong value"),
    "prefix too long": (VILLAGE.replace('prefix = ""', 'prefix = "ABC"'), "services.0.prefix", "ABC", "ABC"),
    "day starts at 25": (
        VILLAGE.replace("phone =", 'day_starts = "25:00"\nphone ='), "hall.day_starts", "25:00", "25:00",
    ),
    "unknown time zone": (
        VILLAGE.replace("phone =", 'timezone = "Asia/Xinghua"\nphone ='), "hall.timezone", "Asia/Shanghai", "time zone",
    ),
    "service in no zone": (
        VILLAGE.replace('zone = "main"\nmean_s', 'zone = "mian"\nmean_s'), "services.0.zone", "可用：main", "'mian'",
    ),
    "window of no service": (
        VILLAGE.replace('["general"]', '["genral"]'), "windows.0.services", "可用：general", "'genral'",
    ),
    "window without service": (VILLAGE.replace('["general"]', "[]"), "windows.0.services", "值不对", "Wrong value"),
    "unknown policy": (VILLAGE + 'policy = "vip"\n', "windows.0.policy", "vip", "vip"),
    "window given twice": (
        VILLAGE + '\n[[windows]]\nid = "1"\nzone = "main"\nservices = ["general"]\n', "windows.id", "多次", "twice",
    ),
    "prefix given twice": (
        VILLAGE + '\n[[services]]\nid = "more"\nname = "更多"\nprefix = ""\nzone = "main"\n',
        "services.prefix", "多次", "twice",
    ),
    "id with capitals": (VILLAGE.replace('id = "village"', 'id = "Village"'), "hall.id", "Village", "Village"),
    "device of no kiosk": (
        VILLAGE + '\n[[devices]]\nname = "p"\ndriver = "escpos"\nkiosk = "k"\n', "devices.0.kiosk", "没有“k”", "'k'",
    ),
    "device of no zone": (
        VILLAGE + '\n[[devices]]\nname = "v"\ndriver = "voice"\nzone = "hall"\n', "devices.0.zone", "main", "'hall'",
    ),
    "scanner at no window": (
        VILLAGE + '\n[[devices]]\nname = "s"\ndriver = "escl"\nwindow = "9"\n', "devices.0.window", "没有“9”", "'9'",
    ),
    "unit for no window": (
        VILLAGE + '\n[[devices]]\nname = "pads"\ndriver = "callpad"\nunits = { 1 = "9" }\n',
        "devices.0.units.1", "没有“9”", "'9'",
    ),
    "unit is no number": (
        VILLAGE + '\n[[devices]]\nname = "pads"\ndriver = "callpad"\nunits = { one = "1" }\n',
        "devices.0.units.one", "数字", "number",
    ),
    "line for no service": (
        VILLAGE + "\n[watch]\nservices = { tax = { waiting = 5 } }\n", "watch.services.tax", "可用：general", "'tax'",
    ),
    "line of nobody": (VILLAGE + "\n[watch]\nwaiting = 0\n", "watch.waiting", "值不对", "Wrong value"),
    "voice too often": (VILLAGE + "\n[voice]\ntimes = 9\n", "voice.times", "9", "9"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "zh", "en"), BROKEN.values(), ids=BROKEN)
def test_broken_config_names_the_key_and_what_to_do(text: str, key: str, zh: str, en: str) -> None:
    """O09: the dotted key and a sentence in both languages."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    problem = next((problem for problem in caught.value.problems if problem.key == key), None)
    assert problem is not None, caught.value.problems
    assert zh in problem.zh
    assert en in problem.en
    assert str(len(caught.value.problems)) in caught.value.sentence("zh")


def test_all_problems_are_told_at_once() -> None:
    text = VILLAGE.replace('zone = "main"', 'zone = "mian"').replace('["general"]', '["genral"]')
    with pytest.raises(ConfigError) as caught:
        parse(text)
    keys = {problem.key for problem in caught.value.problems}
    assert keys == {"services.0.zone", "windows.0.zone", "windows.0.services"}


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "hall.toml")
    assert caught.value.code == "config.missing"
    assert str(tmp_path / "hall.toml") in caught.value.sentence("en")


def test_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_bytes(VILLAGE.encode("gb18030"))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "UTF-8" in caught.value.problems[0].zh
