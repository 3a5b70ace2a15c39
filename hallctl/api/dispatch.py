"""From a caller, a method's name and raw params to its result: the same for every door."""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog

from hallctl.api import rpc
from hallctl.api.auth import Caller
from hallctl.api.context import Context
from hallctl.api.methods import Method
from hallctl.api.schemas import Change
from hallctl.engine.answer import Reply, RequestKey
from hallctl.errors import HallctlError, RequestError

log = structlog.get_logger()


def method_named(methods: dict[str, Method], name: str) -> Method:
    """The method; raises RequestError ``request.unknown_method``."""
    method = methods.get(name)
    if method is None:
        raise RequestError("request.unknown_method", method=name[:64])
    return method


def check_role(method: Method, caller: Caller) -> None:
    """Raises RequestError ``auth.required`` or ``auth.wrong_role``, and logs the attempt (O02)."""
    if method.roles is None:
        return
    if caller.role is None:
        raise RequestError("auth.required")
    if caller.role not in method.roles:
        log.warning("request.forbidden", method=method.name, role=caller.role, caller=caller.name)
        raise RequestError("auth.wrong_role", role=caller.role, method=method.name)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose method, role and params are right: what is to be done for whom."""

    caller: Caller
    method: Method
    params: Any
    key: RequestKey | None


def asked(caller: Caller, name: str, raw: bytes | msgspec.Raw, methods: dict[str, Method]) -> Asked:
    """The request, looked at; raises RequestError."""
    method = method_named(methods, name)
    check_role(method, caller)
    params = rpc.params(method.params, raw)
    key = None
    if isinstance(params, Change):
        digest = hashlib.sha256(name.encode() + b"\0" + bytes(raw)).hexdigest()[:32]
        key = RequestKey(f"{caller.name}/{params.request_id}", digest)
    return Asked(caller, method, params, key)


def begin(context: Context, request: Asked, reply: Reply) -> bool:
    """Begin a command, whose outcome `reply` is told at once or when it is durable; False for any other method, which
    `result` serves. Raises HallctlError only; then `reply` is not told."""
    if request.method.make is None:
        return False
    with _edge(request):
        context.begin(request.caller, request.method.make(context, request.caller, request.params), request.key, reply)
    return True


async def result(context: Context, request: Asked) -> Any:
    """The method's result, ready for JSON (a receipt comes as it was kept). Raises HallctlError only."""
    with _edge(request):
        if request.method.make is not None:
            command = request.method.make(context, request.caller, request.params)
            told: Any = await context.execute(request.caller, command, request.key)
        else:
            assert request.method.handle is not None  # noqa: S101 - a method has one or the other
            told = await request.method.handle(context, request.caller, request.params, request.key)
    return msgspec.Raw(told.encode()) if isinstance(told, str) else told


@contextlib.contextmanager
def _edge(request: Asked) -> Iterator[None]:
    """One of the four edges at which anything unexpected is caught: the asker gets ``request.internal``, the log the
    trace, and everybody else goes on."""
    try:
        yield
    except HallctlError:
        raise
    except Exception as error:
        log.exception("request.failed", method=request.method.name, caller=request.caller.name)
        raise RequestError("request.internal") from error
