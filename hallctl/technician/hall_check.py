"""Checks of the hall: its config, the daemon, the network ports."""

import errno
import socket
from typing import Final

from hallctl.devices.lan import CONNECT_S
from hallctl.technician.finding import Finding, Patient

REACH_S: Final = 2 * CONNECT_S


def config(patient: Patient) -> list[Finding]:
    """The config file has no mistake."""
    path, error = patient.config_path, patient.problem
    if error is None:
        return [Finding("config", "ok", f"配置 {path} 正确", f"the config {path} is right")]
    if not error.problems:
        fix = f"hallctl check-config --config {path}"
        return [Finding("config", "error", error.sentence("zh").rstrip("。"), error.sentence("en").rstrip("."), fix)]
    fix = f"hallctl check-config --config {path}"
    return [
        Finding("config", "error", f"{path}: {row.key} {row.zh}", f"{path}: {row.key} {row.en}", fix)
        for row in error.problems
    ]


def daemon(patient: Patient) -> list[Finding]:
    """The daemon runs."""
    if patient.running:
        return [Finding("daemon", "ok", "hallctl 在运行", "the daemon runs")]
    zh, en = f"hallctl 没有在 {patient.data} 运行", f"no daemon runs on {patient.data}"
    return [Finding("daemon", "warning", zh, en, "sudo systemctl start hallctl && journalctl -u hallctl -n 20")]


def port(patient: Patient) -> list[Finding]:
    """While the daemon does not run its port is free."""
    if patient.config is None or patient.running:
        return []
    host, number = patient.config.server.host, patient.config.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            zh, en = f"端口 {number} 被其他程序占用", f"port {number} is taken by another program"
            return [Finding("port", "error", zh, en, f"sudo ss -ltnp 'sport = :{number}'")]
        zh, en = (
            f"不能监听 {host}:{number}：{error.strerror}",
            f"{host}:{number} cannot be listened on: {error.strerror}",
        )
        return [Finding("port", "error", zh, en, "ip -brief address")]
    return [Finding("port", "ok", f"端口 {number} 空闲", f"port {number} is free")]


def network(patient: Patient) -> list[Finding]:
    """Devices in the network take connections; while the daemon runs it knows better."""
    if patient.running:
        return []
    found = []
    places = [(device.name, address) for device, address in patient.devices if address.scheme == "tcp"]
    for name, address in places:
        try:
            socket.create_connection((address.host, address.port), REACH_S).close()
        except OSError:
            place = f"{address.host}:{address.port}"
            zh = f"{name}：连不上 {place}，请检查电源、网线和地址"
            en = f"{name}: {place} cannot be reached; check power, cable and address"
            found.append(Finding("network", "error", zh, en, f"ping -c 3 {address.host}"))
    if places and not found:
        return [Finding("network", "ok", "网络设备都连得上", "all devices in the network can be reached")]
    return found
