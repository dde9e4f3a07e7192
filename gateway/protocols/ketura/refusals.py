"""Ketura's answers to errors: plain text or a small page, with the status of the error. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from gateway.errors import GatewayError

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="Ketura", charset="UTF-8"'}
"""The challenge to log in (RFC 7617)."""

_NOTHING_THERE = "There is no such issue, or none that you may see."


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to a request that failed."""

    status: int
    headers: Mapping[str, str]
    body: str


def refusal(error: GatewayError) -> Refusal:
    """The answer to an error. Issues that do not exist and issues that may not be seen get the same one."""
    status, media_type = error.kind.ketura_status, error.kind.ketura_media_type
    headers = {
        **GUARDS,
        "Content-Type": f"{media_type}; charset=UTF-8",
        **(CHALLENGE if status == HTTPStatus.UNAUTHORIZED else {}),
    }
    message = _NOTHING_THERE if status == HTTPStatus.NOT_FOUND else error.message
    return Refusal(status, headers, _page(status, message) if media_type == "text/html" else message + "\n")


def _page(status: int, message: str) -> str:
    title = f"{status} {HTTPStatus(status).phrase}"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1>\n<p>{escape(message)}</p></body>\n</html>\n"
    )
