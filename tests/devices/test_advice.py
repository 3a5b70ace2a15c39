"""Links that will bite: names that change, and two configs for one port by different names (bad input)."""

from pathlib import Path

import pytest

from hallctl.devices import node
from hallctl.devices.advice import advise
from tests.devices.fakes import section
from tests.devices.test_node import Sysfs


def rows(*links: str) -> dict[str, str]:
    advice = advise([section(f"d{i}", link) for i, link in enumerate(links)])
    assert all(row.zh and row.en for row in advice)
    return {row.key: row.en for row in advice}


def test_a_name_that_the_kernel_gives_anew() -> None:
    told = rows("serial:///dev/ttyUSB77", "input:///dev/input/event77", "usblp:///dev/usb/lp77", "tcp://192.0.2.1:1")
    assert sorted(told) == ["devices.0.link", "devices.1.link", "devices.2.link"]
    assert "hallctl devices scan" in told["devices.0.link"]
    assert rows("serial:///dev/ttyS0", "serial:///dev/hallctl/bus", "serial://1a86:7523", "pcsc:", "broken") == {}


def test_the_name_that_lasts_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallctl.devices.advice.stable_name", lambda _: "/dev/serial/by-id/usb-x")
    assert "write /dev/serial/by-id/usb-x" in rows("serial:///dev/ttyUSB77")["devices.0.link"]


def test_one_port_under_two_names(tmp_path: Path) -> None:
    port, name = tmp_path / "port", tmp_path / "by-id"
    port.touch()
    name.symlink_to(port)
    told = rows(f"serial://{port}?baud=9600", f"serial://{name}?baud=9600", f"serial://{port}?baud=9600")
    assert list(told) == ["devices.1.link", "devices.2.link"]
    assert "same port as that of 'd0'" in told["devices.1.link"]
    name.unlink()
    assert rows(f"serial://{port}", f"serial://{name}") == {}


def test_one_port_by_its_name_and_by_its_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "SYSFS", tmp_path / "sys")
    sysfs = Sysfs(tmp_path / "sys")
    sysfs.plug("1-1", "1a86:7523", tty="null")  # its node is there: /dev/null
    sysfs.plug("1-2", "0416:5011", serial="P001", number=9)
    assert "devices.1.link" in rows("serial:///dev/null", "serial://1a86:7523")
    assert "devices.1.link" in rows("usb://0416:5011", "usb://0416:5011/P001")
    assert rows("usb://0416:5011?interface=0", "usb://0416:5011/P001?interface=1") == {}
