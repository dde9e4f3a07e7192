"""Where calls come from."""

import random
from dataclasses import dataclass, field, replace

from gateway.methods.credentials import Credentials
from gateway.methods.identity import Identify
from gateway.methods.room import Room


class Course:
    """What became of a request: the methods that it called, and whether it did no more than read, and never failed."""

    __slots__ = ("methods", "only_read")

    def __init__(self) -> None:
        self.methods: list[str] = []
        self.only_read = True

    def note(self, method: str, *, only_read: bool) -> None:
        """A method was called."""
        self.methods.append(method)
        self.only_read &= only_read


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from: protocol, address of the client, credentials in its headers, and the request's id.

    `caller` is who calls, where `Service.admit` has found that out already; `room` is for the answers to all calls of
    the request, and `course` tells what came of it.
    """

    protocol: str
    address: str
    headers: Credentials = field(default_factory=Credentials)
    request_id: str = ""
    caller: Identify | None = None
    room: Room = field(default_factory=Room)
    course: Course = field(default_factory=Course)

    def without_headers(self) -> "Origin":
        """The same without the credentials in the headers.

        For calls that a page of any site can make by a script element: its headers are the browser's, which adds by
        itself the login and password (Basic) that somebody has typed in once.
        """
        return replace(self, headers=Credentials())


def new_request_id() -> str:
    """A short id that tells requests apart in the log."""
    return f"{random.getrandbits(48):012x}"
