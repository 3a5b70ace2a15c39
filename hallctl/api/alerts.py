"""The commands of those who confirm or dismiss alerts; how alerts are told stands in `alert_view`."""

from hallctl.api import schemas_alert as s
from hallctl.api.auth import Caller
from hallctl.api.context import Context
from hallctl.domain.watch_commands import ConfirmAlert, DismissAlert


def confirm(_context: Context, _caller: Caller, p: s.Confirm) -> ConfirmAlert:
    return ConfirmAlert(p.alert, p.window, p.action)


def dismiss(_context: Context, _caller: Caller, p: s.Dismiss) -> DismissAlert:
    return DismissAlert(p.alert, p.reason)
