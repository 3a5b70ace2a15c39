"""What a client is told next."""

import asyncio
from typing import Any

from hallctl.client import Client


async def told(client: Client, kind: str) -> dict[str, Any]:
    """The data of the next event of the kind, within ten seconds."""
    async with asyncio.timeout(10):
        async for event in client.events():
            if event["type"] == kind:
                data: dict[str, Any] = event["data"]
                return data
    raise AssertionError("the line has ended")
