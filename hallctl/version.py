"""The version of this program and of its API."""

from typing import Final

VERSION: Final = "0.1.0"
API_VERSION: Final = 1
"""Grows when a client written for an older one would fail."""
