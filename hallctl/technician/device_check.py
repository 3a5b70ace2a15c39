"""Checks of what stands between the daemon and its devices: groups, nodes, udev, names, other programs."""

import os
import stat
from typing import Final

from hallctl.devices.advice import GIVEN_ANEW
from hallctl.devices.plugged import plugged
from hallctl.errors import DeviceFault
from hallctl.technician.finding import Finding, Patient

GROUPS: Final = {"serial": "dialout", "usblp": "lp", "input": "input", "video": "video"}
"""Whose the nodes are, on Debian and its like."""

RULES: Final = "60-hallctl.rules"
RULE_FOLDERS: Final = ("/etc/udev/rules.d", "/usr/lib/udev/rules.d", "/lib/udev/rules.d")
GRABBERS: Final = {
    "brltty": "sudo apt-get remove brltty",
    "ModemManager": "sudo systemctl disable --now ModemManager",
}
"""Programs that take serial adapters for their own: a braille display's, a modem's."""


def groups(patient: Patient) -> list[Finding]:
    """The account is in the groups to which the nodes of its devices belong."""
    account, known = patient.account, set(_group_names(patient))
    wanted = {GROUPS[address.scheme] for _device, address in patient.devices if address.scheme in GROUPS}
    wanted |= {"audio"} & known if "voice" in patient.drivers else set()
    missing = sorted(group for group in wanted & known if group not in account.names)
    if account.uid == 0 or not missing:
        return [Finding("groups", "ok", f"账号 {account.name} 的用户组齐全", f"account {account.name} has its groups")]
    listed = ",".join(missing)
    return [
        Finding(
            "groups",
            "error",
            f"账号 {account.name} 不在用户组 {listed}，打不开设备",
            f"account {account.name} is not in {listed} and cannot open its devices",
            f"sudo usermod -aG {listed} {account.name} && sudo systemctl restart hallctl",
        )
    ]


def _group_names(patient: Patient) -> list[str]:
    return [row.partition(":")[0] for row in patient.machine.text("/etc/group").splitlines()]


def nodes(patient: Patient) -> list[Finding]:
    """Every configured node is there and may be opened."""
    found = []
    for device, address in patient.local:
        path = patient.machine.path(address.place)
        try:
            row = path.stat()
        except OSError:
            found.append(
                Finding(
                    "nodes",
                    "error",
                    f"{device.name}：没有 {address.place}，请检查插头和供电",
                    f"{device.name}: there is no {address.place}; check plug and power",
                    "hallctl devices scan",
                )
            )
            continue
        if not _open_to(row, patient):
            found.append(
                Finding(
                    "nodes",
                    "error",
                    f"{device.name}：账号 {patient.account.name} 不能读写 {address.place}",
                    f"{device.name}: account {patient.account.name} may not read and write {address.place}",
                    _install_rules(),
                )
            )
    return found or [Finding("nodes", "ok", "设备节点都在，可以读写", "all device nodes are there and can be opened")]


def _open_to(row: os.stat_result, patient: Patient) -> bool:
    """Whether the account may read and write a file of that owner and mode."""
    account = patient.account
    if account.uid == 0:
        return True
    if row.st_uid == account.uid:
        return bool(row.st_mode & stat.S_IRUSR and row.st_mode & stat.S_IWUSR)
    if row.st_gid in account.groups:
        return bool(row.st_mode & stat.S_IRGRP and row.st_mode & stat.S_IWGRP)
    return bool(row.st_mode & stat.S_IROTH and row.st_mode & stat.S_IWOTH)


def rules(patient: Patient) -> list[Finding]:
    """Our udev rules are installed: lasting names, groups, ModemManager kept away."""
    if any(patient.machine.there(f"{folder}/{RULES}") for folder in RULE_FOLDERS):
        return [Finding("rules", "ok", "udev 规则已安装", "the udev rules are installed")]
    zh, en = "没有安装 udev 规则：串口没有固定名字", "the udev rules are not installed: ports have no lasting names"
    return [Finding("rules", "warning", zh, en, _install_rules())]


def _install_rules() -> str:
    from hallctl.bootstrap import shipped

    path = shipped("hall.toml").parent.parent / "systemd" / RULES
    return f"sudo install -m 644 {path} /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger"


def udev(patient: Patient) -> list[Finding]:
    """udev runs: without it nobody tells that something was plugged in."""
    if patient.machine.there("/run/udev/control"):
        return [Finding("udev", "ok", "udev 在运行", "udev runs")]
    zh, en = "udev 没有运行：插拔要等几秒才发现", "udev does not run: plugging is noticed some seconds late"
    return [Finding("udev", "warning", zh, en, "sudo systemctl start systemd-udevd")]


def names(patient: Patient) -> list[Finding]:
    """Devices are configured by names that last."""
    lasting = {thing.node: thing.name for thing in plugged(patient.machine)}
    found = []
    for device, address in patient.local:
        if not GIVEN_ANEW.fullmatch(address.place):
            continue
        better = lasting.get(address.place, address.place)
        told = "hallctl devices scan"
        if better != address.place:
            link = device.link.replace(address.place, better)
            told = f"hallctl devices change {device.name} --link '{link}'"
        found.append(
            Finding(
                "names",
                "warning",
                f"{device.name}：{address.place} 重新插拔后可能换成别的设备",
                f"{device.name}: after replugging {address.place} may be another device",
                told,
            )
        )
    return found or [Finding("names", "ok", "设备都用固定名字", "all devices have lasting names")]


def grabbers(patient: Patient) -> list[Finding]:
    """No other program takes the ports."""
    found = []
    running = {patient.machine.text(f"/proc/{pid}/comm") for pid in patient.machine.names("/proc") if pid.isdigit()}
    ports = [address for _device, address in patient.devices if address.scheme == "serial"]
    kept_away = any(patient.machine.there(f"{folder}/{RULES}") for folder in RULE_FOLDERS)
    for program, fix in GRABBERS.items():
        if program in running and ports and not (program == "ModemManager" and kept_away):
            zh, en = f"{program} 在运行，会抢占串口", f"{program} runs and takes serial ports for its own"
            found.append(Finding("grabbers", "error", zh, en, fix))
    for device, address in patient.local:
        holders = [row for row in patient.machine.holders(patient.machine.real(address.place)) if "hallctl" not in row]
        if holders and not patient.running:
            who = ", ".join(holders)
            zh, en = f"{device.name}：{address.place} 被 {who} 占用", f"{device.name}: {who} has {address.place} open"
            found.append(Finding("grabbers", "error", zh, en, f"sudo fuser -k {address.place}"))
    return found or [Finding("grabbers", "ok", "没有程序抢占接口", "no other program takes the ports")]


def libusb(patient: Patient) -> list[Finding]:
    """The library by which USB devices without a driver of the kernel are reached."""
    if not any(address.scheme == "usb" for _device, address in patient.devices):
        return []
    from hallctl.devices.usb_pipe import backend

    try:
        backend()
    except DeviceFault as fault:
        zh, en = fault.sentence("zh").rstrip("。"), fault.sentence("en").rstrip(".")
        return [Finding("libusb", "error", zh, en, "sudo apt-get install -y --no-install-recommends libusb-1.0-0")]
    return [Finding("libusb", "ok", "libusb 可用", "libusb can be used")]
