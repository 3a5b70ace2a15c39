"""The table of results: read from what the guest wrote, shown, and kept in the README."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

README: Final = Path(__file__).with_name("README.md")
BEGIN: Final = "<!-- result -->"
END: Final = "<!-- end of result -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One test: `result` is held|failed|skipped, `seconds` of the guest."""

    area: str
    name: str
    result: str
    seconds: float


def read(file: Path) -> list[Row]:
    """The rows of a JUnit file of our own guest; none where it was not written."""
    if not file.exists():
        return []
    rows = []
    for case in ElementTree.parse(file).getroot().iter("testcase"):  # noqa: S314 - written by our own guest
        kinds = {child.tag for child in case}
        result = "skipped" if "skipped" in kinds else "failed" if kinds & {"failure", "error"} else "held"
        area = case.get("classname", "").rpartition("check_")[2]
        name = case.get("name", "").removeprefix("test_").replace("_", " ")
        rows.append(Row(area, name, result, float(case.get("time", 0))))
    return rows


def markdown(rows: list[Row], version: str, *, kvm: bool, seconds: float) -> str:
    """The table with its heading line."""
    how = "KVM" if kvm else "an emulated processor (TCG)"
    held = sum(row.result == "held" for row in rows)
    lines = [
        f"{held} of {len(rows)} held. Linux {version} on {how}, 2 processors, {seconds:.0f} s with boot.",
        "",
        "| area | what was tried | result | s |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| {row.area} | {row.name} | {row.result} | {row.seconds:.1f} |" for row in rows]
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table where the README has its place."""
    whole = README.read_text(encoding="utf-8")
    place = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    README.write_text(place.sub(lambda _: f"{BEGIN}\n{text}\n{END}", whole), encoding="utf-8")
