"""Params and results of the technician's methods; see `hallctl.api.schemas`. All are for the administrator only."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hallctl.api.schemas import Change, Name, Params

Key = Annotated[str, Meta(min_length=1, max_length=31)]
Link = Annotated[str, Meta(min_length=1, max_length=300)]
Digest = Annotated[str, Meta(max_length=64)]
Part = Literal[
    "slip_printer",
    "window_display",
    "speaker",
    "card_reader",
    "code_reader",
    "call_pad",
    "rating_pad",
    "page_scanner",
]
MOST_SECONDS = 30
"""A test that waits for a hand gives up after so long."""


class DeviceBlock(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """One ``[[devices]]`` block, whole: what is left out is the default. `options` are the driver's own."""

    name: Key
    driver: Key
    link: Link = "none:"
    kiosk: Key | None = None
    zone: Key | None = None
    window: Key | None = None
    units: dict[Annotated[str, Meta(max_length=10)], Key] = {}
    options: dict[Annotated[str, Meta(max_length=64)], Any] = {}


class AddDevice(Change, frozen=True, kw_only=True):
    """`section` is appended to the config's devices."""

    section: DeviceBlock


class ChangeDevice(Change, frozen=True, kw_only=True):
    """`section` takes the place of the device's block; another name in it renames the device. `digest` is that of the
    file as the asker saw it: another one by now, and nothing is changed."""

    device: Name
    section: DeviceBlock
    digest: Digest | None = None


class RemoveDevice(Change, frozen=True, kw_only=True):
    """`digest` as of a change."""

    device: Name
    digest: Digest | None = None


class OneDevice(Params, frozen=True, kw_only=True):
    device: Name


class TestDevice(Params, frozen=True, kw_only=True):
    """One `part` (a capability), or all that the device has, one after the other. Parts that wait for a hand (a key, a
    card, a code) wait `seconds`."""

    device: Name
    part: Part | None = None
    seconds: Annotated[int, Meta(ge=1, le=MOST_SECONDS)] = 20


class ScanDevices(Params, frozen=True, kw_only=True):
    """`network` is looked through too, such as 192.168.1.0/24 or one address; at most 1,024 addresses."""

    network: Annotated[str, Meta(max_length=64)] | None = None


class FoundDevices(Params, frozen=True, kw_only=True):
    scan: Name


class ReadDeviceLog(Params, frozen=True, kw_only=True):
    device: Name
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class TraceDevices(Params, frozen=True, kw_only=True):
    """What goes over the wire, of one device or of all, from row `after` on. The first question begins the trace; it
    ends by itself when nobody has asked for 15 s."""

    device: Name | None = None
    after: Annotated[int, Meta(ge=0, le=2**53)] = 0


# ---------------------------------------------------------------- results


class Drivers(msgspec.Struct, kw_only=True):
    """Rows ``{name, title: {zh, en}, links, capabilities, usb, options}``; `options` is a JSON Schema, for a form."""

    drivers: list[dict[str, Any]]


class Devices(msgspec.Struct, kw_only=True):
    """Rows ``{name, driver, title: {zh, en}, link, kiosk, zone, window, units, options, capabilities, state,
    words: {zh, en}, since, faults: [{code, zh, en}], identity, heard_at, trouble, counts: {attempts, opened, lost,
    failed}, tests: [{part, zh, en}]}``: `trouble` is null or the last fault ``{code, zh, en, at, detail}``, also one
    that is over; `tests` say what to look for. `path` is the config file, null where there is none (the demo);
    `writable` whether it can be changed; `pending` the keys of the file that are otherwise than in the running hall and
    need a restart; `problems` what is wrong with the file now."""

    devices: list[dict[str, Any]]
    path: str | None
    writable: bool
    digest: str
    pending: list[str]
    problems: list[dict[str, str]]


class ScanBegun(msgspec.Struct, kw_only=True):
    scan: str


class ScanState(msgspec.Struct, kw_only=True):
    """`step` of `steps` are done, `doing` is looked at now. `found` are rows ``{number, what, driver, others, link,
    confidence: sure|likely|possible, why: {zh, en}, identity, configured: null|name, section, block}``: `section` is
    ready for ``device.add`` but for what people must choose, `block` the same as text. `skipped` are places that were
    left alone, ``{place, zh, en}``."""

    done: bool
    step: int
    steps: int
    doing: str
    found: list[dict[str, Any]]
    skipped: list[dict[str, Any]]


class Tested(msgspec.Struct, kw_only=True):
    """Rows ``{part, ok, look: {zh, en}, saw: null|{zh, en}, fault: null|{code, zh, en}}``: what to look for, what the
    device told (masked)."""

    device: str
    parts: list[dict[str, Any]]


class Retried(msgspec.Struct, kw_only=True):
    device: str


class DeviceLog(msgspec.Struct, kw_only=True):
    """`records`: state changes and faults from the journal, newest first: ``{seq, at, state, words, faults: [{code,
    zh, en}]}``; `messages`: the last things that the device told since the start: ``{at, zh, en}``, masked."""

    records: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class Traced(msgspec.Struct, kw_only=True):
    """Rows ``{n, at, device, what: in|out|end|state|signal, hex, zh, en}``; `lost` of them had to go before they were
    asked for; `next` is `after` of the next question."""

    rows: list[dict[str, Any]]
    next: int
    lost: int
