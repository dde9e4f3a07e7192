"""The way to a site that is read over REST."""

from dataclasses import dataclass
from pathlib import Path

REQUESTS_PER_SECOND = 5.0
"""The most requests a second, unless an option says otherwise."""


@dataclass(frozen=True, slots=True)
class SiteAccess:
    """The way to a site: its key, the most requests a second, and where what was read is kept (`working_copy`)."""

    api_key_file: Path | None = None
    ca_file: Path | None = None
    requests_per_second: float = REQUESTS_PER_SECOND
    working_copy: Path | None = None
