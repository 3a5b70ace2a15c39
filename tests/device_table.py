"""The table of devices in ``drivers/README.md``, made of what the drivers declare and of their ``quality.toml``.

``python -m tests.device_table`` writes it anew between its markers.
"""

import tomllib
from pathlib import Path
from typing import Any, Final

import drivers
from hallctl.devices.contract import DriverSpec
from hallctl.devices.registry import Registry, installed
from hallctl.errors import ConfigError

FOLDER: Final = Path(drivers.__file__).parent
DOCUMENT: Final = FOLDER / "README.md"
BEGIN: Final = "<!-- devices: made by python -m tests.device_table -->"
END: Final = "<!-- devices: end -->"

HEAD: Final = (
    ("driver", "设备 device"),
    ("links",),
    ("capabilities",),
    ("found by",),
    ("proves what it is", "test-before-setup"),
    ("tested against", "captures"),
    ("emulator: hands and faults",),
)


def table(registry: Registry, folder: Path) -> str:
    """One row for each driver, in the order of their names."""
    head = [" · ".join(words) for words in HEAD]
    rows = [head, ["---"] * len(head), *(_row(registry, folder, name) for name in registry.names)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def _row(registry: Registry, folder: Path, name: str) -> list[str]:
    spec = registry.driver(name)
    rules = tomllib.loads((folder / name / "quality.toml").read_text(encoding="utf-8"))["rules"]
    return [
        f"[`{name}`]({name}/README.md) {' · '.join(spec.title)}".rstrip(),
        _coded(spec.links),
        _coded(spec.capabilities),
        _found_by(spec),
        _rule(rules["test-before-setup"]),
        _rule(rules["captures"]),
        _actions(registry, name),
    ]


def _coded(words: tuple[str, ...]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _found_by(spec: DriverSpec) -> str:
    asked = [probe.scheme + (f" {probe.port}" if probe.port else "") for probe in spec.probes]
    return ", ".join((*dict.fromkeys(asked), *(f"`{usb}`" for usb in spec.usb))) or "–"


def _rule(row: dict[str, Any]) -> str:
    return row["reason"] if row["status"] == "done" else f"no: {row['reason']}"


def _actions(registry: Registry, name: str) -> str:
    """All but those that only end another."""
    try:
        actions = registry.emulator(name).actions
    except ConfigError:
        return "–"
    return _coded(tuple(action for action in actions if action not in ("unmute", "plug")))


def document(text: str, made: str) -> str:
    """The document with the table between its markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(document(text, table(installed(), FOLDER)), encoding="utf-8")


if __name__ == "__main__":
    main()
