"""Codes of other systems by which people show who they are."""

import re
from typing import Final

from pydantic import Field

from hallctl.domain.code import HOLDER, IdentityCode, marked
from hallctl.errors import Problem
from hallctl.sections.section import Id, Section

_SLIP: Final = "20261122-A001.0123456789abcdef0123"
_OWN: Final = (
    "", "A012", "12345678", "123456", _SLIP, f"https://hall.example/ticket/#{_SLIP}",
    "https://yuyue.example/a/12345678", marked("YY", "12345678"), marked("SL", "20261122000123"),
)  # fmt: skip
"""Texts that no such pattern may fit: nothing, a number, a slip's code, an appointment's, a receipt's."""


class IdentityCodeSection(Section):
    name: Id = Field(description="Name of the code; stands as kind of identity in the records.")
    pattern: str = Field(
        description="Regular expression of the whole text of the code, with a group (?P<holder>...) of 6 characters or "
        "more that is always the same for the same person."
    )

    def plain(self) -> IdentityCode:
        """As the domain sees it."""
        return IdentityCode(self.name, re.compile(self.pattern))


def check_identity_codes(codes: list[IdentityCodeSection]) -> list[Problem]:
    """Patterns that cannot be used, or that would take the hall's own codes for a person's."""
    problems = []
    for i, code in enumerate(codes):
        problem = _check(f"identity_codes.{i}.pattern", code.pattern)
        problems += [problem] if problem is not None else []
    return problems


def _check(key: str, text: str) -> Problem | None:
    try:
        pattern = re.compile(text)
    except re.error as error:
        return Problem(key, f"不是有效的正则表达式：{error}。", f"Not a regular expression: {error}.")
    if HOLDER not in pattern.groupindex:
        return Problem(
            key, f"缺少命名组 (?P<{HOLDER}>...)，请标出持码人的编号。",
            f"There is no group (?P<{HOLDER}>...); mark what stands for the holder.",
        )  # fmt: skip
    if any(pattern.fullmatch(own) for own in _OWN):
        return Problem(
            key, "太宽：本厅的小票、预约或受理码也会符合，请写上这种码固有的开头。",
            "Too broad: the hall's own codes would fit; write down how this code always begins.",
        )  # fmt: skip
    return None
