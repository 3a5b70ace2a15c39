"""Public holidays of mainland China and the days worked for them (调休): the one place that asks a library.

The data are those of the package chinesecalendar, which keeps what the State Council's notice of each year says, and
nothing of years without a notice. They come with the package: no network is needed, and a newer package is how a hall
gets the next year, or it enters the year's dates in its config.
"""

from datetime import date
from functools import cache
from typing import Final

from hallctl.domain.workday import DayKind, WorkCalendar

_OFFICIAL: Final = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
"""The library's short names as the notices write them."""


@cache
def china() -> WorkCalendar:
    """All years that the library knows; imported at the first question, since few commands ask."""
    from chinese_calendar import Holiday, holidays, workdays

    names = {kind.value: (_OFFICIAL.get(kind.chinese, kind.chinese), kind.value) for kind in Holiday}
    kinds: dict[str, DayKind] = {}
    for day, english in holidays.items():
        kinds[day.isoformat()] = DayKind(False, "holiday", *names.get(english, (english, english)))
    for day, english in workdays.items():
        kinds[day.isoformat()] = DayKind(True, "makeup", *names.get(english, (english, english)))
    return WorkCalendar(kinds, _complete(set(holidays)), expected=True)


def _complete(days: set[date]) -> frozenset[int]:
    """The years whose National Day is there: a notice can name the last days of the year before."""
    return frozenset(day.year for day in days if (day.month, day.day) == (10, 1))
