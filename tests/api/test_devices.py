"""Devices found, changed, tested and watched in the running hall, by the administrator (O09, H01, T05)."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drivers.callpad.emulator import EMULATOR as CALLPAD
from drivers.idcard.emulator import EMULATOR as IDCARD
from hallctl import bootstrap, config_file
from hallctl.api import document
from hallctl.api.role import Role
from hallctl.client import Refused
from hallctl.config import parse
from hallctl.devices.machine import Machine
from hallctl.devices.registry import Registry
from hallctl.devices.survey import Survey, Surveys
from tests.api.filed import COMMENT, emulated, place
from tests.devices.fakes import eventually
from tests.e2e.printer import Printer, printer
from tests.harness import running_hall


def of(printer: Printer, name: str = "printer-1", kiosk: str | None = "kiosk-1") -> dict[str, Any]:
    options = {"poll_s": 0.5, "proof": "gs_r"}
    return {"name": name, "driver": "escpos", "link": printer.link, "kiosk": kiosk, "options": options}


# ---------------------------------------------------------------- changing


async def test_o09_a_printer_is_added_and_prints_without_a_restart(tmp_path: Path) -> None:
    """O09: in the file with its comments, in the journal with who did it, at work, and seen by everybody."""
    async with place(tmp_path) as at, printer() as paper:
        board = await at.hall.client(Role.KIOSK, "kiosk-1")
        assert board.snapshot["kiosks"][0]["printer"] is None
        receipt = await at.admin.change("device.add", section=of(paper))
        assert receipt["seq"] > 0
        await at.becomes("printer-1", "ready")
        assert COMMENT in at.text
        assert [device.name for device in parse(at.text).devices] == ["printer-1"]
        assert (tmp_path / "data" / "last-good.toml").read_text(encoding="utf-8") == at.text
        [(_, actor, event)] = [row for row in await at.events() if row[0] == "device.changed"]
        assert actor.startswith("admin:")
        assert (event.added, event.config_digest) == (("printer-1",), config_file.digest(at.text))
        await eventually(lambda: (board.snapshot["kiosks"][0]["printer"] or {}).get("name") == "printer-1")
        taken = await board.change("ticket.take", service="pooled")
        await eventually(lambda: [copy.label for copy in paper.copies()] == [taken["ticket"]["label"]])


async def test_o09_a_print_under_way_goes_on_while_others_change(tmp_path: Path) -> None:
    """The session of an unchanged printer is not touched, and its slip comes out once."""
    async with place(tmp_path) as at, printer() as paper, printer() as other:
        await at.admin.change("device.add", section=of(paper))
        await at.becomes("printer-1", "ready")
        await paper.emulator.press("slow", seconds="1")
        kiosk = await at.hall.client(Role.KIOSK, "kiosk-1")
        taken = await kiosk.change("ticket.take", service="pooled")
        await at.admin.change("device.add", section=of(other, "printer-2", None))
        await at.admin.change("device.change", device="printer-2", section=of(other, "printer-3", None))
        await at.admin.change("device.remove", device="printer-3")
        await paper.emulator.press("slow", seconds="0")
        await eventually(lambda: [copy.label for copy in paper.copies()] == [taken["ticket"]["label"]])
        counts = (await at.state("printer-1"))["counts"]
        assert (counts["opened"], counts["lost"]) == (1, 0)
        assert [copy.marked for copy in paper.copies()] == [False]


async def test_t05_a_kiosk_gives_no_number_by_a_printer_that_was_just_added_and_is_empty(tmp_path: Path) -> None:
    """T05 by the devices of now: paper out refuses, taken out of the config it refuses no more."""
    async with place(tmp_path) as at, printer() as paper:
        await paper.emulator.press("paper_out")
        await at.admin.change("device.add", section=of(paper))
        await at.becomes("printer-1", "degraded")
        kiosk = await at.hall.client(Role.KIOSK, "kiosk-1")
        with pytest.raises(Refused):
            await kiosk.change("ticket.take", service="pooled")
        await at.admin.change("device.remove", device="printer-1")
        assert (await kiosk.change("ticket.take", service="pooled"))["ticket"]["label"] == "A001"


async def test_the_same_request_is_done_once(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        section = {"name": "voice", "driver": "voice", "options": {"sink": "wav", "folder": str(tmp_path)}}
        both = await asyncio.gather(
            *(at.admin.change("device.add", request_id="once", section=section) for _ in range(3))
        )
        assert both[0] == both[1] == both[2]
        assert [device.name for device in parse(at.text).devices] == ["voice"]
        with pytest.raises(Refused, match=r"request\.reused"):
            await at.admin.change("device.remove", request_id="once", device="voice")


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"name": "d", "driver": "nothing"}, "devices.0.driver"),
    ({"name": "d", "driver": "escpos", "link": "udp://x"}, "devices.0.link"),
    ({"name": "d", "driver": "escpos", "link": "tcp://192.0.2.1:9100", "kiosk": "none"}, "devices.0.kiosk"),
    ({"name": "d", "driver": "voice", "options": {"loud": 1}}, "devices.0.options.loud"),
    ({"name": "Das", "driver": "voice"}, "name"),
]


@pytest.mark.parametrize(("section", "key"), MISTAKES, ids=[key for _section, key in MISTAKES])
async def test_o09_a_mistake_changes_nothing_and_is_told_with_its_key(
    tmp_path: Path, section: dict[str, Any], key: str
) -> None:
    async with place(tmp_path) as at:
        before = at.text
        with pytest.raises(Refused, match=r"config\.invalid") as refused:
            await at.admin.change("device.add", section=section)
        assert key in [row["key"] for row in refused.value.problems]
        assert all(row["zh"] and row["en"] for row in refused.value.problems)
        assert at.text == before
        assert "device.changed" not in [name for name, _actor, _event in await at.events()]
        assert (await at.admin.ask("device.list"))["devices"] == []


async def test_a_file_that_cannot_be_written_refuses_the_change_whole(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        (tmp_path / "hall.toml.new").mkdir()
        with pytest.raises(Refused, match=r"config\.read_only") as refused:
            await at.admin.change("device.add", section={"name": "voice", "driver": "voice"})
        assert "chgrp hallctl" in refused.value.en
        assert (await at.admin.ask("device.list"))["devices"] == []
        assert "device.changed" not in [name for name, _actor, _event in await at.events()]


async def test_a_journal_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        before, equipment = at.text, at.hall.daemon.context.equipment
        await at.hall.daemon.context.hall.close()
        with pytest.raises(Exception, match=r"store\.stopping"):
            await equipment.add(equipment.section({"name": "voice", "driver": "voice"}), "test", None)
        assert at.text == before
        assert equipment.config.devices == []
        assert equipment.manager.sections == ()


async def test_o09_a_file_edited_by_hand_is_applied_and_the_rest_is_named(tmp_path: Path) -> None:
    """O09: devices at once; other keys wait for a restart and are told; a broken file changes nothing."""
    async with place(tmp_path) as at, printer() as paper:
        device = f'\n[[devices]]\nname = "p"\ndriver = "escpos"\nlink = "{paper.link}"\n'
        at.path.write_text(at.text.replace("测试大厅", "新大厅") + "[rules]\ncap = 9\n" + device, encoding="utf-8")
        told = await at.admin.ask("device.list")
        assert told["pending"] == ["hall.name", "rules.cap", "devices"]
        await at.admin.change("device.apply")
        await at.becomes("p", "ready")
        told = await at.admin.ask("device.list")
        assert (told["pending"], told["problems"]) == (["hall.name", "rules.cap"], [])
        assert (await at.admin.ask("hall.about"))["name"] == "测试大厅"

        good = at.text
        at.path.write_text(good.replace('driver = "escpos"', 'driver = "escpoz"'), encoding="utf-8")
        assert [row["key"] for row in (await at.admin.ask("device.list"))["problems"]] == ["devices.0.driver"]
        for method, params in (("device.apply", {}), ("device.add", {"section": {"name": "v", "driver": "voice"}})):
            with pytest.raises(Refused, match=r"config\.invalid"):
                await at.admin.change(method, **params)
        assert (await at.state("p"))["state"] == "ready"
        assert (tmp_path / "data" / "last-good.toml").read_text(encoding="utf-8") == good

        window = '\n[[windows]]\nid = "9"\nzone = "main"\nservices = ["pooled"]\n'
        strip = '\n[[devices]]\nname = "s"\ndriver = "ledstrip"\nlink = "tcp://192.0.2.1:1"\nunits = { 1 = "9" }\n'
        at.path.write_text(good + window + strip, encoding="utf-8")
        with pytest.raises(Refused, match=r"config\.restart_first") as refused:
            await at.admin.change("device.apply")
        assert [row["key"] for row in refused.value.problems] == ["devices.1.units.1"]


async def test_a_hall_without_a_file_has_devices_that_cannot_be_changed(tmp_path: Path) -> None:
    async with running_hall(tmp_path) as hall:
        admin = await hall.client(Role.ADMIN)
        assert (await admin.ask("device.list"))["path"] is None
        with pytest.raises(Refused, match=r"config\.no_file"):
            await admin.change("device.add", section={"name": "voice", "driver": "voice"})


async def test_changes_at_the_same_time_come_one_after_the_other(tmp_path: Path) -> None:
    async with place(tmp_path) as at:
        names = [f"v-{number}" for number in range(8)]
        await asyncio.gather(
            *(
                at.admin.change(
                    "device.add", section={"name": name, "driver": "escpos", "link": f"tcp://192.0.2.1:{n}"}
                )
                for n, name in enumerate(names, 1)
            )
        )
        assert sorted(device.name for device in parse(at.text).devices) == names
        assert sorted(row["name"] for row in (await at.admin.ask("device.list"))["devices"]) == names


async def test_o09_two_administrators_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Who says which file was seen changes no other one."""
    async with place(tmp_path) as at:
        section = {"name": "v-1", "driver": "escpos", "link": "tcp://192.0.2.1:1"}
        await at.admin.change("device.add", section=section)
        seen = (await at.admin.ask("device.list"))["digest"]
        await at.admin.change(
            "device.change", device="v-1", section={**section, "link": "tcp://192.0.2.1:2"}, digest=seen
        )
        after = at.text
        for method, more in (("device.change", {"section": section}), ("device.remove", {})):
            with pytest.raises(Refused) as refused:
                await at.admin.change(method, device="v-1", digest=seen, **more)
            assert refused.value.code == "config.changed_meanwhile"
        assert at.text == after


