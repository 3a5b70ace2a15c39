"""The options of a network scanner; each is explained in README.md."""

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from hallctl.devices.contract import Options


class EsclOptions(Options):
    """Where the scanner is, how it is known, and how it scans."""

    url: str = Field(description="The scanner's eSCL address, http://192.168.1.20/eSCL or https://192.168.1.20/eSCL.")
    fingerprint: str = Field(
        "", description="SHA-256 of the certificate of an https scanner, 64 hex digits; another one is refused."
    )
    any_certificate: bool = Field(False, description="Take any certificate of an https scanner, unseen.")
    serial: str = Field("", description="The scanner's serial number; another scanner is then refused. Empty: any.")
    width_mm: float = Field(210, ge=0, le=1000, description="Width of a page in mm; 0: the scanner's largest.")
    height_mm: float = Field(297, ge=0, le=2000, description="Height of a page in mm; 0: the scanner's largest.")
    duplex: bool = Field(False, description="The feeder scans both sides.")
    most_pages: int = Field(100, ge=1, le=500, description="A feeder stops after so many pages.")
    poll_s: float = Field(15, ge=2, le=300, description="Seconds between two looks at the scanner's state.")
    answer_s: float = Field(10, gt=0, le=60, description="Seconds within which the scanner answers a question.")
    page_s: float = Field(60, gt=0, le=600, description="Seconds within which a page comes.")
    busy_s: float = Field(30, ge=0, le=300, description="Seconds for which a scanner that is busy is asked again.")

    @field_validator("fingerprint")
    @classmethod
    def _plain(cls, text: str) -> str:
        plain = text.replace(":", "").replace(" ", "").lower()
        if not re.fullmatch(r"([0-9a-f]{64})?", plain):
            raise ValueError("64 hex digits of SHA-256; 须为 SHA-256 的 64 位十六进制")
        return plain

    @model_validator(mode="after")
    def _is_an_address(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise ValueError("url: http://host/eSCL or https://host/eSCL; 请按此格式填写 url")
        return self
