"""Is there a printer at the other end? Asked in questions that print nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from drivers.escpos import codec
from hallctl.devices.contract import Link, Probe

Sleep = Callable[[float], Awaitable[None]]

ANSWER_S: Final = 0.6
"""Seconds for each answer: three bytes out and one back take 5 ms at 9600 baud."""

BAUDS: Final = (9600, 19200, 115200)
"""Speeds at which serial printers are delivered."""

PORT: Final = 9100


async def identify(link: Link, sleep: Sleep) -> str | None:
    """``ESC/POS`` and the model where the printer tells it (GS I 67); None where no printer answers DLE EOT 1 and 4,
    each by its one byte and by nothing else. Raises LinkLost."""
    for n in (1, 4):
        answers = await _ask(link, sleep, codec.status_request(n), codec.RealTime)
        if len(answers) != 1:
            return None
    answers = await _ask(link, sleep, codec.identity_request(), codec.Identity)
    model = next((reply.text for reply in answers if isinstance(reply, codec.Identity)), "")
    return f"ESC/POS {model}".rstrip()


async def _ask(link: Link, sleep: Sleep, request: bytes, wanted: type[codec.Reply]) -> list[codec.Reply]:
    """What comes until the wanted reply has come or the time is over; nothing after an answer that is none."""
    await link.write(request)
    parser, answers = codec.ReplyParser(), list[codec.Reply]()
    timer = asyncio.ensure_future(sleep(ANSWER_S))
    try:
        while not any(isinstance(reply, wanted) for reply in answers):
            reading = asyncio.ensure_future(link.read())
            try:
                await asyncio.wait({reading, timer}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    return []
                answers += parser.feed(reading.result())
            finally:
                await _ended(reading)
    finally:
        await _ended(timer)
    return [reply for reply in answers if not isinstance(reply, codec.AutoStatus | codec.Flow)]


async def _ended(task: "asyncio.Future[bytes] | asyncio.Future[None]") -> None:
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()


PROBES: Final = (
    Probe("tcp", identify, port=PORT),
    *(Probe("serial", identify, query=f"baud={baud}") for baud in BAUDS),
)
