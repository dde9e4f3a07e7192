"""Requests that are meant to do harm, as data: a name, the type that their body claims, and how the body is made.

`LANGUAGE` says which readers must refuse them; others ignore the body or refuse its type. An attack that is only odd
(members of one name, say) may be answered as well, for as long as the answer has the form of its protocol.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

XML = "text/xml"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "b"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"

Make = Callable[[str, int], bytes]
"""Makes a body of an address that must never be asked for anything, and about how many bytes it may have."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One kind of body. `is_refused` says whether its own reader must answer with an error."""

    name: str
    content_type: str
    make: Make
    is_refused: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, canary: str, size: int) -> bytes:
        """The body; `canary` is an address at which somebody listens who must not be called."""
        return self.make(canary, size)

    @property
    def language(self) -> str:
        """The type of the body without its parameters."""
        return self.content_type.partition(";")[0]


def repeated(size: int, *units: bytes) -> bytes:
    """These, together, as often as it takes for so many bytes."""
    unit = b"".join(units)
    return unit * max(size // len(unit), 1)


def counted(size: int, unit: bytes) -> bytes:
    """A unit with a number in it (%d), another one each time, for about so many bytes."""
    parts = unit.split(b"%d")
    return b"".join((b"%d" % number).join(parts) for number in range(max(size // (len(unit) + 4), 1)))
