"""The comparator: an ordinary session server, ``python -m hallctl.bench.comparator DIRECTORY``. Frozen.

It is what a competent developer writes in an afternoon from the documentation of FastAPI and SQLModel: a session per
request in the thread pool, transactions that take the write lock at once, SQLite with WAL and synchronous=FULL, boards
on a websocket that are told in a loop. It has no roles, no effects, no journal and no answer kept for a repetition. It
is never tuned: it stands for the same thing in every run, so that runs can be compared. Do not change it.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import event
from sqlmodel import Field, Session, SQLModel, col, create_engine, select

BUSY_S: Final = 60

T = TypeVar("T")


class Visit(SQLModel, table=True):
    """A ticket."""

    id: int | None = Field(default=None, primary_key=True)
    service: str = Field(index=True)
    number: int
    state: str = Field(default="waiting", index=True)
    window: str | None = Field(default=None, index=True)


class Happening(SQLModel, table=True):
    """What was done; its id numbers what the boards are told."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    visit: int


def open_engine(path: Path) -> Any:
    """The engine of SQLAlchemy's documentation for SQLite with real transactions."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    SQLModel.metadata.create_all(
        engine, tables=[SQLModel.metadata.tables["visit"], SQLModel.metadata.tables["happening"]]
    )
    return engine


def _tell(session: Session, kind: str, visit: Visit) -> dict[str, Any]:
    """Commit what was done, and say it."""
    happening = Happening(kind=kind, visit=visit.id or 0)
    session.add(happening)
    session.commit()
    label = f"{visit.service}-{visit.number:03d}"
    return {"seq": happening.id, "kind": kind, "window": visit.window, "ticket": {"id": str(visit.id), "label": label}}


def take(session: Session, service: str) -> dict[str, Any]:
    """The next number of the service."""
    last = session.exec(select(Visit).where(Visit.service == service).order_by(col(Visit.number).desc())).first()
    visit = Visit(service=service, number=last.number + 1 if last else 1)
    session.add(visit)
    session.flush()
    return _tell(session, "taken", visit)


def call_next(session: Session, window: str, service: str) -> dict[str, Any] | None:
    """The first who waits goes to the window; None if nobody does."""
    waiting = select(Visit).where(Visit.service == service, Visit.state == "waiting").order_by(col(Visit.id))
    visit = session.exec(waiting).first()
    if visit is None:
        return None
    visit.state, visit.window = "called", window
    session.add(visit)
    return _tell(session, "called", visit)


def finish(session: Session, window: str) -> dict[str, Any] | None:
    """The window's citizen is served; None if there is none."""
    visit = session.exec(select(Visit).where(Visit.window == window, Visit.state == "called")).first()
    if visit is None:
        return None
    visit.state = "done"
    session.add(visit)
    return _tell(session, "finished", visit)


def application(engine: Any) -> Any:
    """The server."""
    from fastapi import FastAPI, HTTPException, WebSocket, WebSocketDisconnect
    from fastapi.concurrency import run_in_threadpool

    app = FastAPI()
    boards: list[WebSocket] = []

    async def broadcast(told: dict[str, Any]) -> None:
        for board in list(boards):
            await board.send_json({"from": told["seq"], "to": told["seq"], "events": [told]})

    async def change(work: Callable[..., dict[str, Any] | None], *arguments: str) -> dict[str, Any]:
        def in_session() -> dict[str, Any] | None:
            with Session(engine) as session:
                return work(session, *arguments)

        told = await run_in_threadpool(in_session)
        if told is None:
            raise HTTPException(409, "nobody")
        await broadcast(told)
        return told

    @app.post("/services/{service}/take")
    async def take_number(service: str) -> dict[str, Any]:
        return await change(take, service)

    @app.post("/services/{service}/windows/{window}/next")
    async def next_ticket(service: str, window: str) -> dict[str, Any]:
        return await change(call_next, window, service)

    @app.post("/windows/{window}/finish")
    async def finish_ticket(window: str) -> dict[str, Any]:
        return await change(finish, window)

    async def board(socket: WebSocket) -> None:
        await socket.accept()
        boards.append(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            boards.remove(socket)

    app.add_api_websocket_route("/board", board)
    return app


def fill(engine: Any, services: list[str], waiting: int) -> None:
    """People who wait, spread evenly; before anything is measured."""
    with Session(engine) as session:
        session.add_all(
            Visit(service=services[n % len(services)], number=n // len(services) + 1) for n in range(waiting)
        )
        session.commit()


def main(directory: str, services: str, waiting: str) -> None:
    """Serve on a free port of 127.0.0.1, which is printed, until SIGTERM."""
    import socket

    import uvicorn

    engine = open_engine(Path(directory) / "comparator.db")
    fill(engine, services.split(","), int(waiting))
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    server = uvicorn.Server(uvicorn.Config(application(engine), log_level="error", access_log=False))
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
