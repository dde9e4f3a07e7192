"""Notes: what a form has done, told once on the page to which it redirects.

A note travels in a cookie with the path of that page, and the page that shows it deletes it, so that it is not told
again when the page is reloaded.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from aiohttp import web

NOTE = "gateway_note"
_SECONDS = 120
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Note:
    """A message, and the API key that it hands over, if any."""

    text: str
    key: str = ""


def leave(response: web.Response, note: Note, *, secure: bool) -> None:
    """Leave a note on a redirect for the page to which it leads."""
    target = response.headers["Location"].partition("#")[0].removeprefix("./")
    written = json.dumps([target, note.text[:_LONGEST], note.key]).encode()
    value = urlsafe_b64encode(written).decode().rstrip("=")
    response.set_cookie(NOTE, value, path="", max_age=_SECONDS, secure=secure, httponly=True, samesite="Lax")


def take(request: web.Request) -> Note | None:
    """Return the note for this page; None if there is none. The response must delete it (`remove`)."""
    value = request.cookies.get(NOTE, "")
    try:
        target, text, key = json.loads(urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValueError, TypeError):
        return None
    return Note(str(text), str(key)) if target == here(request) and request.method == "GET" else None


def here(request: web.Request) -> str:
    """Return the relative URL of a page, as it was asked for."""
    query = request.rel_url.raw_query_string
    return request.rel_url.raw_path.rpartition("/")[2] + (f"?{query}" if query else "")


def remove(response: web.Response) -> None:
    """Delete the note, which has been shown."""
    response.set_cookie(NOTE, "", path="", max_age=0, httponly=True, samesite="Lax")
