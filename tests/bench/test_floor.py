"""The floors: so many tries as asked for, in the directory named, nothing left behind."""

from pathlib import Path

import pytest

from hallctl.bench import floor
from hallctl.bench.child import BenchError, Child
from tests.bench.tiny import tiny_rig


@pytest.mark.parametrize("interval_s", [0.0, 0.002])
def test_a_look_has_as_many_tries_as_asked_for(tmp_path: Path, interval_s: float) -> None:
    look = floor.look(tmp_path, interval_s, 5)
    assert len(look.append) == len(look.durable) == len(look.round_trip) == 5
    assert len(look.preallocated) == len(look.aside) == 2
    assert min(look.append + look.round_trip + look.preallocated + look.aside) > 0
    assert list(tmp_path.iterdir()) == []
    assert look.flush_s < look.answer_s
    assert all(flush < whole for flush, whole in zip(look.append, look.durable, strict=True))
    assert len((look + look).append) == 10
    assert set(look.absolute()) == {
        "flush_p50_ms",
        "flush_p99_ms",
        "durable_p50_ms",
        "preallocated_p50_ms",
        "flush_aside_p50_ms",
        "round_trip_p50_ms",
    }


def test_every_reader_of_the_raw_fan_out_has_every_frame(tmp_path: Path) -> None:
    with tiny_rig(tmp_path) as there:
        for size in (150, 700, 70_000):
            fan = there.fan(5, size, 0.01)
            assert len(fan.last_s) >= 4
            assert min(fan.last_s) > 0
            assert fan.cpu_s > 0


def test_a_failed_job_is_told_and_the_process_goes_on(tmp_path: Path) -> None:
    with Child("floor", {0}) as child:
        with pytest.raises(BenchError, match="ConnectionRefusedError"):
            child.ask("measure", directory=str(tmp_path), port=1, interval_s=0.0, count=1)
        assert child.ask("serve", directory=str(tmp_path)) > 0
        pid = child.pid
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(BenchError):
        child.ask("serve", directory=str(tmp_path))
