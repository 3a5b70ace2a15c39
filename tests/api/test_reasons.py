"""Who would be next and why a ticket was called, over the wire."""

from pathlib import Path

import pytest

from hallctl.api.role import Role
from hallctl.client import Refused
from tests.harness import running_hall


async def test_the_preview_and_the_reason_of_the_call_are_one(tmp_path: Path) -> None:
    """C02, C03: what is previewed is what is called, the reason stays with the call, in words and figures."""
    async with running_hall(tmp_path) as hall:
        guide = await hall.client(Role.GUIDE, token=await hall.clerk("guide", ("guide",)))
        desk = await hall.desk("1")
        nobody = await desk.ask("hall.preview")
        assert (nobody["ticket"], nobody["why"]) == (None, "queue.empty")
        await guide.change("ticket.take", service="pooled")
        await guide.change("ticket.take", service="pooled", priority="elder", reason="行动不便")
        seen = await desk.ask("hall.preview")
        assert (seen["ticket"]["label"], seen["why"], seen["among"]) == ("A002", "priority", 2)
        assert [(row["label"], row["by"]) for row in seen["beat"]] == [("A001", "class")]
        assert "A001" in seen["beat"][0]["zh"]
        assert seen == await desk.ask("hall.preview"), "asking calls nobody"
        called = await desk.change("ticket.call")
        why = await guide.ask("ticket.why", ticket=called["ticket"]["id"])
        assert (why["ticket"]["label"], why["why"], why["window"]) == ("A002", "priority", "1")
        assert [(row["label"], row["by"]) for row in why["beat"]] == [("A001", "class")]
        with pytest.raises(Refused) as refused:
            await guide.ask("ticket.why", ticket=seen["beat"][0]["ticket"])
        assert refused.value.code == "ticket.never_called"
