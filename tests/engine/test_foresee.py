"""What is told of a command is made while the disk still works, and is told when the disk is done: the same, and to
nobody earlier."""

import contextlib
import queue
import random
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hallctl.api.event_view import EventViews
from hallctl.api.role import Role
from hallctl.domain import commands as c
from hallctl.domain.decide import decide
from hallctl.domain.decision import Decision
from hallctl.domain.model import Level
from hallctl.domain.state import HallState
from hallctl.engine.hub import Hub
from hallctl.engine.step import Step
from hallctl.errors import StoreError
from hallctl.store.database import DATABASE, Database, Write, connect_reader
from tests.domain.test_invariants import usual
from tests.harness import FakeClock, running_hall, small_config
from tests.store.samples import Book


class Listener:
    """A subscriber that keeps what it is told."""

    def __init__(self, role: Role, place: str | None = None) -> None:
        self.role, self.place = str(role), place
        self.told: list[dict[str, object]] = []

    def offer(self, frame: bytes) -> None:
        self.told.append(msgspec.json.decode(frame)["params"])


class Shown:
    """A hub with its own shown state, and one client of each kind."""

    def __init__(self, clock: FakeClock) -> None:
        config = small_config()
        state = HallState(layout=config.layout())
        self.hub = Hub(state, EventViews(config, None, clock), clock)
        self.clients: list[Listener] = []

    def come(self, role: Role, place: str | None = None) -> Listener:
        client = Listener(role, place)
        self.hub.subscribe(client, None, None)
        self.clients.append(client)
        return client

    def publish(self, *steps: Step, delivered: bool = True) -> None:
        """Tell of the steps; `delivered`: all of it is out before anything else happens."""
        self.hub.publish(steps)
        if delivered:
            self.hub._fan_out.flush()


