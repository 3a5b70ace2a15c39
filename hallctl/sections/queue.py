"""The queue: rules of calling, services, windows."""

from typing import Annotated, Literal

from pydantic import Field

from hallctl.domain.layout import CLASSES, MINUTE_MS, ClassRule, Limits, Mode, Segment, Service
from hallctl.domain.model import Priority, WindowPlan
from hallctl.sections.booking import SlotSection
from hallctl.sections.section import Id, Section
from hallctl.sections.times import Span, span_minutes

Policy = Literal["fifo", "priority", "ratio", "longest_relative_wait"]
Missed = Literal["void", "requeue_after_k", "tail", "staff_restore"]
ClassName = Literal["green", "military", "disabled", "elder", "pregnant", "appointment", "normal"]


class ClassSection(Section):
    """How one class gathers priority."""

    head_start_min: int = Field(ge=0, le=1440, description="Minutes of waiting that the class is ahead at once.")
    rate: float = Field(1.0, gt=0, le=10, description="How fast its waiting counts; 1 is as it passes.")


class RulesSection(Section):
    recall_limit: int = Field(5, ge=1, le=20, description="How often one ticket may be recalled.")
    recall_gap_s: int = Field(5, ge=0, le=60, description="Seconds between two recalls.")
    undo_s: int = Field(30, ge=5, le=300, description="Seconds in which a wrong call can be undone.")
    rating_s: int = Field(30, ge=10, le=600, description="Seconds the rating pad waits for a key.")
    slip_s: int = Field(120, ge=5, le=600, description="Seconds a slip is worth printing.")
    announce_s: int = Field(30, ge=5, le=300, description="Seconds a call is worth speaking.")
    cap: int = Field(
        3, ge=1, le=20, description="K: at most so many privileged calls in a row while an ordinary ticket waits."
    )
    classes: dict[ClassName, ClassSection] = Field(
        {}, description="Head start and rate of a class, where the built-in ones do not fit."
    )
    elder_age: int = Field(
        60, ge=50, le=100, description="From this birthday on the card makes an elder; the date itself is not kept."
    )
    miss_after_calls: int = Field(1, ge=1, le=10, description="Calls before a ticket may be marked as missed.")
    miss_after_s: int = Field(0, ge=0, le=600, description="Seconds after the first call before it may be.")
    client_lost_s: int = Field(
        60, ge=0, le=3600, description="Seconds without the clerk's page after which its window pauses; 0: never."
    )
    held_at_end: Literal["expire", "carry"] = Field(
        "expire", description="What the day's end does with tickets on hold: expire, or carry them to the next day."
    )

    def classes_of(self) -> dict[Priority, ClassRule]:
        """The rule of every class."""
        given = {
            Priority(name): ClassRule(section.head_start_min * MINUTE_MS, round(section.rate * 1000))
            for name, section in self.classes.items()
        }
        return CLASSES | given


class SegmentSection(Section):
    time: Span = Field(description='Part of the day, "09:00-10:00".')
    limit: int = Field(ge=0, le=10_000, description="Tickets in it at most.")


class LimitsSection(Section):
    day: int | None = Field(None, ge=0, le=10_000, description="Tickets a day at most.")
    person: int | None = Field(
        None, ge=1, le=100, description="Tickets of one person a day at most; needs an identity."
    )
    segments: list[SegmentSection] = Field([], description="Limits of parts of the day.")

    def plain(self) -> Limits:
        """The limits as the domain sees them."""
        segments = tuple(Segment(*span_minutes(part.time), part.limit) for part in self.segments)
        return Limits(self.day, self.person, segments)


