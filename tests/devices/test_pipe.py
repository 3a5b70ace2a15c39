"""Link URLs, and the two kinds of pipe over a real pty and real TCP."""

import pytest

from hallctl.devices.pipe import Address, parse, present
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
}

BAD = [
    "",
    "printer",
    "usb:///dev/usb/lp0",
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


def test_only_a_missing_serial_node_is_known_to_be_absent() -> None:
    assert present(parse("serial:///dev/null"))
    assert not present(parse("serial:///dev/hallctl-no-such-port"))
    assert present(parse("tcp://192.0.2.1:9100"))