# ---------------------------------------------------------------- testing and looking


async def test_a_printer_under_test_prints_and_says_what_to_look_for(tmp_path: Path) -> None:
    async with place(tmp_path) as at, printer() as paper:
        await at.admin.change("device.add", section=of(paper))
        told = await at.admin.ask("device.test", device="printer-1")
        [part] = told["parts"]
        assert (part["part"], part["ok"], part["fault"]) == ("slip_printer", True, None)
        assert "切纸" in part["look"]["zh"]
        assert len(paper.emulator.paper.slips) == 1
        await paper.emulator.press("paper_out")
        await at.becomes("printer-1", "degraded")
        [part] = (await at.admin.ask("device.test", device="printer-1"))["parts"]
        assert (part["ok"], part["fault"]["code"]) == (False, "printer.paper_out")
        with pytest.raises(Refused, match=r"config\.no_device"):
            await at.admin.ask("device.test", device="nobody")
        records = (await at.admin.ask("device.log", device="printer-1"))["records"]
        assert records[0]["faults"][0]["code"] == "printer.paper_out"
        assert records[-1]["state"] == "connecting"


async def test_a_key_pressed_in_a_test_calls_nobody(tmp_path: Path) -> None:
    pads = CALLPAD.make(units=(1,))
    async with place(tmp_path) as at, emulated(pads) as link:
        units = {"1": "1"}
        section = {"name": "pads", "driver": "callpad", "link": link, "units": units}
        await at.admin.change("device.add", section=section)
        clerk = await at.hall.desk("1")
        await clerk.ask("hall.about")
        kiosk = await at.hall.client(Role.KIOSK, "kiosk-1")
        await kiosk.change("ticket.take", service="pooled", paperless=True)
        testing = asyncio.create_task(at.admin.ask("device.test", device="pads", part="call_pad", seconds=10))
        context = at.hall.daemon.context
        await eventually(lambda: context.equipment.trial.waits("pads"))
        with pytest.raises(Refused, match=r"device\.busy"):
            await at.admin.ask("device.test", device="pads")
        await pads.press("key", unit="1", key="finish")
        [part] = (await testing)["parts"]
        assert part["ok"]
        assert "finish" in part["saw"]["en"]
        await pads.press("key", unit="1", key="next")
        await eventually(lambda: context.state.active("1") is not None)
        messages = (await at.admin.ask("device.log", device="pads"))["messages"]
        assert len(messages) == 2
        nothing = (await at.admin.ask("device.test", device="pads", part="call_pad", seconds=1))["parts"][0]
        assert (nothing["ok"], nothing["fault"]) == (False, None)


