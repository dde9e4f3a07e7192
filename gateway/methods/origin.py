"""Where calls come from."""

import random
from dataclasses import dataclass, field

from gateway.methods.credentials import Credentials
from gateway.methods.identity import Identify
from gateway.methods.room import Room


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from: protocol, address of the client, credentials in its headers, and the request's id.

    `caller` is who calls, where `Service.admit` has found that out already; `room` is for the answers to all calls of
    the request.
    """

    protocol: str
    address: str
    headers: Credentials = field(default_factory=Credentials)
    request_id: str = ""
    caller: Identify | None = None
    room: Room = field(default_factory=Room)


def new_request_id() -> str:
    """A short id that tells requests apart in the log."""
    return f"{random.getrandbits(48):012x}"
