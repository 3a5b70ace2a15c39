"""Runs a program with an end: input in, output out, killed when it takes too long."""

import asyncio
from dataclasses import dataclass

from hallctl.devices.contract import Port


class Missing(Exception):
    """There is no such program, or it may not be run."""


class Overdue(Exception):
    """The program took too long and was killed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program left: its exit code and what it wrote."""

    code: int
    out: bytes
    err: bytes


async def run(command: list[str], given: bytes, seconds: float, port: Port) -> Outcome:
    """Runs `command` in a session of its own with `given` on its standard input; Missing, Overdue."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise Missing(str(error)) from error
    talk = asyncio.create_task(process.communicate(given))
    alarm = asyncio.ensure_future(port.sleep(seconds))
    try:
        await asyncio.wait({talk, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if not talk.done():
            raise Overdue(f"{command[0]} took more than {seconds:g} s")
        out, err = talk.result()
        return Outcome(process.returncode or 0, out, err)
    finally:
        if process.returncode is None:
            process.kill()
        for task in (talk, alarm):
            task.cancel()
        await asyncio.wait({talk, alarm})
        await process.wait()
