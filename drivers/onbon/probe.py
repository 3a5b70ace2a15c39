"""Is there an Onbon card at the other end? Asked by PING and for its parameters, which changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Final

from drivers.bus import inquire
from drivers.onbon.card import K_TYPES, Heard
from drivers.onbon.codec import MODELS, CardCodec, Packet, Parameters, ask_parameters, ping
from hallctl.devices.contract import Link, Probe

ANSWER_S: Final = 1.0
ADDRESSES: Final = (1, 0xFFFE)
"""The address with which cards are delivered; then that to which every card answers, several at once if there are."""

PORT: Final = 5005


async def identify(link: Link, sleep: Callable[[float], Awaitable[None]]) -> str | None:
    """The model and the screen's pixels as far as the card tells them; None where no card of the kind answers. Raises
    LinkLost."""
    for address in ADDRESSES:
        card = await _ask(link, sleep, ping(address))
        if card is not None:
            break
    else:
        return None
    answer = await _ask(link, sleep, ask_parameters(card.source))
    parameters = Parameters.parse(answer.payload) if answer is not None and not answer.error else None
    if parameters is None:
        return f"BX-K, card {card.source}"
    if parameters.device_type not in K_TYPES:
        return None
    model = MODELS.get(parameters.device_type, "BX-K")
    return f"{model} {parameters.width}x{parameters.height}, card {card.source}"


async def _ask(link: Link, sleep: Callable[[float], Awaitable[None]], request: Packet) -> Packet | None:
    def answers(message: Heard) -> bool:
        return isinstance(message, Packet) and message.answers(request)

    answer = await inquire(link, sleep, request.encode(), CardCodec(), answers, ANSWER_S)
    return answer if isinstance(answer, Packet) else None


PROBES: Final = (
    Probe("tcp", identify, port=PORT),
    *(Probe("serial", identify, query=f"baud={baud}") for baud in (57600, 9600)),
)
