"""OpenAPI for HTTP and AsyncAPI for the websocket, both made from the METHODS table and the schemas.

`openapi.json` and `asyncapi.json` beside this file are what these functions give; a test compares them.
"""

from typing import Any, Final

import msgspec
from fastapi import FastAPI

from hallctl.api.methods import METHODS, WS_ONLY, Method
from hallctl.domain.event_table import EVENTS
from hallctl.version import VERSION

Json = dict[str, Any]
PREFIX: Final = "/api/v1"
TEMPLATE: Final = "#/components/schemas/{name}"

ERROR: Final[Json] = {
    "type": "object",
    "required": ["code", "message", "data"],
    "properties": {
        "code": {"type": "integer", "description": "JSON-RPC's number"},
        "message": {"type": "string", "description": "the sentence in zh-CN"},
        "data": {
            "type": "object",
            "required": ["code", "zh", "en", "params"],
            "properties": {
                "code": {"type": "string", "description": "stable code, e.g. queue.empty"},
                "zh": {"type": "string"},
                "en": {"type": "string"},
                "params": {"type": "object"},
                "problems": {"type": "array", "description": "of a config: what is wrong, {key, zh, en} each"},
            },
        },
    },
}

_STATUS: Final = {
    "400": "malformed",
    "401": "no valid token",
    "403": "not allowed",
    "404": "unknown",
    "409": "the hall refuses",
    "413": "too large",
    "422": "wrong params",
    "429": "too many tries",
    "500": "internal",
    "503": "store or device unavailable",
}


def install(app: FastAPI, methods: dict[str, Method]) -> None:
    """Let the application answer with our document instead of guessing one."""
    app.openapi = lambda: openapi(methods)  # type: ignore[method-assign] # FastAPI's documented way to extend OpenAPI


def openapi(methods: dict[str, Method] = METHODS) -> Json:
    """The OpenAPI 3.1 document."""
    kinds = {kind for method in methods.values() for kind in (method.params, method.result)}
    refs, components = _schemas(kinds)
    failed = {"$ref": TEMPLATE.format(name="Failed")}
    components["Failed"] = {"type": "object", "required": ["error"], "properties": {"error": ERROR}}
    errors = {
        status: {"description": text, "content": {"application/json": {"schema": failed}}}
        for status, text in _STATUS.items()
    }
    paths = {
        f"{PREFIX}/{method.name.replace('.', '/')}": {"post": _call(method, refs, errors)}
        for method in methods.values()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hallctl",
            "version": VERSION,
            "description": "Tickets, calls and ratings of a service hall.",
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _call(method: Method, refs: dict[type, Json], errors: Json) -> Json:
    """The operation of one method."""
    done = {"description": "done", "content": {"application/json": {"schema": refs[method.result]}}}
    return {
        "operationId": method.name,
        "summary": method.doc,
        "description": _who(method),
        "security": [] if method.roles is None else [{"bearer": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": refs[method.params]}}},
        "responses": {"200": done, **errors},
    }


def asyncapi(methods: dict[str, Method] = METHODS) -> Json:
    """The AsyncAPI 3.0 document of ``/ws``: what a client sends, what it is answered, what it is told."""
    rows = {name: (m.params, m.result, m.doc) for name, m in methods.items()} | WS_ONLY
    refs, components = _schemas({kind for params, result, _doc in rows.values() for kind in (params, result)})
    components["Error"] = ERROR
    messages: Json = {}
    for name, (params, result, doc) in rows.items():
        messages[name] = _message(doc, _request(name, refs[params]))
        messages[f"{name}.result"] = _message(f"Answer to {name}.", _answer(refs[result]))
    messages["error"] = _message("An error.", _answer_error())
    messages["hall.events"] = _message("What has happened since.", _notification("hall.events", _EVENTS))
    messages["hall.snapshot"] = _message("For one who was skipped.", _notification("hall.snapshot", refs_any()))
    for name in ("hall.services", "hall.caption", "card.seen", "code.seen", "page.progress", "hall.stopping"):
        messages[name] = _message("Not part of the state.", _notification(name, refs_any()))
    sent = [*rows]
    told = [name for name in messages if name not in sent]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "hallctl", "version": VERSION},
        "servers": {"hall": {"host": "127.0.0.1:8780", "protocol": "ws"}},
        "channels": {"hall": {"address": "/ws", "messages": messages}},
        "operations": {
            "ask": _operation("receive", sent),
            "tell": _operation("send", told),
        },
        "components": {"schemas": dict(sorted(components.items()))},
    }


_EVENTS: Final[Json] = {
    "type": "object",
    "required": ["from", "to", "events"],
    "properties": {
        "from": {"type": "integer"},
        "to": {"type": "integer"},
        "events": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["seq", "at", "type", "data"],
                "properties": {
                    "seq": {"type": "integer"},
                    "at": {"type": "integer"},
                    "type": {"enum": sorted(EVENTS)},
                    "data": {"type": "object"},
                },
            },
        },
    },
}


def refs_any() -> Json:
    """An object whose fields README.md describes."""
    return {"type": "object"}


def _schemas(kinds: set[type]) -> tuple[dict[type, Json], Json]:
    ordered = sorted(kinds, key=lambda kind: kind.__name__)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=TEMPLATE)
    return dict(zip(ordered, schemas, strict=True)), dict(components)


def _who(method: Method) -> str:
    if method.roles is None:
        return "Anyone."
    return "Roles: " + ", ".join(sorted(method.roles)) + "."


def _message(summary: str, payload: Json) -> Json:
    return {"summary": summary, "payload": payload}


def _envelope(**properties: Json) -> Json:
    return {
        "type": "object",
        "required": ["jsonrpc", *(name for name in properties if name != "id")],
        "properties": {"jsonrpc": {"const": "2.0"}, **properties},
    }


def _request(name: str, params: Json) -> Json:
    return _envelope(id={"type": ["integer", "string"]}, method={"const": name}, params=params)


def _answer(result: Json) -> Json:
    return _envelope(id={"type": ["integer", "string"]}, result=result)


def _answer_error() -> Json:
    return _envelope(id={"type": ["integer", "string", "null"]}, error={"$ref": TEMPLATE.format(name="Error")})


def _notification(name: str, params: Json) -> Json:
    return _envelope(method={"const": name}, params=params)


def _operation(action: str, names: list[str]) -> Json:
    messages = [{"$ref": f"#/channels/hall/messages/{name}"} for name in names]
    return {"action": action, "channel": {"$ref": "#/channels/hall"}, "messages": messages}
