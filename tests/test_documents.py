"""Documents that cannot lie: what the code has, the documents have."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import typer.main

from hallctl import console, emulate, keeping
from hallctl.__main__ import accounts, app
from hallctl.api.methods import METHODS, WS_ONLY
from hallctl.bench import catalogue, command
from hallctl.devices.registry import installed
from hallctl.domain.event_table import EVENTS
from hallctl.lab import command as lab
from hallctl.lab import replay
from hallctl.technician import command as technician
from hallctl.version import VERSION

ROOT = Path(__file__).parent.parent
API = (ROOT / "hallctl" / "api" / "README.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
README_ZH = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
BENCH = (ROOT / "hallctl" / "bench" / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", ".pytest_cache", "vendor"} & set(path.relative_to(ROOT).parts)
)
DRIVERS = installed().names
QUALITY = {
    "test-before-setup", "log-when-unavailable", "hot-plug", "diagnostics", "captures", "limits-known", "coverage",
}  # fmt: skip
"""The rules that every driver's quality.toml answers."""


def test_every_method_is_documented() -> None:
    assert [name for name in (*METHODS, *WS_ONLY) if f"`{name}`" not in API] == []


def test_every_event_is_documented() -> None:
    assert [name for name in EVENTS if f"`{name}`" not in API] == []


def test_no_documented_method_is_missing() -> None:
    """The first column of the method tables names only what there is."""
    rows = [line.split("|")[1] for line in API.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([a-z]+\.[a-z_]+)`", row)}
    assert told - set(METHODS) - set(WS_ONLY) == set()


@pytest.mark.parametrize("name", DRIVERS)
def test_driver_is_documented(name: str) -> None:
    folder = ROOT / "drivers" / name
    readme = (folder / "README.md").read_text(encoding="utf-8")
    spec = installed().driver(name)
    assert [option for option in spec.options.model_fields if f"`{option}`" not in readme] == []
    assert [field for field in spec.options.model_fields.values() if not field.description] == []
    assert any(scheme in readme for scheme in spec.links)


@pytest.mark.parametrize("name", DRIVERS)
def test_driver_keeps_its_quality_record(name: str) -> None:
    record = tomllib.loads((ROOT / "drivers" / name / "quality.toml").read_text(encoding="utf-8"))
    assert set(record["rules"]) == QUALITY
    for rule, row in record["rules"].items():
        assert row["status"] in ("done", "exempt"), rule
        assert row["reason"], rule


@pytest.mark.parametrize("name", DRIVERS)
def test_driver_is_in_both_readmes(name: str) -> None:
    assert f"`{name}`" in README
    assert f"`{name}`" in README_ZH


def _commands() -> dict[str, list[str]]:
    """Every command of the command line, groups with their parts (``account set``), and its options."""
    console.install(app, accounts)
    keeping.install(app)
    command.install(app)
    lab.install(app)
    replay.install(app)
    technician.install(app)
    emulate.install(app)
    found: dict[str, list[str]] = {}
    for name, given in typer.main.get_group(app).commands.items():
        parts = getattr(given, "commands", None)
        named = {f"{name} {part}": known for part, known in parts.items()} if parts else {name: given}
        for words, known in named.items():
            found[words] = [option for row in known.params for option in row.opts if option.startswith("--")]
    return found


COMMANDS = _commands()
KEEPING = ("verify", "seal", "backup make", "backup list", "restore")


@pytest.mark.parametrize("words", COMMANDS)
def test_command_is_in_both_readmes(words: str) -> None:
    assert f"`hallctl {words}" in README
    assert f"`hallctl {words}" in README_ZH


@pytest.mark.parametrize("words", KEEPING)
def test_options_that_keep_the_journal_are_in_both_readmes(words: str) -> None:
    assert [option for option in COMMANDS[words] if option not in README] == []
    assert [option for option in COMMANDS[words] if option not in README_ZH] == []


def test_bench_is_documented() -> None:
    """Every option, and every row that can be asked for."""
    assert [option for option in COMMANDS["bench"] if f"`{option}" not in BENCH] == []
    assert [row for row in catalogue.rows() if not re.search(rf"^\| `{row}[`.]", BENCH, re.MULTILINE)] == []


def test_changelog_has_the_version() -> None:
    assert PROJECT["version"] == VERSION
    assert re.search(rf"^## {re.escape(VERSION)}\b", CHANGELOG, re.MULTILINE)
    assert "### API" in CHANGELOG


def test_readme_commands_are_those_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for text in (README, README_ZH):
        targets = set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE))
        assert {"demo", "test"} <= targets
        assert {target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()


@pytest.mark.parametrize("text", [README, README_ZH], ids=["en", "zh"])
def test_readme_examples_are_python_and_stand_on_the_client(text: str) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert examples
    for example in examples:
        compile(example, "README", "exec")
        for module, names in re.findall(r"^from (hallctl\S*) import (.+)$", example, re.MULTILINE):
            loaded = import_module(module)
            assert [name for name in names.split(", ") if not hasattr(loaded, name)] == []


def _outline(text: str) -> list[int]:
    """The levels of the headings in order, code blocks left out."""
    plain = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [len(found) for found in re.findall(r"^(#+) ", plain, re.MULTILINE)]


def test_both_readmes_have_the_same_parts() -> None:
    assert _outline(README) == _outline(README_ZH)
    pictures = r"!\[[^\]]*\]\(([^)]+)\)|<img [^>]*src=\"([^\"]+)\""
    assert re.findall(pictures, README) == re.findall(pictures, README_ZH)
    assert re.findall(pictures, README)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    plain = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", plain) + re.findall(r'src="([^"]+)"', plain)
    broken = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert broken == []


def test_every_dependency_has_its_reason() -> None:
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    names = [re.split(r"[\[<>=]", row, maxsplit=1)[0] for row in wanted]
    assert [name for name in names if f"| {name} |" not in CONTRIBUTING] == []


def test_every_room_is_in_the_design() -> None:
    rooms = {path.parent.name for path in (ROOT / "hallctl").glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}`" not in CONTRIBUTING} == set()
