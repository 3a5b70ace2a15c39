"""The drivers' documents cannot lie: every option has its row, every rule of quality its answer."""

import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import drivers
from hallctl.devices.contract import CAPABILITIES, DriverSpec, EmulatorSpec
from hallctl.sentences import SENTENCES

FOLDER = Path(drivers.__file__).parent
NAMES = ["barcode", "callpad", "eqsign", "hidpad", "idcard", "ledstrip", "onbon", "padframe", "ratingpad", "socialcard"]
RULES = {
    "test-before-setup",
    "log-when-unavailable",
    "hot-plug",
    "diagnostics",
    "captures",
    "limits-known",
    "coverage",
}


def rows(name: str, heading: str) -> dict[str, str]:
    """First cell → whole line of the table whose header begins with `heading` in the driver's README."""
    lines = (FOLDER / name / "README.md").read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found[line.split("`")[1]] = line
    return found


@pytest.mark.parametrize("name", NAMES)
def test_driver_and_emulator_are_declared_by_name(name: str) -> None:
    driver = import_module(f"drivers.{name}.driver").DRIVER
    emulator = import_module(f"drivers.{name}.emulator").EMULATOR
    assert isinstance(driver, DriverSpec)
    assert isinstance(emulator, EmulatorSpec)
    assert (driver.name, emulator.name) == (name, name)
    assert set(driver.capabilities) <= set(CAPABILITIES)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_described_in_the_code_and_the_readme(name: str) -> None:
    fields = import_module(f"drivers.{name}.driver").DRIVER.options.model_fields
    assert all(field.description for field in fields.values())
    table = rows(name, "option")
    assert set(table) == set(fields)
    for key, field in fields.items():
        shown = table[key].split("|")[2].strip(" `")
        expected = {"True": "true", "False": "false", "None": "", "PydanticUndefined": ""}.get(
            str(field.default), str(field.default)
        )
        assert shown.strip('"') == expected, key


@pytest.mark.parametrize("name", NAMES)
def test_every_fault_of_the_readme_has_a_sentence(name: str) -> None:
    assert set(rows(name, "code")) <= set(SENTENCES)


@pytest.mark.parametrize("name", NAMES)
def test_quality_is_answered_rule_by_rule(name: str) -> None:
    rules = tomllib.loads((FOLDER / name / "quality.toml").read_text(encoding="utf-8"))["rules"]
    assert set(rules) == RULES
    assert all(rule["status"] in ("done", "exempt") and rule["reason"] for rule in rules.values())


@pytest.mark.parametrize("name", NAMES)
def test_emulators_are_independent_of_the_codec(name: str) -> None:
    sources = [FOLDER / name / "emulator.py", *FOLDER.glob("emulated_*.py")]
    for source in sources:
        imports = [
            line for line in source.read_text(encoding="utf-8").splitlines() if line.startswith(("from", "import"))
        ]
        assert not [line for line in imports if "codec" in line or "framing" in line or "fields" in line]
