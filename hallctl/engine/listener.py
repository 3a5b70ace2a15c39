"""What the devices tell, on its way: to the technician's tools first, then to the hall."""

from hallctl.devices.contract import Signal
from hallctl.engine.equipment import Equipment
from hallctl.engine.inbox import Inbox
from hallctl.engine.outbox import Outbox


class Listener:
    """Given to the manager, which has to be there before those who are told: `join` names them."""

    def join(self, equipment: Equipment, inbox: Inbox, outbox: Outbox) -> None:
        """They are told from now on."""
        self._equipment, self._inbox, self._outbox = equipment, inbox, outbox
        equipment.restore, equipment.on_applied = outbox.refresh, outbox.resume

    def signal(self, device: str, signal: Signal) -> None:
        """A device tells something; what is for a test, the hall does not hear."""
        if not self._equipment.signal(device, signal):
            self._inbox.signal(device, signal)

    def state(self, device: str, state: str, faults: tuple[str, ...]) -> None:
        """A device's state has changed; one that is back shows what it has to show."""
        self._equipment.state(device, state, faults)
        self._inbox.state(device, state, faults)
        if state in {"ready", "degraded"}:
            self._outbox.refresh(device)
