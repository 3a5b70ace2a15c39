"""ffmpeg's stream in any pieces, its lists and complaints as ffmpeg 5.1 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.camera import codec
from drivers.camera.codec import MpjpegCodec, Source
from drivers.framing import Garbage
from hallctl.sentences import SENTENCES

PICTURES = [b"\xff\xd8" + bytes([number]) * size + b"\xff\xd9" for number, size in ((1, 10), (2, 700), (3, 0))]

FORMATS = """\
[video4linux2,v4l2 @ 0x55d0] Raw       :     yuyv422 :           YUYV 4:2:2 : 640x480 2592x1944 4208x3120
[video4linux2,v4l2 @ 0x55d0] Compressed:       mjpeg :          Motion-JPEG : 640x480 1280x720 3264x2448 1920x1080
[in#0 @ 0x55d1] Error opening input: Immediate exit requested
"""


def part(jpeg: bytes, length: int | None = None) -> bytes:
    """As ffmpeg's muxer mpjpeg writes it."""
    size = len(jpeg) if length is None else length
    return b"--ffmpeg\r\nContent-type: image/jpeg\r\nContent-length: %d\r\n\r\n" % size + jpeg + b"\r\n"


STREAM = b"".join(part(picture) for picture in PICTURES)


def pictures(found: list[bytes | Garbage]) -> list[bytes]:
    return [message for message in found if isinstance(message, bytes)]


@pytest.mark.parametrize("step", [1, 2, 7, 64, 10_000])
def test_the_stream_in_pieces(step: int) -> None:
    reader = MpjpegCodec()
    found = [message for at in range(0, len(STREAM), step) for message in reader.feed(STREAM[at : at + step])]
    assert found == PICTURES


@pytest.mark.parametrize(
    "noise",
    [
        b"noise",
        b"--ffmpe",
        b"--ffmpeg\r\nContent-length: x\r\n\r\n",
        b"--ffmpeg\r\nContent-length: 0\r\n\r\n",
        b"--ffmpeg\r\nContent-length: 99999999\r\n\r\n",
        b"--ffmpeg" + b"x" * 600,
        part(b"\xff\xd8 never ends"),
        part(b"no picture at all, and rather long" * 9),
        part(b"\xff\xd8half", length=400),
    ],
)
def test_what_is_damaged_is_told_and_the_next_picture_is_found(noise: bytes) -> None:
    found = MpjpegCodec().feed(PICTURES[0] + noise + STREAM + STREAM)
    assert pictures(found)[-3:] == PICTURES
    assert any(isinstance(message, Garbage) for message in found)


def test_zeros_after_a_picture_belong_to_it() -> None:
    """Cameras fill up the last packet."""
    padded = PICTURES[1] + bytes(20)
    assert MpjpegCodec().feed(part(padded)) == [padded]


@given(
    st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([STREAM, STREAM[:60], b"--ffmpeg\r\n"])), max_size=20)
)
def test_any_bytes_never_raise_and_never_grow(pieces: list[bytes]) -> None:
    reader = MpjpegCodec()
    for piece in pieces:
        reader.feed(piece)
        assert reader.pending <= codec.MOST_FRAME + codec.MOST_HEADER


def test_a_claimed_length_is_the_most_that_is_kept() -> None:
    reader = MpjpegCodec()
    reader.feed(b"--ffmpeg\r\nContent-length: %d\r\n\r\n" % codec.MOST_FRAME)
    for _ in range(codec.MOST_FRAME // 65536 + 2):
        reader.feed(bytes(65536))
    assert reader.pending < 3 * 65536


def test_only_mjpeg_sizes_count_the_largest_first() -> None:
    sizes = codec.mjpeg_sizes(FORMATS)
    assert sizes == [(3264, 2448), (1920, 1080), (1280, 720), (640, 480)]
    assert codec.mjpeg_sizes("") == []
    assert codec.nearest(sizes, (1280, 960)) == (1280, 720)
    assert codec.nearest(sizes, (320, 240)) == (640, 480)
    assert codec.nearest([], (320, 240)) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("[v4l2 @ 0x1] ioctl(VIDIOC_STREAMON): Device or resource busy", "scanner.busy"),
        ("[v4l2 @ 0x1] Cannot open video device /dev/video0: Permission denied", "scanner.denied"),
        ("/dev/video0: No such file or directory", "scanner.no_camera"),
        ("[v4l2 @ 0x1] ioctl(VIDIOC_G_PARM): No such device", "scanner.no_camera"),
        ("[v4l2 @ 0x1] Not a video capture device.\nnot a video capture device", "scanner.no_camera"),
        (
            "[v4l2 @ 0x1] Cannot find a proper format for codec 'mjpeg'\n/dev/video0: Invalid argument",
            "scanner.no_size",
        ),
        ("Output file #0 does not contain any stream", "scanner.no_picture"),
        ("something that nobody knows", "scanner.io"),
        ("", "scanner.io"),
    ],
)
def test_complaints_become_codes_with_a_sentence(said: str, code: str) -> None:
    assert codec.fault_of(said) == code
    assert code in SENTENCES


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("/dev/video0", Source("v4l2", "/dev/video0")),
        ("lavfi:testsrc2=size=320x240:rate=10", Source("lavfi", "testsrc2=size=320x240:rate=10")),
        ("file:/srv/a b.mjpeg", Source("file", "/srv/a b.mjpeg")),
        ("tcp://127.0.0.1:9", Source("tcp", "tcp://127.0.0.1:9")),
        ("http://127.0.0.1:9", None),
        ("concat:/etc/passwd", None),
        ("file:", None),
        ("", None),
    ],
)
def test_sources(text: str, source: Source | None) -> None:
    assert codec.source_of(text) == source


def test_a_cameras_own_pictures_pass_untouched_unless_they_are_turned() -> None:
    camera = Source("v4l2", "/dev/video0")
    command = codec.stream_command("ffmpeg", camera, (1920, 1080))
    assert " ".join(command).endswith(
        "-f v4l2 -input_format mjpeg -video_size 1920x1080 -i /dev/video0 -c copy -an -f mpjpeg -flush_packets 1 pipe:1"
    )
    assert "transpose=clock" in codec.stream_command("ffmpeg", camera, None, 90)
    assert "copy" not in codec.stream_command("ffmpeg", camera, None, 90)
