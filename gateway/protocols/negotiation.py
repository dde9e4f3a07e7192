"""Content negotiation and conditional requests (RFC 9110): the types a client sends and accepts, the tags it has."""

import hashlib
from collections.abc import Sequence

from aiohttp import web

from gateway.protocols.long_answer import Body, LongAnswer
from gateway.protocols.wire_values import AnswerPiece


async def etag(body: Body) -> str:
    """An entity tag (RFC 9110 section 8.8.3) for a reply: the same for the same body."""
    if isinstance(body, LongAnswer):
        await body.measure()
        return f'"{body.digest}"'
    return etag_of(body)


def etag_of(pieces: Sequence[AnswerPiece]) -> str:
    """An entity tag for the pieces of a reply."""
    digest = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece if isinstance(piece, bytes) else piece.sha256.encode())
    return f'"{digest.hexdigest()}"'


def is_known(request: web.Request, tag: str) -> bool:
    """Tell whether the client has the reply with this tag; it may name tags without quotes, as Bugzilla writes them."""
    known = request.headers.get("If-None-Match", "")
    listed = {each.strip().removeprefix("W/").strip('"') for each in known.split(",") if each.strip()}
    return "*" in listed or tag.strip('"') in listed


def is_expected(request: web.Request, tag: str) -> bool:
    """Tell whether If-Match, if it is there, names this tag (RFC 9110 section 13.1.1); weak tags match nothing."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return True
    listed = {each.strip() for each in wanted.split(",")}
    return not listed.isdisjoint({"*", tag, tag.strip('"')})


def prefers(request: web.Request, media_type: str, other: str) -> bool:
    """Tell whether the client accepts this type by name, and likes it at least as much as the other."""
    quality = _qualities(request.headers.get("Accept", ""))
    return quality.get(media_type, 0.0) > 0 and quality[media_type] >= quality.get(other, 0.0)


def _qualities(accept: str) -> dict[str, float]:
    """The types in an Accept header with their weights (RFC 9110 section 12.4.2)."""
    found = {}
    for each in accept.lower().split(","):
        name, *parameters = (part.strip() for part in each.split(";"))
        weights = [part[2:] for part in parameters if part.startswith("q=")]
        try:
            found[name] = float(weights[0]) if weights else 1.0
        except ValueError:
            found[name] = 0.0
    return found


def media_type(request: web.Request) -> str:
    """The type of the body, in lower case and without parameters; empty if none is given."""
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
