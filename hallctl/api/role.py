"""Who may ask: the roles, and which of them see what. Least privilege: a role is in a set or it sees nothing."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """Roles of terminals (paired) and of people (accounts). A portal books appointments from outside the hall."""

    KIOSK = "kiosk"
    WINDOW = "window"
    GUIDE = "guide"
    BOARD = "board"
    RATING = "rating"
    DEVICE = "device"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMIN = "admin"
    PORTAL = "portal"


ALL: Final = frozenset(Role)
PEOPLE: Final = frozenset({Role.WINDOW, Role.GUIDE, Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN})
"""Roles that an account can have."""

STAFF: Final = PEOPLE
"""Who sees tickets one by one."""

MANAGERS: Final = frozenset({Role.SUPERVISOR, Role.ADMIN})
OVERSEERS: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN})
"""Who sees devices, the journal, who acted, and levels of ratings."""

KIOSK_VIEWERS: Final = frozenset({Role.KIOSK}) | STAFF
