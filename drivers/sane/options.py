"""The options of a SANE scanner; each is explained in README.md."""

import re
from typing import Final, Self

from pydantic import Field, model_validator

from hallctl.devices.contract import Options

_EXTRA: Final = re.compile(r"^--([a-z][a-z0-9-]*)(=.*)?$")
_OWN: Final = (
    "output-file", "batch", "batch-start", "batch-count", "batch-increment", "batch-double", "batch-print",
    "batch-prompt", "device-name", "format", "list-devices", "formatted-device-list", "help", "version", "test",
    "dont-scan", "all-options", "progress", "icc-profile", "buffer-size", "accept-md5-only",
)  # fmt: skip
"""scanimage's own options. It takes them shortened too, so that ``--out=`` must be refused as well."""


class SaneOptions(Options):
    """Which scanner, and how it scans."""

    device: str = Field(
        "",
        description="The scanner's SANE name or its beginning (`genesys:`; USB names change with every plugging), "
        "see scanimage -L. Empty: the first one.",
    )
    mode: str = Field("", description="Its scan mode by its own name; empty: what it calls color or gray, as wished.")
    flatbed: str = Field("", description="What it calls its flatbed; empty: found by itself.")
    feeder: str = Field("", description="What it calls its feeder (`ADF Duplex`); empty: found by itself.")
    width_mm: float = Field(210, ge=0, le=1000, description="Width of a page in mm; 0: as the scanner has it.")
    height_mm: float = Field(297, ge=0, le=2000, description="Height of a page in mm; 0: as the scanner has it.")
    extra: tuple[str, ...] = Field((), description='More options of the scanner, `["--brightness=10"]`: scanimage -A.')
    most_pages: int = Field(100, ge=1, le=500, description="A feeder stops after so many pages.")
    page_s: float = Field(60, gt=0, le=600, description="Seconds without a page after which scanimage is ended.")
    config: str = Field("", description="A SANE_CONFIG_DIR of its own; empty: the system's.")
    program: str = Field("scanimage", description="The scanimage program.")

    @model_validator(mode="after")
    def _extra_is_the_scanners(self) -> Self:
        for option in self.extra:
            match = _EXTRA.match(option)
            if match is None or any(own.startswith(match[1]) for own in _OWN):
                raise ValueError(f"extra: {option!r} is no option of a scanner; 不是扫描仪的参数")
        return self
