"""Devices, and the texts that they print, speak and show."""

from typing import Any, Literal

from pydantic import Field

from hallctl.sections.section import Id, Section


class DeviceSection(Section):
    name: Id = Field(description="Name of the device, as shown to the technician.")
    driver: str = Field(description="Which driver speaks to it; see `hallctl devices drivers`.")
    link: str = Field(
        "none:",
        description="tcp://host:port, serial:///dev/tty?baud=9600, serial://1a86:7523?baud=9600, usblp:///dev/usb/lp0, "
        "usb://0416:5011, input:///dev/input/by-id/..., video:///dev/v4l/by-id/..., pcsc:, or none:",
    )
    kiosk: Id | None = Field(None, description="The kiosk it belongs to (printer, card reader).")
    zone: Id | None = Field(None, description="The zone it serves (loudspeaker).")
    window: Id | None = Field(None, description="The window it stands at, where it serves that one only (scanner).")
    units: dict[str, Id] = Field({}, description="Bus address = window id (pads, strips).")
    options: dict[str, Any] = Field({}, description="The driver's own options; see its README.")


class SlipLineSection(Section):
    """One line of a slip: exactly one of text, rule, blank, qr and cut, with how it looks."""

    text: str | None = Field(None, description="A line of text with placeholders; left out if all of them are empty.")
    width: int = Field(1, ge=1, le=4, description="Magnification across.")
    height: int = Field(1, ge=1, le=4, description="Magnification down.")
    align: Literal["left", "center", "right"] = Field("left", description="left, center or right.")
    bold: bool = Field(False, description="Bold type.")
    rule: bool = Field(False, description="A line across the paper.")
    blank: int = Field(0, ge=0, le=10, description="So many empty lines.")
    qr: str | None = Field(None, description="A QR code of this text, placeholders allowed.")
    module: int = Field(6, ge=2, le=12, description="Dots of a module of the QR code.")
    cut: bool = Field(False, description="Feed and cut the paper.")


class SlipSection(Section):
    template: list[SlipLineSection] = Field(
        [],
        description="Lines of the slip: {text=...}, {rule=true}, {blank=n}, {qr=...}, {cut=true}; empty: the built-in.",
    )


class VoiceSection(Section):
    text: str = Field("请 {label} 号到 {window} 号窗口办理", description="What is spoken and captioned.")
    text_en: str = Field("", description="The English sentence; empty: Chinese only.")
    times: int = Field(2, ge=1, le=3, description="How often a call is read.")


class StripSection(Section):
    idle: str = Field("{post}", description="Text of an open window without a ticket.")
    calling: str = Field("请{label}号", description="Text while calling.")
    serving: str = Field("正在办理{label}", description="Text while serving.")
    paused: str = Field("暂停服务 {reason}", description="Text while paused.")
    closed: str = Field("未开放", description="Text of a closed window.")
    emergency: str = Field("{notice}", description="Text of every window in an emergency, the notice or shorter.")
