"""The boards and window screens: a process that only listens, ``python -m tests.soak.audience``.

Jobs: ``open``, ``disturb``, ``calm``, ``sample``, ``agree``, ``sums``.
"""

from typing import Any

from tests.soak.company import STAYER, Company
from tests.soak.line import Line
from tests.soak.worker import Jobs, serve


def _jobs() -> Jobs:
    company = Company()

    async def open_(port: int, token: str, count: int) -> int:
        company.beat()
        for number in range(count):
            # what comes late to a board that was cut or deaf tells nothing about the hall
            stays = number % STAYER == 0
            line = Line(port, "board", None, company.told if stays else None, small=number % 4 == 1)
            line.token = token
            company.live(line, stays=stays)
        return await company.there()

    async def disturb(seed: int, every_s: float, lasts_s: float) -> None:
        company.disturb(seed, every_s, lasts_s)

    async def calm() -> None:
        company.calm()

    async def sample() -> dict[str, Any]:
        return company.heard()

    async def agree() -> int:
        return await company.agree()

    async def sums() -> dict[str, Any]:
        return company.sums()

    return {"open": open_, "disturb": disturb, "calm": calm, "sample": sample, "agree": agree, "sums": sums}


if __name__ == "__main__":
    serve(_jobs)
