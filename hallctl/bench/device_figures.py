"""From a tap to the first byte of its slip, from a click to the first byte at the window's strip (scenario 9).

The drivers are the shipped ones, their lines are TCP on loopback to the bench, which only notes when bytes come.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from hallctl.bench import premises, wire
from hallctl.bench.child import BenchError
from hallctl.bench.device_ends import PrinterEnd, StripEnd
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.rig import rig
from hallctl.bench.rounds import Rounds, measure
from hallctl.bench.spread import percentile, spread_ms

WINDOWS: Final = 30
TAPS: Final = 10
KIOSK: Final = "kiosk-1"
READY_S: Final = 20.0
LOOK_S: Final = 0.1
QUIET_S: Final = 1.3
"""A strip shows what is not urgent after a second: then the bus is still."""

WARM_TAPS: Final = 3
PACE_S: Final = 0.05
"""Pauses before a press, and of the floor: a hall's disk rests between two."""

Result = Mapping[str, Any]


def config(printer: str, strips: str, windows: int) -> str:
    """The bench's hall with a printer at its first kiosk and a strip over each window."""
    units = "\n".join(f'{number} = "{number}"' for number in range(1, windows + 1))
    return (
        f"{premises.hall_config(windows)}"
        f'[[devices]]\nname = "printer"\ndriver = "escpos"\nlink = "{printer}"\nkiosk = "{KIOSK}"\n'
        f'[[devices]]\nname = "strips"\ndriver = "ledstrip"\nlink = "{strips}"\n[devices.units]\n{units}\n'
    )


def devices(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Taps at a kiosk and clicks at windows, one after the other."""
    with rig(plan, directory, say) as there, PrinterEnd() as printer, StripEnd() as strips:
        windows = there.scaled(WINDOWS)
        place = there.premises(premises.hall_config(windows), 0)
        place.config.write_text(config(printer.link, strips.link, windows), encoding="utf-8")
        ours = there.subject(place)
        kiosk = _Asker(ours.port, "kiosk", place.tokens[f"kiosk {KIOSK}"], KIOSK)
        admin = _Asker(ours.port, "admin", place.tokens["admin"])
        with kiosk, admin:
            say("等待设备就绪  waiting for the devices")
            _wait_ready(admin)
            service = place.services[0]
            _taps_s(kiosk, printer, service, WARM_TAPS)
            parts: dict[str, Callable[[], list[float]]] = {
                "tap": lambda: _taps_s(kiosk, printer, service, TAPS),
                "click": lambda: _clicks_s(admin, strips, place.windows, place.wanted),
            }
            found = measure(plan.rounds, lambda: there.floor(PACE_S), parts, say)
    return [
        _figure(found, "tap", "取号到小票首字节 · tap to the first byte of its slip"),
        _figure(found, "click", "叫号到窗口屏首字节 · click to the first byte at the strip"),
    ]


class _Asker:
    """A connection that asks one thing after the other."""

    def __init__(self, port: int, role: str, token: str, place: str | None = None) -> None:
        self._line, self._frames, _seq = wire.enter(port, role, token, place)
        self._count = 0

    def __enter__(self) -> "_Asker":
        return self

    def __exit__(self, *_raised: object) -> None:
        self._line.close()

    def ask(self, method: str, **params: Any) -> Any:
        return wire.ask(self._line, self._frames, method, params)

    def change(self, method: str, **params: Any) -> Any:
        self._count += 1
        return self.ask(method, request_id=f"device-{self._count}", **params)


def _wait_ready(admin: _Asker) -> None:
    """Until the printer is known to print, and the strips have had time to connect."""
    until = time.monotonic() + READY_S
    while True:
        told = {device["name"]: device["state"] for device in admin.ask("hall.snapshot")["snapshot"]["devices"]}
        if told["printer"] == "ready" and told["strips"] != "connecting":
            time.sleep(QUIET_S)
            return
        if time.monotonic() > until:
            raise BenchError(f"devices are not ready: {told}")
        time.sleep(LOOK_S)


def _taps_s(kiosk: _Asker, printer: PrinterEnd, service: str, count: int) -> list[float]:
    """Seconds from the request's bytes to the slip's first, for so many; each waits for the slip before."""
    took = []
    for _ in range(count):
        time.sleep(PACE_S)
        printer.forget()
        began = time.perf_counter()
        kiosk.change("ticket.take", service=service)
        took.append(printer.first() - began)
        printer.printed()
    return took


def _clicks_s(admin: _Asker, strips: StripEnd, windows: list[str], wanted: list[str]) -> list[float]:
    """Seconds from each call to the first byte at the strips; each window calls once, then all finish."""
    for service in wanted:
        admin.change("ticket.take", service=service, paperless=True)
    strips.until(QUIET_S)
    took = []
    for window in windows:
        time.sleep(PACE_S)
        strips.forget()
        began = time.perf_counter()
        admin.change("ticket.call", window=window)
        took.append(strips.first() - began)
    for window in windows:
        admin.change("ticket.start", window=window)
        admin.change("ticket.finish", window=window)
    strips.until(QUIET_S)
    return took


def _figure(found: Rounds, what: str, name: str) -> Figure:
    return found.figure(
        f"device.{what}",
        name,
        lambda result: percentile(result[what], 50) / result["floor"].answer_s,
        lambda result: {**spread_ms(what, result[what]), **result["floor"].absolute()},
        note="against append + fdatasync + round trip; on a line of TCP, before the device's own time",
    )


SCENARIOS: Final = (devices,)
