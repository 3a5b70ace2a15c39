"""The doctor on machines of files: every sickness has its finding, and the line that mends it."""

import json
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from hallctl.devices.machine import Machine
from hallctl.devices.registry import installed
from hallctl.store.database import DATABASE
from hallctl.technician import host_check
from hallctl.technician.command import devices
from hallctl.technician.doctor import admit, examine
from hallctl.technician.finding import Account, Finding, Patient, account_of
from tests.harness import SMALL

NOON = 1_795_000_000_000
READER = 'name = "reader"\ndriver = "idcard"\nlink = "serial:///dev/hallctl/reader?baud=115200"\n'


def device(text: str) -> str:
    return f"\n[[devices]]\n{text}"


class Sickbed:
    """A machine on which all is well until the test spoils something."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "hall.toml"
        self.data = root / "data"
        self.data.mkdir()
        self.write("/etc/passwd", "root:x:0:0::/root:/bin/sh\nhallctl:x:990:990::/var/lib/hallctl:/bin/false")
        groups = "root:x:0:\nhallctl:x:990:\ndialout:x:20:hallctl\nlp:x:7:hallctl\naudio:x:29:hallctl\ninput:x:104:"
        self.write("/etc/group", groups)
        self.write("/etc/udev/rules.d/60-hallctl.rules")
        self.write("/run/udev/control")
        self.write("/run/systemd/timesync/synchronized")
        self.write(host_check.FONTS[0])
        for program in ("espeak-ng", "aplay", "ffmpeg", "scanimage"):
            self.write(f"/usr/bin/{program}")
        (root / "etc/localtime").symlink_to(root / "usr/share/zoneinfo/Asia/Shanghai")
        self.hall()

    def write(self, place: str, text: str = "") -> Path:
        path = self.root / place.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def process(self, pid: int, name: str, opened: str | None = None) -> None:
        self.write(f"/proc/{pid}/comm", name)
        files = self.root / f"proc/{pid}/fd"
        files.mkdir()
        if opened is not None:
            (files / "5").symlink_to(opened)

    def hall(self, *more: str) -> None:
        port = f'\n[server]\nhost = "127.0.0.1"\nport = {self.port}\n'
        self.config.write_text(SMALL + port + "".join(map(device, more)), encoding="utf-8")

    port = 0

    def patient(self, **more: Any) -> Patient:
        made = admit(Machine(self.root), self.config, self.data, installed())
        return replace(made, **{"now": NOON, **more})

    def findings(self, **more: Any) -> dict[str, Finding]:
        """What is not well, by check."""
        found = examine(self.patient(**more))
        return {one.check: one for one in found if one.severity != "ok" and one.check != "daemon"}


@pytest.fixture
def bed(tmp_path: Path) -> Sickbed:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Sickbed.port = free.getsockname()[1]
    return Sickbed(tmp_path)


def test_a_well_machine_has_no_finding_but_that_no_daemon_runs(bed: Sickbed) -> None:
    assert bed.findings() == {}
    [daemon] = [one for one in examine(bed.patient()) if one.check == "daemon"]
    assert (daemon.severity, daemon.fix.startswith("sudo systemctl start hallctl")) == ("warning", True)


def space(**values: int) -> Callable[[Path], Any]:
    known = {"f_flag": 0, "f_bavail": 10_000_000, "f_frsize": 4096, **values}
    return lambda _path: SimpleNamespace(**known)


def spoil_font(bed: Sickbed) -> None:
    (bed.root / host_check.FONTS[0].lstrip("/")).unlink()


def spoil_zone(bed: Sickbed) -> None:
    (bed.root / "etc/localtime").unlink()
    (bed.root / "etc/localtime").symlink_to(bed.root / "usr/share/zoneinfo/Etc/UTC")


def spoil_program(bed: Sickbed) -> None:
    (bed.root / "usr/bin/espeak-ng").unlink()
    bed.hall('name = "voice"\ndriver = "voice"\n')


def unstable(bed: Sickbed) -> None:
    """The node by its passing name, with a lasting one beside it."""
    bed.hall('name = "reader"\ndriver = "idcard"\nlink = "serial:///dev/ttyUSB0?baud=115200"\n')
    node = bed.write("/dev/ttyUSB0")
    node.chmod(0o666)
    bed.write("/sys/devices/usb1/1-1/idVendor", "1a86")
    bed.write("/sys/devices/usb1/1-1/1-1:1.0/tty/ttyUSB0/dev")
    (bed.root / "sys/devices/usb1/1-1/1-1:1.0/tty/ttyUSB0/device").symlink_to("../..")
    (bed.root / "sys/class/tty").mkdir(parents=True)
    (bed.root / "sys/class/tty/ttyUSB0").symlink_to("../../devices/usb1/1-1/1-1:1.0/tty/ttyUSB0")
    (bed.root / "dev/serial/by-id").mkdir(parents=True)
    (bed.root / "dev/serial/by-id/usb-1a86-if00").symlink_to("../../ttyUSB0")


def held(bed: Sickbed) -> None:
    bed.hall(READER)
    bed.write("/dev/hallctl/reader").chmod(0o666)
    bed.process(41, "minicom", "/dev/hallctl/reader")


def braille(bed: Sickbed) -> None:
    bed.hall(READER)
    bed.write("/dev/hallctl/reader").chmod(0o666)
    bed.process(42, "brltty")


def modem(bed: Sickbed) -> None:
    braille(bed)
    (bed.root / "proc/42/comm").write_text("ModemManager\n")
    (bed.root / "etc/udev/rules.d/60-hallctl.rules").unlink()


SICK: dict[str, tuple[Callable[[Sickbed], object], str, str, str]] = {
    "no config": (lambda bed: bed.config.unlink(), "config", "error", "hallctl check-config --config"),
    "a wrong config": (lambda bed: bed.hall("name = 7\n"), "config", "error", "hallctl check-config"),
    "no font": (spoil_font, "fonts", "error", "apt-get install -y --no-install-recommends fonts-noto-cjk"),
    "no speech": (spoil_program, "programs", "error", "espeak-ng"),
    "no udev": (lambda bed: (bed.root / "run/udev/control").unlink(), "udev", "warning", "systemd-udevd"),
    "no rules": (
        lambda bed: (bed.root / "etc/udev/rules.d/60-hallctl.rules").unlink(), "rules", "warning", "udevadm trigger",
    ),
    "no group": (
        lambda bed: (bed.hall(READER), bed.write("/etc/group", "hallctl:x:990:\ndialout:x:20:"),
                     bed.write("/dev/hallctl/reader").chmod(0o666)),
        "groups", "error", "sudo usermod -aG dialout hallctl",
    ),
    "no node": (lambda bed: bed.hall(READER), "nodes", "error", "hallctl devices scan"),
    "a closed node": (
        lambda bed: (bed.hall(READER), bed.write("/dev/hallctl/reader").chmod(0o600)), "nodes", "error", "udevadm",
    ),
    "a passing name": (unstable, "names", "warning", "hallctl devices change reader --link 'serial:///dev/serial/by-id"),
    "a port that is held": (held, "grabbers", "error", "fuser -k /dev/hallctl/reader"),
    "a braille program": (braille, "grabbers", "error", "apt-get remove brltty"),
    "a modem program": (modem, "grabbers", "error", "systemctl disable --now ModemManager"),
    "no time server": (
        lambda bed: (bed.root / "run/systemd/timesync/synchronized").unlink(), "clock", "warning", "set-ntp true",
    ),
    "another time zone": (spoil_zone, "clock", "warning", "timedatectl set-timezone Asia/Shanghai"),
    "a device that is off": (
        lambda bed: bed.hall('name = "p"\ndriver = "escpos"\nlink = "tcp://127.0.0.1:1"\n'),
        "network", "error", "ping -c 3 127.0.0.1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("sickness", SICK)
def test_each_sickness_is_found_with_what_mends_it(bed: Sickbed, sickness: str) -> None:
    spoil, check, severity, fix = SICK[sickness]
    spoil(bed)
    found = bed.findings()
    assert check in found, found
    assert found[check].severity == severity
    assert fix in found[check].fix
    assert found[check].zh
    assert found[check].en
    if sickness not in ("no config", "a wrong config", "a modem program"):
        assert set(found) == {check}


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({"f_bavail": 100_000}, "warning"),
        ({"f_bavail": 10_000}, "error"),
        ({"f_flag": os.ST_RDONLY}, "error"),
    ],
)
def test_a_disk_that_is_nearly_full_or_closed(bed: Sickbed, values: dict[str, int], severity: str) -> None:
    assert bed.findings(space=space(**values))["disk"].severity == severity


def test_a_log_that_was_never_written_back(bed: Sickbed) -> None:
    with (bed.data / f"{DATABASE}-wal").open("wb") as file:
        file.truncate(host_check.LARGE_WAL + 1)
    assert bed.findings()["disk"].fix == "sudo systemctl restart hallctl"


@pytest.mark.parametrize("now", [0, 1_600_000_000_000, 4_200_000_000_000])
def test_a_time_that_cannot_be(bed: Sickbed, now: int) -> None:
    assert bed.findings(now=now)["clock"].severity == "error"


def test_a_port_that_is_taken(bed: Sickbed) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", Sickbed.port))
        other.listen()
        assert bed.findings()["port"].fix.startswith("sudo ss -ltnp")
        assert "port" not in bed.findings(running=True), "then it is the daemon's"


def test_an_account_is_that_of_the_daemon_or_whoever_asks(bed: Sickbed) -> None:
    assert account_of(Machine(bed.root)) == Account("hallctl", 990, frozenset({990, 20, 7, 29}),
                                                    frozenset({"hallctl", "dialout", "lp", "audio"}))  # fmt: skip
    bed.write("/etc/passwd", f"me:x:{os.geteuid()}:{os.getegid()}::/:/bin/sh")
    assert account_of(Machine(bed.root)).name == "me"


def test_the_command_says_the_line_and_ends_with_one(bed: Sickbed) -> None:
    """Without the daemon, and as whoever asks."""
    spoil_font(bed)
    arguments = ["doctor", "--config", str(bed.config), "--data", str(bed.data), "--root", str(bed.root)]
    shown = CliRunner().invoke(devices, arguments)
    assert shown.exit_code == 1, shown.output
    assert "\n    sudo apt-get install -y --no-install-recommends fonts-noto-cjk\n" in shown.stdout
    told = json.loads(CliRunner().invoke(devices, [*arguments, "--json"]).stdout)
    assert told["well"] is False
    assert {"fonts", "daemon"} <= {row["check"] for row in told["findings"] if row["severity"] != "ok"}
