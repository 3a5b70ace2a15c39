"""kill -9 under load, again and again: nothing acknowledged is lost, nothing is done twice (T02, O07)."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.e2e.books import assert_whole, read_books
from tests.e2e.forked import forked_daemon, free_port
from tests.e2e.load import Load, furnish, start_work, until_answered, write_config

ROUNDS = 12
LONGEST_S = 15
SEED = 20261122


@pytest.mark.slow
async def test_t02_o07_killed_at_any_moment(tmp_path: Path) -> None:
    """T02, O07: after every kill the journal has all that was acknowledged and the rows are what it tells; numbers have
    no gap and no double; a request asked again gets its old receipt. In the end each request was done once."""
    port = free_port()
    config, data = write_config(tmp_path / "hall.toml", port), tmp_path / "data"
    tokens = await furnish(data, config)
    load = Load(random.Random(SEED))
    until = time.monotonic() + LONGEST_S
    with forked_daemon(config, data) as daemon:
        daemon.start()
        people = await start_work(port, tokens, load)
        try:
            for _ in range(ROUNDS):
                await until_answered(people, daemon, load.chance.randrange(1, 120))
                await asyncio.sleep(load.chance.random() * 0.02)
                daemon.kill()
                books = read_books(data, tmp_path / "books")
                assert_whole(books)
                load.assert_kept(books)
                daemon.start()
                await load.ask_again(5)
                if time.monotonic() > until:
                    break
            await people.end_work()
            await load.ask_again(50)
        finally:
            await people.leave()
        assert daemon.finish() == 0, daemon.log.read_text()
    books = read_books(data, tmp_path / "books")
    assert_whole(books)
    load.assert_kept(books)
    load.assert_once(books)
    assert len(load.answered) > 100
