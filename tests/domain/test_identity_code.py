"""Codes of other systems that stand for a person, as the config names them; the hall's own codes are never taken."""

import re

import pytest

from hallctl.domain.code import Holder, IdentityCode, holder_of, marked
from hallctl.sections.code import IdentityCodeSection, check_identity_codes

KEY = "0123456789ABCDEF0123456789ABCDEF"
HEALTH = IdentityCode("health-card", re.compile(r"EHC:(?P<holder>[0-9A-Z]{32}):[0-9]+"))
BROAD = IdentityCode("anything", re.compile(r"(?P<holder>.*)"))
SHORT = IdentityCode("short", re.compile(r"X(?P<holder>[0-9]+)"))
OPTIONAL = IdentityCode("optional", re.compile(r"Y(?P<holder>[0-9]{6})?"))


@pytest.mark.parametrize("text", [f"EHC:{KEY}:1", f" EHC:{KEY}:202\r\n"])
def test_the_whole_text_must_fit_and_gives_the_holder(text: str) -> None:
    assert holder_of(text, [SHORT, HEALTH]) == Holder("health-card", KEY)


@pytest.mark.parametrize(
    "text", ["", "EHC:", f"EHC:{KEY}", f"xEHC:{KEY}:1", f"EHC:{KEY}:1x", "X12345", "Y", "EHC:" + "0" * 5000]
)
def test_what_does_not_fit_or_cannot_tell_people_apart_is_nobodys(text: str) -> None:
    assert holder_of(text, [HEALTH, SHORT, OPTIONAL]) is None


@pytest.mark.parametrize(
    "text", ["12345678", marked("YY", "12345678"), marked("SL", "20261122000123"), "20261122-A001.0123456789abcdef0123"]
)
def test_the_halls_own_codes_are_never_a_persons(text: str) -> None:
    assert holder_of(text, [BROAD]) is None


def test_a_holder_does_not_show_itself() -> None:
    assert repr(Holder("health-card", KEY)) == "Holder(kind='health-card', ...)"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("EHC:(?P<holder>[0-9", "Not a regular expression"),
        ("EHC:([0-9]+)", "There is no group (?P<holder>...)"),
        ("(?P<holder>.*)", "Too broad"),
        ("(?P<holder>[0-9]{6,})", "Too broad"),
        (r"https?://.*/(?P<holder>\w+)", "Too broad"),
        ("YY(?P<holder>.*)", "Too broad"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_told_at_load(pattern: str, words: str) -> None:
    good = IdentityCodeSection(name="good", pattern=HEALTH.pattern.pattern)
    codes = [good, IdentityCodeSection(name="bad", pattern=pattern)]
    (problem,) = check_identity_codes(codes)
    assert problem.key == "identity_codes.1.pattern"
    assert problem.en.startswith(words)


def test_a_good_pattern_has_no_problem() -> None:
    section = IdentityCodeSection(name="health-card", pattern=HEALTH.pattern.pattern)
    assert check_identity_codes([section]) == []
    assert section.plain() == HEALTH
