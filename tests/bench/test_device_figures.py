"""Tap to slip and click to strip over real lines, and the ends of those lines by themselves."""

import socket
import time
from pathlib import Path

import pytest

from hallctl.bench import device_figures
from hallctl.bench.device_ends import End, PrinterEnd, StripEnd
from hallctl.config import parse
from tests.bench.tiny import run


def line_to(end: End) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(end.link.rpartition(":")[2])), 5)


@pytest.mark.usefixtures("no_guard")
def test_a_tap_and_a_click_reach_their_devices(tmp_path: Path) -> None:
    figures = run(device_figures.devices, tmp_path)
    assert figures.keys() == {"device.tap", "device.click"}
    for what in ("tap", "click"):
        assert figures[f"device.{what}"].absolute[f"{what}_p50_ms"] > 0


def test_the_config_has_a_strip_over_each_window() -> None:
    parsed = parse(device_figures.config("tcp://127.0.0.1:1", "tcp://127.0.0.1:2", 3))
    assert parsed.devices[1].units == {"1": "1", "2": "2", "3": "3"}
    assert parsed.layout().kiosk_printers["kiosk-1"] == "printer"


def test_the_printer_end_answers_questions_and_counts_slips_only() -> None:
    with PrinterEnd() as end, line_to(end) as line:
        for number in b"\x01\x02\x03\x04":
            line.sendall(b"\x10\x04" + bytes((number,)))
            assert line.recv(10) == b"\x12"
        began = time.perf_counter()
        line.sendall(b"\x1b@slip\n")
        line.sendall(b"\x1d\x72\x01")
        assert line.recv(10) == b"\x00"
        assert end.first() >= began
        end.printed()
        end.forget()
        assert not any(end.counts(data) for data in (b"\x10\x04\x01",))


def test_an_end_takes_the_daemon_again_after_it_has_gone() -> None:
    with StripEnd() as end:
        for _ in range(2):
            with line_to(end) as line:
                end.forget()
                line.sendall(b"\xa0\x90\x01")
                assert end.first() > 0
