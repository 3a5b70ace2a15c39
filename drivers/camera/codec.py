"""What ffmpeg is told and what it says: its command line, its MJPEG stream, its list of formats, its complaints. Pure.

The stream is ffmpeg's ``mpjpeg``: a boundary line, ``Content-length``, an empty line, one JPEG. Resync: what is not the
beginning of a part is noise; a part that does not hold a whole JPEG is given up and the next boundary is looked for.
"""

import re
from dataclasses import dataclass
from typing import Final

from drivers.framing import Garbage

MOST_FRAME: Final = 16 * 1024 * 1024
"""A frame of 8192x6144 as MJPEG stays below this."""

MOST_HEADER: Final = 512

_BOUNDARY: Final = b"--ffmpeg"
_LENGTH: Final = re.compile(rb"content-length: *(\d{1,9}) *\r\n", re.IGNORECASE)
_SIZE: Final = re.compile(r"\b(\d{2,5})x(\d{2,5})\b")
_TRANSPOSE: Final = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}

_COMPLAINTS: Final = (
    ("Device or resource busy", "scanner.busy"),
    ("Permission denied", "scanner.denied"),
    ("No such file or directory", "scanner.no_camera"),
    ("No such device", "scanner.no_camera"),
    ("Connection refused", "scanner.no_camera"),
    ("not a video capture device", "scanner.no_camera"),
    ("Inappropriate ioctl", "scanner.no_camera"),
    ("video4linux2 device", "scanner.no_camera"),
    ("Protocol not found", "scanner.no_camera"),
    ("Unknown input format", "scanner.no_camera"),
    ("Invalid argument", "scanner.no_size"),
    ("Could not find codec parameters", "scanner.no_picture"),
    ("does not contain any stream", "scanner.no_picture"),
)
"""What ffmpeg says → a code with a sentence; the first that is found counts."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pictures come from: `kind` v4l2|lavfi|file|tcp, and the place as ffmpeg takes it."""

    kind: str
    place: str


def source_of(text: str) -> Source | None:
    """``/dev/video0``, ``lavfi:testsrc2=size=1280x720:rate=10``, ``file:/path/clip.mjpeg``, ``tcp://host:port``; None
    for anything else."""
    if text.startswith("/dev/"):
        return Source("v4l2", text)
    if text.startswith("tcp://"):
        return Source("tcp", text)
    kind, _, place = text.partition(":")
    return Source(kind, place) if kind in ("lavfi", "file") and place else None


def stream_command(program: str, source: Source, size: tuple[int, int] | None, rotation: int = 0) -> list[str]:
    """The command that writes the pictures as mpjpeg on its standard output, for ever; `size` is asked of v4l2 only.

    The camera's own JPEGs pass untouched; only a turned or a computed picture is encoded.
    """
    given = {
        "v4l2": ["-f", "v4l2", "-input_format", "mjpeg", *(["-video_size", f"{size[0]}x{size[1]}"] if size else [])],
        "lavfi": ["-re", "-f", "lavfi"],
        "file": ["-re", "-stream_loop", "-1", "-f", "mjpeg"],
        "tcp": ["-f", "mjpeg"],
    }[source.kind]
    encode = ["-c:v", "mjpeg", "-q:v", "4"] if rotation or source.kind == "lavfi" else ["-c", "copy"]
    turn = ["-vf", _TRANSPOSE[rotation]] if rotation else []
    quiet = ["-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "nobuffer"]
    sink = ["-an", "-f", "mpjpeg", "-flush_packets", "1", "pipe:1"]
    return [program, *quiet, *given, "-i", source.place, *turn, *encode, *sink]


def formats_command(program: str, source: Source) -> list[str]:
    """The command that lists a v4l2 camera's formats on its standard error and ends with an error."""
    return [program, "-hide_banner", "-nostdin", "-f", "v4l2", "-list_formats", "all", "-i", source.place]


def mjpeg_sizes(said: str) -> list[tuple[int, int]]:
    """The sizes in which a camera gives MJPEG, the largest first, from the list of `formats_command`."""
    lines = [line for line in said.splitlines() if re.search(r"Compressed:\s+mjpeg\s+:", line)]
    sizes = {(int(width), int(height)) for line in lines for width, height in _SIZE.findall(line)}
    return sorted(sizes, key=lambda size: (size[0] * size[1], size), reverse=True)


def fault_of(said: str) -> str:
    """The code of the fault that ffmpeg told of; ``scanner.io`` for what is not known."""
    return next((code for words, code in _COMPLAINTS if words in said), "scanner.io")


def nearest(sizes: list[tuple[int, int]], wished: tuple[int, int]) -> tuple[int, int] | None:
    """The largest size that is not larger than the wished one, else the smallest; None where there is none."""
    fitting = [size for size in sizes if size[0] <= wished[0] and size[1] <= wished[1]]
    return next(iter(fitting), sizes[-1] if sizes else None)


class MpjpegCodec:
    """Bytes in any pieces → whole JPEGs and garbage, in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length = 0

    @property
    def pending(self) -> int:
        """Bytes kept of a part that has begun."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[bytes | Garbage]:
        self._buffer += data
        found: list[bytes | Garbage] = []
        while self._step(found):
            pass
        return found

    def _step(self, found: list[bytes | Garbage]) -> bool:
        """Take one thing off the buffer; False when more bytes are needed."""
        if not self._length:
            return self._begin(found)
        if len(self._buffer) < self._length:
            return False
        frame = bytes(memoryview(self._buffer)[: self._length])
        if frame.startswith(b"\xff\xd8") and frame.rstrip(b"\0").endswith(b"\xff\xd9"):
            found.append(frame)
            del self._buffer[: self._length]
        else:  # the next part may begin inside of what was taken for this one
            end = max(self._buffer.find(_BOUNDARY, 0, self._length), 0) or self._length
            found.append(Garbage(end, "cut"))
            del self._buffer[:end]
        self._length = 0
        return True

    def _begin(self, found: list[bytes | Garbage]) -> bool:
        """Look for the beginning of a part; what stands before it is noise, but for the line end after a frame."""
        start = self._buffer.find(_BOUNDARY)
        noise = max(len(self._buffer) - len(_BOUNDARY) + 1, 0) if start < 0 else start
        if bytes(self._buffer[:noise]).strip(b"\r\n"):
            found.append(Garbage(noise, "noise"))
        del self._buffer[:noise]
        if start < 0:
            return False
        end = self._buffer.find(b"\r\n\r\n", 0, MOST_HEADER)
        if end < 0 and len(self._buffer) < MOST_HEADER:
            return False
        match = _LENGTH.search(self._buffer, 0, end + 2) if end >= 0 else None
        length = int(match[1]) if match is not None else 0
        if not 0 < length <= MOST_FRAME:
            found.append(Garbage(len(_BOUNDARY), "length"))
            del self._buffer[: len(_BOUNDARY)]
            return True
        del self._buffer[: end + 4]
        self._length = length
        return True
