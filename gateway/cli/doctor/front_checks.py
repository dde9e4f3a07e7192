"""Checks of a site that a front is to stand before: everything that a front needs of it. They change nothing."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway import errors
from gateway.cli.doctor.observation import Observation, ok, warning, wrong
from gateway.errors import GatewayError
from gateway.front.families import Family, is_lacking
from gateway.front.front_answerer import served
from gateway.front.front_options import FrontOptions
from gateway.front.site import FrontedSite
from gateway.front.site_caller import NOBODY, SiteCaller
from gateway.front.site_client import SiteClient
from gateway.front.site_errors import code_of
from gateway.front.site_logins import read_api_key
from gateway.front.site_meter import NoMeter
from gateway.front.site_requests import MAX_ADDRESS, SiteRequest, routes_of
from gateway.methods.catalogue import METHODS
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method

SLOW = 1.0
"""Seconds for the version above which a site is slow."""

_CONTEXT = RequestContext("doctor", "")
_HERE = "A front answers with the same error. Check the address, and that rest/version can be read from here."


@dataclass(frozen=True, slots=True)
class _Checked:
    """The site that is checked, and the caller whose key the checks use."""

    client: SiteClient
    site: FrontedSite
    caller: SiteCaller
    family: Family

    async def code(self, verb: str, path: str, **request: Any) -> int:
        """The code of the error that a request is answered with, 0 for a success. Raises `GatewayError`."""
        asked = SiteRequest("doctor", verb, path, retries=verb == "GET", **request)
        signed = self.caller.sign(asked, in_headers=self.family.secrets_in_headers)
        return code_of((await self.client.send(signed, _CONTEXT)).document)


def look(options: FrontOptions) -> list[Observation]:
    """Run all checks of the site."""
    logging.getLogger("gateway").setLevel(logging.CRITICAL)  # the observations say what went wrong
    return asyncio.run(_all(options))


async def _all(options: FrontOptions) -> list[Observation]:
    client = SiteClient(options, NoMeter())
    await client.start()
    try:
        return [each async for each in _look(options, client)]
    finally:
        await client.close()


async def _look(options: FrontOptions, client: SiteClient) -> AsyncIterator[Observation]:
    site, started = FrontedSite(client), time.perf_counter()
    try:
        family = await site.family(_CONTEXT)
    except GatewayError as error:
        yield wrong("site", f"{options.url}: {error.message}", _HERE)
        return
    seconds = time.perf_counter() - started
    yield ok("site", f"{options.url} is Bugzilla {site.version}, of the family of {family.value}")
    if seconds > SLOW:
        yield warning("latency", f"{seconds:.1f} s for its version", "Run the front close to the site.")
    else:
        yield ok("latency", f"{seconds * 1000:.0f} ms for its version")
    caller = SiteCaller(api_key=read_api_key(options.api_key_file)) if options.api_key_file else NOBODY
    checked = _Checked(client, site, caller, family)
    for about, check in _CHECKS.items():
        try:
            yield await check(checked)
        except GatewayError as error:
            yield wrong(about, error.message, _HERE)


async def _reads(checked: _Checked) -> Observation:
    code = await checked.code("GET", "/bug/attachment/0")
    if code == errors.LOGIN_REQUIRED.code:
        return warning("reads", "nothing can be read without logging in", "Give a key with --api-key-file to see more.")
    if code:
        return wrong("reads", f"rest/bug/attachment/0 is answered with the error {code}", _HERE)
    return ok("reads", "attachments are listed")


async def _addresses(checked: _Checked) -> Observation:
    query = tuple(("include_fields", "x" * 75) for _ in range((MAX_ADDRESS - 100) // 91))
    await checked.code("GET", "/bug/attachment/0", query=query)
    return ok("long addresses", f"{MAX_ADDRESS} bytes reach the site")


async def _writes(checked: _Checked) -> Observation:
    request = SiteRequest("doctor", "PUT", "/bug/attachment/0", body={"ids": []})
    code = code_of((await checked.client.send(request, _CONTEXT)).document)
    if code != errors.LOGIN_REQUIRED.code:
        found = f"PUT without a login is answered with {code or 'a success'}, not with {errors.LOGIN_REQUIRED.code}"
        return wrong("writes", found, "Have whatever stands before the site pass on PUT and POST with their bodies.")
    return ok("writes", "PUT reaches the site, which asks for a login")


async def _custom_fields(checked: _Checked) -> Observation:
    query = tuple(("include_fields", each) for each in ("name", "type", "is_custom"))
    request = SiteRequest("doctor", "GET", "/field/bug", query, retries=True)
    request = checked.caller.sign(request, in_headers=checked.family.secrets_in_headers)
    document = (await checked.client.send(request, _CONTEXT)).document
    fields = document.get("fields") if isinstance(document, dict) else None
    if not isinstance(fields, list):
        advice = "Custom fields are strings until a caller who may read the list comes. Give a key to see more."
        return warning("custom fields", f"their list is answered with the error {code_of(document)}", advice)
    return ok("custom fields", f"there are {sum(bool(each.get('is_custom')) for each in fields)}")


async def _passwords(checked: _Checked) -> Observation:
    request = SiteRequest("doctor", "GET", "/login")
    code = code_of((await checked.client.send(request, _CONTEXT)).document)
    if code == errors.RESOURCE_NOT_FOUND.code:
        return warning("passwords", "the site takes none", "Give logins their keys with --credentials.")
    if checked.family is Family.MOZILLA:
        return ok(
            "passwords", "rest/login is there; if it refuses passwords, give logins their keys with --credentials"
        )
    return ok("passwords", "the site takes them; each is in its access log once, when it becomes a token")


async def _key(checked: _Checked) -> Observation:
    if checked.caller is NOBODY:
        return ok("key", "none was given; --api-key-file names a file with one to try")
    code = await checked.code("GET", "/valid_login", query=(("login", "nobody"),))
    if code:
        return wrong("key", f"the site refuses it with the error {code}", "Make a new key in the preferences there.")
    place = "a header" if checked.family.secrets_in_headers else "a parameter, which its access log shows"
    return ok("key", f"the site takes it in {place}")


async def _methods(checked: _Checked) -> Observation:
    """Ask for each resource that a method needs whether it is there, with OPTIONS, which carries nothing out."""
    methods = [*METHODS]
    known = {each.name for each in methods if is_lacking(checked.family, each.name)}
    known |= {each.name for each in methods} - {each.name for each in served(METHODS)}
    asked = [each for each in methods if each.name not in known and routes_of(each, checked.family)]
    try:
        there = await asyncio.gather(*(_is_there(checked, each) for each in asked))
    except GatewayError as error:
        advice = "The front serves all of them, and tells the site's error for those that it lacks."
        return warning("methods", f"the site does not tell its resources: {error.message}", advice)
    lacking = sorted(known | {each.name for each, is_there in zip(asked, there, strict=True) if not is_there})
    found = f"{len(methods) - len(lacking)} of {len(methods)} work"
    if not lacking:
        return ok("methods", found)
    return warning("methods", f"{found}, but not {', '.join(lacking)}", "The REST of the site has none of these.")


async def _is_there(checked: _Checked, method: Method) -> bool:
    """Tell whether the site has one of the resources of a method."""
    for route in routes_of(method, checked.family):
        path = re.sub(r"\{\w+(:[^}]+)?\}", "1", route.path)
        if await checked.code("OPTIONS", path) != errors.RESOURCE_NOT_FOUND.code:
            return True
        if route.verb != "GET" and checked.family is Family.MOZILLA:  # some of its resources have no OPTIONS
            request = SiteRequest("doctor", route.verb, path, body={})
            answer = await checked.client.send(request, _CONTEXT)
            if code_of(answer.document) == errors.LOGIN_REQUIRED.code:
                return True
    return False


_CHECKS: Mapping[str, Callable[[_Checked], Awaitable[Observation]]] = {
    "reads": _reads,
    "long addresses": _addresses,
    "writes": _writes,
    "custom fields": _custom_fields,
    "passwords": _passwords,
    "key": _key,
    "methods": _methods,
}
