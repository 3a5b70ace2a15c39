"""The shapes that keep the house in order: sizes, names, layers, and a test for every requirement that is claimed.

Exceptions are listed with a reason, and an exception that is no longer needed fails the test.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("hallctl", "drivers", "kiosk_ui", "tests")

MOST_LINES = 400
MOST_FUNCTION_LINES = 39
MOST_METHODS = 19

LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
LARGE_CLASSES: dict[str, str] = {}

FORBIDDEN_WORDS = {"helper", "helpers", "util", "utils", "base"}

REQUIREMENTS = (
    "T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T11", "T12", "T13", "T14",
    "C01", "C02", "C03", "C04", "C05", "C12", "C13", "C14", "C17", "W06", "W07",
    "H02", "H03", "H04", "H05", "H06", "V01", "V06", "L01", "O01", "O02", "O03", "O06", "O07", "O08", "O09",
    "O14",
)  # fmt: skip


def _files(*suffixes: str) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            parts = path.relative_to(ROOT).parts
            if path.suffix in suffixes and not {"vendor", "node_modules", "__pycache__"} & set(parts):
                yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _parsed() -> Iterator[tuple[str, list[str], ast.Module]]:
    for path in _files(".py"):
        text = path.read_text(encoding="utf-8")
        yield _name(path), text.splitlines(), ast.parse(text)


def _has_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _statement_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Lines of the body, without its docstring, blank lines and comments."""
    body = node.body[1:] if _has_docstring(node) else node.body
    if not body:
        return 0
    inside = lines[body[0].lineno - 1 : node.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in inside)


def _same(found: dict[str, int], allowed: dict[str, str]) -> None:
    too_large = {name: size for name, size in found.items() if name not in allowed}
    assert too_large == {}
    assert set(allowed) - set(found) == set(), "exceptions that are no longer needed"
    assert all(allowed.values()), "an exception needs a reason"


def test_files_are_short() -> None:
    sizes = {
        _name(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in _files(".py", ".js", ".css", ".html")
    }
    _same({name: size for name, size in sizes.items() if size > MOST_LINES}, LONG_FILES)


def test_functions_are_short() -> None:
    found = {
        f"{name}:{node.name}": size
        for name, lines, tree in _parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := _statement_lines(node, lines)) > MOST_FUNCTION_LINES
    }
    _same(found, LONG_FUNCTIONS)


def test_classes_are_small() -> None:
    found = {
        f"{name}:{node.name}": size
        for name, _, tree in _parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and (size := sum(isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) for part in node.body)) > MOST_METHODS
    }
    _same(found, LARGE_CLASSES)


def test_packages_are_empty() -> None:
    assert [_name(path) for path in _files(".py") if path.name == "__init__.py" and path.read_text()] == []


def _words(name: str) -> set[str]:
    """The words of a CamelCase or snake_case name, in small letters."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_names_say_what_a_thing_is() -> None:
    found = [_name(path) for path in _files(".py", ".js", ".css") if _words(path.stem) & FORBIDDEN_WORDS]
    found += [
        f"{name}:{node.name}"
        for name, _, tree in _parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and _words(node.name) & FORBIDDEN_WORDS
    ]
    assert found == []


def test_layers_hold() -> None:
    """The import contracts of pyproject.toml."""
    lint = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_import_contracts_name_all_drivers() -> None:
    """A new driver is told apart from the others only if the contract names it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "drivers").glob("*/__init__.py")}
    assert {name for name in folders if f'"drivers.{name}"' not in text} == set()


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_requirement_is_named_by_a_test(requirement: str) -> None:
    pattern = re.compile(rf"(?<![A-Za-z0-9]){requirement}(?![0-9])", re.IGNORECASE)
    shown = [
        _name(path)
        for path in _files(".py", ".js")
        if path.is_relative_to(ROOT / "tests")
        and path.name not in ("test_shape.py", "test_documents.py")
        and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert shown, f"no test shows {requirement}"
