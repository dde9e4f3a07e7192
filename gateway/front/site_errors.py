"""Errors that the site answers with, as errors of the gateway.

REST adds 100,000 to the negative codes of the other protocols: 68000 is -32000, and 67399 is -32601. 100500 is an
exception in Bugzilla itself; it comes with the status of a success.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway import errors
from gateway.errors import ErrorKind, GatewayError

_LONGEST = 2000
"""Characters of a message of the site that are passed on."""

_SHORTEST_SECRET = 8

_FOLDED: Mapping[int, int] = {307: errors.TOKEN_INVALID.code}
"""Codes of Mozilla's family for errors that have another one in Bugzilla 5.2."""

_NO_SUCH_METHOD = 100302
"""The code for a resource that is listed without a method behind it, as some are in Harmony."""

TOO_LARGE = 413
"""The HTTP status for a request that is too large."""


def is_error(document: Any) -> bool:
    """Tell whether an answer of the site reports an error, whatever its status is."""
    return isinstance(document, dict) and bool(document.get("error"))


def code_of(document: Any) -> int:
    """The code of an error of the site, as it came; 0 if it has none."""
    code = document.get("code") if isinstance(document, dict) else None
    if isinstance(code, str) and code.removeprefix("-").isdecimal():
        code = int(code)
    return code if type(code) is int and abs(code) < 10**6 else 0


def site_error(document: Any, status: int, method: str, secrets: Iterable[str] = ()) -> GatewayError:
    """The error that the site answered with. `secrets` are not repeated if the site names them.

    Mozilla's family has 58, another error here, for a request that is too large, with the status 413.
    """
    code = code_of(document)
    code = errors.FILE_TOO_LARGE.code if status == TOO_LARGE else _FOLDED.get(code, code)
    if code in (errors.RESOURCE_NOT_FOUND.code, _NO_SUCH_METHOD):
        return errors.SITE_LACKS_METHOD(method=method)
    told = document.get("message")
    message = _without(secrets, told if told and isinstance(told, str) else "The site failed.")[:_LONGEST]
    if code >= 100_000 or not code:
        return GatewayError(ErrorKind(-32000, "", http=502), message)
    if code >= 50_000:
        return GatewayError(ErrorKind(code - 100_000, "", jsonrpc1=code, rest=code, http=400), message)
    return GatewayError(ErrorKind(code, "", http=502 if code == -32000 else 0), message)


def _without(secrets: Iterable[str], message: str) -> str:
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            message = message.replace(secret, "***")
    return message
