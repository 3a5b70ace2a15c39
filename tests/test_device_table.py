"""The table of devices is the one that the drivers declare."""

from hallctl.devices.registry import installed
from tests.device_table import BEGIN, DOCUMENT, END, FOLDER, HEAD, document, table


def test_the_table_is_up_to_date() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert document(text, table(installed(), FOLDER)) == text, "run: python -m tests.device_table"


def test_every_driver_has_its_row_with_its_capabilities_and_faults() -> None:
    lines = table(installed(), FOLDER).splitlines()[2:]
    assert len(lines) == len(installed().names)
    for name, line in zip(installed().names, lines, strict=True):
        spec = installed().driver(name)
        assert line.startswith(f"| [`{name}`]")
        assert [word for word in (*spec.capabilities, *spec.links) if f"`{word}`" not in line] == []
        assert line.count(" | ") == len(HEAD) - 1
        assert all(spec.title), f"{name} has no title"