class ServiceSection(Section):
    id: Id = Field(description="Id of the service.")
    name: str = Field(description="What the citizen comes for, as the kiosk shows it.")
    name_en: str = Field("", description="The same in English.")
    prefix: str = Field(
        pattern=r"^[A-HJ-NP-Z]{0,2}$",
        description="0 to 2 capital letters before the number, without I and O; unique in the hall.",
    )
    zone: Id = Field(description="Zone in which people wait.")
    icon: str = Field("", description="Name of an icon of the kiosk page; empty: the prefix is shown.")
    mean_s: int = Field(480, ge=30, le=7200, description="Usual seconds of service, until the day has its own figures.")
    identity: Literal["none", "optional", "required"] = Field(
        "none", description="Whether the kiosk asks for an identity card: none, optional or required."
    )
    items: list[str] = Field([], description="National item codes (事项编码) that belong to the service.")
    note: str = Field("", description="A line on the slip, such as the form to fill in.")
    target_s: int = Field(1200, ge=60, le=14400, description="The wait that is aimed at, in seconds.")
    missed: Missed = Field(
        "staff_restore",
        description="Who does not come: void, requeue_after_k, tail, or staff_restore (the staff put it back).",
    )
    missed_k: int = Field(3, ge=1, le=20, description="The k of requeue_after_k: others are called first.")
    limits: LimitsSection = Field(
        LimitsSection(),
        description="How many numbers are given: day, person (a day, needs an identity), segments (parts of the day).",
    )
    then: Id | None = Field(None, description="Service of the usual next step with the same number (受理 → 出件).")
    consult: bool = Field(False, description="Whether it is a consultation, which does not end without an outcome.")
    slots: list[SlotSection] = Field([], description="Times for which appointments are taken; empty: none.")

    def plain(self) -> Service:
        """The service as the domain sees it."""
        return Service(
            self.id,
            self.prefix,
            self.zone,
            self.mean_s,
            self.identity,
            self.target_s,
            self.missed,
            self.missed_k,
            self.limits.plain(),
            self.then,
            consult=self.consult,
            slots=tuple(section.plain() for section in self.slots),
        )


class _Calling(Section):
    """What a window calls, at first or in one of its modes."""

    services: list[Id] = Field(description="Services it calls.", min_length=1)
    policy: Policy = Field(
        "priority",
        description="fifo: strictly by time; priority: class and waiting; ratio: services by shares; "
        "longest_relative_wait: waiting as a part of the service's target_s.",
    )
    ratio: dict[Id, Annotated[int, Field(ge=1, le=100)]] = Field({}, description="Shares for policy ratio.")
    help: list[Id] = Field([], description="Services it helps out with while its own queues are short.")
    help_when: int = Field(0, ge=0, le=100, description="It helps while at most so many wait for its own services.")
    help_from: int = Field(1, ge=1, le=100, description="... and at least so many for the one helped.")

    def calling(self, window: str, zone: str, choose: bool, mode: str | None) -> WindowPlan:
        """The plan."""
        return WindowPlan(
            window,
            zone,
            tuple(self.services),
            self.policy,
            tuple(self.help),
            self.help_when,
            self.help_from,
            tuple(self.ratio.items()),
            choose,
            mode,
        )


class TimeSection(Section):
    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        [1, 2, 3, 4, 5, 6, 7], description="Weekdays, 1 is Monday.", min_length=1
    )
    time: Span = Field(description='Part of the day, "10:00-11:30".')


class ModeSection(_Calling):
    name: Id = Field(description="Name of the mode, for the switch.")
    title: str = Field("", description="What the switch says; empty: the name.")
    times: list[TimeSection] = Field([], description="When the window switches by itself.")


class WindowSection(_Calling):
    id: Id = Field(description="Id of the window.")
    label: str = Field("", description="What is printed and shown; empty: the id.")
    spoken: str = Field("", description="How the label is spoken; empty: read as a number.")
    zone: Id = Field(description="Zone of the window.")
    post: str = Field("", description="What is done here, shown while idle.")
    choose: bool = Field(True, description="Whether its clerk may call a chosen ticket, with a reason.")
    modes: list[ModeSection] = Field([], description="Other plans it can be switched to (机动窗口).")

    def plan(self) -> WindowPlan:
        """The window's first plan."""
        return self.calling(self.id, self.zone, self.choose, None)

    def modes_of(self) -> tuple[Mode, ...]:
        """Its other plans."""
        return tuple(
            Mode(
                mode.name,
                mode.calling(self.id, self.zone, self.choose, mode.name),
                tuple((tuple(part.days), *span_minutes(part.time)) for part in mode.times),
            )
            for mode in self.modes
        )
