"""Rules of the queue in the config: what contradicts itself is told with its key and a sentence (O09), the rest becomes
plans, modes and classes."""

import pytest

from hallctl.config import parse
from hallctl.domain.layout import ClassRule
from hallctl.domain.model import Priority
from hallctl.errors import ConfigError
from tests.harness import SMALL

WINDOW_3 = 'services = ["police"]\npolicy = "fifo"\n'
"""The end of the last window, which calls police."""


def window_3(text: str) -> str:
    return SMALL.replace(WINDOW_3, text + "\n")


def step(prefix: str, then: str) -> str:
    """The hall with a next step of the service with the prefix."""
    return SMALL.replace(f'prefix = "{prefix}"', f'prefix = "{prefix}"\nthen = "{then}"')


def rules(text: str) -> str:
    return SMALL + f"[rules]\n{text}\n"


MODE = '[[windows.modes]]\nname = "{0}"\nservices = ["pooled"]\n{1}\n'

BROKEN = {
    "a share for a service that it does not call": (
        window_3('services = ["police"]\npolicy = "ratio"\nratio = { police = 1, pooled = 2 }'),
        "windows.2.ratio", "只能用于它自己的业务", "its own services only",
    ),
    "a share of zero": (
        window_3('services = ["police"]\npolicy = "ratio"\nratio = { police = 0 }'),
        "windows.2.ratio.police", "greater than or equal to 1", "greater than or equal to 1",
    ),
    "shares without the policy": (
        window_3('services = ["police"]\nratio = { police = 1 }'), "windows.2.ratio", "要一起设置", "go together",
    ),
    "the policy without shares": (
        window_3('services = ["police"]\npolicy = "ratio"'), "windows.2.ratio", "要一起设置", "go together",
    ),
    "a share for a service that there is not": (
        window_3('services = ["police"]\npolicy = "ratio"\nratio = { tax = 1 }'),
        "windows.2.ratio", "可用：police, pooled", "there are: police, pooled",
    ),
    "help for its own service": (
        window_3('services = ["police"]\nhelp = ["police"]'), "windows.2.help", "出现两次", "twice",
    ),
    "a service twice": (window_3('services = ["police", "police"]'), "windows.2.services", "出现两次", "twice"),
    "help for a service that there is not": (
        window_3('services = ["police"]\nhelp = ["tax"]'), "windows.2.help", "没有“tax”", "no 'tax'",
    ),
    "when to help, but nobody": (
        window_3('services = ["police"]\nhelp_when = 2'), "windows.2.help_when", "没有写 help", "Without help",
    ),
    "help from nobody on": (
        window_3('services = ["police"]\nhelp = ["pooled"]\nhelp_from = 0'),
        "windows.2.help_from", "值不对", "Wrong value",
    ),
    "a mode of no service": (
        window_3(WINDOW_3 + MODE.format("busy", "").replace('["pooled"]', "[]")),
        "windows.2.modes.0.services", "值不对", "Wrong value",
    ),
    "a mode of a service that there is not": (
        window_3(WINDOW_3 + MODE.format("busy", "").replace("pooled", "tax")),
        "windows.2.modes.0.services", "没有“tax”", "no 'tax'",
    ),
    "a mode that contradicts itself": (
        window_3(WINDOW_3 + MODE.format("busy", 'policy = "ratio"')),
        "windows.2.modes.0.ratio", "要一起设置", "together",
    ),
    "two modes of one name": (
        window_3(WINDOW_3 + MODE.format("busy", "") + MODE.format("busy", "")),
        "windows.2.modes.1.name", "出现多次", "twice",
    ),
    "times of two modes that overlap": (
        window_3(
            WINDOW_3
            + MODE.format("one", 'times = [{ time = "09:00-11:00" }]')
            + MODE.format("two", 'times = [{ days = [7], time = "10:59-12:00" }]')
        ),
        "windows.2.modes.1.times.0.time", "重叠", "overlaps",
    ),
    "times of one mode that overlap": (
        window_3(WINDOW_3 + MODE.format("one", 'times = [{ time = "09:00-11:00" }, { time = "08:00-09:01" }]')),
        "windows.2.modes.0.times.1.time", "重叠", "overlaps",
    ),
    "a time that runs backwards": (
        window_3(WINDOW_3 + MODE.format("one", 'times = [{ time = "11:00-09:00" }]')),
        "windows.2.modes.0.times.0.time", "11:00-09:00", "11:00-09:00",
    ),
    "a weekday that there is not": (
        window_3(WINDOW_3 + MODE.format("one", 'times = [{ days = [8], time = "09:00-11:00" }]')),
        "windows.2.modes.0.times.0.days.0", "8", "8",
    ),
    "a circle of next steps": (
        step("A", "police").replace('prefix = "C"', 'prefix = "C"\nthen = "pooled"'),
        "services.0.then", "pooled → police → pooled", "pooled → police → pooled",
    ),
    "a next step to itself": (
        step("C", "police"), "services.1.then", "police → police", "circle",
    ),
    "a next step to nowhere": (
        step("C", "tax"), "services.1.then", "没有“tax”", "no 'tax'",
    ),
    "a service that no window calls": (
        SMALL + '[[services]]\nid = "tax"\nname = "税务"\nprefix = "D"\nzone = "main"\n',
        "services.2.id", "没有窗口办理“tax”", "No window calls 'tax'",
    ),
    "a cap of nobody": (rules("cap = 0"), "rules.cap", "值不对", "Wrong value"),
    "a class that there is not": (
        rules("classes = { vip = { head_start_min = 9 } }"), "rules.classes.vip", "vip", "vip",
    ),
    "a class that loses by waiting": (
        rules("classes = { elder = { head_start_min = 9, rate = 0 } }"), "rules.classes.elder.rate", "0", "0",
    ),
    "elders of twenty": (rules("elder_age = 20"), "rules.elder_age", "20", "20"),
    "an unknown missed policy": (
        SMALL.replace('prefix = "C"', 'prefix = "C"\nmissed = "forget"'), "services.1.missed", "forget", "forget",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "zh", "en"), BROKEN.values(), ids=BROKEN)
