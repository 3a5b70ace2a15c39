"""What a hall's machine is set up with: units, accounts, directories, udev rules, the Makefile and the lock file."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SYSTEMD = ROOT / "systemd"
UNITS = ("hallctl.service", "hallctl-kiosk.service")

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="systemd-analyze is missing: sudo apt-get install --no-install-recommends systemd",
)


def _run(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


# ---------------------------------------------------------------- systemd


def _copy(name: str, folder: Path) -> Path:
    """The unit with a program that is certainly there, as it would look on a machine where hallctl is installed."""
    text = (SYSTEMD / name).read_text(encoding="utf-8")
    path = folder / name
    path.write_text(re.sub(r"^(ExecStart=)/\S+", rf"\1{shutil.which('true')}", text, flags=re.MULTILINE))
    return path


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_unit_is_valid(name: str, tmp_path: Path) -> None:
    result = _run(["systemd-analyze", "verify", "--man=no", "--generators=no", _copy(name, tmp_path)])
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_systemd
def test_daemon_is_closed_in(tmp_path: Path) -> None:
    """Exposure at most 2.5 of 10, with the devices of a hall still reachable."""
    unit = _copy("hallctl.service", tmp_path)
    result = _run(["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", unit])
    assert result.returncode == 0, result.stdout[-300:]
    found = re.search(r"exposure level .*: ([\d.]+)", result.stdout)
    assert found is not None
    assert float(found[1]) <= 2.5


def _settings(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    text = (SYSTEMD / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


def test_daemon_comes_back() -> None:
    unit = _settings("hallctl.service")
    assert unit["Type"] == ["notify"]
    assert int(unit["WatchdogSec"][0]) <= 30
    assert unit["Restart"] == ["always"]
    assert unit["RestartSec"][0].endswith("ms")
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert unit["ExecStart"] == ["/usr/bin/hallctl run --config /etc/hallctl/hall.toml"]


def test_daemon_reaches_its_devices() -> None:
    unit = _settings("hallctl.service")
    assert {"char-ttyUSB rw", "char-ttyACM rw", "char-ttyS rw", "char-alsa rw"} <= set(unit["DeviceAllow"])
    assert {"char-usb rw", "char-usb_device rw", "char-input rw", "char-video4linux rw"} <= set(unit["DeviceAllow"])
    assert "AF_NETLINK" in unit["RestrictAddressFamilies"][0], "else nobody tells what is plugged in"
    assert {"dialout", "lp", "audio", "input", "video"} == set(unit["SupplementaryGroups"][0].split())
    assert "PrivateDevices" not in unit
    assert "PrivateUsers" not in unit


def test_daemon_may_write_its_config() -> None:
    """O09: without it every change on the admin page would be refused; the sandbox is strict but for this folder."""
    unit = _settings("hallctl.service")
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["ReadWritePaths"] == ["-/etc/hallctl"]
    assert unit["ConfigurationDirectoryMode"] == ["0775"]


def test_page_comes_back_and_may_speak() -> None:
    unit = _settings("hallctl-kiosk.service")
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    command = unit["ExecStart"][0]
    for flag in ("--kiosk", "--autoplay-policy=no-user-gesture-required", "--disable-pinch", "--no-first-run"):
        assert f" {flag} " in command
    assert "--overscroll-history-navigation=0" in command


@needs_systemd
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to other accounts")
def test_accounts_and_directories_are_made(tmp_path: Path) -> None:
    for kind in ("sysusers", "tmpfiles"):
        folder = tmp_path / "usr" / "lib" / f"{kind}.d"
        folder.mkdir(parents=True)
        shutil.copy(SYSTEMD / f"hallctl.{kind}", folder / "hallctl.conf")
    (tmp_path / "etc").mkdir()
    (tmp_path / "var" / "lib").mkdir(parents=True)

    made = _run(["systemd-sysusers", f"--root={tmp_path}"])
    assert made.returncode == 0, made.stderr
    made = _run(["systemd-tmpfiles", f"--root={tmp_path}", "--create"])
    assert made.returncode == 0, made.stderr

    accounts = dict(
        line.split(":x:")[:2] for line in (tmp_path / "etc" / "passwd").read_text().splitlines() if ":x:" in line
    )
    data = (tmp_path / "var" / "lib" / "hallctl").stat()
    assert data.st_mode & 0o777 == 0o700
    assert data.st_uid == int(accounts["hallctl"].split(":")[0])
    config = (tmp_path / "etc" / "hallctl").stat()
    assert config.st_mode & 0o777 == 0o775  # devices are changed on the admin page
    assert config.st_gid == data.st_gid
    groups = (tmp_path / "etc" / "group").read_text()
    assert re.search(r"^dialout:.*\bhallctl$", groups, re.MULTILINE)


def test_udev_rules_are_well_formed() -> None:
    """Every token is KEY{attribute} operator "value", every GOTO has its LABEL, matches come before assignments."""
    text = (SYSTEMD / "60-hallctl.rules").read_text(encoding="utf-8")
    token = re.compile(r'([A-Z_]+)(\{[^}]+\})?(==|!=|\+=|:=|=)"([^"]*)"')
    matches = {"ACTION", "SUBSYSTEM", "KERNEL", "ATTR", "ATTRS", "ENV"}
    assigned = {"GOTO", "LABEL", "ENV", "GROUP", "MODE", "SYMLINK", "IMPORT"}
    labels: list[str] = []
    goals: list[str] = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(", ")]
        for part in parts:
            found = token.fullmatch(part)
            assert found is not None, part
            assert found[1] in (matches if found[3] in ("==", "!=") else assigned), part
            goals += [found[4]] if found[1] == "GOTO" else []
            labels += [found[4]] if found[1] == "LABEL" else []
    assert set(goals) == set(labels)
    assert len(set(labels)) == len(labels)
    for name in ("ID_MM_DEVICE_IGNORE", "ID_MM_PORT_IGNORE", 'GROUP="dialout"', 'SYMLINK+="hallctl/'):
        assert name in text


def test_installing_is_explained() -> None:
    readme = (SYSTEMD / "README.md").read_text(encoding="utf-8")
    for path in sorted(SYSTEMD.iterdir()):
        assert path.name == "README.md" or f"`{path.name}`" in readme, path.name


# ---------------------------------------------------------------- Makefile and scripts

TARGETS = ("help", "demo", "test", "check", "bench", "loss", "abuse", "soak", "screenshots", "lock", "wheel", "clean")


def test_make_help_is_the_default_and_lists_every_target() -> None:
    result = _run(["make", "--no-print-directory"])
    assert result.returncode == 0, result.stderr
    for target in TARGETS:
        assert re.search(rf"^  {target}\s+\S", result.stdout, re.MULTILINE), target


@pytest.mark.parametrize("target", TARGETS)
def test_make_target_is_sound(target: str) -> None:
    result = _run(["make", "--no-print-directory", "--dry-run", target], MAKEFLAGS="")
    assert result.returncode == 0, result.stderr


def test_check_runs_every_tool() -> None:
    recipe = _run(["make", "--no-print-directory", "--dry-run", "check"], MAKEFLAGS="").stdout
    for command in ("ruff format --check", "ruff check", "mypy", "lint-imports", "node --test", "tests/test_shape.py"):
        assert command in recipe


@pytest.mark.parametrize("name", ["run", "environment", "system-packages", "optional-packages"])
def test_script_is_sound(name: str) -> None:
    path = ROOT / ".ci" / name
    assert os.access(path, os.X_OK)
    result = _run(["bash", "-n", path])
    assert (result.returncode, result.stderr) == (0, "")
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")


def test_ci_runs_the_same_gate_and_hides_nothing() -> None:
    commands = [
        line
        for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]
    assert commands == ["exec make test"]


def _stub(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH of a person without rights on a machine with nothing of what is wanted."""
    folder = tmp_path / "bin"
    folder.mkdir()
    _stub(folder, "id", "echo 1000")
    _stub(folder, "sudo", "exit 1")
    _stub(folder, "apt-get", "echo apt-get must not run >&2; exit 3")
    _stub(folder, "find", "exit 0")
    return folder


