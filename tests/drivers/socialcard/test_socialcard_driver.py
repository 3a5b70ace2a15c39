"""The driver against the emulated card at the byte boundary: a command, an answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from drivers.socialcard.driver import DRIVER, SocialCardReader
from drivers.socialcard.emulator import EMULATOR, SocialCardEmulator
from hallctl.devices.contract import CardFailed, CardReader, CardSeen, DeviceFault, FaultsSeen, LinkLost
from hallctl.sentences import SENTENCES
from tests.drivers.serial_bench import BenchPort, running
from tests.drivers.socialcard.card_link import CardLink


class OneLink:
    """A bus with one user, as `running` wants it."""

    def __init__(self, emulator: SocialCardEmulator) -> None:
        self.card = CardLink(emulator)

    def link(self) -> CardLink:
        return self.card


@asynccontextmanager
async def opened(emulator: SocialCardEmulator, port: BenchPort, **options: Any) -> AsyncIterator[SocialCardReader]:
    async with running(DRIVER, OneLink(emulator), port, **options) as reader:
        yield reader


async def test_open_without_a_card_is_ready_and_touches_none() -> None:
    """O14."""
    emulator, port = SocialCardEmulator(), BenchPort()
    await emulator.press("insert_card")
    async with opened(emulator, port) as reader:
        assert isinstance(reader, CardReader)
        await port.pass_time(10)
        assert port.signals == [FaultsSeen(())]
        assert emulator.commands == 0


@pytest.mark.parametrize("style", ["", "by_place", "chained", "exact", "by_place chained"])
async def test_a_card_is_told_once_while_armed(style: str) -> None:
    """H03, in every way in which cards give out records."""
    emulator, port = SocialCardEmulator(**dict.fromkeys(style.split(), True)), BenchPort()
    async with opened(emulator, port) as reader:
        await reader.arm(20)
        await port.pass_time(2)
        await emulator.press("insert_card", card="adult")
        await port.until(lambda: port.of(CardSeen))
        await port.pass_time(3)
        assert [seen.number[:-1] for seen in port.of(CardSeen)] == ["99999919880808001"]
        assert (port.of(CardSeen)[0].name, port.of(CardSeen)[0].birth) == ("测试己", "19880808")
        assert port.of(CardSeen)[0].kind == "social_security"


async def test_after_its_time_no_card_is_touched() -> None:
    emulator, port = SocialCardEmulator(), BenchPort()
    async with opened(emulator, port) as reader:
        await reader.arm(2)
        await port.pass_time(3)
        commands = emulator.commands
        await emulator.press("insert_card")
        await port.pass_time(3)
        await reader.arm(60)
        await reader.disarm()
        await port.pass_time(3)
        assert emulator.commands == commands
        assert not port.of(CardSeen)


async def test_taken_and_put_in_again_at_once_is_one_card_and_later_a_new_one() -> None:
    """H03."""
    emulator, port = SocialCardEmulator(), BenchPort()
    async with opened(emulator, port) as reader:
        await reader.arm(100)
        await emulator.press("insert_card")
        await port.until(lambda: port.of(CardSeen))
        await emulator.press("take_card")
        await port.pass_time(0.6)
        await emulator.press("insert_card")
        await port.pass_time(2)
        assert len(port.of(CardSeen)) == 1
        await emulator.press("take_card")
        await port.pass_time(5)
        await emulator.press("insert_card")
        await port.until(lambda: len(port.of(CardSeen)) == 2)


async def test_another_card_counts_at_once() -> None:
    emulator, port = SocialCardEmulator(), BenchPort()
    async with opened(emulator, port) as reader:
        await reader.arm(100)
        for number, card in enumerate(("adult", "elder", "long_name"), start=1):
            await emulator.press("insert_card", card=card)
            await port.until(lambda n=number: len(port.of(CardSeen)) == n)
        assert [seen.name for seen in port.of(CardSeen)] == ["测试己", "测试庚", "测试·买买提江·测试"]


async def test_a_card_that_was_left_behind_is_not_told_to_the_next_person() -> None:
    """7.2: the next person sees what to do, and nothing of the one before."""
    emulator, port = SocialCardEmulator(), BenchPort()
    async with opened(emulator, port) as reader:
        await reader.arm(60)
        await emulator.press("insert_card")
        await port.until(lambda: port.of(CardSeen))
        await reader.disarm()
        await port.pass_time(30)
        await reader.arm(60)
        await port.until(lambda: port.of(CardFailed))
        await port.pass_time(3)
        assert port.of(CardFailed) == [CardFailed("card.still_in")]
        assert len(port.of(CardSeen)) == 1
        await emulator.press("take_card")
        await port.pass_time(2)
        await emulator.press("insert_card", card="elder")
        await port.until(lambda: len(port.of(CardSeen)) == 2)


@pytest.mark.parametrize(
    ("card", "lock", "code"),
    [
        ("bank", False, "card.wrong_kind"),
        ("wrong_check", False, "card.bad_number"),
        ("adult", True, "card.locked"),
    ],
)
async def test_a_card_that_cannot_be_taken_is_told_once_in_words(card: str, lock: bool, code: str) -> None:
    emulator, port = SocialCardEmulator(), BenchPort()
    async with opened(emulator, port) as reader:
        if lock:
            await emulator.press("lock")
        await reader.arm(100)
        await emulator.press("insert_card", card=card)
        await port.until(lambda: port.of(CardFailed))
        await port.pass_time(5)
        assert port.of(CardFailed) == [CardFailed(code)]
        await emulator.press("take_card")
        await port.pass_time(2)
        await emulator.press("insert_card", card=card)
        await port.until(lambda: len(port.of(CardFailed)) == 2)
        assert not port.of(CardSeen)
    assert code in SENTENCES


@pytest.mark.parametrize("commands", range(5))
async def test_a_card_taken_in_the_midst_is_no_card(commands: int) -> None:
    emulator, port = SocialCardEmulator(), BenchPort()
    async with opened(emulator, port) as reader:
        await reader.arm(100)
        await emulator.press("insert_card")
        await emulator.press("take_after", commands=str(commands))
        await port.pass_time(3)
        assert len(port.of(CardSeen)) == (1 if commands == 4 else 0)
        assert not port.of(CardFailed)


async def test_a_service_that_does_not_answer_ends_the_run() -> None:
    emulator, port = SocialCardEmulator(), BenchPort()
    await emulator.press("mute")
    driver = SocialCardReader(CardLink(emulator), DRIVER.options(), port)
    await driver.arm(100)
    with pytest.raises(DeviceFault) as fault:
        await port.through(driver.run())
    assert fault.value.code == "device.silent"
    await driver.close()


@pytest.mark.parametrize("armed", [False, True])
async def test_unplugging_ends_the_run(armed: bool) -> None:
    """H01."""
    port, link = BenchPort(), CardLink(SocialCardEmulator())
    driver = SocialCardReader(link, DRIVER.options(), port)
    if armed:
        await driver.arm(100)
    link.unplug()
    with pytest.raises(LinkLost):
        await port.through(driver.run())
    await driver.close()


async def test_nothing_personal_is_shown_or_logged() -> None:
    emulator, port = SocialCardEmulator(), BenchPort()
    with capture_logs() as lines:
        async with opened(emulator, port) as reader:
            await reader.arm(100)
            await emulator.press("insert_card")
            await port.until(lambda: port.of(CardSeen))
    number = port.of(CardSeen)[0].number
    for shown in (repr(port.signals), repr(lines), str(emulator.view())):
        assert number not in shown
        assert number.encode().hex(" ") not in shown
        assert "测试己" not in shown


async def test_unknown_actions_and_cards_are_refused() -> None:
    emulator = EMULATOR.make()
    with pytest.raises(ValueError, match="no action"):
        await emulator.press("dance")
    with pytest.raises(ValueError, match="no card"):
        await emulator.press("insert_card", card="library")
