"""Appointments over the wire: a portal books, citizens check in by what they have, the staff see masks (A01–A05)."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hallctl.api.appointments import SCANNED
from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.config import parse
from hallctl.devices.contract import CardSeen
from hallctl.domain import commands as c
from hallctl.engine import no_shows
from hallctl.store.request import asked_after, recent
from tests.domain.bookings import MONDAY, TUESDAY, moment
from tests.harness import SMALL, FakeClock, RunningHall, running_hall

NUMBER, PHONE = "99999919900101001X", "139 0000 5678"

SLOTS = """
identity = "optional"
[[services.slots]]
days = [1, 2, 3, 4, 5]
time = "09:00-11:00"
slot_min = 30
quota = 2
"""

CONFIG = parse(SMALL.replace('prefix = "A"\nzone = "main"\n', 'prefix = "A"\nzone = "main"' + SLOTS))


@asynccontextmanager
async def booking_hall(directory: Path, clock: FakeClock) -> AsyncIterator[RunningHall]:
    async with running_hall(directory, CONFIG, clock=clock) as hall:
        yield hall


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(moment("08:00"))


async def book(portal: Client, time: str = "09:30", day: str = MONDAY, **more: Any) -> dict[str, Any]:
    asked = {"service": "pooled", "start": moment(time, day), "number": NUMBER, "name": "测试人", "phone": PHONE} | more
    receipt = await portal.change("appointment.book", **asked)
    made: dict[str, Any] = receipt["appointment"]
    return made


async def guide_of(hall: RunningHall) -> Client:
    return await hall.client(Role.GUIDE, token=await hall.clerk("guide", ("guide",)))


async def boss_of(hall: RunningHall) -> Client:
    return await hall.client(Role.SUPERVISOR, token=await hall.clerk("boss", ("supervisor",)))


async def claim_of(hall: RunningHall, kiosk: Client, number: str = NUMBER, birth: str = "19900101") -> dict[str, Any]:
    """A card laid on the reader of kiosk-1: what its page is told."""
    hall.daemon.context.cards.seen("kiosk-1", CardSeen("resident", "测试人", number, birth))
    async for event in kiosk.events():
        if event["type"] == "card.seen":
            seen: dict[str, Any] = event["data"]
            return seen
    raise AssertionError


async def test_a05_five_ways_over_the_wire_lead_to_the_same_number(tmp_path: Path, clock: FakeClock) -> None:
    """A05: by card, QR, code, telephone, and the staff; A02: a number by card is the check-in too."""
    async with booking_hall(tmp_path, clock) as hall:
        portal, kiosk = await hall.client(Role.PORTAL, "web"), await hall.client(Role.KIOSK, "kiosk-1")
        guide = await guide_of(hall)
        made = await book(portal)
        assert re.fullmatch(r"[1-9]\d{7}", made["code"])
        clock.at = moment("09:31")
        first = await kiosk.change("appointment.check_in", code=made["code"])
        assert (first["ticket"]["label"], first["ticket"]["priority"]) == ("A001", "appointment")
        assert first["appointment"]["code"] is None
        assert "notice" not in first
        seen = await claim_of(hall, kiosk)
        ways: list[tuple[Client, str, dict[str, Any]]] = [
            (kiosk, "appointment.check_in", {"code": f"https://yy.example/q/{made['code']}"}),
            (kiosk, "appointment.check_in", {"claim": seen["claim"]}),
            (kiosk, "appointment.check_in", {"tail": "5678"}),
            (guide, "appointment.check_in", {"appointment": made["id"]}),
            (guide, "appointment.check_in", {"phone": "+86 13900005678"}),
            (guide, "appointment.check_in", {"number": NUMBER.lower()}),
            (kiosk, "ticket.take", {"service": "pooled", "claim": seen["claim"]}),
        ]
        for client, method, key in ways:
            again = await client.change(method, **key)
            assert again["ticket"]["label"] == "A001", key
            assert again["notice"]["code"] == "appointment.again"
        assert len(hall.daemon.context.state.tickets) == 1


async def test_a03_early_and_late_are_told(tmp_path: Path, clock: FakeClock) -> None:
    async with booking_hall(tmp_path, clock) as hall:
        portal, kiosk = await hall.client(Role.PORTAL, "web"), await hall.client(Role.KIOSK, "kiosk-1")
        first, second = (
            await book(portal),
            await book(portal, "10:00", number="99999919900101002X", phone="139 0000 1111"),
        )
        clock.at = moment("08:50")
        early = await kiosk.change("appointment.check_in", code=first["code"])
        assert early["notice"]["zh"] == "您到早了：09:30 开始叫号，请先休息等候。"
        clock.at = moment("10:46")
        late = await kiosk.change("appointment.check_in", code=second["code"])
        assert (late["notice"]["code"], late["ticket"]["priority"]) == ("appointment.late", "normal")


async def test_a01_a_full_slot_tells_others_and_the_list_of_slots_the_room(tmp_path: Path, clock: FakeClock) -> None:
    async with booking_hall(tmp_path, clock) as hall:
        portal, boss = await hall.client(Role.PORTAL, "web"), await boss_of(hall)
        numbers = [f"9999991990010100{n}X" for n in range(3)]
        codes = [(await book(portal, "09:00", number=number, phone=None))["code"] for number in numbers[:2]]
        with pytest.raises(Refused) as refused:
            await book(portal, "09:00", number=numbers[2], phone=None)
        assert refused.value.code == "appointment.full"
        assert refused.value.params["next_at"] == moment("09:30")
        listed = await portal.ask("slot.list", service="pooled", day=MONDAY, days=7)
        assert [day["day"] for day in listed["days"]] == [f"2026-11-{n}" for n in range(23, 28)]
        rows = [(slot["start"], slot["quota"], slot["booked"], slot["room"]) for slot in listed["days"][0]["slots"]]
        assert rows[:2] == [(moment("09:00"), 2, 2, 0), (moment("09:30"), 2, 0, 2)]
        with pytest.raises(Refused) as below:
            await boss.change("quota.set", service="pooled", start=moment("09:00"), quota=1)
        assert below.value.code == "quota.below"
        assert set(below.value.params["list"].split("、")) == set(codes)
        await boss.change("quota.set", service="pooled", start=moment("09:00"), quota=3)
        await book(portal, "09:00", number=numbers[2], phone=None)


async def test_a04_no_shows_are_noted_by_themselves_and_block_the_portal_only(tmp_path: Path, clock: FakeClock) -> None:
    """A04: noted by the timer, also after a restart; the block is told, seen and lifted."""
    async with booking_hall(tmp_path, clock) as hall:
        portal, guide, boss = await hall.client(Role.PORTAL, "web"), await guide_of(hall), await boss_of(hall)
        await book(portal, "09:00")
        await book(portal, "09:00", TUESDAY)
        watch = no_shows.NoShows(hall.daemon.context.hall, clock)
        clock.at = moment("09:45")
        await watch.look()
        assert hall.daemon.context.hall.state.blocks == {}
        clock.at = moment("09:46")
        await watch.look()
        await hall.execute(c.OpenDay(TUESDAY))
        clock.at = moment("09:46", TUESDAY)
        await watch.look()
        with pytest.raises(Refused) as refused:
            await book(portal, "10:00", TUESDAY)
        assert refused.value.code == "appointment.blocked"
        assert refused.value.params["times"] == 2
        listed = await boss.ask("block.list", number=NUMBER)
        assert len(listed["blocks"]) == 1
        assert (await boss.ask("block.list", number="99999919900101002X"))["blocks"] == []
        assert "测" not in json.dumps(listed, ensure_ascii=False)
        walk_in = await guide.change(
            "appointment.book", service="pooled", start=moment("10:00", "2026-11-25"), number=NUMBER
        )
        assert walk_in["appointment"]["stage"] == "booked"
        await boss.change("block.lift", block=listed["blocks"][0]["block"], reason="核实")
        assert (await boss.ask("block.list"))["blocks"] == []
        await book(portal, "10:00", "2026-11-26")


async def test_a04_slots_that_passed_while_the_daemon_was_off(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A04: missed soon after the start, by the daemon itself; held against nobody, since nobody could check in."""
    async with booking_hall(tmp_path, clock) as hall:
        await book(await hall.client(Role.PORTAL, "web"), "09:00")
    clock.at = moment("12:00")
    monkeypatch.setattr(no_shows, "LOOK_S", 0.01)
    async with booking_hall(tmp_path, clock) as hall:
        for _ in range(500):
            await asyncio.sleep(0.01)
            if not hall.daemon.context.state.agenda.open:
                break
        state = hall.daemon.context.state
        assert [appointment.stage for appointment in state.appointments.values()] == ["missed"]
        assert state.blocks == {}


