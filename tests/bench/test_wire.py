"""The load's own framing, against the library that the daemon uses."""

import socket

import pytest
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from hallctl.bench import wire


@pytest.mark.parametrize("size", [0, 1, 125, 126, 1000, 65535, 65536, 70000])
def test_a_server_reads_what_the_client_masks(size: int) -> None:
    payload = bytes(n % 251 for n in range(size))
    server = ServerProtocol(max_size=None)
    server.state = server.state.OPEN
    server.parser = server.parse()
    next(server.parser)
    server.receive_data(wire.client_frame(payload))
    frames = [event for event in server.events_received() if isinstance(event, Frame)]
    assert [(frame.opcode, bytes(frame.data)) for frame in frames] == [(Opcode.TEXT, payload)]


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_frames_come_whole_however_they_are_cut(size: int) -> None:
    payload = b"x" * size
    data = wire.server_frame(payload) + wire.server_frame(b"{}")
    assert data.startswith(Frame(Opcode.TEXT, payload).serialize(mask=False))
    for step in (1, 7, 1000, len(data)):
        frames = wire.Frames()
        found = [m for at in range(0, len(data), step) for m in frames.feed(data[at : at + step])]
        assert found == [(wire.OP_TEXT, payload), (wire.OP_TEXT, b"{}")]
        assert frames.empty


def test_what_no_server_of_ours_sends_is_an_error() -> None:
    fragment = bytes((wire.OP_TEXT, 1)) + b"x"
    with pytest.raises(wire.WireError):
        wire.Frames().feed(fragment)
    with pytest.raises(wire.WireError):
        wire.Frames().feed(wire.client_frame(b"x"))


def test_a_ping_is_answered_and_a_close_is_an_error() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert wire.texts_of(ours, [(wire.OP_PING, b"ab"), (wire.OP_TEXT, b"{}")]) == [b"{}"]
        head, mask, body = (lambda data: (data[:2], data[2:6], data[6:]))(theirs.recv(100))
        assert head == bytes((wire.FIN | wire.OP_PONG, wire.MASKED | 2))
        assert bytes(a ^ b for a, b in zip(body, mask, strict=False)) == b"ab"
        with pytest.raises(wire.WireError, match="1012"):
            wire.texts_of(ours, [(wire.OP_CLOSE, (1012).to_bytes(2, "big"))])


def test_responses_come_whole_however_they_are_cut() -> None:
    data = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n"
    for step in (1, 10, len(data)):
        responses = wire.Responses()
        found = [m for at in range(0, len(data), step) for m in responses.feed(data[at : at + step])]
        assert found == [(200, b"{}"), (409, b"")]
    with pytest.raises(wire.WireError):
        wire.Responses().feed(b"HTTP/1.1 200 OK\r\n\r\n")
