"""Load and readers on a real daemon: presses answered once, no number twice, boards told of everything in order."""

import contextlib
import itertools
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallctl.bench import child, premises, shim
from hallctl.bench.child import BenchError, Child, Process
from hallctl.bench.rig import Profile, Rig
from hallctl.bench.sample import Sample
from hallctl.bench.subject import CYCLE, Subject
from hallctl.domain.events import TicketCalled
from hallctl.store import journal
from hallctl.store.database import DATABASE, connect_reader
from tests.bench.tiny import BOARDS, WINDOWS, tiny_rig

PROFILES = (
    Profile(WINDOWS, BOARDS, "closed", calls_per_s=2000),
    Profile(WINDOWS, BOARDS, "paced", interval_s=0.06),
    Profile(WINDOWS, BOARDS, "burst", interval_s=0.08, spread_s=0.02),
)


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with tiny_rig(tmp_path_factory.mktemp("bench")) as made:
        yield made


@pytest.fixture(scope="module")
def subject(there: Rig) -> Subject:
    return there.subject(there.premises(premises.hall_config(WINDOWS, services=2), 30))


@pytest.fixture(scope="module")
def windows(there: Rig, subject: Subject) -> Child:
    return there.press(subject.port, subject.windows(WINDOWS))


@pytest.fixture(scope="module")
def boards(there: Rig, subject: Subject) -> Child:
    return there.readers(subject.port, subject.boards(BOARDS))


def assert_whole(sample: Sample) -> None:
    """O01, T01: as many answers as presses, no event answered twice, no ticket called twice, no board left out."""
    assert not sample.refused
    seqs = [press.seq for press in sample.presses]
    assert len(set(seqs)) == len(seqs)
    called = [press.ticket for press in sample.presses if press.step == 0]
    assert len(set(called)) == len(called)
    assert all(press.sent_ns < press.answered_ns for press in sample.presses)
    by_place: dict[int, list[int]] = {}
    for press in sorted(sample.presses, key=lambda press: press.sent_ns):
        by_place.setdefault(press.place, []).append(press.step)
    for steps in by_place.values():
        assert all(b == (a + 1) % len(CYCLE) for a, b in itertools.pairwise(steps))
    assert (sample.behind, sample.gaps, sample.skipped, sample.closed) == (0, 0, 0, 0)


def assert_told(sample: Sample) -> None:
    """O01: each board was told of each press, after it, once."""
    told = sample.told()
    assert len(told) == len(sample.presses)
    assert all(sum(frame.readers for frame in telling) == BOARDS for _press, telling in told)
    assert all(frame.first_ns > press.sent_ns for press, telling in told for frame in telling)
    ranges = [(frame.first, frame.last) for frame in sample.frames]
    assert all(after[0] == before[1] + 1 for before, after in itertools.pairwise(ranges))
    assert len(sample.moments) == sum(frame.readers for frame in sample.frames) >= len(sample.reader_delays_s()) > 0


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.how)
def test_every_press_is_answered_and_told(
    there: Rig, subject: Subject, windows: Child, boards: Child, profile: Profile
) -> None:
    sample = there.run(subject, windows, profile, boards=boards, each_reader=True)
    assert len(sample.presses) >= WINDOWS * 2
    assert_whole(sample)
    assert_told(sample)
    assert sample.cpu_s > 0
    assert subject.process.resident_bytes() > 0
    counted = there.run(subject, windows, profile, boards=boards, seconds=5.0, count=7)
    assert len(counted.presses) == 7


def test_no_number_is_issued_twice(there: Rig, subject: Subject) -> None:
    """T01: four kiosks at once."""
    kiosks = there.press(subject.port, subject.kiosks(4, services=2))
    before = subject.waiting
    sample = there.run(subject, kiosks, Profile(4, 0, "closed", takes=True))
    tickets = [press.ticket for press in sample.presses]
    assert len(set(tickets)) == len(tickets) > 0
    assert subject.waiting == before + len(tickets)
    there.stock(subject, subject.waiting + 10)
    assert subject.waiting >= before + len(tickets) + 10


def test_a_load_that_runs_out_of_people_is_repeated_with_more(there: Rig) -> None:
    """A machine faster than the profile foresaw gives a figure all the same: every press of it carried out."""
    subject = there.subject(there.premises(premises.hall_config(WINDOWS, services=2), 2))
    windows = there.press(subject.port, subject.windows(WINDOWS))
    profile = Profile(WINDOWS, 0, "closed", calls_per_s=1)
    sample = there.run(subject, windows, profile)
    assert_whole(sample)
    assert sum(press.step == 0 for press in sample.presses) > profile.calls(there.plan.seconds)


