"""schemathesis against our own OpenAPI: no request that fits the document, or just misses it, breaks the daemon."""

from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from hallctl.api import document
from hallctl.api.role import Role
from tests.harness import running_hall

SCHEMA = schemathesis.openapi.from_dict(document.openapi())


@pytest.mark.parametrize("role", [Role.KIOSK, Role.ADMIN])
async def test_generated_requests_are_answered_with_a_known_status(tmp_path: Path, role: Role) -> None:
    known = {200, 400, 401, 403, 409, 413, 422, 429, 503}
    async with running_hall(tmp_path) as hall, httpx.AsyncClient(trust_env=False, base_url=hall.address) as http:
        token = await hall.terminal(role, "kiosk-1" if role is Role.KIOSK else None)
        bodies: list[tuple[str, object]] = []
        for operation in SCHEMA.get_all_operations():
            collect_cases(operation.ok(), bodies)
        assert len(bodies) > 100
        for path, body in bodies:
            answer = await http.post(path, json=body, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code in known, (path, body, answer.text)
            if answer.status_code != 200:
                assert answer.json()["error"]["data"]["zh"]
        assert (await http.get("/api/v1/health")).status_code == 200


def collect_cases(operation: object, bodies: list[tuple[str, object]]) -> None:
    """Four bodies that fit the operation."""

    @given(case=operation.as_strategy())  # type: ignore[attr-defined]
    @settings(max_examples=4, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def collect(case: object) -> None:
        bodies.append((case.path, case.body))  # type: ignore[attr-defined]

    collect()
