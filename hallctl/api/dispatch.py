"""From a caller, a method's name and raw params to its result: the same for every door.

This is one of the four edges at which anything unexpected is caught: the asker gets ``request.internal``, the log the
trace, and everybody else goes on.
"""

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
    """A request whose method, role and params are right: what is to be done for whom, and the params as they came."""

    caller: Caller
    method: Method
    params: Any
    raw: bytes | msgspec.Raw


def asked(caller: Caller, name: str, raw: bytes | msgspec.Raw, methods: dict[str, Method]) -> Asked:
    """The request, looked at; raises RequestError."""
    method = method_named(methods, name)
    check_role(method, caller)
    params = rpc.params(method.params, raw)
    return Asked(caller, method, params, raw)


def begin(context: Context, request: Asked, reply: Reply) -> bool:
    """Begin a command, whose outcome `reply` is told at once or when it is durable; False for any other method, which
    `result` serves. Raises HallctlError only; then `reply` is not told."""
    caller, method, params, _raw = request
    if method.make is None:
        return False
    try:
        key = _key(context, request)
        if key is None or not context.hall.repeated(key, reply):
            context.begin(caller, method.make(context, caller, params), key, reply)
    except HallctlError:
        raise
    except Exception as error:
        log.exception("request.failed", method=method.name, caller=caller.name)
        raise RequestError("request.internal") from error
    return True


async def result(context: Context, request: Asked) -> Any:
    """The method's result, ready for JSON (a receipt comes as it was kept). Raises HallctlError only."""
    caller, method, params, _raw = request
    key = _key(context, request)
    try:
        if method.make is not None:
            told: Any = await context.hall.answered(key)
            if told is None:
                told = await context.execute(caller, method.make(context, caller, params), key)
        else:
            assert method.handle is not None  # noqa: S101 - a method has one or the other
            told = await method.handle(context, caller, params, key)
    except HallctlError:
        raise
    except Exception as error:
        log.exception("request.failed", method=method.name, caller=caller.name)
        raise RequestError("request.internal") from error
    return msgspec.Raw(told.encode()) if isinstance(told, str) else told


def _key(context: Context, request: Asked) -> RequestKey | None:
    """What the same request is known by when it comes again: from a plain digest of its params somebody could guess a
    number or a password. None for what changes nothing."""
    caller, method, params, raw = request
    if not isinstance(params, Change):
        return None
    digest = context.identity.sealed(b"%b\0%b" % (method.name.encode(), raw))
    return RequestKey(f"{caller.name}/{params.request_id}", digest)
