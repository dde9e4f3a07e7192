"""The options of a front: the site that it stands before, and how to talk to it."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


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


def site_address(written: str) -> str:
    """Return the URL of a site with a slash at the end, whatever address in it was given. Raises `ValueError`."""
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("give the address of a site, such as https://bugzilla.example.org")
    if parts.username or parts.password:
        raise ValueError("leave the credentials out of the address; see --api-key-file")
    path = parts.path.rstrip("/").removesuffix("/xmlrpc.cgi").removesuffix("/rest")
    return f"{parts.scheme}://{parts.netloc}{path}/"
