"""Is there a GM65 module at the other end? Asked by the question whether it is there, which changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Final

from drivers.barcode.codec import PING, Answer, LineCodec, Message, encode
from drivers.bus import inquire
from hallctl.devices.contract import Link, Probe

ANSWER_S: Final = 0.5


async def identify(link: Link, sleep: Callable[[float], Awaitable[None]]) -> str | None:
    """``GM65``, the family's name: the modules tell no model. Raises LinkLost."""
    answer = await inquire(link, sleep, encode(PING), LineCodec(answers=True), _is_alive, ANSWER_S)
    return "GM65" if answer is not None else None


def _is_alive(message: Message) -> bool:
    return isinstance(message, Answer) and message.alive


PROBES: Final = tuple(Probe("serial", identify, query=f"baud={baud}") for baud in (9600, 115200))
