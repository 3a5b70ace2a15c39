"""Scanned pages over the wire: who may see and fetch them, tokens that work once, the live picture (H05, O05)."""

import asyncio
import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from structlog.testing import capture_logs

from hallctl.api import request_line
from hallctl.api.role import Role
from hallctl.client import Client, Refused
from hallctl.engine.offers import LIFE_S
from tests.engine.scanning import Counter, counter
from tests.scanner import Scanner, sheet


def bearer(at: Counter, token: str | None = None, role: str = "window", place: str = "1") -> dict[str, str]:
    return {"authorization": f"Bearer {token or at.token}", "x-hallctl-role": role, "x-hallctl-place": place}


async def finished(at: Counter, *texts: str) -> dict[str, Any]:
    """A ticket with finished pages, and the offer of them."""
    await at.serve()
    await at.scan(*texts)
    await at.desk.change("page.finish")
    told: dict[str, Any] = await at.desk.change("page.offer")
    return told


async def test_h05_the_clerk_sees_arranges_and_fetches_one_pdf(tmp_path: Path) -> None:
    async with counter(tmp_path, Scanner()) as at, httpx.AsyncClient(trust_env=False) as http:
        await at.serve()
        pages = [page["page"] for page in (await at.scan("one", "two"))["pages"]]
        await at.desk.change("page.arrange", pages=pages[::-1])
        shown = await at.desk.ask("page.show", page=pages[0], side=100)
        with Image.open(BytesIO(base64.b64decode(shown["jpeg"]))) as picture:
            assert picture.size == (71, 100)
        await at.desk.change("page.finish")
        told = await at.desk.change("page.offer")
        [file] = told["files"]
        assert (told["seconds"], file["name"], file["type"], file["pages"]) == (60, "A001.pdf", "application/pdf", 2)
        answer = await http.get(f"{at.hall.address}/api/v1/page/file", headers=_offer(file))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''A001.pdf"
        assert answer.headers["x-content-type-options"] == "nosniff"
        content = answer.content
        assert content.index(sheet("two")) < content.index(sheet("one"))


