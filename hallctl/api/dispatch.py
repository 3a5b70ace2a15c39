"""From a caller, a method's name and raw params to its result: the same for every door.

This is one of the four edges at which anything unexpected is caught: the asker gets ``request.internal``, the log the
trace, and everybody else goes on.
"""

import hashlib
from typing import Any, NamedTuple

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


class Asked(NamedTuple):
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
    caller, method, params, key = request
    if method.make is None:
        return False
    try:
        context.begin(caller, method.make(context, caller, params), _sealed(context, key), reply)
    except HallctlError:
        raise
    except Exception as error:
        log.exception("request.failed", method=method.name, caller=caller.name)
        raise RequestError("request.internal") from error
    return True


async def result(context: Context, request: Asked) -> Any:
    """The method's result, ready for JSON (a receipt comes as it was kept). Raises HallctlError only."""
    caller, method, params, key = request
    key = _sealed(context, key)
    try:
        if method.make is not None:
            told: Any = await context.execute(caller, method.make(context, caller, params), key)
        else:
            assert method.handle is not None  # noqa: S101 - a method has one or the other
            told = await method.handle(context, caller, params, key)
    except HallctlError:
        raise
    except Exception as error:
        log.exception("request.failed", method=method.name, caller=caller.name)
        raise RequestError("request.internal") from error
    return msgspec.Raw(told.encode()) if isinstance(told, str) else told


def _sealed(context: Context, key: RequestKey | None) -> RequestKey | None:
    """The key as it may be kept: from a plain digest of the params somebody could guess a number or a password."""
    return None if key is None else RequestKey(key.key, context.identity.sealed(key.digest))
