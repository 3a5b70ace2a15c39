"""Link URLs: what they may say, and that all else is told with examples."""

import pytest

from hallctl.devices.address import Address, parse
from hallctl.errors import ConfigError

GOOD = {
    "none:": Address("none", "none:"),
    "tcp://192.0.2.1:9100": Address("tcp", "tcp://192.0.2.1:9100", "192.0.2.1", 9100),
    "tcp://printer.example:9100/": Address("tcp", "tcp://printer.example:9100", "printer.example", 9100),
    "tcp://[2001:db8::1]:4001?gap_ms=30": Address("tcp", "tcp://2001:db8::1:4001", "2001:db8::1", 4001, gap_ms=30),
    "serial:///dev/ttyUSB0": Address("serial", "/dev/ttyUSB0", baud=9600, gap_ms=20),
    "serial:///dev/ttyS1?baud=57600&parity=e&stop=2&gap_ms=5": Address(
        "serial", "/dev/ttyS1", baud=57600, parity="E", stop=2, gap_ms=5
    ),
    "serial://1A86:7523?baud=9600": Address("serial", "serial://1a86:7523", baud=9600, gap_ms=20, usb="1a86:7523"),
    "serial://1a86:7523/A50%20X?baud=115200": Address(
        "serial", "serial://1a86:7523/A50 X", baud=115200, gap_ms=20, usb="1a86:7523", serial="A50 X"
    ),
    "serial://1a86:7523@3-1.4": Address(
        "serial", "serial://1a86:7523@3-1.4", baud=9600, gap_ms=20, usb="1a86:7523", socket="3-1.4"
    ),
    "usblp:///dev/usb/lp0": Address("usblp", "/dev/usb/lp0"),
    "usb://0416:5011": Address("usb", "usb://0416:5011", usb="0416:5011"),
    "usb://0416:5011@1-1.2": Address("usb", "usb://0416:5011@1-1.2", usb="0416:5011", socket="1-1.2"),
    "usb://0400:C35A/SN7?interface=1&split=7": Address(
        "usb", "usb://0400:c35a/SN7?interface=1", usb="0400:c35a", serial="SN7", interface=1, split=7
    ),
    "input:///dev/input/by-id/x-event-kbd": Address("input", "/dev/input/by-id/x-event-kbd"),
    "video:///dev/v4l/by-id/usb-x-index0": Address("video", "/dev/v4l/by-id/usb-x-index0"),
    "pcsc:": Address("pcsc", "pcsc:"),
    "pcsc:ACS%20ACR38U%2000%2000": Address("pcsc", "pcsc:ACS ACR38U 00 00", reader="ACS ACR38U 00 00"),
}

BAD = [
    "",
    "printer",
    "usb:///dev/usb/lp0",
    "usb://0416",
    "usb://0416:5011:1",
    "usb://0416:501x",
    "usb://0416:5011@1",
    "usb://0416:5011/a/b",
    "usb://0416:5011?interface=x",
    "usb://0416:5011?split=-1",
    "usb://0416:5011?baud=9600",
    "usblp:lp0",
    "usblp://dev/usb/lp0",
    "usblp:///dev/usb/lp0?baud=9600",
    "serial://ttyUSB0",
    "video:dev",
    "video:///dev/video0?size=4",
    "pcsc:///reader",
    "pcsc://reader",
    "tcp://",
    "tcp://192.0.2.1",
    "tcp://192.0.2.1:0",
    "tcp://192.0.2.1:99999",
    "tcp://192.0.2.1:x",
    "tcp://192.0.2.1:9100/path",
    "tcp://192.0.2.1:9100?baud=9600",
    "serial:ttyS0",
    "serial://dev/ttyS0",
    "serial:///dev/ttyS0?baud=fast",
    "serial:///dev/ttyS0?baud=1",
    "serial:///dev/ttyS0?parity=X",
    "serial:///dev/ttyS0?stop=3",
    "serial:///dev/ttyS0?bauds=9600",
    "serial:///dev/ttyS0?baud",
    "serial:///dev/ttyS0?gap_ms=-1",
    "none:x",
]


@pytest.mark.parametrize("url", GOOD)
def test_a_good_link(url: str) -> None:
    assert parse(url) == GOOD[url]


@pytest.mark.parametrize("url", BAD)
def test_a_bad_link_is_told_with_examples(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(url)
    (problem,) = caught.value.problems
    assert problem.key == "link"
    assert "tcp://" in problem.zh
    assert "tcp://" in problem.en


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("serial:///dev/ttyS0?bauds=9600")
    assert "bauds" in caught.value.problems[0].en


def test_seconds_of_a_byte() -> None:
    assert parse("serial:///dev/ttyS0?baud=9600").byte_s == pytest.approx(10 / 9600)
    assert parse("serial:///dev/ttyS0?baud=9600&parity=E&stop=2").byte_s == pytest.approx(12 / 9600)
    assert parse("tcp://192.0.2.1:9100").byte_s == 0
