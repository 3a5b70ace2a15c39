"""Indexes over the live appointments: by code, by slot, by who holds them, by where they were booked."""

from dataclasses import dataclass, field

from hallctl.domain.booking import Appointment, BookingStage


@dataclass(slots=True)
class Agenda:
    """`codes` → id; `open` has for each service and slot start the ids still to come, `filled` how many are booked or
    have come; `people` → ids, by the digest of the identity and of the telephone; `origins` (source, external) → id."""

    codes: dict[str, str] = field(default_factory=dict)
    open: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    filled: dict[tuple[str, int], int] = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=dict)
    origins: dict[tuple[str, str], str] = field(default_factory=dict)

    def change(self, old: Appointment | None, new: Appointment | None) -> None:
        """An appointment has become another value; None, or one that is not live, is not here."""
        if old is not None:
            self._remove(old)
        if new is not None and new.live:
            self._add(new)

    def _add(self, appointment: Appointment) -> None:
        if appointment.stage is not BookingStage.CANCELLED:
            place = (appointment.service, appointment.start)
            self.filled[place] = self.filled.get(place, 0) + 1
            self.codes[appointment.code] = appointment.id
        if appointment.stage is BookingStage.BOOKED:
            self.open.setdefault(appointment.service, {}).setdefault(appointment.start, set()).add(appointment.id)
        for digest in _digests(appointment):
            self.people.setdefault(digest, set()).add(appointment.id)
        if appointment.external is not None:
            self.origins[appointment.source, appointment.external] = appointment.id

    def _remove(self, appointment: Appointment) -> None:
        if appointment.stage is not BookingStage.CANCELLED:
            place = (appointment.service, appointment.start)
            self.filled[place] -= 1
            if not self.filled[place]:
                del self.filled[place]
            if self.codes.get(appointment.code) == appointment.id:
                del self.codes[appointment.code]
        if appointment.stage is BookingStage.BOOKED:
            starts = self.open[appointment.service]
            starts[appointment.start].discard(appointment.id)
            if not starts[appointment.start]:
                del starts[appointment.start]
            if not starts:
                del self.open[appointment.service]
        for digest in _digests(appointment):
            self.people[digest].discard(appointment.id)
            if not self.people[digest]:
                del self.people[digest]
        if appointment.external is not None:
            self.origins.pop((appointment.source, appointment.external), None)


def _digests(appointment: Appointment) -> list[str]:
    found = [appointment.holder.digest] if appointment.holder is not None else []
    return [*found, appointment.phone] if appointment.phone is not None else found