async def test_a_card_in_a_trace_a_test_and_a_log_is_nobody(tmp_path: Path) -> None:
    """Personal data: neither the name nor the number of a card, as text or as the reader's bytes."""
    reader = IDCARD.make()
    async with place(tmp_path) as at, emulated(reader) as link:
        section = {"name": "reader", "driver": "idcard", "link": link, "kiosk": "kiosk-1"}
        await at.admin.change("device.add", section=section)
        await at.becomes("reader", "ready")
        after = (await at.admin.ask("device.trace"))["next"]
        testing = asyncio.create_task(at.admin.ask("device.test", device="reader", seconds=15))
        context = at.hall.daemon.context
        await eventually(lambda: context.equipment.trial.waits("reader"))
        await reader.press("place_card", card="resident")
        [part] = (await testing)["parts"]
        assert part["ok"]
        assert "*" in part["saw"]["zh"]
        traced = await at.admin.ask("device.trace", device="reader", after=after)
        wire = b"".join(bytes.fromhex(row["hex"]) for row in traced["rows"] if row["what"] == "in")
        assert len(wire) > 1000, "the card was read while the trace ran"
        text = json.dumps([traced, part, await at.admin.ask("device.log", device="reader")], ensure_ascii=False)
        for secret in ("999999", "19900101"):
            assert secret not in text
            assert secret.encode("utf-16-le") not in wire
            assert secret.encode() not in wire
        assert await at.admin.ask("device.trace", device="reader", after=traced["next"]) is not None


