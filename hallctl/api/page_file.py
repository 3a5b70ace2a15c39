"""Two streams over HTTP that are no methods: a finished file, fetched once by its token; a scanner's live picture.

Tokens come in a header, never in an address: addresses stand in logs of proxies and in a browser's history.

``GET /api/v1/page/file``     ``Authorization: Offer <token of page.offer>`` → the PDF or JPEG; 404 without a good token
``GET /api/v1/page/preview``  as a clerk, with the headers of any method → ``multipart/x-mixed-replace`` of JPEG frames
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from hallctl.api import pages
from hallctl.api.auth import Caller
from hallctl.api.context import Context
from hallctl.api.line import prolong
from hallctl.errors import DeviceFault, HallctlError

NO_STORE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
BOUNDARY: Final = "frame"

FIRST_S: Final = 15.0
"""A camera that has no picture by then has none."""

Refuse = Callable[[HallctlError], Response]


async def fetch(context: Context, request: Request, refuse: Refuse) -> Response:
    """The file of the offer; a used, an old and a wrong token are the same 404."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    offer = context.scans.offers.redeem(token[:128]) if scheme.lower() == "offer" else None
    if offer is None:
        return Response(status_code=404, headers=NO_STORE)
    slices = context.scans.offers.content(offer)
    try:
        first = await anext(slices)
    except HallctlError as error:
        await slices.aclose()
        return refuse(error)
    headers = {**NO_STORE, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(offer.name)}"}
    return StreamingResponse(_all(request, first, slices), media_type=offer.media_type, headers=headers)


async def preview(context: Context, request: Request, caller: Callable[[], Caller], refuse: Refuse) -> Response:
    """Frames until the page leaves, the ticket ends or the clerk changes; the fault where there is no picture."""
    try:
        frames = await pages.frames(context, caller())
        async with asyncio.timeout(FIRST_S):
            first = await anext(frames, None)
    except TimeoutError:
        return refuse(DeviceFault("device.silent"))
    except HallctlError as error:
        return refuse(error)
    if first is None:
        return Response(status_code=204, headers=NO_STORE)
    parts = _parts(request, first, frames)
    return StreamingResponse(parts, media_type=f"multipart/x-mixed-replace; boundary={BOUNDARY}", headers=NO_STORE)


async def _all(request: Request, first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """`first` and the rest; the line may take as long as it gets on."""
    async with aclosing(rest):
        yield first
        async for piece in rest:
            prolong(request.scope)
            yield piece


async def _parts(request: Request, first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(_all(request, first, rest)) as frames:
        try:
            async for frame in frames:
                yield b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % (
                    BOUNDARY.encode(),
                    len(frame),
                )
                yield frame + b"\r\n"
        except HallctlError:  # the device has gone: the page asks again and is told why
            return
