"""The METHODS table: every method with its params, roles and handler. It serves the websocket and HTTP alike.

Lines here are the API: a test compares them with README.md, OpenAPI and AsyncAPI, and tries every role on each.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from hallctl.api import alerts, appointments, changes, devices, pages, reads, reasons, schemas_alert
from hallctl.api import schemas as s
from hallctl.api import schemas_booking as b
from hallctl.api import schemas_device as d
from hallctl.api import schemas_page as g
from hallctl.api.auth import Caller
from hallctl.api.context import Context
from hallctl.api.role import ALL, MANAGERS, OVERSEERS, STAFF, Role
from hallctl.domain.commands import Command
from hallctl.engine.answer import RequestKey

Handler = Callable[[Context, Caller, Any, RequestKey | None], Awaitable[Any]]
Maker = Callable[[Context, Caller, Any], Command]

W, D = Role.WINDOW, Role.DEVICE
DESK: Final = frozenset({W, D}) | MANAGERS
CLERKS: Final = frozenset({W}) | MANAGERS
GUIDES: Final = frozenset({W, Role.GUIDE}) | MANAGERS
TAKERS: Final = frozenset({Role.KIOSK, W, Role.GUIDE, Role.ADMIN})
GUARDS: Final = frozenset({Role.GUIDE}) | MANAGERS
ADMIN: Final = frozenset({Role.ADMIN})
PORTALS: Final = frozenset({Role.PORTAL}) | GUIDES
ENTRANCE: Final = frozenset({Role.KIOSK}) | GUIDES
BOOKERS: Final = PORTALS | ENTRANCE
LISTERS: Final = frozenset({Role.PORTAL}) | MANAGERS
KIOSK: Final = frozenset({Role.KIOSK})
CLERK: Final = frozenset({W})


@dataclass(frozen=True, slots=True)
class Method:
    """One method. `roles` None: anyone, also without a token. Either `make` gives the command that it is, or `handle`
    its result."""

    name: str
    params: type[s.Params]
    roles: frozenset[Role] | None
    handle: Handler | None
    result: type
    doc: str
    make: Maker | None = None

    @property
    def changing(self) -> bool:
        """Whether it changes the hall; then its params carry a request_id."""
        return issubclass(self.params, s.Change)


def _change(name: str, params: type[s.Params], roles: frozenset[Role], make: Maker, doc: str) -> Method:
    return Method(name, params, roles, None, s.Receipt, doc, make)


_TABLE: Final = (
    _change("ticket.take", s.Take, TAKERS, changes.take, "Take a number."),
    _change("ticket.cancel", s.TicketWithReason, GUIDES, changes.cancel, "Cancel a ticket."),
    _change("ticket.call", s.Call, DESK, changes.call, "Call the next, or a chosen ticket with a reason."),
    _change("ticket.recall", s.AtWindow, DESK, changes.recall, "Call the same ticket again."),
    _change("ticket.start", s.AtWindow, DESK, changes.start, "Begin the service."),
    _change("ticket.finish", s.Finish, DESK, changes.finish, "End the service and ask for a rating."),
    _change("ticket.miss", s.AtWindow, DESK, changes.miss, "Mark the called ticket as missed."),
    _change("ticket.undo", s.AtWindow, DESK, changes.undo, "Take back a wrong call."),
    _change("ticket.hold", s.AtWindowWithReason, DESK, changes.hold, "Put the served ticket on hold."),
    _change("ticket.resume", s.Resume, CLERKS, changes.resume, "Call a held ticket back."),
    _change("ticket.transfer", s.Transfer, CLERKS, changes.transfer, "Send a ticket to another service or window."),
    _change("ticket.restore", s.OneTicket, GUIDES, changes.restore, "Put a missed ticket back to its place."),
    _change("ticket.rate", s.Rate, frozenset({Role.RATING, D}), changes.rate, "Rate the service just finished."),
    _change("slip.reprint", s.Reprint, TAKERS, changes.reprint, "Print the slip again, marked as such."),
    _change("window.open", s.AtWindow, DESK, changes.open_window, "Open the window."),
    _change("window.pause", s.Pause, DESK, changes.pause, "Pause the window with a reason."),
    _change("window.resume", s.AtWindow, DESK, changes.resume_window, "End the pause."),
    _change("window.close", s.AtWindow, DESK, changes.close_window, "Close the window."),
    _change("window.take_over", s.AtWindow, frozenset({W}), changes.take_over, "Take the window over (AB岗)."),
    _change("window.arrange", s.Arrange, MANAGERS, changes.arrange, "Change what windows call, all or none."),
    _change("clerk.login", s.AtWindow, frozenset({W}), changes.login, "Sit down at the window."),
    _change("clerk.logout", s.AtWindow, frozenset({W}), changes.logout, "Leave the closed window."),
    _change("day.open", s.OpenDay, MANAGERS, changes.open_day, "Open the business day."),
    _change("day.close", s.ChangeNothing, MANAGERS, changes.close_day, "Close the business day."),
    _change("numbers.skip", s.SkipNumbers, ADMIN, changes.skip_numbers, "Leave numbers out that may be on paper."),
    _change("emergency.declare", s.Declare, GUARDS, changes.declare_emergency, "Stop issuing and calling, tell all."),
    _change("emergency.end", s.ChangeNothing, MANAGERS, changes.end_emergency, "The emergency is over."),
    _change("agent.set", s.SetAgent, GUARDS, changes.set_agent, "Register the card just read as an agent's."),
    _change("agent.remove", s.Agent, MANAGERS, changes.remove_agent, "Remove an agent."),
    _change("alert.confirm", schemas_alert.Confirm, MANAGERS, alerts.confirm, "Do what is suggested."),
    _change("alert.dismiss", schemas_alert.Dismiss, MANAGERS, alerts.dismiss, "Leave it so, with a reason."),
    _change("appointment.book", b.BookAppointment, BOOKERS, appointments.book, "Book a slot."),
    _change(
        "appointment.import",
        b.ImportAppointments,
        LISTERS,
        appointments.import_list,
        "Take a list over, whole or not at all.",
    ),
    _change("appointment.cancel", b.CancelAppointment, PORTALS, appointments.cancel, "Cancel an appointment."),
    _change(
        "appointment.check_in", b.CheckInAppointment, ENTRANCE, appointments.check_in, "The number of an appointment."
    ),
    _change("quota.set", b.SetQuota, MANAGERS, appointments.set_quota, "How many appointments one slot takes."),
    _change("block.lift", b.LiftBlock, MANAGERS, appointments.lift_block, "Let somebody book remotely again."),
    Method("page.scan", g.ScanPages, CLERK, pages.scan, g.PageList, "Scan pages for the ticket that is served."),
    _change("page.arrange", g.ArrangePages, CLERK, pages.arrange, "Put the pages in another order."),
    _change("page.remove", g.OnePage, CLERK, pages.remove, "Take a page out; it can be put back."),
    _change("page.restore", g.OnePage, CLERK, pages.restore, "Put a removed page back."),
    _change("page.finish", g.TicketPages, CLERK, pages.finish, "The pages are complete."),
    Method("page.offer", g.TicketPages, CLERKS, pages.offer, g.PageOffers, "Tokens that fetch the pages, once each."),
    Method("page.stop", g.AskPages, CLERK, pages.stop, g.PageList, "Stop the scan; pages that came are kept."),
    Method("page.list", g.AskPages, CLERKS, pages.listed, g.PageList, "The pages of a ticket."),
    Method("page.show", g.ShowPage, CLERKS, pages.show, g.PagePicture, "One page as a picture."),
    _change("help.request", s.AtKiosk, KIOSK, changes.request_help, "Ask the staff to come to the kiosk."),
    _change("help.answer", s.AtKiosk, GUIDES, changes.answer_help, "Somebody goes to the kiosk."),
    _change("terminal.revoke", s.Terminal, ADMIN, changes.revoke_terminal, "End a terminal's token."),
    Method("device.add", d.AddDevice, ADMIN, devices.add, s.Receipt, "Put a device into the config and to work."),
    Method("device.change", d.ChangeDevice, ADMIN, devices.change, s.Receipt, "Change a device, without a restart."),
    Method("device.remove", d.RemoveDevice, ADMIN, devices.remove, s.Receipt, "Take a device out of the config."),
    Method("device.apply", s.ChangeNothing, ADMIN, devices.apply, s.Receipt, "Take the devices of the edited file."),
    Method("account.set", s.SetAccount, ADMIN, changes.set_account, s.Receipt, "Create or change an account."),
    _change("account.remove", s.Account, ADMIN, changes.remove_account, "Remove an account."),
    Method("hall.about", s.Nothing, None, reads.about, s.About, "Name and version."),
    Method("hall.snapshot", s.Nothing, ALL, reads.snapshot, s.Subscribed, "The hall as the role sees it."),
    Method("session.open", s.OpenSession, None, reads.open_session, s.SessionOpened, "Log in with a password."),
    Method("pair.claim", s.Claim, None, reads.claim_pairing, s.Paired, "Turn a pairing code into a token."),
    Method("pair.offer", s.Offer, ADMIN, reads.offer_pairing, s.Code, "Make a pairing code."),
    Method("ticket.show", s.ShowTicket, STAFF, reads.show_ticket, dict, "One ticket, with masks if it is yours."),
    Method("ticket.find", s.FindTicket, None, reads.find_ticket, dict, "A ticket by its label or slip token."),
    Method(
        "appointment.find",
        b.AppointmentKey,
        BOOKERS,
        appointments.find,
        b.Appointments,
        "Appointments by what is known.",
    ),
    Method(
        "slot.list", b.ListSlots, BOOKERS, appointments.slots, b.Slots, "Slots of a service, and their free places."
    ),
    Method("block.list", b.ListBlocks, OVERSEERS, appointments.blocks, b.Blocks, "Who may not book remotely now."),
    Method("ticket.why", s.ShowTicket, STAFF, reasons.why, s.Reasoned, "Why a ticket was called."),
    Method("hall.preview", s.AskWindow, STAFF, reasons.preview, s.Reasoned, "Who would be next, and why."),
    Method("card.arm", s.Arm, KIOSK, reads.arm, s.Armed, "Open the card reader after the notice."),
    Method("card.disarm", s.Disarm, KIOSK, reads.disarm, s.Armed, "Close the card reader."),
    Method("code.look", s.Look, KIOSK, reads.look, s.Armed, "Light the code reader up."),
    Method("slip.preview", s.Nothing, MANAGERS, reads.preview, s.Preview, "A sample slip as PNG."),
    Method("journal.read", s.ReadJournal, OVERSEERS, reads.journal_page, s.JournalPage, "Events, newest first."),
    Method("journal.seal", s.ReadSeal, OVERSEERS, reads.journal_seal, s.Sealed, "The sealed head of a day."),
    Method("report.ledger", s.ReadLedger, OVERSEERS, reads.ledger, s.Ledger, "台账: one row per ticket of a day."),
    Method("device.drivers", s.Nothing, ADMIN, devices.drivers, d.Drivers, "Drivers, with a schema of their options."),
    Method("device.list", s.Nothing, ADMIN, devices.devices, d.Devices, "Devices as configured and as they are."),
    Method("device.scan", d.ScanDevices, ADMIN, devices.scan, d.ScanBegun, "Begin to look for devices."),
    Method("device.found", d.FoundDevices, ADMIN, devices.found, d.ScanState, "What has been found so far."),
    Method("device.test", d.TestDevice, ADMIN, devices.test, d.Tested, "Print, show, speak or read once."),
    Method("device.retry", d.OneDevice, ADMIN, devices.retry, d.Retried, "Try to reach the device at once."),
    Method("device.log", d.ReadDeviceLog, ADMIN, devices.log, d.DeviceLog, "States, faults and last messages."),
    Method("device.trace", d.TraceDevices, ADMIN, devices.trace, d.Traced, "What goes over the wires, redacted."),
    Method(
        "report.devices",
        s.ReadMonth,
        OVERSEERS | ADMIN,
        reads.device_months,
        s.DeviceMonths,
        "Uptime and faults of each device in a month.",
    ),
    Method("account.list", s.Nothing, ADMIN, reads.accounts, s.Accounts, "All accounts."),
    Method("agent.list", s.Nothing, GUARDS, reads.agents, s.Agents, "All registered agents."),
    Method("terminal.list", s.Nothing, ADMIN, reads.terminals, s.Terminals, "All paired terminals."),
)

METHODS: Final[dict[str, Method]] = {method.name: method for method in _TABLE}

WS_ONLY: Final = {
    "hello": (s.Hello, s.Greeting, "Say who you are; the first message."),
    "hall.subscribe": (s.Subscribe, s.Subscribed, "A snapshot, or what was missed; then numbered events."),
}
"""Methods of the connection itself, served by `hallctl.api.ws`."""
