"""Words and tables: command, event and method are one word each; every table is complete."""

import dataclasses
import inspect
import re

from hallctl.api.methods import METHODS
from hallctl.domain import commands, events
from hallctl.domain.apply import APPLIERS
from hallctl.domain.commands import Command
from hallctl.domain.decide import HANDLERS
from hallctl.domain.events import EVENTS, Event
from hallctl.sentences import SENTENCES

INTERNAL = {"LapseRating", "ConfirmSlip", "FailSlip", "StartHall", "ReportDevice", "PairTerminal"}
"""Commands that no client sends."""

PAST = {
    "take": "taken", "call": "called", "recall": "recalled", "start": "started", "finish": "finished",
    "miss": "missed", "restore": "restored", "hold": "held", "resume": "resumed", "transfer": "transferred",
    "undo": "undone", "cancel": "cancelled", "rate": "rated", "reprint": "reprinted", "open": "opened",
    "pause": "paused", "close": "closed", "take_over": "taken_over", "login": "logged_in", "logout": "logged_out",
    "request": "requested", "answer": "answered", "revoke": "revoked", "set": "set", "remove": "removed",
    "lapse": "lapsed", "confirm": "confirmed", "fail": "failed", "report": "reported", "pair": "paired",
    "skip": "skipped",
}  # fmt: skip


def subclasses(module: object, root: type) -> set[type]:
    return {kind for _name, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, root)} - {root}


def test_every_command_has_its_handler_and_every_event_its_applier() -> None:
    assert set(HANDLERS) == subclasses(commands, Command)
    assert set(APPLIERS) == subclasses(events, Event)
    assert set(EVENTS.values()) == subclasses(events, Event)


def test_command_method_and_event_are_one_word() -> None:
    for kind in subclasses(commands, Command):
        if kind.__name__ in INTERNAL:
            assert kind.METHOD == ""
            continue
        assert kind.METHOD in METHODS, kind
        noun, verb = kind.METHOD.split(".")
        assert f"{noun}.{PAST[verb]}" in EVENTS, kind


def test_every_changing_method_is_a_command() -> None:
    sent = {kind.METHOD for kind in subclasses(commands, Command)} - {""}
    assert {name for name, method in METHODS.items() if method.changing} == sent


def test_private_fields_exist() -> None:
    for kind in EVENTS.values():
        names = {field.name for field in dataclasses.fields(kind)}
        assert kind.PRIVATE <= names
        defaults = {f.name for f in dataclasses.fields(kind) if f.default is not dataclasses.MISSING}
        assert kind.PRIVATE <= defaults, "an emptied field needs a default"


def test_sentences_are_whole_in_both_languages() -> None:
    for code, (zh, en) in SENTENCES.items():
        assert re.search(r"[\u4e00-\u9fff]", zh), code
        assert zh.endswith("。"), code
        assert en.endswith("."), code
        assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+)}", en)), code
