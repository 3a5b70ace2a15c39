"""OpenAPI and AsyncAPI are what the code serves, and what the wheel ships."""

import json
from pathlib import Path

import httpx
import jsonschema
import pytest

from hallctl.api import document
from hallctl.api.methods import METHODS, WS_ONLY
from hallctl.api.role import Role
from tests.harness import running_hall

SHIPPED = Path(document.__file__).parent


@pytest.mark.parametrize("kind", ["openapi", "asyncapi"])
def test_the_shipped_document_is_the_generated_one(kind: str) -> None:
    made = {"openapi": document.openapi, "asyncapi": document.asyncapi}[kind]()
    text = json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    assert (SHIPPED / f"{kind}.json").read_text(encoding="utf-8") == text, f"run: hallctl schema {kind}"


def test_documents_name_every_method() -> None:
    assert {path["post"]["operationId"] for path in document.openapi()["paths"].values()} == set(METHODS)
    messages = document.asyncapi()["channels"]["hall"]["messages"]
    assert set(METHODS) | set(WS_ONLY) <= set(messages)


def test_every_reference_resolves() -> None:
    for made in (document.openapi(), document.asyncapi()):
        text = json.dumps(made)
        names = set(made["components"]["schemas"])
        for part in text.split('"#/components/schemas/')[1:]:
            assert part.split('"')[0] in names


async def test_answers_fit_the_document(tmp_path: Path) -> None:
    made = document.openapi()
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False) as http:
        token = await hall.terminal(Role.KIOSK, "kiosk-1")
        admin = await hall.terminal(Role.ADMIN)
        day = hall.daemon.context.state.day
        for name, who, params in (
            ("hall.about", "", {}),
            ("ticket.take", token, {"request_id": "1", "service": "pooled"}),
            ("ticket.find", token, {"label": "A001"}),
            ("hall.snapshot", token, {}),
            ("journal.read", admin, {"limit": 5}),
            ("journal.seal", admin, {}),
            ("report.ledger", admin, {"day": day}),
            ("report.devices", admin, {"month": (day or "")[:7]}),
            ("account.list", admin, {}),
            ("terminal.list", admin, {}),
            ("pair.offer", admin, {"role": "board"}),
            ("ticket.take", token, {"request_id": "2", "service": "none"}),
        ):
            headers = {"authorization": f"Bearer {who}"} if who else {}
            answer = await http.post(f"{hall.address}/api/v1/{name.replace('.', '/')}", json=params, headers=headers)
            operation = made["paths"][f"/api/v1/{name.replace('.', '/')}"]["post"]
            schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
            jsonschema.validate(answer.json(), {**schema, "components": made["components"]})
        served = (await http.get(f"{hall.address}/api/v1/openapi.json")).json()
        assert served == json.loads(json.dumps(made))
