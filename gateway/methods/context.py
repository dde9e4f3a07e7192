"""The context of a call: the request that makes it."""

import random
from collections.abc import Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from gateway.budget import Budget
from gateway.methods.credentials import Credentials
from gateway.methods.identity import Identify
from gateway.values import Value


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


class CallSubjects:
    """The caller of a call, and the bugs and attachments that it is about, for the log: known while it is answered.

    `login` is the account that was tried where a login failed; empty if there is no such account.
    """

    __slots__ = ("_params", "attachments", "bugs", "login", "user_id")

    def __init__(self, params: Mapping[str, Value]) -> None:
        self.user_id: int | None = None
        self.login = ""
        self._params = params
        self.bugs: Collection[int] = ()
        self.attachments: Collection[int] = ()

    def fields(self) -> dict[str, object]:
        """Return them by their names in the log: what was written, or else the numbers that parameters name."""
        written = {name: _listed(each) for name in ("bugs", "attachments") if (each := getattr(self, name))}
        named = {name: numbers for name, value in self._params.items() if (numbers := _numbers(name, value))}
        return {"user": self.user_id or "", "login": self.login, **(written or named)}


_NUMBERS = frozenset({"id", "ids", "bug_id", "attach_id", "attachment_ids", "comment_ids"})
"""The parameters that name bugs, attachments and comments. Other texts are not logged: they may be secrets."""

_LONGEST_NUMBER, _MOST_NUMBERS = 10, 20


def _numbers(name: str, value: Value) -> str:
    """Return the numbers in the value of a parameter, as the log has them."""
    if name not in _NUMBERS:
        return ""
    given = value if isinstance(value, list) else [value]
    texts = (str(each) for each in given[:_MOST_NUMBERS] if isinstance(each, int | str) and not isinstance(each, bool))
    return ",".join(text for text in texts if text.isdecimal() and text.isascii() and len(text) <= _LONGEST_NUMBER)


def _listed(numbers: Collection[int]) -> str:
    shown = ",".join(map(str, sorted(numbers)[:_MOST_NUMBERS]))
    return f"{shown},..." if len(numbers) > _MOST_NUMBERS else shown


class RequestContext(Struct, frozen=True):
    """The request that calls come with: its protocol, the client's address, its credentials, its id and its budget.

    `headers` are the credentials in its headers; `caller` finds out whose they are, where `Service.admit` has checked
    them already; `site_url` is the address of the site for this client; `calls` logs the calls that it made, and
    `subjects` what the present one is about. `is_from_page` says that a page of any site may
    have a browser make it.
    """

    protocol: str
    address: str
    headers: Credentials = field(default_factory=Credentials)
    request_id: str = ""
    site_url: str = ""
    is_from_page: bool = False
    caller: Identify | None = None
    budget: Budget = field(default_factory=Budget)
    calls: CallLog = field(default_factory=CallLog)
    subjects: CallSubjects = field(default_factory=lambda: CallSubjects({}))

    def without_credentials(self) -> "RequestContext":
        """The same without the credentials in the headers.

        For calls that a page of any site can make by a script element: its headers are the browser's, which adds by
        itself the login and password (Basic) that somebody has typed in once.
        """
        return replace(self, headers=Credentials(), caller=None, is_from_page=True)


def new_request_id() -> str:
    """A short id that tells requests apart in the log."""
    return f"{random.getrandbits(48):012x}"
