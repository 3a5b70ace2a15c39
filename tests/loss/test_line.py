"""A line that drops at the worst moment: people's programs come back by themselves."""

import asyncio
import json

from websockets.asyncio.server import ServerConnection, serve

from hallctl.client import Client


async def test_o07_a_line_that_drops_at_the_hello_is_renewed() -> None:
    """O07: a daemon that is killed between a hello and its answer is found again when it is back."""
    lives = 0

    async def daemon(socket: ServerConnection) -> None:
        nonlocal lives
        lives += 1
        async for frame in socket:
            if lives == 1:
                return  # gone, and the hello with it
            request = json.loads(frame)
            result = {"seq": 0, "epoch": "e1", "snapshot": {}} if request["method"] == "hall.subscribe" else {}
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}))

    async with serve(daemon, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        async with asyncio.timeout(3), Client(f"ws://127.0.0.1:{port}/ws", role="board", token="token") as client:
            assert client.seq == 0
    assert lives == 2
