"""Scanned pages: what is handed over, how much one ticket may have, how long it is kept."""

from typing import Literal

from pydantic import Field

from hallctl.domain.page import MEGABYTE, ScanRules
from hallctl.sections.section import Section


class ScanSection(Section):
    keep_days: int = Field(
        3,
        ge=1,
        le=30,
        description="Days after which finished pages are deleted: the hall hands them over, it is no archive.",
    )
    format: Literal["pdf", "jpeg"] = Field(
        "pdf", description="What finished pages are fetched as: one pdf, or each page as jpeg."
    )
    max_pages: int = Field(50, ge=1, le=500, description="The most pages that one ticket may have.")
    max_mb: int = Field(32, ge=1, le=256, description="The most megabytes that the pages of one ticket may have.")
    dpi: int = Field(200, ge=75, le=600, description="Resolution of sheets; a camera gives its whole picture.")
    color: bool = Field(True, description="Whether sheets are scanned in colour; false: in grey.")

    def plain(self) -> ScanRules:
        """The rules as the domain sees them."""
        return ScanRules(self.keep_days, self.format, self.max_pages, self.max_mb * MEGABYTE, self.dpi, self.color)
