"""Taking a number: who may, and what the ticket is."""

from collections.abc import Callable
from typing import Any, Final

from hallctl.domain import events as e
from hallctl.domain import limits, waits
from hallctl.domain.commands import Command, TakeTicket
from hallctl.domain.decide_slip import again
from hallctl.domain.decision import Decision, printing_refusal
from hallctl.domain.layout import Service
from hallctl.domain.model import Person
from hallctl.domain.state import HallState
from hallctl.errors import Refusal

MOST_PRINCIPALS: Final = 99
"""People for whom an agent takes one number at most."""


def take(state: HallState, command: TakeTicket, now: int) -> Decision | Refusal:
    """Issue the next number, or tell the one that the person waits with already (T07).

    The staff may pass a rule with a reason (T09): hours, limits, identity, an agent who is not registered. Nobody
    passes a closed day, an emergency, or a printer that cannot print: no ticket where no slip can come out, unless
    asked for paperless (T05).
    """
    service = state.layout.services.get(command.service)
    if service is None:
        return Refusal("service.unknown", {"service": command.service})
    refusal = _impossible(state, command)
    if refusal is not None:
        return refusal
    agent = is_agent(state, command.person)
    person = command.person if service.identity != "none" else None  # nothing is kept that nobody asked for (T13)
    existing = state.persons.get((person.digest, service.id)) if person is not None and not agent else None
    rule = _rule(state, service, command, agent, now) if existing is None or command.principals > 1 else None
    if rule is not None and not (command.override and command.reason):
        return rule
    printing = paper(state, command.kiosk, command.paperless)
    if isinstance(printing, Refusal):
        return printing
    if existing is not None:
        return _again(state, existing, command.kiosk if printing else None)
    number, label, ticket = next_number(state, service)
    event = e.TicketTaken(
        ticket=ticket,
        service=service.id,
        number=number,
        label=label,
        priority=command.priority,
        place=state.place(now),
        ahead=waits.ahead(state, service.id, command.priority, now),
        kiosk=command.kiosk,
        printing=printing,
        reason=command.reason,
        person=person,
        principals=command.principals,
        agent=agent or command.principals > 1,
        override=rule is not None,
    )
    return Decision((*left_out(state, service, number), event), ticket=ticket)


def is_agent(state: HallState, person: Person | None) -> bool:
    """Whether the person acts for others (T10): a card that the hall has registered."""
    return person is not None and any(agent.digest == person.digest for agent in state.agents.values())


def paper(state: HallState, kiosk: str | None, paperless: bool) -> bool | Refusal:
    """Whether a slip is printed at the kiosk or where it is rerouted to, or why that is not possible now."""
    if kiosk is None or paperless or not state.layout.printers(kiosk):
        return False
    refusal = printing_refusal(state, kiosk)
    return True if refusal is None else refusal


def next_number(state: HallState, service: Service) -> tuple[int, str, str]:
    """(number, label, id) of the service's next ticket of the day that is open (T01); a label that somebody kept from
    yesterday is left out (C09)."""
    number = state.tally(service.id).number + 1
    while (label := f"{service.prefix}{number:03d}") in state.carried:
        number += 1
    return number, label, f"{str(state.day).replace('-', '')}-{label}"


def left_out(state: HallState, service: Service, number: int) -> tuple[e.NumbersSkipped, ...]:
    """What the journal says of the numbers before `number` that nobody gets."""
    return (e.NumbersSkipped(service.id, number - 1),) if number > state.tally(service.id).number + 1 else ()


def _impossible(state: HallState, command: TakeTicket) -> Refusal | None:
    """What holds for everybody, the staff included."""
    if state.day is None:
        return Refusal("day.closed")
    if state.emergency is not None:
        return Refusal("hall.emergency")
    if command.kiosk is not None and command.kiosk not in state.layout.kiosk_printers:
        return Refusal("kiosk.unknown", {"kiosk": command.kiosk})
    if not 1 <= command.principals <= MOST_PRINCIPALS:
        return Refusal("agent.principals", {"most": MOST_PRINCIPALS})
    return None


def _rule(state: HallState, service: Service, command: TakeTicket, agent: bool, now: int) -> Refusal | None:
    """The first rule that says no and that the staff may pass: who acts for others (T10), hours, limits of the service,
    identity, the person's limit, which is not for agents."""
    if command.principals > 1 and not agent:
        return Refusal("agent.only")
    refusal = limits.closed(state, service.id, now)
    if refusal is not None:
        return refusal
    if command.person is None:
        return Refusal("service.identity_required") if service.identity == "required" else None
    most = service.limits.person
    if most is not None and not agent and state.taken.by(command.person.digest, service.id) >= most:
        return Refusal("limit.person", {"limit": most})
    return None


def _again(state: HallState, existing: str, kiosk: str | None) -> Decision:
    """The same person waits for the same service already: the existing number, printed again if there is paper."""
    events = (again(state.tickets[existing], kiosk, "same_person"),) if kiosk is not None else ()
    return Decision(events, ticket=existing)


HANDLERS: Final[dict[type[Command], Callable[[HallState, Any, int], Decision | Refusal]]] = {TakeTicket: take}