class Engine(Book):
    """The state that runs ahead."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(HallState(layout=small_config().layout()))
        self.clock = clock

    def do(self, command: c.Command) -> Step | None:
        """None for what is refused."""
        self.at = self.clock.now()
        decision = decide(self.state, command, self.at)
        return self.step(*decision.events) if isinstance(decision, Decision) else None

    def must(self, command: c.Command) -> Step:
        step = self.do(command)
        assert step is not None
        return step

    def morning(self) -> Iterator[Step]:
        yield self.must(c.OpenDay("2026-11-23"))
        for window in "12":
            yield self.must(c.SetAccount(f"10{window}", window, ("window",), "hash"))
            yield self.must(c.LoginClerk(window, f"10{window}"))
            yield self.must(c.OpenWindow(window))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def opened(clock: FakeClock, *halls: Shown) -> Engine:
    engine = Engine(clock)
    for step in engine.morning():
        for hall in halls:
            hall.publish(step)
    return engine


def command(engine: Engine, dice: random.Random) -> c.Command:
    if dice.random() < 0.4:
        return c.TakeTicket(dice.choice(["pooled", "police"]))
    if dice.random() < 0.1:
        return c.RateTicket(dice.choice("12"), Level("satisfied"))
    return usual(engine.state, dice.choice("12"), dice.randrange(6))


@pytest.mark.parametrize("seed", range(5))
async def test_what_was_foreseen_is_what_would_have_been_told(clock: FakeClock, seed: int) -> None:
    """O01: whatever is committed together and decided meanwhile, whoever comes and goes, each role gets the same frames
    as without foresight."""
    dice = random.Random(seed)
    foreseeing, plain = Shown(clock), Shown(clock)
    engine = opened(clock, foreseeing, plain)
    used, waiting = 0, []
    for turn in range(400):
        if turn % 50 == 0:
            role, place = dice.choice([(Role.BOARD, None), (Role.WINDOW, "1"), (Role.RATING, "1"), (Role.ADMIN, None)])
            foreseeing.come(role, place), plain.come(role, place)
        step = engine.do(command(engine, dice))
        clock.pass_s(dice.choice([0, 0.001, 5]))
        if step is not None:
            waiting.append(step)
        if not waiting or dice.random() < 0.3:
            continue
        if dice.random() < 0.8:
            foreseeing.hub.foresee(waiting, engine.state)
        batch, waiting = waiting, []
        if dice.random() < 0.2:  # decided while the others are on their way
            later = engine.do(command(engine, dice))
            waiting = [] if later is None else [later]
            foreseeing.hub.foresee(dice.choice([batch, waiting or batch]), engine.state)
        if dice.random() < 0.1:
            foreseeing.come(Role.BOARD), plain.come(Role.BOARD)
        delivered = dice.random() < 0.8
        used += foreseeing.hub._foreseen is not None
        foreseeing.publish(*batch, delivered=delivered)
        plain.publish(*batch, delivered=delivered)
    assert used > 50
    assert len(foreseeing.clients[0].told) > 50
    for hall in (foreseeing, plain):
        hall.hub._fan_out.flush()
    for mine, other in zip(foreseeing.clients, plain.clients, strict=True):
        assert mine.told == other.told


async def test_o06_nothing_leaves_before_the_commit(clock: FakeClock) -> None:
    hall = Shown(clock)
    engine = opened(clock, hall)
    board = hall.come(Role.BOARD)
    step = engine.must(c.TakeTicket("pooled"))
    hall.hub.foresee([step], engine.state)
    hall.hub._fan_out.flush()
    assert hall.hub._foreseen is not None
    assert board.told == []
    late = Listener(Role.BOARD)
    snapshot = msgspec.json.decode(msgspec.json.encode(hall.hub.subscribe(late, None, None)))
    assert snapshot["seq"] == step.head.seq - 1
    assert snapshot["snapshot"]["services"][0]["waiting"] == 0
    hall.publish(step)
    assert [frame["to"] for frame in board.told] == [frame["to"] for frame in late.told] == [step.head.seq]


async def test_o06_what_was_foreseen_of_a_failed_commit_is_never_told(clock: FakeClock) -> None:
    """The state is made anew from the disk, the same numbers go to other records: those are told."""
    hall = Shown(clock)
    engine = opened(clock, hall)
    board = hall.come(Role.BOARD)
    lost = engine.must(c.TakeTicket("pooled"))
    hall.hub.foresee([lost], engine.state)
    hall.hub.replace(hall.hub.state)
    fresh = opened(clock)
    other = fresh.must(c.TakeTicket("police"))
    assert other.head.seq == lost.head.seq
    hall.publish(other)
    events = board.told[-1]["events"]
    assert isinstance(events, list)
    assert [event["data"]["queue"] for event in events] == ["police"]


async def test_nothing_is_foreseen_that_would_not_be_told(clock: FakeClock) -> None:
    """Where nobody listens, where others are to be told first, where others are decided already."""
    hall = Shown(clock)
    engine = opened(clock, hall)
    first = engine.must(c.TakeTicket("pooled"))
    hall.hub.foresee([first], engine.state)
    assert hall.hub._foreseen is None
    hall.come(Role.BOARD)
    second = engine.must(c.TakeTicket("pooled"))
    hall.hub.foresee([first], engine.state)
    hall.hub.foresee([second], engine.state)
    assert hall.hub._foreseen is None
    hall.publish(first, delivered=False)
    hall.hub.foresee([second], engine.state)
    assert hall.hub._foreseen is None
    hall.publish(second)
    hall.hub.foresee([engine.must(c.TakeTicket("pooled"))], engine.state)
    assert hall.hub._foreseen is not None


async def test_the_writer_tells_when_it_turns_to_the_disk(tmp_path: Path) -> None:
    """Before the commit of each batch that gets so far: nobody can read it yet."""
    told: list[list[str]] = []
    ended = queue.SimpleQueue[StoreError | None]()

    def on_flush(_batch: list[Write]) -> None:
        with contextlib.closing(connect_reader(tmp_path / DATABASE)) as reader:
            told.append([kiosk for (kiosk,) in reader.execute("SELECT kiosk FROM help ORDER BY kiosk")])

    database = Database.open(tmp_path, lambda _batch, error: ended.put(error), on_flush)
    for statement in (
        "INSERT INTO help VALUES ('1')",
        "INSERT INTO help VALUES ('2')",
        "INSERT INTO nowhere VALUES (1)",
    ):
        database.submit([Write([(statement, ())])])
        error = ended.get(timeout=20)
    assert error is not None
    database.close()
    assert told == [[], ["1"]]


async def test_a_running_hall_foresees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer says when it turns to the disk, and what is then made is what is told."""
    foreseen: list[str] = []
    publish = Hub.publish

    def published(hub: Hub, steps: list[Step]) -> None:
        made = hub._foreseen
        publish(hub, steps)
        if made is not None and hub._told[made.role] == steps[-1].head.seq:
            foreseen.append(made.role)

    monkeypatch.setattr(Hub, "publish", published)
    async with running_hall(tmp_path) as hall:
        board = await hall.client(Role.BOARD)
        await board.ask("hall.subscribe")
        for _ in range(5):
            await hall.execute(c.TakeTicket("pooled"))
    assert foreseen.count("board") >= 3
