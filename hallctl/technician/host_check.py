"""Checks of the machine itself: fonts, programs, clock, disk."""

import os
from typing import Final

from hallctl.clock import SystemClock
from hallctl.technician.finding import Finding, Patient

FONTS: Final = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-zenhei/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
)
"""Where distributions keep a font that has the characters of names."""

PROGRAMS: Final = {
    "voice": (("espeak-ng", "espeak-ng"), ("aplay", "alsa-utils")),
    "camera": (("ffmpeg", "ffmpeg"),),
    "sane": (("scanimage", "sane-utils"),),
    "socialcard": (("pcscd", "pcscd"),),
}
"""Driver → the programs that it needs, each with its package."""

FIRST_MS: Final = 1_735_689_600_000
"""2025-01-01: before it this program was not written."""

LAST_MS: Final = 4_102_444_800_000
"""2100-01-01."""

MEBIBYTE: Final = 1 << 20
LOW: Final = 1024 * MEBIBYTE
FULL: Final = 200 * MEBIBYTE
LARGE_WAL: Final = 256 * MEBIBYTE
"""A WAL that has grown so far was not written back for days."""


def fonts(patient: Patient) -> list[Finding]:
    """A font for what printers lack."""
    if any(patient.machine.there(font) for font in FONTS):
        return [Finding("fonts", "ok", "中文字体已安装", "a Chinese font is installed")]
    zh, en = "没有中文字体：生僻字打不出来", "there is no Chinese font: rare characters cannot be printed"
    return [Finding("fonts", "error", zh, en, "sudo apt-get install -y --no-install-recommends fonts-noto-cjk")]


def programs(patient: Patient) -> list[Finding]:
    """What the configured drivers call."""
    found = []
    for driver in sorted(patient.drivers & set(PROGRAMS)):
        for program, package in PROGRAMS[driver]:
            if not patient.which(program):
                zh, en = (
                    f"缺少程序 {program}（驱动 {driver} 要用）",
                    f"{program} is missing, the driver {driver} needs it",
                )
                fix = f"sudo apt-get install -y --no-install-recommends {package}"
                found.append(Finding("programs", "error", zh, en, fix))
    return found or [Finding("programs", "ok", "需要的程序都在", "all programs that are needed are there")]


def clock(patient: Patient) -> list[Finding]:
    """The time is possible, kept right, and of the hall's zone."""
    found = []
    if not FIRST_MS <= patient.now < LAST_MS:
        zh, en = "系统时间不对", "the machine's time cannot be right"
        found.append(Finding("clock", "error", zh, en, "sudo timedatectl set-time 'YYYY-MM-DD HH:MM:SS'"))
    machine = patient.machine
    running = {machine.text(f"/proc/{pid}/comm") for pid in machine.names("/proc") if pid.isdigit()}
    if not machine.there("/run/systemd/timesync/synchronized") and not running & {"chronyd", "ntpd", "ntpsec"}:
        zh, en = "时钟没有与时间服务器同步，会越走越偏", "the clock is not kept right by a time server and will drift"
        found.append(Finding("clock", "warning", zh, en, "sudo timedatectl set-ntp true"))
    wanted = patient.config.hall.timezone if patient.config is not None else None
    own = machine.real("/etc/localtime").partition("/zoneinfo/")[2]
    if wanted and own and own != wanted:
        zh, en = f"系统时区是 {own}，大厅是 {wanted}", f"the machine's time zone is {own}, the hall's is {wanted}"
        found.append(Finding("clock", "warning", zh, en, f"sudo timedatectl set-timezone {wanted}"))
    return found or [Finding("clock", "ok", "时钟正常", "the clock is right")]


def disk(patient: Patient) -> list[Finding]:
    """Room for the journal, on a disk that can be written."""
    data = patient.data
    place = next((folder for folder in (data, *data.resolve().parents) if folder.exists()), data)
    try:
        space = patient.space(place)
    except OSError as error:
        zh, en = (
            f"数据目录 {data} 读不了：{error.strerror}",
            f"the data directory {data} cannot be read: {error.strerror}",
        )
        return [Finding("disk", "error", zh, en, f"sudo ls -ld {data}")]
    found = []
    if space.f_flag & os.ST_RDONLY:
        zh, en = f"{data} 所在的盘是只读的", f"the disk of {data} is read-only"
        found.append(
            Finding("disk", "error", zh, en, f"sudo mount -o remount,rw $(findmnt -no TARGET --target {place})")
        )
    free = space.f_bavail * space.f_frsize
    if free < LOW:
        severity = "error" if free < FULL else "warning"
        left = free // MEBIBYTE
        zh, en = f"{data} 所在的盘只剩 {left} MB", f"only {left} MB are left on the disk of {data}"
        found.append(Finding("disk", severity, zh, en, "sudo journalctl --vacuum-size=200M && sudo apt-get clean"))
    wal = _size(patient)
    if wal > LARGE_WAL:
        zh, en = (
            f"数据库日志有 {wal // MEBIBYTE} MB 没有写回",
            f"{wal // MEBIBYTE} MB of the database's log are not written back",
        )
        found.append(Finding("disk", "warning", zh, en, "sudo systemctl restart hallctl"))
    return found or [Finding("disk", "ok", "磁盘正常", "the disk is well")]


def _size(patient: Patient) -> int:
    from hallctl.store.database import DATABASE

    try:
        return (patient.data / f"{DATABASE}-wal").stat().st_size
    except OSError:
        return 0


def now() -> int:
    return SystemClock().now()
