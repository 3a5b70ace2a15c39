"""What a window's strip or pad shows, and what is spoken: the config's texts filled with facts (V04, V01)."""

from hallctl.config import HallConfig
from hallctl.devices.contract import Announcement, WindowScreen
from hallctl.domain.model import Desk, Stage, Ticket
from hallctl.domain.state import HallState


def window_screen(config: HallConfig, state: HallState, window: str) -> WindowScreen:
    """The window's screen as of `state`: one of five states, or the emergency, which is the same for all."""
    desk = state.window(window)
    ticket = state.active(window)
    plan = state.plan(window) if window in state.layout.windows else None
    section = next((w for w in config.windows if w.id == window), None)
    waiting = sum(state.waiting(queue) for queue in plan.services) if plan else 0
    if state.emergency is not None:
        ticket, mode, template = None, "emergency", config.strip.emergency
    elif ticket is not None and ticket.stage is Stage.CALLED:
        mode, template = "calling", config.strip.calling
    elif ticket is not None:
        mode, template = "serving", config.strip.serving
    elif desk.state is Desk.OPEN:
        mode, template = "idle", config.strip.idle
    elif desk.state is Desk.PAUSED:
        mode, template = "paused", config.strip.paused
    else:
        mode, template = "closed", config.strip.closed
    text = template.format(
        label=ticket.label if ticket else "",
        window=config.window_label(window),
        post=section.post if section else "",
        reason=desk.reason or "",
        clerk=desk.clerk or "",
        notice=state.emergency or "",
    )
    return WindowScreen(mode, config.window_label(window), text.strip(), ticket.label if ticket else None, waiting)


def announcement(config: HallConfig, ticket: Ticket, window: str) -> Announcement:
    """The call as it is captioned; the speaker's driver spells the label digit by digit."""
    section = next((w for w in config.windows if w.id == window), None)
    spoken = (section.spoken if section else "") or config.window_label(window)
    names = {"label": ticket.label, "window": spoken}
    english = config.voice.text_en.format(**names) if config.voice.text_en else None
    return Announcement(
        text=config.voice.text.format(**names),
        text_en=english,
        times=config.voice.times,
        ticket=ticket.id,
        label=ticket.label,
        window=window,
        zone=section.zone if section else "",
    )


def notice(config: HallConfig, text: str) -> Announcement:
    """The notice of an emergency as it is spoken."""
    return Announcement(text=text, text_en=None, times=config.voice.times, ticket="", label="", window="", zone="")
