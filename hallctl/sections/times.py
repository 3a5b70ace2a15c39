"""Parts of a day as the config writes them: "09:00-10:30", the end not included, "24:00" the day's end."""

from typing import Annotated

from pydantic import AfterValidator


def span_minutes(text: str) -> tuple[int, int]:
    """(from, to) in minutes after midnight; raises ValueError for what is none, or runs backwards."""
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError("a part of the day is HH:MM-HH:MM")
    begin, end = _minutes(first), _minutes(last)
    if begin >= end:
        raise ValueError("the end is not after the beginning")
    return begin, end


def _minutes(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdigit() and len(minutes) == 2 and minutes.isdigit()):
        raise ValueError(f"not a time of the day: {text!r}, write HH:MM")
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > 24 * 60:
        raise ValueError(f"not a time of the day: {text!r}")
    return total


def _checked(text: str) -> str:
    span_minutes(text)
    return text


Span = Annotated[str, AfterValidator(_checked)]
