"""Params of the methods of alerts; see `hallctl.api.schemas`."""

from typing import Annotated, Literal

from msgspec import Meta

from hallctl.api.schemas import Change, Name


class Confirm(Change, frozen=True, kw_only=True):
    """`window` and `action` as they were shown: if the suggestion is another one by now, nothing is done."""

    alert: Name
    window: Name | None = None
    action: Literal["mode", "plan", "own", "resume", "open", "staff"] | None = None


class Dismiss(Change, frozen=True, kw_only=True):
    alert: Name
    reason: Annotated[str, Meta(min_length=1, max_length=200)]
