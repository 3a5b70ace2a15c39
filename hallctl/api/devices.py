"""Handlers of the technician's methods: the drivers there are, the devices of the hall, finding, changing and testing
them. What they do stands in `hallctl.engine.equipment`."""

import asyncio
from typing import Any, Final

import msgspec

from hallctl import config_file
from hallctl.api import schemas as s
from hallctl.api import schemas_device as d
from hallctl.api.auth import Caller
from hallctl.api.context import Context
from hallctl.devices.contract import DriverSpec
from hallctl.devices.found import Found
from hallctl.devices.manager import DeviceStatus
from hallctl.devices.registry import Registry
from hallctl.devices.survey import Survey
from hallctl.domain.events import DeviceReported
from hallctl.engine.answer import RequestKey
from hallctl.engine.told import STATES, Words
from hallctl.engine.trace import Row
from hallctl.engine.trial import Outcome
from hallctl.errors import ConfigError, RequestError, sentence
from hallctl.sections.device import DeviceSection
from hallctl.store import journal
from hallctl.texts.trial import LOOK

Key = RequestKey | None
Json = dict[str, Any]

LOOKED_AT: Final = 5_000
"""Records of a device that are looked through for its states: a busy pad tells little else but keys."""


async def drivers(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> d.Drivers:
    return d.Drivers(drivers=await asyncio.to_thread(driver_rows, context.equipment.registry))


def driver_rows(registry: Registry) -> list[Json]:
    """Every driver that can be loaded."""
    rows = []
    for name in registry.names:
        try:
            rows.append(driver_view(registry.driver(name)))
        except ConfigError:
            continue
    return rows


def driver_view(spec: DriverSpec) -> Json:
    """A driver as a wizard needs it."""
    return {
        "name": spec.name,
        "title": _title(spec),
        "links": list(spec.links),
        "capabilities": list(spec.capabilities),
        "usb": list(spec.usb),
        "options": spec.options.model_json_schema(),
    }


async def devices(context: Context, _caller: Caller, _p: s.Nothing, _key: Key) -> d.Devices:
    equipment = context.equipment
    pending, problems, writable = await equipment.pending()
    return d.Devices(
        devices=[_device_view(context, status) for status in equipment.manager.states()],
        path=str(equipment.path) if equipment.path is not None else None,
        writable=writable,
        digest=await equipment.digest(),
        pending=pending,
        problems=[{"key": row.key, "zh": row.zh, "en": row.en} for row in problems],
    )


def _device_view(context: Context, status: DeviceStatus) -> Json:
    manager = context.equipment.manager
    section = next(section for section in manager.sections if section.name == status.name)
    trouble = status.trouble
    return {
        **configured_view(section, context.equipment.registry),
        "state": status.state,
        "words": _words(STATES[status.state]),
        "since": status.since,
        "faults": [_coded(code) for code in status.faults],
        "identity": status.identity,
        "heard_at": status.heard_at,
        "trouble": {**_coded(trouble.code), "at": trouble.at, "detail": trouble.detail}
        if trouble is not None
        else None,
        "counts": {name: getattr(status.counts, name) for name in ("attempts", "opened", "lost", "failed")},
    }


def configured_view(section: DeviceSection, registry: Registry) -> Json:
    """A device as it is configured; of its state nothing is known."""
    spec = registry.driver(section.driver)
    return {
        **section.model_dump(),
        "title": _title(spec),
        "capabilities": list(spec.capabilities),
        "state": "unknown",
        "words": _words(STATES["unknown"]),
        "since": 0,
        "faults": [],
        "identity": "",
        "heard_at": None,
        "trouble": None,
        "counts": {"attempts": 0, "opened": 0, "lost": 0, "failed": 0},
        "tests": [{"part": part, **_words(LOOK[part])} for part in spec.capabilities],
    }


def _title(spec: DriverSpec) -> dict[str, str]:
    return {"zh": spec.title[0] or spec.name, "en": spec.title[1] or spec.name}


# ---------------------------------------------------------------- changing


async def add(context: Context, caller: Caller, p: d.AddDevice, key: Key) -> str:
    _check_going(context)
    equipment = context.equipment
    return await equipment.add(equipment.section(msgspec.to_builtins(p.section)), caller.name, key)


async def change(context: Context, caller: Caller, p: d.ChangeDevice, key: Key) -> str:
    _check_going(context)
    equipment = context.equipment
    section = equipment.section(msgspec.to_builtins(p.section))
    return await equipment.change(p.device, section, caller.name, key, seen=p.digest)


async def remove(context: Context, caller: Caller, p: d.RemoveDevice, key: Key) -> str:
    _check_going(context)
    return await context.equipment.remove(p.device, caller.name, key, seen=p.digest)


async def apply(context: Context, caller: Caller, _p: s.ChangeNothing, key: Key) -> str:
    _check_going(context)
    return await context.equipment.apply(caller.name, key)


def _check_going(context: Context) -> None:
    if context.stopping:
        raise RequestError("store.stopping")


# ---------------------------------------------------------------- finding


async def scan(context: Context, _caller: Caller, p: d.ScanDevices, _key: Key) -> d.ScanBegun:
    return d.ScanBegun(scan=context.equipment.surveys.begin(p.network))


async def found(context: Context, _caller: Caller, p: d.FoundDevices, _key: Key) -> d.ScanState:
    survey = context.equipment.surveys.state(p.scan)
    if survey is None:
        raise RequestError("request.invalid_params", problem=f"no scan {p.scan}")
    return d.ScanState(**survey_view(survey))


def survey_view(survey: Survey) -> Json:
    """How far it is, and what has been found."""
    return {
        "done": survey.done,
        "step": survey.step,
        "steps": survey.steps,
        "doing": survey.doing,
        "found": [found_view(row, number) for number, row in enumerate(survey.found, 1)],
        "skipped": [{"place": row.place, **_words(row.why)} for row in survey.skipped],
    }


def found_view(row: Found, number: int) -> Json:
    """One found device, with the block that it would get."""
    section = row.section
    return {
        "number": number,
        "what": _words(row.what),
        "driver": row.driver,
        "others": list(row.others),
        "link": row.link,
        "options": row.options,
        "confidence": row.confidence,
        "why": _words(row.why),
        "identity": row.identity,
        "configured": row.configured,
        "section": section.model_dump() if section is not None else None,
        "block": config_file.block(section) if section is not None else "",
    }


# ---------------------------------------------------------------- looking and trying


async def test(context: Context, _caller: Caller, p: d.TestDevice, _key: Key) -> d.Tested:
    _check_known(context, p.device)
    _check_going(context)
    outcomes = await context.equipment.trial.run(p.device, p.part, p.seconds)
    return d.Tested(device=p.device, parts=[outcome_view(outcome) for outcome in outcomes])


def outcome_view(outcome: Outcome) -> Json:
    """What came of one part of a test."""
    fault = outcome.fault
    return {
        "part": outcome.part,
        "ok": outcome.ok,
        "look": _words(outcome.look),
        "saw": _words(outcome.saw) if outcome.saw is not None else None,
        "fault": {"code": fault.code, "zh": fault.sentence("zh"), "en": fault.sentence("en")} if fault else None,
    }


async def retry(context: Context, _caller: Caller, p: d.OneDevice, _key: Key) -> d.Retried:
    _check_known(context, p.device)
    context.equipment.manager.retry(p.device)
    return d.Retried(device=p.device)


async def log(context: Context, _caller: Caller, p: d.ReadDeviceLog, _key: Key) -> d.DeviceLog:
    """States and faults from the journal; what the device told last is in memory only."""
    database, actor = context.hall.database, f"device:{p.device}"
    rows: list[Json] = []
    before, looked = None, 0
    while len(rows) < p.limit and looked < LOOKED_AT:
        page = await database.read(_page(actor, before))
        rows += [
            {
                "seq": record.seq,
                "at": record.at,
                "state": record.event.state,
                "words": _words(STATES.get(record.event.state, STATES["unknown"])),
                "faults": [_coded(code) for code in record.event.faults],
            }
            for record in page
            if isinstance(record.event, DeviceReported) and record.event.device == p.device
        ]
        if not page:
            break
        before, looked = page[-1].seq, looked + len(page)
    messages = context.equipment.trace.messages(p.device)
    return d.DeviceLog(records=rows[: p.limit], messages=[{"at": m.at, **_words(m.words)} for m in messages])


def _page(actor: str, before: int | None) -> Any:
    return lambda connection: list(journal.page(connection, before=before, limit=journal.PAGE_LIMIT, actor=actor))


async def trace(context: Context, _caller: Caller, p: d.TraceDevices, _key: Key) -> d.Traced:
    if p.device is not None:
        _check_known(context, p.device)
    watched = context.equipment.trace
    rows, lost = watched.read(p.device, p.after)
    return d.Traced(rows=[row_view(row) for row in rows], next=max(watched.last, p.after), lost=lost)


def row_view(row: Row) -> Json:
    """One row of a trace; its bytes have passed the driver's filter."""
    return {
        "n": row.n,
        "at": row.at,
        "device": ", ".join(row.devices),
        "what": row.what,
        "hex": row.data.hex(),
        **_words(row.words),
    }


def _check_known(context: Context, device: str) -> None:
    known = [section.name for section in context.equipment.manager.sections]
    if device not in known:
        raise ConfigError("config.no_device", device=device, known=", ".join(known) or "-")


def _words(words: Words) -> dict[str, str]:
    return {"zh": words[0], "en": words[1]}


def _coded(code: str) -> dict[str, str]:
    return {"code": code, "zh": sentence(code, "zh", {}), "en": sentence(code, "en", {})}
