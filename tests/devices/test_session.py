"""One device over time: connecting, reconnecting, telling, and the end (H01; house rule 6)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hallctl.devices.contract import DeviceFault, Link, LinkLost, PadKey, Port
from tests.devices.bench import Bench, make_keeper
from tests.devices.fakes import (
    LAMP,
    HandTime,
    Lamp,
    LampDevice,
    LampOptions,
    Pty,
    Told,
    eventually,
    open_files,
    open_lamp,
    settle,
)

# ---------------------------------------------------------------- connecting


async def test_a_device_that_proves_itself_is_ready_at_once(bench: Bench) -> None:
    await bench.ready()
    assert bench.told.of("lamp") == ["connecting", "ready"]
    assert bench.keeper.options.colour == "red"  # type: ignore[attr-defined] # LampOptions


async def test_a_killed_device_comes_back_by_itself_with_one_line_down_and_one_up(device: LampDevice) -> None:
    """H01: down is told at once, up after the retry; attempts in between say nothing."""
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told)
    with capture_logs() as lines:
        keeper.start()
        await eventually(lambda: told.last("lamp") == "ready")
        await time.advance(60)
        await device.pull()
        await eventually(lambda: told.last("lamp") == "offline")
        for _ in range(10):
            await time.advance(30)
            await eventually(lambda: len(time.slept) > 0)
        attempts = keeper.health.counts.attempts
        await device.plug()
        await time.advance(30)
        await eventually(lambda: told.last("lamp") == "ready")
    assert attempts > 5
    assert told.states[1:] == [
        ("lamp", "ready", ()),
        ("lamp", "offline", ("device.lost",)),
        ("lamp", "ready", ()),
    ]
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("device.up", "info"),
        ("device.down", "warning"),
        ("device.up", "info"),
    ]
    assert lines[1]["fault"] == "device.lost"
    await keeper.stop()


async def test_waits_grow_and_are_capped(device: LampDevice) -> None:
    await device.pull()
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told)
    keeper.start()
    while len(time.slept) < 12:
        await eventually(lambda: time.resting)
        await time.advance(time.slept[-1])
    assert time.slept[:3] == [2.0, 3.0, 4.5]
    assert time.slept[-1] == 30.0
    assert told.states[-1] == ("lamp", "offline", ("device.unreachable",))
    assert told.of("lamp") == ["connecting", "offline"]
    await keeper.stop()


async def test_a_wrong_identity_waits_longest(device: LampDevice) -> None:
    device.identity = b"id toaster"
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told)
    keeper.start()
    await eventually(lambda: time.slept)
    assert time.slept == [60.0]
    assert told.states[-1] == ("lamp", "offline", ("device.wrong_identity",))
    await time.advance(59)
    assert device.connections == 1
    device.identity = b"id lamp"
    await time.advance(1)
    await eventually(lambda: told.last("lamp") == "ready")
    await keeper.stop()


async def test_retry_now_wakes_at_once(device: LampDevice) -> None:
    device.identity = b"id toaster"
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told)
    keeper.start()
    await eventually(lambda: time.slept)
    device.identity = b"id lamp"
    keeper.retry_now()
    await eventually(lambda: device.connections == 2)
    await time.advance(1)
    await eventually(lambda: told.last("lamp") == "ready")
    keeper.retry_now()
    await settle()
    assert device.connections == 2
    await keeper.stop()


async def test_a_silent_device_is_given_up(device: LampDevice) -> None:
    device.mute = True
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, open_s=0.02)
    keeper.start()
    await eventually(lambda: told.last("lamp") == "offline")
    assert told.states[-1] == ("lamp", "offline", ("device.silent",))
    await keeper.stop()


async def test_a_serial_port_that_is_plugged_in_is_noticed(tmp_path: Path) -> None:
    """H01: its node appears, and the keeper does not wait its half minute out."""
    line, time, told, node = Pty(), HandTime(), Told(), tmp_path / "reader"
    keeper = make_keeper(f"serial://{node}?baud=115200", time, told)
    keeper.start()
    for _ in range(12):
        await eventually(lambda: time.resting)
        await time.advance(30)
    assert told.states[-1] == ("lamp", "offline", ("device.unreachable",))
    await eventually(lambda: time.resting)
    attempts = keeper.health.counts.attempts
    keeper.plugged(None)
    keeper.plugged(frozenset((line.path,)))
    await settle()
    assert keeper.health.counts.attempts == attempts, "what came is not its own"
    node.symlink_to(line.path)
    keeper.plugged(frozenset(("/dev/ttyUSB7",)))
    await settle()
    assert keeper.health.counts.attempts == attempts, "nor is this"
    keeper.plugged(frozenset((line.path,)))
    await eventually(lambda: line.read() == b"?\n", "it asks who is there")
    line.write(b"id lamp\n")
    await eventually(lambda: told.last("lamp") == "ready")
    keeper.plugged(None)
    await time.advance(2)
    node.unlink()
    line.unplug()
    await eventually(lambda: told.last("lamp") == "offline")
    await keeper.stop()


# ---------------------------------------------------------------- telling


async def test_faults_go_to_the_state_and_signals_to_the_hall(bench: Bench) -> None:
    await bench.ready()
    await bench.time.advance(2)
    bench.device.tell(b"key 3 call")
    bench.device.tell(b"fault printer.paper_out")
    await eventually(lambda: bench.told.last("lamp") == "degraded")
    assert bench.told.signals == [("lamp", PadKey(3, "call"))]
    assert bench.told.states[-1] == ("lamp", "degraded", ("printer.paper_out",))
    bench.device.tell(b"well")
    await eventually(lambda: bench.keeper.health.due_ms(bench.time.ms))
    assert bench.told.last("lamp") == "degraded"
    await bench.time.advance(1)
    assert bench.told.last("lamp") == "ready"


async def test_unknown_faults_are_told_as_unproven_and_unknown_codes_as_the_driver_s(bench: Bench) -> None:
    await bench.ready()
    await bench.time.advance(2)
    bench.device.tell(b"lost")
    await eventually(lambda: bench.told.last("lamp") == "degraded")
    assert bench.told.states[-1][2] == ("device.unproven",)
    await bench.time.advance(2)
    bench.device.tell(b"fault lamp.no_oil")
    await eventually(lambda: bench.told.states[-1][2] == ("device.failed",))


async def test_a_device_that_has_not_answered_is_not_ready(device: LampDevice) -> None:
    async def open_blindly(link: Link, options: LampOptions, port: Port) -> Lamp:
        return Lamp(link, options, port)

    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, replace(LAMP, open=open_blindly))
    keeper.start()
    await eventually(lambda: keeper.health.up)
    assert told.of("lamp") == ["connecting"]
    await time.advance(1)
    assert told.states[-1] == ("lamp", "degraded", ("device.silent",))
    await time.advance(2)
    device.tell(b"key 1 call")
    await eventually(lambda: told.last("lamp") == "ready")
    await keeper.stop()


async def test_flapping_is_told_quietly(bench: Bench) -> None:
    await bench.ready()
    await bench.time.advance(60)
    told = len(bench.told.states)
    bench.device.tell(b"fault printer.cover_open")
    await eventually(lambda: len(bench.told.states) == told + 1)
    for _ in range(10):
        bench.device.tell(b"well")
        await eventually(lambda: bench.keeper.health.current()[0] == "ready")
        bench.device.tell(b"fault printer.cover_open")
        await eventually(lambda: bench.keeper.health.current()[0] == "degraded")
    await bench.time.advance(10)
    assert len(bench.told.states) == told + 1


# ---------------------------------------------------------------- defects, and the end


@pytest.mark.parametrize("where", ["run", "job", "lambda", "open", "close"])
async def test_a_defect_of_a_driver_is_logged_without_its_values_and_tried_again(
    device: LampDevice, where: str
) -> None:
    async def open_odd(link: Link, options: LampOptions, port: Port) -> Lamp:
        lamp = await open_lamp(link, options, port)
        if where == "open":
            raise ValueError("110101199003070000 is no number")
        if where == "close":
            lamp.close = odd  # type: ignore[method-assign] # a driver that breaks in its close
        return lamp

    async def odd(*_: object) -> None:
        raise ValueError("110101199003070000 is no number")

    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, replace(LAMP, open=open_odd))
    with capture_logs() as lines:
        keeper.start()
        work: Callable[[Any], Any] = odd if where == "job" else (lambda lamp: lamp.no_such_method())
        if where in ("job", "lambda"):
            with pytest.raises(DeviceFault) as caught:
                await keeper.run(work, time.ms + 5_000)
            assert caught.value.code == "device.failed"
        else:
            await eventually(lambda: where == "open" or keeper.health.up)
            device.tell(b"odd")
        await eventually(lambda: keeper.health.cause)
        await time.advance(1)
        await eventually(lambda: told.last("lamp") == "offline")
        await time.advance(30)
        await eventually(lambda: device.connections > 1)
    assert told.states[-1][2] == ("device.failed",) or told.last("lamp") == "ready"
    (failed, *_) = [line for line in lines if line["event"] == "device.failed"]
    assert failed["error"] == ("AttributeError" if where == "lambda" else "ValueError")
    assert ".py:" in failed["at"]
    assert "110101" not in repr(lines)
    await keeper.stop()


async def test_a_driver_that_lacks_what_it_declares_needs_a_person(device: LampDevice) -> None:
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, replace(LAMP, capabilities=("slip_printer",)))
    before = Lamp.closed
    keeper.start()
    await eventually(lambda: time.slept)
    assert told.states[-1][2] == ("device.failed",)
    assert time.slept[-1] == 60.0
    assert Lamp.closed == before + 1
    await keeper.stop()


async def test_a_driver_that_returns_has_lost_its_link(device: LampDevice) -> None:
    class Short(Lamp):
        async def run(self) -> None:
            return

    async def open_short(link: Link, options: LampOptions, port: Port) -> Lamp:
        return Short(link, options, port)

    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, replace(LAMP, open=open_short))
    keeper.start()
    await eventually(lambda: keeper.health.cause)
    assert keeper.health.cause == "device.lost"
    await keeper.stop()


async def test_a_session_that_is_over_is_not_heard(device: LampDevice) -> None:
    ports: list[Port] = []

    async def open_kept(link: Link, options: LampOptions, port: Port) -> Lamp:
        ports.append(port)
        return await open_lamp(link, options, port)

    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, replace(LAMP, open=open_kept))
    keeper.start()
    await eventually(lambda: told.last("lamp") == "ready")
    await device.pull()
    await eventually(lambda: keeper.health.cause)
    ports[0].heard()
    ports[0].emit(PadKey(1, "call"))
    await settle()
    assert told.signals == []
    assert not keeper.health.up
    await keeper.stop()


async def test_stop_tells_every_caller_and_leaves_nothing(device: LampDevice) -> None:
    await settle()
    files, tasks = open_files(), asyncio.all_tasks()
    time, told = HandTime(), Told()
    bench = Bench(device, time, told, make_keeper(device.url, time, told))
    bench.keeper.start()
    await bench.ready()
    device.stuck = True
    closed = Lamp.closed
    jobs = [bench.show("running"), bench.show("queued")]
    await eventually(lambda: device.lines[-1] == b"show 1 running")
    await bench.keeper.stop()
    assert Lamp.closed == closed + 1
    for job in jobs:
        with pytest.raises(LinkLost):
            await job
    with pytest.raises(LinkLost):
        await bench.show("afterwards")
    await eventually(lambda: open_files() == files and asyncio.all_tasks() == tasks, "nothing is left")


async def test_stop_while_waiting_connecting_or_telling(device: LampDevice) -> None:
    tasks = asyncio.all_tasks()
    time, told = HandTime(), Told()
    fresh = make_keeper(device.url, time, told)
    await fresh.stop()
    opening = make_keeper(device.url, time, told)
    opening.start()
    await asyncio.sleep(0)
    await opening.stop()
    device.mute = True
    proving = make_keeper(device.url, time, told)
    proving.start()
    await eventually(lambda: b"?" in device.lines)
    await proving.stop()
    await device.pull()
    waiting = make_keeper(device.url, time, told)
    waiting.start()
    await eventually(lambda: time.slept)
    await waiting.stop()
    await eventually(lambda: asyncio.all_tasks() <= tasks)


async def test_twenty_times_pulled_and_plugged_leaks_nothing(bench: Bench) -> None:
    """H01 in miniature."""
    await bench.ready()
    files, tasks = open_files(), len(asyncio.all_tasks())
    with capture_logs() as lines:
        for n in range(20):
            await bench.time.advance(2)
            await bench.device.pull()
            await eventually(lambda: bench.told.last("lamp") == "offline", f"offline {n}")
            await bench.device.plug()
            await bench.time.advance(2)
            await bench.ready()
    assert [line["event"] for line in lines] == ["device.down", "device.up"] * 20
    assert len(bench.told.states) == 2 + 2 * 20
    await eventually(lambda: open_files() == files and len(asyncio.all_tasks()) == tasks)
