"""A slip to look at before the first number is taken."""

from hallctl.clock import Clock
from hallctl.config import HallConfig
from hallctl.devices.registry import Registry
from hallctl.domain.model import Desk, Priority, Ticket, Window
from hallctl.domain.state import HallState
from hallctl.engine import slip
from hallctl.errors import ConfigError


def sample_slip(config: HallConfig, registry: Registry, clock: Clock) -> bytes:
    """A slip of the first service as PNG, drawn as the first printer would print it."""
    section = next((device for device in config.devices if device.driver == "escpos"), None)
    spec = registry.driver("escpos")
    options = registry.options(section) if section else spec.options()
    service = config.services[0]
    now = clock.now()
    label = f"{service.prefix}032"
    ticket = Ticket("sample", "", service.id, 32, label, service.id, Priority.NORMAL, now, now, 0, "sample", ahead=5)
    windows = {window.id: Window(window.id, Desk.OPEN, ticket="sample") for window in config.windows}
    state = HallState(layout=config.layout(), windows=windows)
    laid_out = slip.lay_out(config, state, ticket, copy=1, token=ticket.id)
    if spec.preview is None:
        raise ConfigError("config.invalid", count=0)
    return spec.preview(laid_out, options)