async def test_a_scan_is_begun_and_asked_for(tmp_path: Path) -> None:
    async with place(tmp_path) as at, printer() as paper:
        equipment, registry = at.hall.daemon.context.equipment, bootstrap.installed()
        port = int(paper.link.rpartition(":")[2])
        own = registry.driver("escpos")
        asked = replace(own.probes[0], port=port)
        only = Registry([("escpos", lambda: replace(own, probes=(asked,)))])
        machine = Machine(tmp_path / "nothing")
        equipment.surveys = Surveys(
            lambda network: Survey(only, equipment.manager.sections, network, kiosks=["kiosk-1"], machine=machine)
        )
        begun = await at.admin.ask("device.scan", network="127.0.0.1")
        told: dict[str, Any] = {}
        async with asyncio.timeout(10):
            while not told.get("done"):
                told = await at.admin.ask("device.found", **begun)
                await asyncio.sleep(0.02)
        [row] = told["found"]
        assert (row["driver"], row["confidence"], row["configured"]) == ("escpos", "sure", None)
        assert row["identity"].startswith("ESC/POS")
        assert config_file.block(equipment.section(row["section"])) == row["block"]
        await at.admin.change("device.add", section=row["section"])
        await at.becomes("printer-1", "ready")
        assert paper.emulator.paper.slips == []
        with pytest.raises(Refused, match="invalid_params"):
            await at.admin.ask("device.found", scan="x")
        with pytest.raises(Refused, match=r"config\.invalid"):
            await at.admin.ask("device.scan", network="10.0.0.0/8")


async def test_answers_fit_the_document(tmp_path: Path) -> None:
    made = document.openapi()
    async with place(tmp_path) as at:
        section = {"name": "voice", "driver": "voice", "options": {"sink": "wav", "folder": str(tmp_path)}}
        await at.admin.change("device.add", section=section)
        await at.becomes("voice", "ready")
        asked = {
            "device.drivers": {}, "device.list": {}, "device.test": {"device": "voice"}, "device.trace": {},
            "device.log": {"device": "voice"}, "device.retry": {"device": "voice"},
        }  # fmt: skip
        for method, params in asked.items():
            answer = await at.admin.ask(method, **params)
            operation = made["paths"][f"/api/v1/{method.replace('.', '/')}"]["post"]
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            jsonschema.validate(answer, {**schema, "components": made["components"]})
        drivers = {row["name"]: row for row in (await at.admin.ask("device.drivers"))["drivers"]}
        assert set(drivers) <= set(bootstrap.installed().names)
        for row in drivers.values():
            jsonschema.Draft202012Validator.check_schema(row["options"])
            assert row["title"]["zh"]


async def test_a_test_that_waits_does_not_hold_the_stop(tmp_path: Path) -> None:
    pads = CALLPAD.make(units=(1,))
    async with emulated(pads) as link:
        asking: asyncio.Task[Any]
        async with place(tmp_path) as at:
            section = {"name": "pads", "driver": "callpad", "link": link, "units": {"1": "1"}}
            await at.admin.change("device.add", section=section)
            context = at.hall.daemon.context
            asking = asyncio.create_task(at.admin.ask("device.test", device="pads", part="call_pad", seconds=30))
            await eventually(lambda: context.equipment.trial.waits("pads"))
            async with asyncio.timeout(3):
                at.hall.daemon.finish()
                told = await asking
            assert told["parts"][0]["ok"] is False
