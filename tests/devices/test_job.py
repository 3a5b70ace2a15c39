"""Jobs: bounded, in time, and never anybody's delay but their caller's (T06; house rule 6)."""

import asyncio
from dataclasses import replace

import pytest

from hallctl.devices.contract import DeviceFault, LinkLost
from tests.devices.bench import Bench, make_keeper
from tests.devices.fakes import LAMP, HandTime, Lamp, LampDevice, Told, eventually, settle


async def test_a_job_runs_and_a_fault_is_its_caller_s_alone(bench: Bench) -> None:
    await bench.show("A012")
    assert bench.device.lines[-1] == b"show 1 A012"
    until = bench.time.ms + 30_000
    with pytest.raises(DeviceFault) as caught:
        await bench.keeper.run(lambda lamp: lamp.ask("refuse"), until)
    assert caught.value.code == "device.refused"
    await bench.show("A013")
    assert bench.device.connections == 1


async def test_a_job_result_is_handed_back(bench: Bench) -> None:
    async def colour(lamp: Lamp) -> str:
        return lamp.options.colour

    assert await bench.keeper.run(colour, bench.time.ms + 1_000) == "red"


async def test_a_full_queue_drops_the_oldest(bench: Bench) -> None:
    await bench.ready()
    bench.device.stuck = True
    running = bench.show("running")
    await eventually(lambda: bench.device.lines[-1] == b"show 1 running")
    queued = [bench.show(f"A{n:03d}") for n in range(10)]
    await settle()
    dropped = [task for task in queued if task.done()]
    assert dropped == queued[:2]
    for task in dropped:
        with pytest.raises(DeviceFault) as caught:
            await task
        assert caught.value.code == "device.busy"
    bench.device.stuck = False
    bench.device.tell(b"ok")
    await asyncio.gather(running, *queued[2:])
    assert bench.device.lines[2:] == [f"show 1 A{n:03d}".encode() for n in range(2, 10)]


async def test_a_job_that_is_begun_and_not_done_in_time_is_cancelled(bench: Bench) -> None:
    await bench.ready()
    bench.device.stuck = True
    stuck = bench.show("stuck", until=bench.time.ms + 60)
    waiting = bench.show("waiting", until=bench.time.ms + 30)
    with pytest.raises(DeviceFault) as caught:
        await waiting
    assert caught.value.code == "device.busy"
    with pytest.raises(DeviceFault) as caught:
        await stuck
    assert caught.value.code == "device.silent"
    bench.device.stuck = False
    await bench.show("next")
    assert b"show 1 waiting" not in bench.device.lines


async def test_jobs_wait_for_the_session_and_are_told_why_it_did_not_come(device: LampDevice) -> None:
    await device.pull()
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told)
    keeper.start()
    await eventually(lambda: told.last("lamp") == "offline")
    bench = Bench(device, time, told, keeper)
    with pytest.raises(DeviceFault) as caught:
        await bench.show("late", until=time.ms + 20)
    assert caught.value.code == "device.unreachable"
    with pytest.raises(DeviceFault):
        await bench.show("too late", until=time.ms)
    patient = bench.show("patient")
    await settle()
    await device.plug()
    await time.advance(30)
    await patient
    assert device.lines == [b"?", b"show 1 patient"]
    await keeper.stop()


async def test_a_job_whose_moment_has_passed_is_not_begun(bench: Bench) -> None:
    """The wall clock counts, too: after a suspend no old call is spoken."""
    await bench.ready()
    bench.device.stuck = True
    running = bench.show("running", until=bench.time.ms + 60_000)
    old = bench.show("old", until=bench.time.ms + 5_000)
    await eventually(lambda: bench.device.lines[-1] == b"show 1 running")
    bench.time.ms += 10_000
    bench.device.stuck = False
    bench.device.tell(b"ok")
    await running
    with pytest.raises(DeviceFault) as caught:
        await old
    assert caught.value.code == "device.busy"
    assert bench.device.lines[-1] == b"show 1 running"


async def test_a_job_under_way_is_lost_with_its_link_and_not_repeated(bench: Bench) -> None:
    """T06: the cable is pulled during the print; whether to print again is not for the session to decide."""
    await bench.ready()
    bench.device.stuck = True
    running, queued = bench.show("running"), bench.show("queued")
    await eventually(lambda: bench.device.lines[-1] == b"show 1 running")
    await bench.device.pull()
    with pytest.raises(LinkLost):
        await running
    assert not queued.done()
    bench.device.stuck = False
    await bench.device.plug()
    await bench.time.advance(3)
    await queued
    assert bench.device.lines.count(b"show 1 running") == 1


async def test_a_caller_that_goes_takes_its_job_along(bench: Bench) -> None:
    await bench.ready()
    bench.device.stuck = True
    running, queued = bench.show("running"), bench.show("queued")
    await eventually(lambda: bench.device.lines[-1] == b"show 1 running")
    queued.cancel()
    running.cancel()
    await asyncio.wait({queued, running})
    bench.device.stuck = False
    await bench.show("next")
    assert b"show 1 queued" not in bench.device.lines


async def test_as_many_jobs_at_once_as_declared(device: LampDevice) -> None:
    time, told = HandTime(), Told()
    keeper = make_keeper(device.url, time, told, replace(LAMP, in_flight=3))
    keeper.start()
    gate, inside = asyncio.Event(), 0

    async def enter(lamp: Lamp) -> None:
        nonlocal inside
        inside += 1
        await gate.wait()

    jobs = [asyncio.create_task(keeper.run(enter, time.ms + 10_000)) for _ in range(5)]
    await eventually(lambda: inside == 3)
    await settle()
    assert inside == 3
    gate.set()
    await asyncio.gather(*jobs)
    await keeper.stop()
