"""The client's address and the site's, as trusted proxies report them in X-Forwarded-* headers."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import web

from gateway.setting_types import Networks
from gateway.settings import Settings


def client_address(request: web.Request, settings: Settings) -> str:
    """The address of the client: behind trusted proxies, the last address that is not one of theirs."""
    address = _plain(request.remote or "")
    if not settings.trusted_proxies:
        return address
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))  # some proxies add a line of their own
    for named in reversed(forwarded.split(",")):
        if not is_trusted(address, settings):
            break
        address = _plain(named.strip()) or address
    return address


def _plain(address: str) -> str:
    """The address without the prefix that an IPv6 socket puts before those of IPv4 (RFC 4291 section 2.5.5.2)."""
    return address.removeprefix("::ffff:") if "." in address else address


def is_trusted(address: str, settings: Settings) -> bool:
    """Tell whether an address is that of a proxy whose headers are trusted."""
    return bool(settings.trusted_proxies) and _is_in(address, settings.trusted_proxies)


@lru_cache(4096)
def _is_in(address: str, networks: Networks) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def site_url(request: web.Request, settings: Settings) -> str:
    """The address of the site: the setting, else what the client named to a trusted proxy or to the gateway itself.

    A proxy reports it in X-Forwarded-Proto and X-Forwarded-Host.
    """
    if settings.url_base:
        return settings.url_base
    scheme = _forwarded(request, settings, "X-Forwarded-Proto")
    if scheme not in ("http", "https"):
        scheme = request.scheme
    return f"{scheme}://{_host(request, settings)}{settings.path_prefix}/"


def is_content_host(request: web.Request, settings: Settings) -> bool:
    """Tell whether the request is made to the host that `attachment_base` sets apart for content."""
    base = settings.attachment_base
    return bool(base) and _host(request, settings).lower() == urlsplit(base).netloc.lower()


def is_from_page(request: web.Request, settings: Settings) -> bool:
    """Tell whether a page of any site may have a browser make this request.

    Browsers say so in two headers. A request for a host that is neither an address nor `localhost` nor that of
    `url_base` counts too: the owner of a name can have it lead here, and then the browser takes this site for theirs.
    """
    fetched = request.headers.get("Sec-Fetch-Site", "none") != "none"
    return fetched or "Origin" in request.headers or not _is_own_host(_host(request, settings), settings.url_base)


@lru_cache(64)
def _is_own_host(named: str, url_base: str) -> bool:
    try:
        host = urlsplit(f"//{named}").hostname or ""
        if host in ("localhost", urlsplit(url_base).hostname):
            return True
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _host(request: web.Request, settings: Settings) -> str:
    """The host as the client names it, with the port if it names one."""
    named = _forwarded(request, settings, "X-Forwarded-Host") or request.host
    return named.encode("utf-8", "replace").decode("utf-8")  # the header may hold any bytes


def _forwarded(request: web.Request, settings: Settings, name: str) -> str:
    """The value that a trusted proxy gives in this header; empty if there is none."""
    return _last(request.headers.get(name, "")) if is_trusted(_plain(request.remote or ""), settings) else ""


def _last(listed: str) -> str:
    """The last of the values in a header: the one that the nearest proxy added."""
    return listed.rpartition(",")[2].strip()
