"""The options of a front: the site that it stands before, and how to talk to it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontOptions:
    """The site at `url`, which ends with a slash. `timeout` is in seconds.

    `ca_file` has the certificates to trust instead of the system's; `credentials` maps logins to API keys
    (`gateway.front.credentials_file`); `api_key_file` has the key for calls without credentials; `connections` limits
    the requests that a process makes at once.
    """

    url: str
    ca_file: Path | None = None
    credentials: Path | None = None
    api_key_file: Path | None = None
    timeout: float = 30.0
    connections: int = 20
