"""JSON-RPC 2.0, pure: bytes to requests, results and errors to frames. Named params only, no batches."""

from typing import Any, Final, TypeVar

import msgspec

from hallctl.errors import ConfigError, DeviceFault, HallctlError, Refusal, RequestError, StoreError, sentence

LIMIT: Final = 64 * 1024
"""Bytes of a client's message."""

_NUMBERS: Final = {
    "request.malformed": -32600,
    "request.unknown_method": -32601,
    "request.invalid_params": -32602,
    "request.no_id": -32602,
    "request.internal": -32603,
}
"""JSON-RPC's own numbers for the codes that have one."""


class Request(msgspec.Struct, frozen=True):
    """One request; a notification (without id) is served, its answer is not sent."""

    method: str
    id: int | str | None = None
    jsonrpc: str = "2.0"
    params: msgspec.Raw = msgspec.Raw(b"{}")


T = TypeVar("T")

_DECODER = msgspec.json.Decoder(Request)


def parse(frame: str | bytes) -> Request:
    """The request in a frame; raises RequestError ``request.malformed`` or ``request.too_large``."""
    if len(frame) > LIMIT:
        raise RequestError("request.too_large", limit=LIMIT)
    try:
        request = _DECODER.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError("request.malformed", detail=str(error)) from error
    if request.jsonrpc != "2.0":
        raise RequestError("request.malformed", detail="jsonrpc is not 2.0")
    return request


def params(kind: type[T], raw: msgspec.Raw | bytes) -> T:
    """The method's params; raises RequestError ``request.invalid_params`` that names the problem."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise RequestError("request.invalid_params", problem=str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RequestError("request.malformed", detail=str(error)) from error


def result_frame(request_id: int | str | None, result: Any) -> bytes:
    """The answer."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": request_id, "result": result})


def error_frame(request_id: int | str | None, error: HallctlError | Refusal) -> bytes:
    """The error, with its code and its sentence in both languages."""
    return msgspec.json.encode({"jsonrpc": "2.0", "id": request_id, "error": error_body(error)})


def error_body(error: HallctlError | Refusal) -> dict[str, Any]:
    """JSON-RPC's error object; the same under ``error`` on HTTP."""
    data: dict[str, Any] = {
        "code": error.code,
        "zh": sentence(error.code, "zh", error.params),
        "en": sentence(error.code, "en", error.params),
        "params": error.params,
    }
    if isinstance(error, ConfigError):
        data["problems"] = [{"key": row.key, "zh": row.zh, "en": row.en} for row in error.problems]
    return {"code": number(error), "message": data["zh"], "data": data}


def number(error: HallctlError | Refusal) -> int:
    """JSON-RPC's number of the error."""
    if error.code in _NUMBERS:
        return _NUMBERS[error.code]
    if isinstance(error, Refusal):
        return -32000
    if isinstance(error, DeviceFault):
        return -32002
    if isinstance(error, StoreError):
        return -32003
    return -32001 if error.code.startswith("auth.") else -32000


def http_status(error: HallctlError | Refusal) -> int:
    """The HTTP status of the error."""
    special = {
        "request.unknown_method": 404,
        "request.invalid_params": 422,
        "request.too_large": 413,
        "request.too_many": 429,
        "request.internal": 500,
        "auth.required": 401,
        "auth.bad_token": 401,
        "auth.bad_password": 401,
        "auth.locked": 429,
    }
    if error.code in special:
        return special[error.code]
    if isinstance(error, DeviceFault | StoreError):
        return 503
    if isinstance(error, Refusal):
        return 409
    return 403 if error.code.startswith(("auth.", "account.not")) else 400