async def test_jpegs_are_fetched_one_by_one_where_the_hall_wants_them(tmp_path: Path) -> None:
    scanner = Scanner()
    async with (
        counter(tmp_path, scanner, '[scans]\nformat = "jpeg"\n') as at,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        told = await finished(at, "one", "two")
        assert [file["name"] for file in told["files"]] == ["A001-01.jpg", "A001-02.jpg"]
        answers = [
            await http.get(f"{at.hall.address}/api/v1/page/file", headers=_offer(file)) for file in told["files"]
        ]
        assert [answer.content for answer in answers] == [sheet("one"), sheet("two")]
        assert {answer.headers["content-type"] for answer in answers} == {"image/jpeg"}


def _offer(file: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Offer {file['token']}"}


async def test_h05_a_token_fetches_once_and_no_other_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H05: used, old, wrong, none, as a bearer, in the address: the same empty 404."""
    async with counter(tmp_path, Scanner()) as at, httpx.AsyncClient(trust_env=False) as http:
        url = f"{at.hall.address}/api/v1/page/file"
        told = await finished(at, "one")
        [file] = told["files"]
        again = (await at.desk.change("page.offer"))["files"][0]
        assert again["token"] != file["token"]
        assert len(file["token"]) >= 43
        assert (await http.get(url, headers=_offer(file))).status_code == 200
        offers = at.hall.daemon.context.scans.offers
        late = offers._monotonic() + LIFE_S
        monkeypatch.setattr(offers, "_monotonic", lambda: late)
        answers = [
            await http.get(url, headers=_offer(file)),
            await http.get(url, headers=_offer(again)),
            await http.get(url, headers={"authorization": "Offer " + "x" * 43}),
            await http.get(url, headers={"authorization": f"Bearer {file['token']}"}),
            await http.get(url, params={"token": again["token"]}),
            await http.get(url, headers=bearer(at)),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.content for answer in answers} == {b""}
        assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


async def test_no_token_and_no_content_in_logs_journal_or_answers_kept(tmp_path: Path) -> None:
    with capture_logs() as logs:
        async with counter(tmp_path, Scanner()) as at, httpx.AsyncClient(trust_env=False) as http:
            told = await finished(at, "one")
            token = told["files"][0]["token"]
            await http.get(f"{at.hall.address}/api/v1/page/file", headers=_offer(told["files"][0]))
            events = [event async for event in _page_events(at)]
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert token not in json.dumps(logs, default=str)
    assert token.encode() not in on_disk
    assert sheet("one")[20:60] not in on_disk
    assert events


async def _page_events(at: Counter) -> Any:
    for name in await at.events():
        yield name


async def test_o05_only_the_serving_clerk_and_managers_on_the_record(tmp_path: Path) -> None:
    """O05: every look and every offer of a manager is a row of the journal with the name; others get nothing."""
    async with counter(tmp_path, Scanner()) as at:
        ticket = await at.serve()
        [page] = [page["page"] for page in (await at.scan("one"))["pages"]]
        other = await at.hall.desk("2")
        for method in ("page.list", "page.show", "page.offer", "page.scan", "page.remove", "page.finish"):
            for more in ({"window": "1"}, {"ticket": ticket}):
                with pytest.raises(Refused) as refused:
                    await _ask(other, method, page, **more)
                assert refused.value.code in {"auth.wrong_place", "window.no_ticket", "ticket.not_serving"} or (
                    method == "page.list" and not more
                ), (method, more)
        boss = await at.hall.client(Role.SUPERVISOR, None, await at.hall.clerk("boss", ("supervisor",)))
        with pytest.raises(Refused, match=r"request\.invalid_params"):
            await boss.ask("page.list")
        assert [row["page"] for row in (await boss.ask("page.list", ticket=ticket))["pages"]] == [page]
        assert (await boss.ask("page.show", ticket=ticket, page=page))["jpeg"]
        await at.desk.change("page.finish")
        await boss.change("page.offer", ticket=ticket)
        with pytest.raises(Refused, match=r"page\.unknown"):
            await boss.ask("page.show", ticket=ticket, page="0" * 32)
        records = (await boss.ask("journal.read", ticket=ticket))["records"]
        told = [(row["type"], row["actor"]) for row in records if row["type"] in {"page.shown", "page.offered"}]
        assert told == [("page.offered", "clerk:boss"), ("page.shown", "clerk:boss")]


async def _ask(client: Client, method: str, page: str, **more: Any) -> Any:
    if method == "page.list" and "ticket" in more:
        told = await client.ask(method, **more)
        assert told["pages"] == [], "a clerk sees the own window's only"
        raise Refused({"code": "window.no_ticket", "zh": "", "en": ""})
    if method in {"page.list", "page.show"}:
        return await client.ask(method, **more, **({"page": page} if method == "page.show" else {}))
    return await client.change(method, **more, **({"page": page} if method == "page.remove" else {}))


async def test_everybody_else_hears_only_how_many_pages_there_are(tmp_path: Path) -> None:
    async with counter(tmp_path, Scanner()) as at:
        board = await at.hall.client(Role.BOARD)
        guide = await at.hall.client(Role.GUIDE, None, await at.hall.clerk("guide", ("guide",)))
        ticket = await at.serve()
        listed = await at.scan("one")
        heard = ""
        async for event in guide.events():
            heard += repr(event)
            if event["type"] == "page.scanned":
                assert event["data"] == {"ticket": ticket, "window": "1", "pages": 1}
                break
        assert listed["pages"][0]["page"] not in heard
        assert "scanner" in guide.snapshot["windows"][0]
        assert "scanner" not in board.snapshot["windows"][0]
        assert at.desk.snapshot["windows"][0]["scanner"]["name"] == "scanner-1"
        assert at.desk.snapshot["windows"][1]["scanner"] is None
        second = await at.hall.desk("2")
        await _serve_police(at, second)
        with pytest.raises(Refused, match=r"page\.no_scanner"):
            await second.change("page.scan")


async def _serve_police(at: Counter, desk: Client) -> None:
    from hallctl.domain.commands import TakeTicket

    await at.hall.execute(TakeTicket("police"))
    await desk.change("ticket.call")
    await desk.change("ticket.start")


async def test_the_window_hears_how_its_scan_goes(tmp_path: Path) -> None:
    async with counter(tmp_path, Scanner()) as at:
        await at.serve()
        at.scanner.load("one")
        notices: list[Any] = []

        async def listen() -> None:
            async for event in at.desk.events():
                if event["type"] == "page.progress":
                    notices.append(event["data"])
                    if event["data"]["state"] != "scanning":
                        return

        listening = asyncio.create_task(listen())
        await at.desk.change("page.scan")
        await asyncio.wait_for(listening, 5)
        assert [(row["state"], row["pages"]) for row in notices] == [("scanning", 0), ("done", 1)]


# ---------------------------------------------------------------- the live picture


async def frames(answer: httpx.Response, count: int) -> list[bytes]:
    """The first frames of a multipart answer."""
    body, found = b"", list[bytes]()
    async for piece in answer.aiter_raw():
        body += piece
        while True:
            head, split, rest = body.partition(b"\r\n\r\n")
            if not split:
                break
            size = int(head.partition(b"Content-Length: ")[2].split()[0])
            if len(rest) < size + 2:
                break
            assert head.startswith(b"--frame\r\nContent-Type: image/jpeg\r\n")
            found.append(rest[:size])
            body = rest[size + 2 :]
        if len(found) >= count:
            break
    return found


async def test_the_live_picture_is_the_clerks_and_stops_when_the_page_leaves(tmp_path: Path) -> None:
    scanner = Scanner(frame=sheet("live"))
    async with counter(tmp_path, scanner) as at, httpx.AsyncClient(trust_env=False) as http:
        url = f"{at.hall.address}/api/v1/page/preview"
        early = await http.get(url, headers=bearer(at))
        assert early.json()["error"]["data"]["code"] == "window.no_ticket"
        await at.serve()
        async with http.stream("GET", url, headers=bearer(at)) as answer:
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
            assert await frames(answer, 3) == [scanner.frame] * 3
            assert scanner.looking == 1
        await at.until(lambda: scanner.looking == 0, "the camera let go")
        other = await at.hall.clerk("102")
        boss = await at.hall.clerk("boss", ("supervisor",))
        refusals = [
            await http.get(url),
            await http.get(url, headers=bearer(at, other)),
            await http.get(url, headers=bearer(at, boss, "supervisor")),
        ]
        assert [row.json()["error"]["data"]["code"] for row in refusals] == [
            "auth.required", "window.taken", "auth.wrong_role",
        ]  # fmt: skip
        assert "page.preview" not in str(await at.events())


async def test_the_live_picture_ends_with_the_ticket_and_at_the_stop(tmp_path: Path) -> None:
    scanner = Scanner(frame=sheet("live"))
    async with counter(tmp_path, scanner) as at, httpx.AsyncClient(trust_env=False, timeout=10) as http:
        url = f"{at.hall.address}/api/v1/page/preview"
        for end in ("ticket.finish", "window.close"):
            await at.serve()
            async with http.stream("GET", url, headers=bearer(at)) as answer:
                assert await frames(answer, 1)
                await at.desk.change("ticket.hold" if end == "window.close" else end)
            await at.until(lambda: scanner.looking == 0, "the camera let go")
        await at.serve()
        async with http.stream("GET", url, headers=bearer(at)) as answer:
            assert await frames(answer, 1)
            at.hall.daemon.finish()
            await at.until(lambda: scanner.looking == 0, "the camera let go at the stop")


async def test_the_live_picture_outlives_the_time_of_an_answer_while_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that gets on is not hung up on, however long its answer takes."""
    monkeypatch.setattr(request_line, "ANSWER_S", 0.5)
    scanner = Scanner(frame=sheet("live"))
    async with counter(tmp_path, scanner) as at, httpx.AsyncClient(trust_env=False) as http:
        await at.serve()
        async with http.stream("GET", f"{at.hall.address}/api/v1/page/preview", headers=bearer(at)) as answer:
            assert len(await frames(answer, 25)) >= 25


async def test_a_scanner_without_a_picture_tells_why(tmp_path: Path) -> None:
    async with counter(tmp_path, Scanner()) as at, httpx.AsyncClient(trust_env=False) as http:
        await at.serve()
        answer = await http.get(f"{at.hall.address}/api/v1/page/preview", headers=bearer(at))
        assert answer.status_code == 503
        assert answer.json()["error"]["data"]["code"] == "device.refused"
