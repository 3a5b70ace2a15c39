"""The options of a document camera; each is explained in README.md."""

from typing import Literal, Self

from pydantic import Field, model_validator

from drivers.camera.codec import source_of
from hallctl.devices.contract import Options


class CameraOptions(Options):
    """Where the pictures come from, and how they are to be."""

    source: str = Field(
        "",
        description="With the link none:, where the pictures come from: /dev/video0, file:/path/clip.mjpeg, "
        "tcp://host:port (a stream of JPEGs) or lavfi:testsrc2=size=1280x720:rate=10. Empty with a link video:.",
    )
    width: int = Field(0, ge=0, le=16384, description="Width of a page in dots; 0: the camera's largest picture.")
    height: int = Field(0, ge=0, le=16384, description="Height of a page in dots; 0: the camera's largest picture.")
    preview_width: int = Field(1280, ge=160, le=4096, description="The preview is at most so wide.")
    preview_height: int = Field(960, ge=120, le=4096, description="The preview is at most so high.")
    preview_rate: int = Field(10, ge=1, le=30, description="At most so many pictures of the preview in a second.")
    rotation: Literal[0, 90, 180, 270] = Field(0, description="Degrees by which pictures are turned clockwise.")
    warm_up: int = Field(5, ge=0, le=60, description="Pictures dropped before a page, until light and focus are right.")
    focus: int | None = Field(
        None, ge=0, le=1023, description="A fixed focus in the camera's own steps; left out: its autofocus."
    )
    frame_s: float = Field(5.0, gt=0, le=10, description="Seconds without a picture after which the camera is stuck.")
    program: str = Field("ffmpeg", description="The ffmpeg program.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.source and source_of(self.source) is None:
            raise ValueError("source: /dev/..., file:..., tcp://... or lavfi:...; 请按此格式填写 source")
        if bool(self.width) != bool(self.height):
            raise ValueError("width and height belong together; width 与 height 须同时填写")
        return self
