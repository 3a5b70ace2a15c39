"""What can go wrong, by whose fault.

::

    HallctlError
    ├── RequestError      the asker's message is malformed or not allowed   (request.*, auth.*)
    ├── ConfigError       the technician's file                             (config.*)
    ├── DeviceFault       the device                                        (device.*, printer.*, card.*)
    └── StoreError        the disk                                          (store.*)

    Refusal               not an exception: the domain says no, as a value  (ticket.*, window.*, queue.*, ...)

Each carries a stable ``code`` whose sentences for people, zh-CN and en, stand in `SENTENCES`; a sentence tells
what to do next. Codes are part of the API: they may be added, never changed.
"""

from dataclasses import dataclass, field

from hallctl.sentences import SENTENCES


@dataclass(frozen=True, slots=True)
class Refusal:
    """The domain says no; nothing has changed. `params` fill the sentence."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)

    def sentence(self, language: str = "zh") -> str:
        return sentence(self.code, language, self.params)


class HallctlError(Exception):
    """Root of the tree; `code` is stable, `params` fill the sentence, `detail` is for the log."""

    def __init__(self, code: str, *, detail: str = "", **params: str | int) -> None:
        self.code = code
        self.params = params
        self.detail = detail
        super().__init__(f"{code}: {detail}" if detail else code)

    def sentence(self, language: str = "zh") -> str:
        return sentence(self.code, language, self.params)


class RequestError(HallctlError):
    """A message that cannot be served: malformed, unknown, not allowed, too large."""


class ConfigError(HallctlError):
    """A config that cannot be used; `problems` are ``(key, zh, en)`` rows."""

    def __init__(self, code: str, *, problems: "tuple[Problem, ...]" = (), **params: str | int) -> None:
        super().__init__(code, detail="", **params)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a config file: dotted `key` and a sentence in both languages."""

    key: str
    zh: str
    en: str


class DeviceFault(HallctlError):
    """The device failed. `transient` faults are tried again, others need a person or another config."""

    def __init__(self, code: str, *, transient: bool = True, detail: str = "", **params: str | int) -> None:
        super().__init__(code, detail=detail, **params)
        self.transient = transient


class StoreError(HallctlError):
    """The disk or the database refused; nothing of the command was kept or shown."""


def sentence(code: str, language: str, params: dict[str, str | int]) -> str:
    """The sentence of `code` in ``"zh"`` or ``"en"``; an unknown code is a defect and raises KeyError."""
    zh, en = SENTENCES[code]
    return (en if language == "en" else zh).format(**params)
