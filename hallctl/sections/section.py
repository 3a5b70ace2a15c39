"""What every section of the config is: closed, frozen, with ids of one form."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
"""An id of a service, window, zone ...: part of addresses and file names."""


class Section(BaseModel):
    """Root of the sections: an unknown key is a mistake, not a comment."""

    model_config = ConfigDict(extra="forbid", frozen=True)
