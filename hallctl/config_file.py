"""Changing the devices of a config file: comments, order and the look of every other line survive.

A device is a ``[[devices]]`` block: from its header to its last key, with the sub-tables of it (``[devices.options]``).
Comments above a header belong to whoever wrote them and stay. What comes out is checked twice: as at a start, and that
nothing but the one device is otherwise than before; a file that is written in a way that is not understood here is
left alone and the technician told to edit it by hand.
"""

import os
import re
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError

from hallctl.config import HallConfig, digest_of, parse, problem
from hallctl.devices.registry import Registry
from hallctl.errors import ConfigError
from hallctl.sections.device import DeviceSection
from hallctl.store.file import write_whole

_HEADER: Final = re.compile(r"""^\s*\[{1,2}\s*["']?([\w-]+)["']?\s*((?:\.\s*[\w"'-]+\s*)*)\]{1,2}\s*(?:#.*)?$""")
_IDLE: Final = re.compile(r"^\s*(?:#.*)?$")

Span = tuple[int, int]


def checked(text: str, registry: Registry) -> HallConfig:
    """The config of the text, devices' options included, as at a start; raises ConfigError with every problem."""
    config = parse(text)
    problems = registry.check(config.devices)
    if problems:
        raise ConfigError("config.invalid", problems=tuple(problems), count=len(problems))
    return config


def section(given: Mapping[str, Any]) -> DeviceSection:
    """A device's block as it was given; raises ConfigError with every problem, keys as in the block."""
    try:
        return DeviceSection.model_validate(dict(given))
    except ValidationError as error:
        rows = tuple(problem(row) for row in error.errors(include_url=False))
        raise ConfigError("config.invalid", problems=rows, count=len(rows)) from error


def added(text: str, section: DeviceSection) -> str:
    """The text with one block more, after the last one. Raises ConfigError."""
    lines = text.splitlines(keepends=True)
    spans = _spans(lines)
    at = spans[-1][1] if spans else len(lines)
    before = "".join(lines[:at])
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    new = before + gap + block(section) + "".join(lines[at:])
    return _as_meant(text, new, lambda devices: [*devices, section])


def changed(text: str, name: str, section: DeviceSection) -> str:
    """The text in which the device `name` is as `section` says; keys that stay keep their place and comments. Raises
    ConfigError, ``config.no_device`` where there is none."""
    place = _place(text, name)
    lines = text.splitlines(keepends=True)
    first, end = _spans(lines)[place]
    document = tomlkit.parse("".join(lines[first:end]))
    tables: Any = document["devices"]
    _become(tables[0], section)
    new = "".join(lines[:first]) + _ended(tomlkit.dumps(document)) + "".join(lines[end:])
    return _as_meant(text, new, lambda devices: [*devices[:place], section, *devices[place + 1 :]])


def removed(text: str, name: str) -> str:
    """The text without the device's block; comments around it stay. Raises ConfigError, ``config.no_device``."""
    place = _place(text, name)
    lines = text.splitlines(keepends=True)
    first, end = _spans(lines)[place]
    while first > 0 and not lines[first - 1].strip() and (end == len(lines) or not lines[end].strip()):
        first -= 1  # the blank lines before it go with it, those after it stay
    new = "".join(lines[:first] + lines[end:])
    return _as_meant(text, new, lambda devices: [*devices[:place], *devices[place + 1 :]])


def block(section: DeviceSection) -> str:
    """The device as a ``[[devices]]`` block, defaults left out."""
    table = tomlkit.table()
    for key, value in _plain(section).items():
        table.append(key, _inline(value))
    tables = tomlkit.aot()
    tables.append(table)
    document = tomlkit.document()
    document.append("devices", tables)
    return _ended(tomlkit.dumps(document).lstrip("\n"))


def differences(running: HallConfig, other: HallConfig) -> list[str]:
    """Keys, such as ``rules.cap``, that are otherwise in `other`, but for the devices: what needs a restart."""
    found: list[str] = []
    for name in type(running).model_fields:
        mine, its = getattr(running, name), getattr(other, name)
        if name == "devices" or mine == its:
            continue
        fields = getattr(type(mine), "model_fields", None)
        parts = [part for part in fields or () if getattr(mine, part) != getattr(its, part)]
        found += [f"{name}.{part}" for part in parts] or [name]
    return found


