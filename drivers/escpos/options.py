"""The options of an ESC/POS printer; each is explained in README.md."""

from typing import Literal

from pydantic import Field

from hallctl.devices.contract import Options


class EscposOptions(Options):
    """How this printer is spoken to and what its paper is like."""

    width: int = Field(48, ge=24, le=64, description="Half-width characters a line: 48 for 80 mm, 32 for 58 mm.")
    font: str = Field("", description="Font file for characters the printer lacks; empty: a Noto or WenQuanYi font.")
    cut: Literal["partial", "full", "none"] = Field("partial", description="How the slip is cut; none: torn by hand.")
    kanji_magnify: int = Field(
        2, ge=1, le=8, description="Largest magnification at which the printer enlarges Chinese characters itself."
    )
    proof: Literal["gs_r", "gs_h", "status", "none"] = Field(
        "gs_r", description="How it is proven that the slip was printed: gs_r, gs_h, status or none."
    )
    proof_s: float = Field(10.0, gt=0, le=120, description="Seconds to wait for that proof, besides transfer time.")
    status_s: float = Field(1.0, gt=0, le=30, description="Seconds to wait for the answer to a status request.")
    poll_s: float = Field(5.0, ge=0.5, le=300, description="Seconds between two looks at the printer's status.")
    silent_polls: int = Field(3, ge=1, le=20, description="Unanswered looks after which the link is given up.")
    asb: bool = Field(True, description="Let the printer report changes by itself (GS a) where it can.")
    recover_cutter: bool = Field(True, description="Send DLE ENQ 2 when the cutter is jammed but recoverable.")
    chunk_bytes: int = Field(1024, ge=64, le=65536, description="Bytes handed to the link at once.")

    @property
    def dots(self) -> int:
        """Printable dots a line; a half-width character is 12 dots."""
        return self.width * 12
