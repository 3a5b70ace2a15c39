"""Changing the devices of a config file: comments survive, mistakes change nothing (O09)."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallctl import config_file
from hallctl.config import load, parse
from hallctl.devices.registry import installed
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection

CONFIG = Path(__file__).parent.parent / "config"
SHIPPED = sorted(CONFIG.glob("*.toml"))
TOWNSHIP = (CONFIG / "township.toml").read_text(encoding="utf-8")
VILLAGE = (CONFIG / "village.toml").read_text(encoding="utf-8")
NEW = DeviceSection(
    name="new", driver="escpos", link="tcp://192.0.2.99:9100", options={"a": 1, "deep": {"list": [1, ["x"]]}}
)


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_added_and_removed_again_is_the_same_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    more = config_file.added(text, NEW)
    assert [line for line in text.splitlines() if line not in more.splitlines()] == []
    assert parse(more).devices == [*parse(text).devices, NEW]
    assert config_file.removed(more, "new") == text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_device_is_changed_alone_and_its_comments_stay(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for device in parse(text).devices[::9]:
        other = device.model_copy(update={"link": "tcp://192.0.2.98:1", "options": {**device.options, "x": 2}})
        new = config_file.changed(text, device.name, other)
        assert comments(new) == comments(text)
        wanted = [other if one.name == device.name else one for one in parse(text).devices]
        assert parse(new).devices == wanted
        assert config_file.differences(parse(text), parse(new)) == []
        same = config_file.changed(text, device.name, device)
        assert same == text, "what is not changed is not touched"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_each_device_is_removed_alone_and_comments_between_devices_stay(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    devices = parse(text).devices
    for device in devices[1::9]:
        new = config_file.removed(text, device.name)
        assert parse(new).devices == [one for one in devices if one.name != device.name]
        assert "# ---------------------------------------------------------------- 小票" in new or path.stem != "hall"


def test_sub_tables_and_comments_of_a_line_belong_to_their_device() -> None:
    text = (
        VILLAGE
        + """
[[devices]] # the first
name = "one"   # its name
driver = "voice"
[devices.options] # own
sink = "wav"

