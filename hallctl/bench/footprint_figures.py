"""Pages that come and stay: a snapshot among 3,000 people, all of them after a restart, and what they cost at rest.

The pages are those of a county hall: 96 windows, 96 rating pads, 8 kiosks, and boards for the rest of 320.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hallctl.bench import history, wire, year
from hallctl.bench.child import BenchError, Child
from hallctl.bench.figure import Figure, Plan, Say
from hallctl.bench.history import Start
from hallctl.bench.premises import Premises
from hallctl.bench.restart_figures import bytecode
from hallctl.bench.rig import rig
from hallctl.bench.rounds import measure
from hallctl.bench.spread import percentile, spread_ms

CLIENTS: Final = 320
CROWD: Final = 3_000
SNAPSHOTS: Final = 20
"""Boards that come in a round, one after the other."""

REST_S: Final = 1.0
PERCENT: Final = 100.0

Result = Mapping[str, Any]


def snapshots(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Scenario 6: a board subscribes while 3,000 people wait."""
    with rig(plan, directory, say) as there:
        waiting = there.scaled(CROWD)
        hall = history.county_day(there.directory / "hall", say, year.Size(1, 2 * waiting + 1_000, waiting))
        with Start(hall, there.server_cpus) as start:

            def boards() -> list[float]:
                return [_subscribe_s(start.port, "board", hall.tokens["board"]) for _ in range(SNAPSHOTS)]

            def admins() -> list[float]:
                return [_subscribe_s(start.port, "admin", hall.tokens["admin"]) for _ in range(SNAPSHOTS // 4)]

            boards()
            parts = {"board": boards, "admin": admins}
            found = measure(plan.rounds, lambda: there.floor(0.0), parts, say)
    return [
        found.figure(
            "snapshot",
            f"新大屏订阅，{waiting} 人等候 · a new board's subscription, {waiting} people wait",
            lambda result: percentile(result["board"], 50) * 1000,
            lambda result: {**spread_ms("board_snapshot", result["board"]), **spread_ms("admin", result["admin"])},
            must=20.0,
            unit="ms",
            note="from the request's bytes to the decoded snapshot; admin: with every ticket in it",
        )
    ]


def _subscribe_s(port: int, role: str, token: str) -> float:
    """Seconds of one subscription on a new connection that has said hello."""
    line, frames, _seq = wire.enter(port, role, token)
    with line:
        began = time.perf_counter()
        wire.ask(line, frames, "hall.subscribe", {})
        return time.perf_counter() - began


def storm(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Scenario 6: after a restart in the midst of a day all pages come back at once."""
    with rig(plan, directory, say) as there, Child("storm", there.load_cpus) as crowd:
        hall = history.county_day(there.directory / "hall", say, year.size_of(plan))
        clients = pages(hall, there.scaled(CLIENTS))
        count = sum(client["count"] for client in clients)
        env = bytecode(there.directory)

        def come() -> dict[str, float]:
            with Start(hall, there.server_cpus, env=env) as start:
                told: dict[str, float] = crowd.ask("subscribe", port=start.port, clients=clients)
                cpu_s = start.process.cpu_s() - start.cpu_s
            if told["moments"] != 1:
                raise BenchError(f"{told['moments']} different moments are shown")
            return {"storm_s": told["seconds"], "storm_mib": told["bytes"] / (1 << 20), "storm_cpu_s": cpu_s}

        come()
        found = measure(plan.rounds, lambda: there.floor(0.0), {"storm": come}, say)
    return [
        found.figure(
            "storm",
            f"重启后 {count} 个页面同时订阅，到全部一致 · {count} pages subscribe after a restart, to all consistent",
            lambda result: result["storm"]["storm_s"],
            lambda result: dict(result["storm"]),
            must=1.0,
            unit="s",
            note="from the first connection to the last whole snapshot; the daemon has just answered its first request",
        )
    ]


def rest(plan: Plan, directory: Path, say: Say) -> list[Figure]:
    """Scenario 8: CPU of the daemon while all pages are connected and nothing happens."""
    with rig(plan, directory, say) as there:
        hall = history.county_day(there.directory / "hall", say, year.size_of(plan))
        with Start(hall, there.server_cpus) as start:
            before = start.process.resident_bytes()
            clients = pages(hall, there.scaled(CLIENTS))
            count = sum(client["count"] for client in clients)
            there.readers(start.port, [{"speech": "hall", **client} for client in clients])
            time.sleep(REST_S)
            memory = {
                "memory_mib": start.process.resident_bytes() / (1 << 20),
                "memory_per_client_kib": (start.process.resident_bytes() - before) / count / 1024,
            }

            def resting() -> float:
                cpu_s, began = start.process.cpu_s(), time.perf_counter()
                time.sleep(plan.seconds)
                return (start.process.cpu_s() - cpu_s) / (time.perf_counter() - began) * PERCENT

            found = measure(plan.rounds, lambda: there.floor(0.0), {"cpu": resting}, say)
    return [
        found.figure(
            "idle",
            f"{count} 个页面在线、无事发生时的处理器占用 · CPU at rest with {count} pages connected",
            lambda result: result["cpu"],
            lambda _result: memory,
            must=1.0,
            unit="%",
            note="of one processor",
        )
    ]


def pages(hall: Premises, count: int) -> list[dict[str, Any]]:
    """So many clients of a whole hall, each kind as it comes in one; at least a board."""
    tokens = hall.tokens
    places = [("window", tokens["clerk"], window) for window in hall.windows]
    places += [("kiosk", tokens[f"kiosk {kiosk}"], kiosk) for kiosk in hall.kiosks]
    places += [("rating", tokens[f"rating {window}"], window) for window in hall.windows]
    placed = [{"role": role, "token": token, "place": place, "count": 1} for role, token, place in places[: count - 1]]
    return [*placed, {"role": "board", "token": tokens["board"], "count": max(1, count - len(placed))}]


SCENARIOS: Final = (snapshots, storm, rest)