def test_o09_what_contradicts_itself_is_told(text: str, key: str, zh: str, en: str) -> None:
    """O09: the dotted key, and what to do, in both languages."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    problems = {problem.key: problem for problem in caught.value.problems}
    assert set(problems) <= {key, f"{key}.[key]"}
    found = problems.get(key) or problems[f"{key}.[key]"]
    assert zh in found.zh
    assert en in found.en


def test_times_that_touch_do_not_overlap() -> None:
    text = WINDOW_3 + MODE.format("one", 'times = [{ days = [1], time = "09:00-11:00" }]')
    text += MODE.format("two", 'times = [{ time = "11:00-12:00" }, { days = [2], time = "09:00-11:00" }]')
    assert len(parse(window_3(text)).layout().modes["3"]) == 2


def test_modes_are_plans_of_their_window() -> None:
    """W07: a mode has the window's id, zone and right to choose, and its own name."""
    text = 'services = ["police"]\nchoose = false\n' + MODE.format("rush", 'help = ["police"]\nhelp_from = 3')
    text += 'times = [{ days = [1, 3], time = "09:00-11:30" }]'
    layout = parse(window_3(text)).layout()
    (mode,) = layout.modes["3"]
    plan = mode.plan
    assert (plan.id, plan.zone, plan.services, plan.help, plan.help_from, plan.choose, plan.mode) == (
        "3", "main", ("pooled",), ("police",), 3, False, "rush",
    )  # fmt: skip
    assert mode.times == (((1, 3), 540, 690),)
    assert layout.windows["3"].mode is None


def test_classes_that_are_given_stand_beside_those_built_in() -> None:
    layout = parse(rules("cap = 5\nclasses = { elder = { head_start_min = 60, rate = 1.5 } }")).layout()
    assert layout.cap == 5
    assert layout.classes[Priority.ELDER] == ClassRule(3_600_000, 1500)
    assert layout.classes[Priority.NORMAL] == ClassRule(0, 1000)
    assert not layout.lasting