def test_clerks_press_and_watch_on_one_connection(there: Rig, subject: Subject) -> None:
    """What a subscribed place is told meanwhile is no answer."""
    pages = subject.windows(1, subscribe=True, role="window")
    assert {"subscribe", "token", "role", "place", "cycle"} == set(pages[0])
    clerk = there.press(subject.port, [{**pages[0], "cycle": subject.desks(1)[0]["cycle"], "role": "window"}])
    sample = there.run(subject, clerk, Profile(1, 0, "paced", interval_s=0.05, takes=True))
    assert len(sample.presses) >= 2
    assert not sample.refused


def test_a_refusal_ends_the_measurement(there: Rig, subject: Subject) -> None:
    """What is refused was not measured: the scenario says so instead of giving a figure."""
    places = subject.windows(1)
    places[0]["cycle"] = [["ticket.cancel", {"ticket": "nobody"}]]
    load = there.press(subject.port, places)
    with pytest.raises(BenchError, match="refused"):
        there.run(subject, load, Profile(1, 0, "closed"), count=1)


def test_without_its_disk_it_answers_and_keeps_nothing(there: Rig) -> None:
    bare = there.subject(there.premises(premises.hall_config(WINDOWS), 30), stored=False)
    load = there.press(bare.port, bare.windows(WINDOWS))
    boards = there.readers(bare.port, bare.boards(BOARDS))
    sample = there.run(bare, load, PROFILES[1], boards=boards, each_reader=True)
    assert_whole(sample)
    assert_told(sample)
    bare.process.end()
    with contextlib.closing(connect_reader(bare.directory / DATABASE)) as connection:
        assert [record for record in journal.read(connection) if isinstance(record.event, TicketCalled)] == []


def test_the_comparator_answers_and_tells(there: Rig) -> None:
    names, services = ["1", "2", "3"], ["s0", "s1"]
    other = there.comparator(services, 200)
    load = there.press(other.port, other.windows(names, services), plain=True)
    boards = there.readers(other.port, [{"speech": "plain", "count": BOARDS}])
    sample = there.run(other, load, PROFILES[1], boards=boards, each_reader=True)
    assert_told(sample)
    called = [press.ticket for press in sample.presses if press.step == 0]
    assert len(set(called)) == len(called) > 0


def test_the_bare_stack_answers_what_it_has_committed(there: Rig) -> None:
    bare = there.bare()
    load = there.press(bare.port, bare.windows(WINDOWS))
    for profile in PROFILES:
        sample = there.run(bare, load, profile)
        assert not sample.refused
        assert len({press.seq for press in sample.presses}) == len(sample.presses) > 0
    last = max(press.seq for press in sample.presses)
    bare.process.end()
    [folder] = there.directory.glob("bare-*/data")
    with contextlib.closing(connect_reader(folder / DATABASE)) as connection:
        assert connection.execute("SELECT max(seq) FROM request").fetchone() == (last,)


def test_flushes_are_slower_under_the_shim(there: Rig) -> None:
    """The library is loaded and its delay is there, at least: how long a flush takes else is the disk's."""
    library = shim.build(there.directory)
    if library is None:
        pytest.skip(shim.MISSING)
    slow = there.floor(0.0, shim.slower(library, 2000))
    assert min(slow.append) >= 0.002
    assert min(slow.preallocated) >= 0.002


def test_a_child_dies_with_the_bench(tmp_path: Path) -> None:
    """Killed without a word, the bench leaves no process behind."""
    starts = "import sys, time; from hallctl.bench.child import Process\n"
    starts += "p = Process([sys.executable, '-c', 'import time; time.sleep(60)'], {0}); print(p.pid, flush=True)\n"
    bench = Process([sys.executable, "-c", starts + "time.sleep(60)"], {0})
    assert bench.popen.stdout is not None
    inner = Path(f"/proc/{int(bench.popen.stdout.readline())}")
    bench.popen.kill()
    bench.end()
    until = time.monotonic() + 20
    while _lives(inner) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _lives(inner)


def _lives(process: Path) -> bool:
    """Whether the process is there and not only its number (nobody may have asked how it ended)."""
    try:
        return ") Z " not in process.joinpath("stat").read_text(encoding="ascii")
    except OSError:
        return False


def test_as_many_files_as_the_system_allows() -> None:
    hard = child.raise_file_limit()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    servers, loads = child.processors()
    assert servers
    assert loads
