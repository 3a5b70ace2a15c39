"""Where the devices of a config are, and which of them can do what there."""

from collections.abc import Mapping, Sequence

from hallctl.sections.device import DeviceSection

Asked = tuple[str, str | None, str | None, str | None]
Found = tuple[tuple[str, int | None], ...]


class Places:
    """The sections of one config by name, in its order. Another config has others."""

    def __init__(self, devices: Sequence[DeviceSection], capabilities: Mapping[str, tuple[str, ...]]) -> None:
        self.sections = {device.name: device for device in devices}
        self._units = {d.name: {int(unit): window for unit, window in d.units.items()} for d in devices}
        self._capabilities = capabilities
        self._found: dict[Asked, Found] = {}

    def find(self, capability: str, kiosk: str | None, zone: str | None, window: str | None) -> Found:
        """As `Manager.find`."""
        asked = (capability, kiosk, zone, window)
        known = self._found.get(asked)
        if known is None:
            known = self._found[asked] = self._look(*asked)
        return known

    def _look(self, capability: str, kiosk: str | None, zone: str | None, window: str | None) -> Found:
        found: list[tuple[str, int | None]] = []
        for name, section in self.sections.items():
            if capability not in self._capabilities[name]:
                continue
            if kiosk is not None and section.kiosk != kiosk:
                continue
            if zone is not None and section.zone not in (None, zone):
                continue
            if window is None or section.window == window:
                found.append((name, None))
            else:
                found += [(name, unit) for unit, its_window in self._units[name].items() if its_window == window]
        return tuple(found)

    def units_of(self, device: str) -> dict[int, str]:
        """Bus address → window of the device; empty for one that has none, or is none."""
        return self._units.get(device, {})
