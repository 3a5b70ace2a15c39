"""Drivers are found by name, and config sections are checked against what they declare (rule 5, A8)."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hallctl.devices import registry as registry_module
from hallctl.devices.contract import Emulator, EmulatorSpec
from hallctl.devices.registry import Registry, installed
from hallctl.errors import ConfigError
from tests.devices.fakes import LAMP, LampOptions, lamp_registry, section

TCP = "tcp://192.0.2.1:4001"
BUS = "serial:///dev/hallctl/bus?baud=9600"


def _missing() -> object:
    raise ImportError("no module named lampkit")


def problems(*devices: Any) -> dict[str, str]:
    rows = lamp_registry().check(devices)
    assert all(row.zh and row.en for row in rows)
    return {row.key: row.en for row in rows}


def test_a_driver_is_loaded_only_when_asked_for() -> None:
    registry = Registry([("lamp", lambda: LAMP), ("absent", _missing)])
    assert registry.names == ("absent", "lamp")
    assert registry.driver("lamp") is LAMP


def test_an_unknown_driver_is_told_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        lamp_registry().driver("lmap")
    (problem,) = caught.value.problems
    assert problem.key == "driver"
    assert "lamp" in problem.zh
    assert "lamp" in problem.en


def test_a_duplicate_name_is_an_error() -> None:
    with pytest.raises(ConfigError) as caught:
        Registry([("lamp", lambda: LAMP), ("lamp", lambda: LAMP)])
    assert "lamp" in caught.value.problems[0].en


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (_missing, "lampkit"),
        (lambda: getattr(LAMP, "DRIVER"), "DRIVER"),  # noqa: B009 - stands for a module without the name
        (lambda: "lamp", "DriverSpec"),
        (lambda: replace(LAMP, name="other"), "other"),
        (lambda: replace(LAMP, capabilities=("lamp_lighter",)), "lamp_lighter"),
        (lambda: replace(LAMP, in_flight=0), "lamp"),
    ],
)
def test_a_driver_that_cannot_be_used_is_a_problem_of_the_config(source: Any, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Registry([("lamp", source)]).driver("lamp")
    assert says in caught.value.problems[0].en


def test_emulators_are_found_by_the_driver_s_name() -> None:
    def make(**options: Any) -> Emulator:
        raise NotImplementedError(options)

    spec = EmulatorSpec("lamp", {}, make)
    registry = Registry([("lamp", lambda: LAMP)], [("lamp", lambda: spec)])
    assert registry.emulator("lamp") is spec
    with pytest.raises(ConfigError):
        registry.emulator("other")


def test_good_sections_have_no_problems() -> None:
    found = problems(
        section("a", TCP, options={"colour": "green"}),
        section("b", "tcp://192.0.2.2:4001"),
        section("c", BUS, units={"1": "1", "2": "2"}),
        section("d", BUS, units={"3": "3"}),
    )
    assert found == {}
    assert lamp_registry().options(section("a", TCP, options={"colour": "green"})) == LampOptions(colour="green")


def test_options_are_typed_closed_and_told_by_key() -> None:
    found = problems(
        section("a", TCP), section("b", "tcp://192.0.2.2:4001", options={"colour": "blue", "color": "red"})
    )
    assert set(found) == {"devices.1.options.colour", "devices.1.options.color"}
    assert "no such key" in found["devices.1.options.color"]
    assert "blue" in found["devices.1.options.colour"]


@pytest.mark.parametrize("link", ["none:", "usb:printer", "tcp://192.0.2.1"])
def test_a_link_that_the_driver_cannot_use(link: str) -> None:
    assert set(problems(section("a", link))) == {"devices.0.link"}


def test_an_unknown_driver_does_not_hide_other_problems() -> None:
    wrong = section("a", "tcp:x").model_copy(update={"driver": "lmap"})
    assert set(problems(wrong)) == {"devices.0.driver", "devices.0.link"}


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        (section("a", TCP), section("b", TCP), "devices.1.link"),
        (section("a", TCP, units={"1": "1"}), section("b", TCP), "devices.1.link"),
        (section("a", TCP), section("b", TCP + "?gap_ms=5", units={"1": "1"}), "devices.1.link"),
        (section("a", BUS, units={"1": "1"}), section("b", BUS + "&stop=2", units={"2": "2"}), "devices.1.link"),
        (section("a", BUS, units={"1": "1"}), section("b", BUS, units={"01": "2"}), "devices.1.units.1"),
        (section("b", BUS, units={"7": "1"}), section("a", TCP, units={"1": "1", "01": "2"}), "devices.1.units.1"),
    ],
)
def test_the_same_link_or_unit_twice_is_refused(first: Any, second: Any, key: str) -> None:
    assert set(problems(first, second)) == {key}


def test_two_drivers_may_use_the_same_address_on_one_bus() -> None:
    """Call pads and strips speak different protocols: each has its own addresses."""
    strip = replace(LAMP, name="strip")
    registry = Registry([("lamp", lambda: LAMP), ("strip", lambda: strip)])
    other = section("b", BUS, units={"1": "1"}).model_copy(update={"driver": "strip"})
    assert registry.check([section("a", BUS, units={"1": "1"}), other]) == []


# ---------------------------------------------------------------- what is installed


def test_the_drivers_package_is_listed_without_importing_it() -> None:
    code = (
        "import sys; from hallctl.devices.registry import installed; names = installed().names;"
        "assert names, names; assert not [m for m in sys.modules if m.startswith('drivers.')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


def test_a_folder_is_a_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").touch()
    (tmp_path / "torch" / "driver.py").write_text(
        "from dataclasses import replace\nfrom tests.devices.fakes import LAMP\nDRIVER = replace(LAMP, name='torch')\n"
    )
    (tmp_path / "framing.py").touch()
    drivers = sys.modules.get("drivers") or __import__("drivers")
    monkeypatch.setattr(drivers, "__path__", [str(tmp_path)])
    monkeypatch.setattr(drivers.__spec__, "submodule_search_locations", [str(tmp_path)])
    registry = installed()
    assert registry.names == ("torch",)
    assert registry.driver("torch").name == "torch"
    with pytest.raises(ConfigError):
        registry.emulator("torch")
    sys.modules.pop("drivers.torch.driver"), sys.modules.pop("drivers.torch")


def test_other_packages_add_drivers_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = {"hallctl.drivers": [SimpleNamespace(name="lamp", load=lambda: LAMP)]}
    monkeypatch.setattr(registry_module, "entry_points", lambda *, group: groups.get(group, []))
    registry = installed()
    assert "lamp" in registry.names
    assert registry.driver("lamp") is LAMP
    groups["hallctl.drivers"] *= 2
    with pytest.raises(ConfigError):
        installed()
