"""Words and tables: command, event and method are one word each; every table is complete."""

import inspect
import re
from collections.abc import Iterable

from msgspec.structs import fields

from hallctl.api.methods import METHODS
from hallctl.domain import booking_commands, commands, event_table, page_commands, watch_commands
from hallctl.domain.apply import APPLIERS
from hallctl.domain.commands import Command
from hallctl.domain.decide import HANDLERS
from hallctl.domain.event import Event
from hallctl.domain.event_table import EVENTS
from hallctl.sentences import SENTENCES

COMMANDS = (commands, booking_commands, watch_commands, page_commands)
"""The modules that declare commands."""

INTERNAL = {
    "LapseRating", "BeginSlip", "ConfirmSlip", "FailSlip", "DoubtSlip", "StartHall", "ReportDevice", "PairTerminal",
    "RaiseAlert", "ClearAlert", "AdviseAlert", "MissAppointments", "ShowPage", "ExpirePages",
}  # fmt: skip
"""Commands that no client sends."""

SAME = {"device.add", "device.remove", "device.apply"}
"""Methods that are ``device.change`` too: whatever is changed, one file is written and one event tells all of it."""

PAST = {
    "take": "taken", "call": "called", "recall": "recalled", "start": "started", "finish": "finished",
    "miss": "missed", "restore": "restored", "hold": "held", "resume": "resumed", "transfer": "transferred",
    "undo": "undone", "cancel": "cancelled", "rate": "rated", "reprint": "reprinted", "open": "opened",
    "pause": "paused", "close": "closed", "take_over": "taken_over", "login": "logged_in", "logout": "logged_out",
    "request": "requested", "answer": "answered", "revoke": "revoked", "set": "set", "remove": "removed",
    "lapse": "lapsed", "confirm": "confirmed", "fail": "failed", "report": "reported", "pair": "paired",
    "skip": "skipped", "arrange": "arranged", "declare": "declared", "end": "ended",
    "change": "changed", "dismiss": "dismissed", "book": "booked", "import": "imported", "check_in": "checked_in",
    "lift": "lifted", "scan": "scanned", "offer": "offered",
}  # fmt: skip


def subclasses(modules: Iterable[object], root: type) -> set[type]:
    kinds = {kind for module in modules for _name, kind in inspect.getmembers(module, inspect.isclass)}
    return {kind for kind in kinds if issubclass(kind, root)} - {root}


def test_every_command_has_its_handler_and_every_event_its_applier() -> None:
    assert set(HANDLERS) == subclasses(COMMANDS, Command)
    assert set(APPLIERS) == subclasses(event_table.DECLARED, Event)
    assert set(EVENTS.values()) == subclasses(event_table.DECLARED, Event)


def test_command_method_and_event_are_one_word() -> None:
    for kind in subclasses(COMMANDS, Command):
        if kind.__name__ in INTERNAL:
            assert kind.METHOD == ""
            continue
        assert kind.METHOD in METHODS, kind
        noun, verb = kind.METHOD.split(".")
        assert f"{noun}.{PAST[verb]}" in EVENTS, kind


def test_every_changing_method_is_a_command() -> None:
    sent = {kind.METHOD for kind in subclasses(COMMANDS, Command)} - {""}
    assert {name for name, method in METHODS.items() if method.changing} == sent | SAME
    assert sent.isdisjoint(SAME)


def test_private_fields_exist() -> None:
    for kind in EVENTS.values():
        names = set(kind.__struct_fields__)
        assert kind.PRIVATE <= names
        defaults = {field.name for field in fields(kind) if not field.required}
        assert kind.PRIVATE <= defaults, "an emptied field needs a default"


def test_sentences_are_whole_in_both_languages() -> None:
    for code, (zh, en) in SENTENCES.items():
        assert re.search(r"[\u4e00-\u9fff]", zh), code
        assert zh.endswith("。"), code
        assert en.endswith("."), code
        assert set(re.findall(r"{(\w+)}", zh)) == set(re.findall(r"{(\w+?)(?:_en)?}", en)), code