# the second
[[ devices ]]
name = "two"
driver = "voice"
"""
    )
    devices = parse(text).devices
    renamed = devices[0].model_copy(update={"name": "uno", "options": {**devices[0].options, "sink": "device"}})
    new = config_file.changed(text, "one", renamed)
    assert 'name = "uno"   # its name' in new
    assert 'sink = "device"' in new
    assert "# the second" in new
    with_text = config_file.removed(text, "two")
    assert [device.name for device in parse(with_text).devices] == ["one"]


def test_a_header_inside_of_a_text_is_not_cut() -> None:
    text = VILLAGE + "\n[[devices]]\nname = 'one'\ndriver = 'voice'\n[devices.options]\nnote = '''\n[[devices]]\n'''\n"
    with pytest.raises(ConfigError) as caught:
        config_file.removed(text, "one")
    assert caught.value.code == "config.not_editable"


def test_what_is_not_understood_is_left_to_people() -> None:
    inline = 'devices = [{ name = "one", driver = "voice" }]\n' + VILLAGE
    with pytest.raises(ConfigError) as caught:
        config_file.removed(inline, "one")
    assert caught.value.code == "config.not_editable"
    with pytest.raises(ConfigError) as caught:
        config_file.added(inline, NEW)
    assert caught.value.code == "config.not_editable"
    with pytest.raises(ConfigError) as caught:
        config_file.removed(TOWNSHIP, "nobody")
    assert caught.value.code == "config.no_device"
    assert "printer-1" in caught.value.sentence()
    with pytest.raises(ConfigError):
        config_file.added(VILLAGE, NEW.model_copy(update={"options": {"nothing": None}}))


def test_windows_newlines_stay() -> None:
    text = TOWNSHIP.replace("\n", "\r\n")
    new = config_file.removed(text, "voice")
    assert new.count("\r\n") == new.count("\n")
    assert config_file.digest(text) == config_file.digest(TOWNSHIP)


@settings(max_examples=60, deadline=None)
@given(
    options=st.dictionaries(
        st.text(min_size=1, max_size=8),
        st.recursive(
            st.one_of(
                st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=20)
            ),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=4,
    )
)
def test_any_options_are_written_as_they_were_meant(options: dict[str, object]) -> None:
    section = DeviceSection(name="new", driver="voice", options=options)
    try:
        text = config_file.added(VILLAGE, section)
    except ConfigError as error:  # characters that no TOML may hold, or a key that this editor does not take
        assert error.code == "config.not_editable"  # noqa: PT017 - either outcome is right, no third one
        return
    assert tomllib.loads(text)["devices"][0].get("options", {}) == options
    assert config_file.removed(text, "new") == VILLAGE


# ---------------------------------------------------------------- thirty mistakes

DEVICE = '\n[[devices]]\nname = "d"\ndriver = "escpos"\nlink = "tcp://192.0.2.1:9100"\n'
BROKEN: dict[str, tuple[str, str]] = {
    "no TOML": ("(file)", DEVICE + "name = = 1"),
    "a key twice": ("(file)", DEVICE + 'driver = "voice"'),
    "an open text": ("(file)", DEVICE + 'kiosk = "k'),
    "an unknown key": ("devices.0.speed", DEVICE + "speed = 9600"),
    "a misspelt key": ("devices.0.kiosks", DEVICE + 'kiosks = "k"'),
    "no name": ("devices.0.name", '[[devices]]\ndriver = "voice"'),
    "no driver": ("devices.0.driver", '[[devices]]\nname = "d"'),
    "a name with blanks": ("devices.0.name", '[[devices]]\nname = "my printer"\ndriver = "voice"'),
    "a Chinese name": ("devices.0.name", '[[devices]]\nname = "打印机"\ndriver = "voice"'),
    "an empty name": ("devices.0.name", '[[devices]]\nname = ""\ndriver = "voice"'),
    "a name that is a number": ("devices.0.name", '[[devices]]\nname = 7\ndriver = "voice"'),
    "an unknown driver": ("devices.0.driver", '[[devices]]\nname = "d"\ndriver = "escpoz"'),
    "no scheme": ("devices.0.link", DEVICE.replace("tcp://", "")),
    "an unknown scheme": ("devices.0.link", DEVICE.replace("tcp:", "udp:")),
    "no port": ("devices.0.link", DEVICE.replace(":9100", "")),
    "a port that is none": ("devices.0.link", DEVICE.replace("9100", "99999")),
    "a link of another driver": ("devices.0.link", DEVICE.replace("escpos", "voice")),
    "a speed that is none": ("devices.0.link", DEVICE.replace("tcp://192.0.2.1:9100", "serial:///dev/x?baud=fast")),
    "a parity that is none": ("devices.0.link", DEVICE.replace("tcp://192.0.2.1:9100", "serial:///dev/x?parity=X")),
    "a parameter that is none": ("devices.0.link", DEVICE.replace("9100", "9100?speed=1")),
    "an unknown kiosk": ("devices.0.kiosk", DEVICE + 'kiosk = "nowhere"'),
    "an unknown zone": ("devices.0.zone", DEVICE + 'zone = "nowhere"'),
    "an unknown window": ("devices.0.units.1", DEVICE + 'units = { 1 = "99" }'),
    "an address that is no number": ("devices.0.units.one", DEVICE + 'units = { one = "1" }'),
    "an address twice": ("devices.0.units.1", DEVICE + 'units = { 1 = "1", 01 = "1" }'),
    "a unit that is a number": ("devices.0.units.1", DEVICE + "units = { 1 = 1 }"),
    "an unknown option": ("devices.0.options.colour", DEVICE + 'options = { colour = "red" }'),
    "an option of another kind": ("devices.0.options.width", DEVICE + 'options = { width = "wide" }'),
    "options that are a list": ("devices.0.options", DEVICE + "options = [1]"),
    "two of one name": ("devices.name", DEVICE + DEVICE.replace("192.0.2.1", "192.0.2.2")),
    "two on one link": ("devices.1.link", DEVICE + DEVICE.replace('"d"', '"e"')),
    "devices that are no list": ("devices", "[devices]\nname = 'd'"),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_o09_each_mistake_is_told_with_its_key_and_what_to_do(mistake: str) -> None:
    """O09: thirty broken configs, each with the key and the reason in both languages."""
    key, text = BROKEN[mistake]
    with pytest.raises(ConfigError) as caught:
        config_file.checked(VILLAGE + "\n" + text, installed())
    rows = {row.key: row for row in caught.value.problems}
    assert key in rows, list(rows)
    assert rows[key].zh
    assert rows[key].en


def test_there_are_thirty_mistakes() -> None:
    assert len(BROKEN) >= 30


# ---------------------------------------------------------------- the file


def test_mode_and_link_stay_when_it_is_written(tmp_path: Path) -> None:
    path, link = tmp_path / "real.toml", tmp_path / "hall.toml"
    path.write_text(VILLAGE, encoding="utf-8")
    path.chmod(0o664)
    link.symlink_to(path)
    config_file.write(link, TOWNSHIP)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    assert config_file.read(link) == TOWNSHIP
    assert load(link)[1] == config_file.digest(TOWNSHIP)
    assert [entry.name for entry in sorted(tmp_path.iterdir())] == ["hall.toml", "real.toml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to other accounts")
def test_owner_stays_when_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(VILLAGE, encoding="utf-8")
    os.chown(path, 1234, 5678)
    config_file.write(path, TOWNSHIP)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)


def test_a_file_that_cannot_be_written_says_the_line_to_type(tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(VILLAGE, encoding="utf-8")
    (tmp_path / "hall.toml.new").mkdir()  # root may write anywhere: here nobody can put the draft
    with pytest.raises(ConfigError) as caught:
        config_file.write(path, TOWNSHIP)
    assert caught.value.code == "config.read_only"
    assert f"chgrp hallctl {tmp_path} {path}" in caught.value.sentence()
    assert config_file.read(path) == VILLAGE
    assert config_file.writable(path)
    assert not config_file.writable(tmp_path / "none.toml")


def test_differences_name_the_keys_that_need_a_restart() -> None:
    old = parse(TOWNSHIP)
    new = old.model_copy(
        update={"devices": [], "rules": old.rules.model_copy(update={"cap": 9}), "kiosks": old.kiosks[:1]}
    )
    assert config_file.differences(old, new) == ["rules.cap", "kiosks"]
