"""Every code that people meet, with its sentence in zh-CN and en. A sentence says what to do next.

Codes are stable: part of the API, of logs and of the pages. Braces are filled from the refusal's params. The tables
stand by subject in `hallctl.texts`.
"""

from typing import Final

from hallctl.texts.alert import ALERTS
from hallctl.texts.appointment import APPOINTMENTS
from hallctl.texts.config import CONFIG
from hallctl.texts.device import DEVICES
from hallctl.texts.keeping import KEEPING
from hallctl.texts.page import PAGES
from hallctl.texts.reason import REASONS
from hallctl.texts.refusal import REFUSALS
from hallctl.texts.request import REQUESTS
from hallctl.texts.rule import RULES
from hallctl.texts.store import STORE

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    **REFUSALS,
    **RULES,
    **REASONS,
    **APPOINTMENTS,
    **ALERTS,
    **PAGES,
    **REQUESTS,
    **DEVICES,
    **STORE,
    **CONFIG,
    **KEEPING,
}