async def test_a_portal_sees_and_cancels_its_own_only(tmp_path: Path, clock: FakeClock) -> None:
    async with booking_hall(tmp_path, clock) as hall:
        portal, other = await hall.client(Role.PORTAL, "web"), await hall.client(Role.PORTAL, "county")
        made = await book(portal, external="W-1")
        assert (await book(portal, "10:00", external="W-1"))["id"] == made["id"], (
            "the same wish is the same appointment"
        )
        with pytest.raises(Refused, match=r"appointment\.unknown"):
            await other.change("appointment.cancel", appointment=made["id"])
        assert (await other.ask("appointment.find", appointment=made["id"]))["appointments"] == []
        found = (await portal.ask("appointment.find", appointment=made["id"]))["appointments"]
        assert [row["stage"] for row in found] == ["booked"]
        with pytest.raises(Refused, match=r"auth\.wrong_role"):
            await portal.change("appointment.check_in", code=made["code"])
        late = await portal.change("appointment.cancel", appointment=made["id"])
        assert late["notice"]["code"] == "appointment.cancelled_late"


async def test_a_kiosk_asks_for_something_that_only_the_holder_has(tmp_path: Path, clock: FakeClock) -> None:
    async with booking_hall(tmp_path, clock) as hall:
        portal, kiosk = await hall.client(Role.PORTAL, "web"), await hall.client(Role.KIOSK, "kiosk-1")
        made = await book(portal)
        for method, ask in (("appointment.check_in", kiosk.change), ("appointment.find", kiosk.ask)):
            with pytest.raises(Refused, match=r"appointment\.key_missing"):
                await ask(method, appointment=made["id"])
        with pytest.raises(Refused, match=r"priority\.fixed"):
            await kiosk.change("appointment.check_in", code=made["code"], priority="green")
        found = await kiosk.ask("appointment.find", tail="5678")
        assert list(found["appointments"][0]) == ["id", "service", "day", "start", "end", "stage", "late", "label"]
        await book(portal, number="99999919900101002X", phone="13811115678")
        with pytest.raises(Refused, match=r"appointment\.ambiguous"):
            await kiosk.ask("appointment.find", tail="5678")


