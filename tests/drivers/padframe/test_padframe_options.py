"""H04: a description that cannot be, or whose own samples say otherwise, is refused with its key and a sentence."""

from typing import Any

import pytest

from hallctl.config import parse
from hallctl.devices.registry import installed
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection
from tests.drivers.padframe.test_padframe_codec import SHIPPED, options_of

GOOD: dict[str, Any] = {
    "header": "AA 55",
    "length": 5,
    "address": {"at": 2},
    "key": {"at": 3},
    "checksum": {"kind": "sum8", "at": 4, "first": 0, "last": 3},
    "keys": {"01": "next", "02": "satisfied"},
    "samples": [{"hex": "AA 55 03 01 03", "key": "next", "unit": 3}],
}
PLAIN: dict[str, Any] = {
    "length": 1,
    "key": {"at": 0},
    "keys": {"31": "next"},
    "samples": [{"hex": "31", "key": "next"}],
}

HALL = """
[hall]
id = "test"
name = "测试"
[[zones]]
id = "a"
name = "一楼"
[[services]]
id = "tax"
name = "办税"
zone = "a"
prefix = "A"
[[windows]]
id = "1"
zone = "a"
services = ["tax"]
"""


def problems(options: dict[str, Any]) -> list[tuple[str, str]]:
    """What ``check-config`` tells of a device with these options: key and zh sentence each."""
    link = "serial:///dev/ttyUSB0?baud=9600"
    rows = installed().check([DeviceSection(name="pads", driver="padframe", link=link, options=options)])
    return [(row.key.removeprefix("devices.0.options."), row.zh) for row in rows]


def test_good_descriptions_have_no_problem() -> None:
    assert problems(GOOD) == []
    assert problems(PLAIN) == []
    for path in SHIPPED:
        assert problems(options_of(path)) == [], path


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"length": 0}, "count", "length 与 count"),
        ({"count": {"at": 2}}, "count", "length 与 count"),
        ({"length": 0, "header": "", "count": {"at": 2}}, "count", "header"),
        ({"length": 0, "count": {"at": 4, "longest": 4, "uncounted": 5}}, "count", "longest"),
        ({"length": 3}, "key", "不在 3 字节的帧内"),
        ({"address": {"at": 1}}, "address", "address 与 header"),
        ({"key": {"at": 2}}, "key", "key 与 address"),
        ({"key": {"at": -1, "size": 2}}, "key", "超出帧尾"),
        ({"tail": "00"}, "checksum", "checksum 与 tail"),
        ({"fixed": {"1": "55"}}, "fixed", "fixed.1 与 header"),
        ({"fixed": {"4": "5566"}}, "fixed", "写一个字节"),
        ({"checksum": {"kind": "sum8", "at": 4, "first": 3, "last": 2}}, "checksum", "没有覆盖任何字节"),
        ({"checksum": {"kind": "sum8", "at": 4, "first": -2, "last": 3}}, "checksum", "没有覆盖任何字节"),
        ({"checksum": {"kind": "sum8", "at": 4, "first": 0, "last": 4}}, "checksum", "覆盖了它自己"),
        ({"checksum": {"kind": "crc16", "at": 4, "last": 3, "poly": "80"}}, "checksum.poly", "两个字节"),
        ({"checksum": {"kind": "md5", "at": 4, "last": 3}}, "checksum.kind", "值不对"),
        ({"header": "AA 5"}, "header", "十六进制"),
        ({"header": "AA 55 ZZ"}, "header", "十六进制"),
        ({"keys": {"01": "dance"}}, "keys", "没有“dance”"),
        ({"keys": {"0101": "next"}}, "keys", "不是键"),
        ({"keys": {"0A": "next", "0a": "call"}}, "keys", "写了两次"),
        ({"keys": {}}, "keys", "值不对"),
        ({"samples": []}, "samples", "至少要有一个按键样例"),
        ({"samples": [{"hex": "AA 55 03 01 03", "key": ""}]}, "samples", "至少要有一个按键样例"),
        ({"samples": [{"hex": "AA 55 03 01 04", "key": "next"}]}, "samples", "样例 1"),
        ({"samples": [{"hex": "AA 55 03 02 04", "key": "next"}]}, "samples", "解出的是“satisfied”"),
        ({"samples": [{"hex": "AA 55 03 01 03", "key": "next", "unit": 4}]}, "samples", "地址是 3"),
        ({"samples": [*GOOD["samples"], {"hex": "AA 55 03 02 04", "key": ""}]}, "samples", "样例 2"),
        ({"samples": [*GOOD["samples"], {"hex": "AA 55 03 09 0B", "key": "miss"}]}, "samples", "未知键 09"),
        ({"show": "AA {waiting}"}, "show", "没有 {waiting}"),
        ({"show": "AA zz"}, "show", "不是十六进制"),
        ({"show": "{check}"}, "show", "没有覆盖任何字节"),
        ({"ask": "AA 55 {length} {check}"}, "ask", "{length} 在这里没有意义"),
        ({"ask": "AA 55 {key} {check}"}, "ask", "{key} 在这里没有意义"),
        ({"accepted": "AA 55 {address} 01 01 01 {check}"}, "", ""),
        ({"refused": "AA {check}"}, "refused", "没有覆盖任何字节"),
        ({"acknowledge": "echo echo"}, "acknowledge", "不是十六进制"),
        ({"lenght": 5}, "lenght", "没有这个设置项"),
        ({"key": {"at": 3, "bytes": 1}}, "key.bytes", "没有这个设置项"),
    ],
)
def test_what_cannot_be_is_told_at_its_key(change: dict[str, Any], key: str, words: str) -> None:
    found = problems({**GOOD, **change})
    if not key:
        assert found == []
        return
    assert [row for row in found if row[0] == key and words in row[1]], found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"length": 2}, "分不清帧从哪里开始"),
        ({"length": 2, "tail": "31"}, "含帧尾的字节"),
    ],
)
def test_frames_that_nothing_tells_apart_are_refused(change: dict[str, Any], words: str) -> None:
    assert [row for row in problems({**PLAIN, **change}) if row[0] == "keys" and words in row[1]]


def test_check_config_names_the_device_and_the_option() -> None:
    device = """
[[devices]]
name = "pads"
driver = "padframe"
link = "serial:///dev/ttyUSB0?baud=9600"
units = { 3 = "1" }
[devices.options]
header = "AA 55"
length = 5
address = { at = 2 }
key = { at = 3 }
checksum = { kind = "sum8", at = -1, last = -2 }
keys = { 01 = "next" }
samples = [{ hex = "AA 55 03 01 99", key = "next", unit = 3 }]
"""
    rows = installed().check(parse(HALL + device).devices)
    assert [row.key for row in rows] == ["devices.0.options.samples"]
    assert "sample 1 (aa55030199) decodes to '-', not to 'next'" in rows[0].en
    with pytest.raises(ConfigError):
        installed().options(parse(HALL + device).devices[0])
