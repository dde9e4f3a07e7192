"""Addresses of related bugs, in this and other bug trackers, in the form in which `see_also` keeps them."""

import re
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, parse_qs, urlsplit

from gateway import errors
from gateway.methods.params import whole

MAX_PATH = 255
"""Characters of the path of an address: Bugzilla's MAX_BUG_URL_LENGTH."""

Normalize = Callable[[SplitResult], SplitResult]


def _query(parts: SplitResult, name: str) -> str:
    return parse_qs(parts.query).get(name, [""])[0]


def _is_number(written: str) -> bool:
    return re.fullmatch(r"[0-9]+", written) is not None


def _without_query(parts: SplitResult) -> SplitResult:
    return parts._replace(query="", fragment="")


def _without_fragment(parts: SplitResult) -> SplitResult:
    return parts._replace(fragment="")


def _of_bugzilla(parts: SplitResult) -> SplitResult:
    number = _query(parts, "id")
    if not whole(number):
        raise errors.URL_INVALID(url=parts.geturl(), why="its id is not the number of a bug")
    return parts._replace(query=f"id={whole(number)}", fragment="")


def _of_launchpad(parts: SplitResult) -> SplitResult:
    number = parts.path.rpartition("/")[2]
    return SplitResult("https", "launchpad.net", f"/bugs/{number}", "", "")


def _of_debian(parts: SplitResult) -> SplitResult:
    number = _query(parts, "bug") or parts.path.strip("/")
    return SplitResult("http", "bugs.debian.org", f"/{number}", "", "")


_TRACKERS: Sequence[tuple[Callable[[SplitResult], object], Normalize]] = (
    (lambda parts: parts.path.endswith("show_bug.cgi"), _of_bugzilla),
    (
        lambda parts: parts.netloc.endswith("launchpad.net") and re.search(r"bugs?/[0-9]+$", parts.path),
        _of_launchpad,
    ),
    (
        lambda parts: (
            parts.netloc.lower() == "code.google.com"
            and re.search(r"^/p/[^/]+/issues/detail$", parts.path)
            and _is_number(_query(parts, "id"))
        ),
        lambda parts: parts._replace(scheme="http"),
    ),
    (
        lambda parts: (
            parts.netloc.lower() == "bugs.debian.org"
            and (
                re.search(r"^/[0-9]+$", parts.path)
                or (parts.path.endswith("bugreport.cgi") and _is_number(_query(parts, "bug")))
            )
        ),
        _of_debian,
    ),
    (lambda parts: re.search(r"/browse/[A-Z][A-Z]+-[0-9]+$", parts.path), _without_query),
    (lambda parts: re.search(r"/ticket/[0-9]+$", parts.path), _without_query),
    (lambda parts: re.search(r"view\.php\?id=[0-9]+$", f"{parts.path}?{parts.query}"), _without_fragment),
    (
        lambda parts: (
            parts.netloc.lower() == "sourceforge.net"
            and "/tracker/" in parts.path
            and _query(parts, "func") == "detail"
            and all(_query(parts, name) for name in ("aid", "group_id", "atid"))
        ),
        _without_fragment,
    ),
    (
        lambda parts: (
            parts.netloc.lower() == "github.com" and re.search(r"^/[^/]+/[^/]+/(?:issues|pull)/[0-9]+$", parts.path)
        ),
        lambda parts: parts._replace(scheme="https"),
    ),
)
"""Bug trackers: what their addresses look like, and the form that is kept. Of several that fit the first counts."""


def normalized(written: str) -> str:
    """Return the address of a bug in a known bug tracker as it is kept. Raises URL_INVALID."""
    parts = _split(written)
    normalize = next((normalize for fits, normalize in _TRACKERS if parts and fits(parts)), None)
    if parts is None or normalize is None:
        raise errors.URL_INVALID(url=written, why="it is not the address of a bug in a known bug tracker")
    if not parts.scheme:
        parts = urlsplit(f"http://{written}")
    if parts.scheme not in ("http", "https"):
        raise errors.URL_INVALID(url=written, why="it does not begin with http:// or https://")
    if not parts.netloc or "/" not in parts.path:
        raise errors.URL_INVALID(url=written, why="it has no host or no path")
    if len(parts.path) > MAX_PATH:
        raise errors.URL_INVALID(url=written[:60], why=f"its path has more than {MAX_PATH} characters")
    return normalize(parts).geturl()


def local_reference(written: str, urlbase: str) -> str | None:
    """Return the number or the alias of the bug of this site that an address or a word names, if it names one."""
    if re.fullmatch(r"\w+", written):
        return written
    parts, here = _split(written), urlsplit(f"{urlbase}show_bug.cgi")
    is_here = parts and (parts.netloc.lower(), parts.path) == (here.netloc.lower(), here.path)
    return _query(parts, "id") if parts and is_here else None


def local(urlbase: str, reference: object) -> str:
    """Return the address of a bug of this site."""
    return f"{urlbase}show_bug.cgi?id={reference}"


def _split(written: str) -> SplitResult | None:
    try:
        return urlsplit(written)
    except ValueError:
        return None
