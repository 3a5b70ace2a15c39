"""What a broken or hostile client sends: a clear, stable error for it, nothing for the others."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from hallctl.api.role import Role
from tests.harness import RunningHall, running_hall

HELLO = '{"jsonrpc":"2.0","id":1,"method":"hello","params":%s}'

FRAMES: list[tuple[str | bytes, str]] = [
    ("not json", "request.malformed"),
    ("[]", "request.malformed"),
    ('{"jsonrpc":"1.0","id":1,"method":"hall.about"}', "request.malformed"),
    ('{"jsonrpc":"2.0","id":1}', "request.malformed"),
    ('{"jsonrpc":"2.0","id":1,"method":"hall.burn"}', "request.unknown_method"),
    ('{"jsonrpc":"2.0","id":1,"method":"' + "x" * 500 + '"}', "request.unknown_method"),
    ('{"jsonrpc":"2.0","id":1,"method":"hall.about","params":[1]}', "request.invalid_params"),
    ('{"jsonrpc":"2.0","id":1,"method":"hall.about","params":{"more":1}}', "request.invalid_params"),
    (HELLO % '{"api_version":99,"role":"board","token":"x"}', "request.version"),
    (HELLO % '{"api_version":1,"role":"king","token":"x"}', "request.invalid_params"),
    ('{"jsonrpc":"2.0","id":1,"method":"hall.subscribe","params":{}}', "auth.required"),
    ('{"jsonrpc":"2.0","id":1,"method":"ticket.take","params":{"service":"pooled"}}', "auth.required"),
    (b"\x00\x01binary", "request.binary"),
    ('{"jsonrpc":"2.0","id":1,"method":"hall.about","params":{"x":"' + "y" * 70_000 + '"}}', "request.too_large"),
]  # fmt: skip


async def error_of(line: Any) -> dict[str, Any]:
    message = json.loads(await asyncio.wait_for(line.recv(), 10))
    error: dict[str, Any] = message["error"]["data"]
    return error


async def still_works(hall: RunningHall) -> None:
    kiosk = await hall.client(Role.KIOSK, "kiosk-1")
    assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"].startswith("A")


async def test_each_bad_frame_gets_its_code_and_the_line_stays_open(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        for frame, code in FRAMES:
            async with connect(hall.ws, compression=None) as line:
                await line.send(frame)
                error = await error_of(line)
                assert error["code"] == code
                assert error["zh"]
                assert error["en"]
                await line.send('{"jsonrpc":"2.0","id":5,"method":"hall.about"}')
                assert json.loads(await line.recv())["result"]["hall"] == "small"
        await still_works(hall)


async def test_a_frame_beyond_all_bounds_ends_its_own_line_only(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        async with connect(hall.ws, compression=None) as line:
            await line.send("x" * (2 * 1024 * 1024))
            with pytest.raises(ConnectionClosed) as closed:
                await line.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
        await still_works(hall)


async def babble(line: Any) -> None:
    """Send nothing but garbage until the line is closed."""
    while True:
        await line.send("garbage")
        await line.recv()


async def test_a_client_that_only_sends_garbage_is_sent_away(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        async with connect(hall.ws, compression=None) as line:
            with pytest.raises(ConnectionClosed) as closed:
                await babble(line)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
        await still_works(hall)


async def test_wrong_params_name_the_field(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        token = await hall.terminal(Role.KIOSK, "kiosk-1")
        headers = {"authorization": f"Bearer {token}"}
        url = f"{hall.address}/api/v1/ticket/take"
        for body, part in (
            ({"request_id": "1"}, "service"),
            ({"request_id": "1", "service": 5}, "service"),
            ({"service": "pooled"}, "request_id"),
            ({"request_id": "1", "service": "pooled", "priority": "vip"}, "priority"),
            ({"request_id": "1", "service": "pooled", "vip": True}, "vip"),
        ):
            answer = await http.post(url, json=body, headers=headers)
            assert answer.status_code == 422
            assert part in answer.json()["error"]["data"]["en"]
        for content, status in ((b"{", 400), (b"\xff\xfe", 400), (b"x" * 70_000, 413)):
            assert (await http.post(url, content=content, headers=headers)).status_code == status
        assert (await http.post(f"{hall.address}/api/v1/no/such", json={})).status_code == 404
        await still_works(hall)


async def test_half_open_and_silent_sockets_do_not_stop_the_hall(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        host, _, port = hall.address.removeprefix("http://").partition(":")
        lines = [socket.create_connection((host, int(port))) for _ in range(50)]
        for number, line in enumerate(lines):
            line.sendall(b"GET /ws HTTP/1.1\r\nHost: x\r\n"[: number % 27])
        await still_works(hall)
        for line in lines:
            line.close()
        await still_works(hall)


async def test_pages_are_served_with_a_strict_policy_and_no_code(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        page = await http.get(f"{hall.address}/kiosk/")
        assert page.status_code == 200
        assert "default-src 'self'" in page.headers["content-security-policy"]
        for path in ("/__init__.py", "/vendor/refresh.py", "/../pyproject.toml", "/%2e%2e/pyproject.toml"):
            assert (await http.get(hall.address + path)).status_code == 404, path
