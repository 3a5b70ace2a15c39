"""The role × method matrix, and what each role must never see (O02, O03)."""

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs

from hallctl.api import schemas as s
from hallctl.api.methods import METHODS
from hallctl.api.role import PEOPLE, Role
from hallctl.client import Client, Refused
from hallctl.config import HallConfig, parse
from hallctl.domain import commands as c
from hallctl.engine.identity import Identity, mask_name, mask_number, priority_of
from tests.harness import SMALL, RunningHall, running_hall

SAMPLES: dict[str, Any] = {
    "service": "pooled", "ticket": "20000101-A001", "reason": "测试", "level": "satisfied", "window": "1",
    "kiosk": "kiosk-1", "account": "nobody", "name": "某人", "roles": ["window"], "password": "x", "day": "2000-01-01",
    "terminal": "none", "code": "00000000", "role": "board", "label": "A001", "notice": "v1",
    "count": 1, "section": {"name": "new", "driver": "voice"},
    "page": "0" * 32, "pages": ["0" * 32],
    "start": 1, "block": "none", "source": "file", "rows": [{"line": 2, "service": "pooled", "start": 1}],
}  # fmt: skip


def params_of(name: str) -> dict[str, Any]:
    """Params that decode; what they ask for need not exist."""
    kind = METHODS[name].params
    required = [f.name for f in msgspec.structs.fields(kind) if f.required]
    if name == "ticket.find":
        required = ["label"]
    return {field: SAMPLES.get(field, "r1") for field in required}


def asking() -> HallConfig:
    """The small hall, where the pooled service asks for a card."""
    return parse(SMALL.replace('prefix = "A"', 'prefix = "A"\nidentity = "optional"'))


async def token_for(hall: RunningHall, role: Role) -> str:
    if role in PEOPLE and role is not Role.ADMIN:
        return await hall.clerk(f"p-{role}", (str(role),))
    return await hall.terminal(role, {Role.KIOSK: "kiosk-1", Role.RATING: "1", Role.DEVICE: "1"}.get(role))


async def test_o02_every_role_on_every_method_over_http(tmp_path: Path) -> None:
    """O02: each forbidden method is refused and logged; each allowed one gets past the door."""
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        tokens = {role: await token_for(hall, role) for role in Role}
        with capture_logs() as logs:
            for name, method in METHODS.items():
                for role, token in tokens.items():
                    path = "/api/v1/" + name.replace(".", "/")
                    headers = {"authorization": f"Bearer {token}", "x-hallctl-role": str(role)}
                    params = params_of(name) | ({"request_id": f"{name}-{role}"} if method.changing else {})
                    answer = await http.post(hall.address + path, json=params, headers=headers)
                    refused = answer.status_code == 403 and answer.json()["error"]["data"]["code"] == "auth.wrong_role"
                    allowed = method.roles is None or role in method.roles
                    assert refused != allowed, (name, role, answer.text)
        forbidden = sum(1 for entry in logs if entry["event"] == "request.forbidden")
        expected = sum(1 for m in METHODS.values() for role in Role if m.roles is not None and role not in m.roles)
        assert forbidden == expected


async def test_o03_nothing_without_a_token(tmp_path: Path) -> None:
    """O03: an unpaired client can neither issue, call nor read; the daemon listens on loopback by default."""
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        assert hall.address.startswith("http://127.0.0.1:")
        for name, method in METHODS.items():
            params = params_of(name) | ({"request_id": "r"} if method.changing else {})
            answer = await http.post(f"{hall.address}/api/v1/{name.replace('.', '/')}", json=params)
            if method.roles is not None or name == "ticket.find":
                assert answer.status_code == 401, name
                assert answer.json()["error"]["data"]["code"] == "auth.required"
        anonymous = await hall.clients.enter_async_context(Client(hall.ws))
        with pytest.raises(Refused, match="auth.required"):
            await anonymous.ask("hall.snapshot")
        with pytest.raises(Refused, match="auth.bad_token"):
            await hall.clients.enter_async_context(Client(hall.ws, role="admin", token="guessed"))


