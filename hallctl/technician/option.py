"""The options that the technician's commands share."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

Json = dict[str, Any]

DEFAULT_CONFIG: Final = Path("/etc/hallctl/hall.toml")
LOOK_S: Final = 0.2

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The hall's config file.", envvar="HALLCTL_CONFIG")]
DataPath = Annotated[
    Path | None,
    typer.Option("--data", "-d", help="Data directory of the daemon.", envvar=["HALLCTL_DATA", "STATE_DIRECTORY"]),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Root = Annotated[Path, typer.Option(hidden=True, help="Where the machine's own files are; / but in a test.")]