def write(path: Path, text: str) -> None:
    """Put the text into the file, whole or not at all; mode and, as far as we may, owner stay. Raises ConfigError
    ``config.read_only`` with the line to type."""
    target = path.resolve()  # a link stays a link
    try:
        write_whole(target, text.encode(), like=target.stat())
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigError("config.read_only", path=str(path), folder=str(target.parent), why=why) from error


def digest(text: str) -> str:
    """As `config.load` gives it for a file with this text."""
    return digest_of(text.replace("\r\n", "\n").replace("\r", "\n"))


def writable(path: Path) -> bool:
    """Whether `write` may be expected to work: a file is put in its place, so the folder counts."""
    target = path.resolve()
    return target.is_file() and os.access(target.parent, os.W_OK)


def read(path: Path) -> str:
    """The file's text, newlines as they are; raises ConfigError."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise ConfigError("config.missing", path=str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("config.not_editable", why=f"UTF-8: {error.reason}") from error


# ---------------------------------------------------------------- blocks


def _spans(lines: list[str]) -> list[Span]:
    """First line of each ``[[devices]]`` block and the line after its last key."""
    headers = [(i, found) for i, line in enumerate(lines) if (found := _HEADER.match(line)) is not None]
    starts = [i for i, found in headers if found[1] == "devices" and not found[2] and "[[" in lines[i]]
    others = [i for i, found in headers if found[1] != "devices" or (not found[2] and i not in starts)]
    edges = sorted([*starts, *others, len(lines)])
    spans = []
    for first in starts:
        end = next(edge for edge in edges if edge > first)
        while _IDLE.match(lines[end - 1]):
            end -= 1
        spans.append((first, end))
    return spans


def _place(text: str, name: str) -> int:
    """Which of the blocks is the device's; raises ConfigError."""
    names = [device.name for device in parse(text).devices]
    if name not in names:
        raise ConfigError("config.no_device", device=name, known=", ".join(names) or "-")
    if len(_spans(text.splitlines(keepends=True))) != len(names):
        raise ConfigError("config.not_editable", why="devices = [...]")
    return names.index(name)


def _as_meant(text: str, new: str, change: Callable[[list[DeviceSection]], list[DeviceSection]]) -> str:
    """The new text, if it says what was meant and all else as before; raises ConfigError with its problems."""
    old = parse(text)
    wanted = change(list(old.devices))
    try:
        got = parse(new)
    except ConfigError as error:
        if all(row.key.startswith("devices") for row in error.problems):
            raise
        raise ConfigError("config.not_editable", why=error.problems[0].en if error.problems else "") from error
    if list(got.devices) != wanted or differences(old, got):
        raise ConfigError("config.not_editable", why="[[devices]]")
    return new


# ---------------------------------------------------------------- values


def _plain(section: DeviceSection) -> dict[str, Any]:
    """What has to be written: name, driver and link always, else what is not the default."""
    given = section.model_dump()
    default = {name: field.default for name, field in type(section).model_fields.items()}
    always = {"name", "driver", "link"}
    return {key: value for key, value in given.items() if key in always or value != default[key]}


def _become(table: MutableMapping[str, Any], section: DeviceSection) -> None:
    """Change only what differs, so that what stays keeps its comment and its place."""
    wanted, given = _plain(section), section.model_dump()
    for key in [key for key in table if key not in wanted]:
        if key not in given or tomlkit.item(table[key]).unwrap() != given[key]:
            del table[key]
    for key, value in wanted.items():
        default = type(section).model_fields[key].default
        if key in table:
            _settle(table, key, value)
        elif value != default:
            table[key] = _inline(value)


def _settle(table: MutableMapping[str, Any], key: str, value: Any) -> None:
    """The value under a key that is there, changed as deep inside as it can be."""
    known = table[key]
    if isinstance(known, MutableMapping) and isinstance(value, Mapping):
        for inner in [inner for inner in known if inner not in value]:
            del known[inner]
        for inner, its in value.items():
            if inner in known:
                _settle(known, inner, its)
            else:
                known[inner] = _inline(its)
    elif tomlkit.item(known).unwrap() != value:
        table[key] = _inline(value)


def _inline(value: Any) -> Any:
    """Tables on one line, as in the shipped files; all else as it is."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table.append(key, _inline(inner))
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        for inner in value:
            array.append(_inline(inner))
        return array
    try:
        return tomlkit.item(value)
    except (TypeError, ValueError, TOMLKitError) as error:  # TOML has no null
        raise ConfigError("config.not_editable", why=type(value).__name__) from error


def _ended(text: str) -> str:
    return text.rstrip("\n") + "\n"