async def test_tokens_end_when_revoked_and_sessions_with_the_password(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        session = await hall.clerk("1001")
        await hall.clerk("1001", password="another123")
        with pytest.raises(Refused, match="auth.bad_token"):
            await hall.client(Role.WINDOW, "1", session)
        token = await hall.terminal(Role.BOARD)
        terminal = next(t for t in hall.daemon.context.state.terminals if t.startswith("board"))
        await hall.execute(c.RevokeTerminal(terminal))
        with pytest.raises(Refused, match="auth.bad_token"):
            await hall.client(Role.BOARD, token=token)


async def test_wrong_passwords_lock_the_account_for_a_while(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        await hall.clerk("1001")
        anonymous = await hall.clients.enter_async_context(Client(hall.ws))
        codes = []
        for _ in range(6):
            with pytest.raises(Refused) as refused:
                await anonymous.ask("session.open", account="1001", password="wrong")
            codes.append(refused.value.code)
        assert codes == ["auth.bad_password"] * 5 + ["auth.locked"]
        with pytest.raises(Refused, match="auth.locked"):
            await anonymous.ask("session.open", account="1001", password="secret123")


async def test_pairing_code_works_once(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        admin = await hall.client(Role.ADMIN)
        offered = await admin.ask("pair.offer", role="kiosk", place="kiosk-1")
        anonymous = await hall.clients.enter_async_context(Client(hall.ws))
        paired = await anonymous.ask("pair.claim", code=offered["code"])
        assert (paired["role"], paired["place"]) == ("kiosk", "kiosk-1")
        await hall.client(Role.KIOSK, token=paired["token"])
        with pytest.raises(Refused, match="auth.bad_code"):
            await anonymous.ask("pair.claim", code=offered["code"])
        with pytest.raises(Refused, match="request.invalid_params"):
            await admin.ask("pair.offer", role="kiosk", place="nowhere")


async def test_terminals_act_for_their_own_place_only(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        with pytest.raises(Refused, match="auth.wrong_place"):
            await kiosk.change("ticket.take", service="pooled", kiosk="kiosk-2")
        with pytest.raises(Refused, match="priority.fixed"):
            await kiosk.change("ticket.take", service="pooled", priority="green")
        pad = await hall.client(Role.DEVICE, "2")
        with pytest.raises(Refused, match="auth.wrong_place"):
            await pad.change("ticket.call", window="1")
        desk = await hall.desk("1")
        with pytest.raises(Refused, match="auth.wrong_place"):
            await desk.change("ticket.call", window="2")


async def test_c12_after_a_take_over_the_former_clerk_can_do_nothing(tmp_path: Path) -> None:
    """C12: B takes A's window over; A's page is refused from then on, the running ticket stays."""
    async with running_hall(tmp_path) as hall:
        kiosk = await hall.client(Role.KIOSK, "kiosk-1")
        await kiosk.change("ticket.take", service="pooled")
        former = await hall.desk("1", "1001")
        await former.change("ticket.call")
        later = await hall.client(Role.WINDOW, "1", await hall.clerk("1002"))
        with pytest.raises(Refused, match="window.taken"):
            await later.change("clerk.login")
        await later.change("window.take_over")
        with pytest.raises(Refused, match="window.taken"):
            await former.change("ticket.start")
        assert (await later.change("ticket.start"))["ticket"]["stage"] == "serving"


async def test_no_role_is_told_what_is_not_its_own(tmp_path: Path) -> None:
    """Nobody gets a person by broadcast; no clerk a level; boards no single waiting ticket (O02, 7.2)."""
    person = Identity(b"k" * 32).person(kind="resident", name="测试人", number="99999919900101001X")
    async with running_hall(tmp_path, asking()) as hall:
        clients = {role: await hall.client(role, None, await token_for(hall, role)) for role in Role}
        desk = await hall.desk("1", "1009")
        await hall.execute(c.TakeTicket("pooled", person=person))
        await desk.change("ticket.call")
        shown = await desk.ask("ticket.show", ticket=next(iter(hall.daemon.context.state.tickets)))
        assert shown["person"]["name_mask"] == "测**"
        await desk.change("ticket.start")
        await desk.change("ticket.finish")
        rating = await hall.client(Role.RATING, "1")
        await rating.change("ticket.rate", level="very_dissatisfied")
        await hall.execute(c.OpenDay("2099-01-01"))
        for role, client in clients.items():
            text = repr(client.snapshot)
            async for event in client.events():
                text += repr(event)
                if event["type"] == "snapshot" and event["data"]["hall"]["day"] == "2099-01-01":
                    break
            assert person.digest not in text, role
            assert "测" not in text.replace("测试大厅", ""), role
            assert "001X" not in text, role
            overseer = role in {Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN}
            assert ("very_dissatisfied" in text) == overseer, role
            assert ("'tickets'" in text) == (role in PEOPLE), role


async def test_personal_data_is_in_the_private_column_only(tmp_path: Path) -> None:
    identity = Identity(b"k" * 32)
    person = identity.person(kind="resident", name="测试人", number="99999919900101001X")
    async with running_hall(tmp_path, asking()) as hall:
        await hall.execute(c.TakeTicket("pooled", person=person))
        database = hall.daemon.context.hall.database
        bodies = await database.read(lambda c: [row[0] for row in c.execute("SELECT body FROM event")])
        private = await database.read(lambda c: [row[0] for row in c.execute("SELECT private FROM event")])
    assert not any(person.digest in body for body in bodies)
    assert sum(person.digest in (text or "") for text in private) == 1
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"99999919900101001X" not in content


@pytest.mark.parametrize(
    ("name", "masked"),
    [("张三", "张*"), ("欧阳锋", "欧**"), ("买买提·吐尔逊", "买***"), ("TEST ALICE", "T***"), ("", "")],
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("99999919900101001X", "**************001X"), ("999999900101001", "***********1001"), ("E1234567", "******67")],
)
def test_numbers_are_masked(number: str, masked: str) -> None:
    assert mask_number(number) == masked


def test_elder_from_the_sixtieth_birthday_on() -> None:
    from datetime import date

    assert priority_of("19661123", date(2026, 11, 22)) == "normal"
    assert priority_of("19661122", date(2026, 11, 22)) == "elder"
    assert priority_of("", date(2026, 11, 22)) == "normal"


def test_every_method_of_the_table_has_bounded_params() -> None:
    for method in METHODS.values():
        assert issubclass(method.params, s.Params)
        assert method.params.__struct_config__.forbid_unknown_fields