def test_missing_packages_are_told_in_one_line_to_type(bare: Path) -> None:
    bash = shutil.which("bash") or "bash"
    result = _run([bash, ".ci/system-packages", "test"], PATH=str(bare), CI="")
    assert result.returncode == 0, result.stderr
    packages = "espeak-ng fonts-noto-cjk gcc libc6-dev chromium nodejs systemd umockdev"
    packages += " ffmpeg sane-utils sane-airscan pcscd vsmartcard-vpcd swig libpcsclite-dev"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        packages += f" python3.{sys.version_info.minor}-dev"
    assert f"sudo apt-get install --no-install-recommends {packages}\n" in result.stderr
    assert "must not run" not in result.stderr


def test_missing_packages_fail_in_ci(bare: Path) -> None:
    bash = shutil.which("bash") or "bash"
    assert _run([bash, ".ci/system-packages", "test"], PATH=str(bare), CI="true").returncode == 1


def test_old_python_is_told(tmp_path: Path) -> None:
    """The sentence names the version that was found and what to install."""
    script = tmp_path / ".ci" / "environment"
    script.parent.mkdir()
    shutil.copy(ROOT / ".ci" / "environment", script)
    old = tmp_path / "old-python"
    _stub(tmp_path, "old-python", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    result = _run([script], PYTHON=str(old))
    assert result.returncode == 1
    assert "Python 3.9.2" in result.stderr
    assert "python3-venv" in result.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.fixture
def setting_up(tmp_path: Path) -> Path:
    """`.ci/environment` in a folder of its own, with nothing to be installed from."""
    script = tmp_path / "own" / ".ci" / "environment"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "environment", script)
    shutil.copy(ROOT / "requirements.lock", tmp_path / "own")
    return script