async def test_a02_the_kiosk_is_told_of_an_appointment_of_the_card(tmp_path: Path, clock: FakeClock) -> None:
    """The page can offer the check-in to who came for something else."""
    async with booking_hall(tmp_path, clock) as hall:
        portal, kiosk = await hall.client(Role.PORTAL, "web"), await hall.client(Role.KIOSK, "kiosk-1")
        made = await book(portal)
        await book(portal, "09:00", TUESDAY)
        seen = await claim_of(hall, kiosk)
        assert [(row["id"], row["start"]) for row in seen["booked"]] == [(made["id"], moment("09:30"))]
        assert (await claim_of(hall, kiosk, "99999919900101002X"))["booked"] is None


async def test_the_staff_see_todays_appointments_masked_and_others_none(tmp_path: Path, clock: FakeClock) -> None:
    async with booking_hall(tmp_path, clock) as hall:
        portal, board, guide = (
            await hall.client(Role.PORTAL, "web"),
            await hall.client(Role.BOARD),
            await guide_of(hall),
        )
        made = await book(portal)
        await book(portal, "09:00", TUESDAY)
        await guide.change("appointment.check_in", appointment=made["id"])
        told: list[dict[str, Any]] = []
        async for event in guide.events():
            told.append(event)
            if event["type"] == "appointment.checked_in":
                break
        rows = [row for event in told for row in event["data"].get("appointments", []) if event["type"] != "snapshot"]
        assert [row["stage"] for row in rows] == ["booked", "checked_in"]
        assert (rows[-1]["name_mask"], rows[-1]["number_mask"], rows[-1]["tail"]) == (
            "测**",
            "**************001X",
            "5678",
        )
        assert rows[-1]["label"] == "A001"
        snapshot = (await guide.ask("hall.snapshot"))["snapshot"]
        assert snapshot["appointments"] == [rows[-1]]
        assert [service["bookable"] for service in snapshot["services"]] == [True, False]
        assert made["code"] not in json.dumps([snapshot, told], ensure_ascii=False)
        public = json.dumps([(await board.ask("hall.snapshot"))["snapshot"], board.snapshot], ensure_ascii=False)
        assert "appointments" not in public


