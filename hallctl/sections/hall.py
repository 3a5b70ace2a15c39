"""The hall itself: its name, its day, where it listens, its zones and kiosks, its backups."""

from pydantic import Field

from hallctl.sections.section import Id, Section


class HallSection(Section):
    id: Id = Field(description="The hall's own id, unique in its county; stands in every record sent upward.")
    name: str = Field(description="The hall's name as people read it.")
    name_en: str = Field("", description="The same in English; empty: the Chinese name is shown.")
    timezone: str = Field("Asia/Shanghai", description="The hall's time zone; the business day is reckoned in it.")
    day_starts: str = Field(
        "03:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="When a new business day begins (HH:MM). Overtime past midnight still belongs to the old day.",
    )
    phone: str = Field("", description="Telephone for questions and complaints, on the board and the slip.")
    notices: list[str] = Field([], description="Notices that the board shows in turn.")


class ServerSection(Section):
    host: str = Field("127.0.0.1", description="Address to listen on. Loopback unless you decide otherwise.")
    port: int = Field(8780, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    public_url: str = Field("", description="The address that citizens' phones reach, for the slip's QR; empty: none.")


class ZoneSection(Section):
    id: Id = Field(description="Id of the zone.")
    name: str = Field(description="Name of the zone (区域).")
    name_en: str = Field("", description="The same in English.")


class KioskSection(Section):
    id: Id = Field(description="Id of the kiosk.")
    name: str = Field("", description="Where it stands.")
    services: list[Id] = Field([], description="Services it offers; empty: all.")
    reroute: list[Id] = Field(
        [], description="Other kiosks at which its slips come out while its own printer cannot print, the first first."
    )


class BackupSection(Section):
    folder: str = Field(
        "",
        pattern="^(/.*)?$",
        description="Folder of the backups, better on another disk; empty: backups in the data directory.",
    )
    daily_at: str = Field(
        "12:30",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$",
        description="When a whole copy is made each day (HH:MM), or soon after the next start; empty: never.",
    )
    keep: int = Field(14, ge=1, le=400, description="How many whole copies are kept.")
    days: int = Field(
        30,
        ge=1,
        le=400,
        description="Days after which a backup is removed in any case: personal data must not outlive its rule in it.",
    )
    archive_s: int = Field(
        10, ge=0, le=3600, description="Every so many seconds new records go into the journal's archive; 0: never."
    )
