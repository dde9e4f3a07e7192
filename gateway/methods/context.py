"""The context of a call: the request that makes it."""

import random
from dataclasses import dataclass, field, replace

from gateway.budget import Budget
from gateway.methods.credentials import Credentials
from gateway.methods.identity import Identify


class CallLog:
    """The methods that a request called, and whether all of them only read and succeeded."""

    __slots__ = ("methods", "only_read")

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.only_read = True

    def note(self, method: str, *, only_read: bool) -> None:
        """Add a call."""
        self.methods.append(method)
        self.only_read &= only_read


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The request that calls come with: its protocol, the client's address, its credentials, its id and its budget.

    `headers` are the credentials in its headers; `caller` finds out whose they are, where `Service.admit` has checked
    them already; `site_url` is the address of the site for this client; `calls` logs the calls that it made.
    """

    protocol: str
    address: str
    headers: Credentials = field(default_factory=Credentials)
    request_id: str = ""
    site_url: str = ""
    caller: Identify | None = None
    budget: Budget = field(default_factory=Budget)
    calls: CallLog = field(default_factory=CallLog)

    def without_credentials(self) -> "RequestContext":
        """The same without the credentials in the headers.

        For calls that a page of any site can make by a script element: its headers are the browser's, which adds by
        itself the login and password (Basic) that somebody has typed in once.
        """
        return replace(self, headers=Credentials(), caller=None)


def new_request_id() -> str:
    """A short id that tells requests apart in the log."""
    return f"{random.getrandbits(48):012x}"