async def test_personal_data_of_an_appointment_is_nowhere_but_masked_and_private(
    tmp_path: Path, clock: FakeClock
) -> None:
    """7.2: a number and a telephone become digests at the edge; neither the journal's bodies, the kept requests nor any
    file has them; from the digest of a kept request nobody can guess one."""
    async with booking_hall(tmp_path, clock) as hall:
        portal, boss = await hall.client(Role.PORTAL, "web"), await boss_of(hall)
        made = await book(portal)
        database = hall.daemon.context.hall.database
        bodies = await database.read(lambda c: [row[0] for row in c.execute("SELECT body FROM event")])
        assert not any(made["code"] in body or "5678" in body or "测" in body for body in bodies)
        page = await boss.ask("journal.read", limit=500)
        assert "001X" not in json.dumps(page)
        wish = {"service": "pooled", "start": moment("10:00"), "number": "99999919900101002X", "request_id": "r1"}
        raw = json.dumps(wish).encode()
        headers = {"authorization": f"Bearer {await hall.terminal(Role.PORTAL, 'county')}"}
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{hall.address}/api/v1/appointment/book", content=raw, headers=headers)
        assert answer.status_code == 200, answer.text
        asked = b"appointment.book\0" + raw
        plain = hashlib.blake2b(asked, digest_size=16).hexdigest()
        digests = await database.read(lambda c: {kept.key: kept.digest for kept in asked_after(c, 0).values()})
        assert digests["portal:county/r1"] == hall.daemon.context.identity.sealed(asked) != plain
        await hall.daemon.context.hall.caught_up()
        assert digests.items() <= {kept.key: kept.digest for kept in await database.read(recent)}.items()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for text in (NUMBER, "13900005678", PHONE, "测试人"):
        assert text.encode() not in content, text


async def test_a_list_over_the_wire_is_whole_or_not_at_all_and_once(tmp_path: Path, clock: FakeClock) -> None:
    """Idempotent by (source, external id), also after a restart."""
    rows = [
        {
            "line": line,
            "service": "pooled",
            "start": moment(time),
            "external": f"W{line}",
            "number": f"9999991990010100{line}X",
        }
        for line, time in ((2, "09:00"), (3, "09:00"), (4, "09:00"))
    ]
    async with booking_hall(tmp_path, clock) as hall:
        boss = await boss_of(hall)
        refused = await boss.change("appointment.import", source="county", rows=rows)
        assert [row["refusal"] and row["refusal"]["code"] for row in refused["rows"]] == [
            None,
            None,
            "appointment.full",
        ]
        assert hall.daemon.context.state.appointments == {}
        done = await boss.change("appointment.import", source="county", rows=rows[:2])
        assert all(re.fullmatch(r"\d{8}", row["code"]) for row in done["rows"])
    async with booking_hall(tmp_path, clock) as hall:
        boss = await boss_of(hall)
        seq = hall.daemon.context.state.seq
        again = await boss.change("appointment.import", source="county", rows=rows[:2])
        assert [row["known"] for row in again["rows"]] == [True, True]
        assert again["seq"] == seq
        assert [row["appointment"] for row in again["rows"]] == [row["appointment"] for row in done["rows"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12345678", "12345678"),
        ("https://yy.example/q?c=12345678\n", "12345678"),
        ("hall:123456", "123456"),
        ("123456789", None),
        ("12345678x", None),
        ("不是预约码", None),
    ],
)
def test_what_a_qr_code_says(text: str, code: str | None) -> None:
    found = SCANNED.match(text)
    assert (found and found[1]) == code