def _home(script: Path) -> Path:
    """Where the Python is that the virtual environment was made with."""
    told = (script.parent.parent / ".venv" / "pyvenv.cfg").read_text(encoding="utf-8")
    return Path(next(line.partition("= ")[2] for line in told.splitlines() if line.startswith("home ")))


def _serves(python: str) -> bool:
    wanted = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    return shutil.which(python) is not None and _run([python, "-c", wanted]).returncode == 0


@pytest.mark.skipif(
    not _serves("/usr/bin/python3"), reason="no /usr/bin/python3 from 3.11 on with venv: apt-get install python3-venv"
)
def test_the_systems_own_python_is_taken_first(setting_up: Path, tmp_path: Path) -> None:
    _stub(tmp_path, "python3", "exit 0")
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = _run([setting_up], PYTHON="python3", PATH=path, PIP_NO_INDEX="1")
    assert "could not be installed" in result.stderr
    assert _home(setting_up) == Path("/usr/bin")


def test_the_python_that_is_asked_for_is_taken(setting_up: Path) -> None:
    result = _run([setting_up], PYTHON=sys.executable, PIP_NO_INDEX="1")
    assert "could not be installed" in result.stderr
    assert _home(setting_up) == Path(sys.base_prefix) / "bin"


def test_another_python_is_taken_where_the_first_cannot_make_an_environment(setting_up: Path, bare: Path) -> None:
    text = setting_up.read_text(encoding="utf-8")
    assert text.count("candidates=(/usr/bin/python3 ") == 1
    setting_up.write_text(
        text.replace("candidates=(/usr/bin/python3 ", f"candidates=({bare}/broken "), encoding="utf-8"
    )
    _stub(bare, "broken", '[ "$1" = -c ]')
    _stub(bare, "python3", f'exec {sys.executable} "$@"')
    result = _run([setting_up], PYTHON="python3", PATH=f"{bare}:{os.environ['PATH']}", PIP_NO_INDEX="1")
    assert "could not be installed" in result.stderr, result.stderr
    assert "must not run" not in result.stderr
    assert _home(setting_up) == Path(sys.base_prefix) / "bin"


# ---------------------------------------------------------------- the lock file

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_lock_has_no_addresses() -> None:
    """Where packages come from is the machine's own setting."""
    assert re.findall(r"://|--index|--find-links|--extra-index|--trusted|@ ", LOCK) == []
    assert re.findall(r"\b[a-z0-9-]+\.(?:org|com|net|io|cn|dev|local)\b", LOCK) == []


def test_lock_has_a_hash_for_every_package() -> None:
    blocks = re.split(r"^(?=\S)", LOCK, flags=re.MULTILINE)
    for block in filter(None, blocks):
        assert re.match(r"[a-z0-9._-]+(\[[^\]]+\])?==\S+", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]


def _canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def test_lock_has_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_canonical(row) for row in [*project["dependencies"], *project["optional-dependencies"]["dev"]]}
    locked = {_canonical(line) for line in LOCK.splitlines() if re.match(r"\S+==", line)}
    assert wanted - locked == set(), "run: make lock"
