"""HTTP: the same METHODS at ``POST /api/v1/<noun>/<verb>``, the pages, and the health of the daemon.

Pages are static files with a strict content policy; nothing is loaded from elsewhere.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from starlette.websockets import WebSocket

from hallctl.api import dispatch, document, page_file, rpc, ws
from hallctl.api.auth import ANYONE, Caller
from hallctl.api.context import Context
from hallctl.api.document import PREFIX
from hallctl.api.line import vouch
from hallctl.api.methods import METHODS, Method
from hallctl.api.role import Role
from hallctl.errors import HallctlError, RequestError
from hallctl.version import VERSION

ROLE_HEADER: Final = "x-hallctl-role"
PLACE_HEADER: Final = "x-hallctl-place"

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self' ws: wss:; media-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Handler = Callable[[Request], Awaitable[Response]]


class Pages(StaticFiles):
    """The pages' files, with the headers that keep them to themselves."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(HEADERS)
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith((".py", ".pyc")) or "__pycache__" in path:
            path = "not-there"
        return await super().get_response(path, scope)


def application(
    context: Context, pages: Path | None, methods: dict[str, Method] = METHODS, clips: Path | None = None
) -> FastAPI:
    """The ASGI application of the composed hall; `clips` are spoken calls, for the demo page only."""
    app = FastAPI(title="hallctl", version=VERSION, openapi_url=f"{PREFIX}/openapi.json", docs_url=None, redoc_url=None)
    document.install(app, methods)
    for method in methods.values():
        noun, _, verb = method.name.partition(".")
        app.add_api_route(
            f"{PREFIX}/{noun}/{verb}",
            _endpoint(context, method, methods),
            methods=["POST"],
            name=method.name,
            response_class=Response,
        )

    @app.get(f"{PREFIX}/health", include_in_schema=False)
    async def health() -> Response:
        return _json({"seq": context.state.seq, "day": context.state.day, "clients": context.hub.count()})

    @app.get(f"{PREFIX}/page/file", include_in_schema=False)
    async def page(request: Request) -> Response:
        return await page_file.fetch(context, request, _refused)

    @app.get(f"{PREFIX}/page/preview", include_in_schema=False)
    async def frames(request: Request) -> Response:
        return await page_file.preview(context, request, lambda: _known(context, request), _refused)

    @app.websocket("/ws")
    async def websocket(socket: WebSocket) -> None:
        await ws.serve(context, socket, methods)

    @app.api_route(PREFIX + "/{rest:path}", methods=["GET", "POST", "PUT", "DELETE"], include_in_schema=False)
    async def unknown(rest: str) -> Response:
        return _refused(RequestError("request.unknown_method", method=rest[:64]))

    if clips is not None:
        app.mount("/demo/clips", Pages(directory=clips), name="clips")
    if pages is not None:
        app.mount("/", Pages(directory=pages, html=True), name="pages")
    return app


def _endpoint(context: Context, method: Method, methods: dict[str, Method]) -> Handler:
    async def endpoint(request: Request) -> Response:
        try:
            body = await _body(request)
            context.hall.heed()
            caller = _caller(context, method, request)
            if caller.role is not None:
                vouch(request.scope)
            result = await dispatch.result(context, dispatch.asked(caller, method.name, body, methods))
        except HallctlError as error:
            return _refused(error)
        return _json(result)

    return endpoint


def _known(context: Context, request: Request) -> Caller:
    """A clerk who asks for a stream."""
    caller = _caller(context, METHODS["page.show"], request)
    if caller.role is not None:
        vouch(request.scope)
    return caller


async def _body(request: Request) -> bytes:
    """The request's body, empty meaning no params; raises RequestError beyond the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > rpc.LIMIT:
            raise RequestError("request.too_large", limit=rpc.LIMIT)
    return bytes(body) or b"{}"


def _caller(context: Context, method: Method, request: Request) -> Caller:
    """Who asks, by the bearer token. A person acts in the role named in the header, else in one that may."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return ANYONE
    place = request.headers.get(PLACE_HEADER)
    named = request.headers.get(ROLE_HEADER)
    if named is not None:
        if named not in set(Role):
            raise RequestError("request.invalid_params", problem="unknown role")
        return context.auth.caller(token, Role(named), place)
    caller = context.auth.caller(token, None, place)
    roles = context.auth.roles(caller)
    allowed = [role for role in Role if role in roles and (method.roles is None or role in method.roles)]
    return replace(caller, role=allowed[0] if allowed else next(iter(sorted(roles)), None))


def _json(result: Any) -> Response:
    return Response(msgspec.json.encode(result), media_type="application/json", headers={"Cache-Control": "no-store"})


def _refused(error: HallctlError) -> Response:
    return JSONResponse({"error": rpc.error_body(error)}, status_code=rpc.http_status(error))
