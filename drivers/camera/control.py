"""A camera's own settings, through the kernel: its name and its focus (Linux uapi, videodev2.h and v4l2-controls.h)."""

import fcntl
import os
import struct
from pathlib import Path
from typing import Final

SET_CONTROL: Final = 0xC008561C
"""VIDIOC_S_CTRL: a struct v4l2_control, id (u32) and value (s32)."""

FOCUS_ABSOLUTE: Final = 0x009A090A
FOCUS_AUTO: Final = 0x009A090C


def name_of(node: str) -> str:
    """What the kernel calls the camera behind `node`; empty where it is not known."""
    try:
        return (Path("/sys/class/video4linux") / Path(node).resolve().name / "name").read_text("utf-8").strip()[:80]
    except (OSError, UnicodeDecodeError):
        return ""


def set_focus(node: str, focus: int) -> None:
    """Autofocus off, the lens at `focus`; OSError where the camera has no such setting. Blocks."""
    file = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    try:
        for control, value in ((FOCUS_AUTO, 0), (FOCUS_ABSOLUTE, focus)):
            fcntl.ioctl(file, SET_CONTROL, struct.pack("=Ii", control, value))
    finally:
        os.close(file)
