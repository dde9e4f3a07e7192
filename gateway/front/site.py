"""The site: what is known of it, and calls that become its requests."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from gateway import errors
from gateway.errors import GatewayError
from gateway.front import result_types
from gateway.front.families import Family, family_of, is_lacking
from gateway.front.kept_answers import KeptAnswers
from gateway.front.mozilla_answers import custom_changes, to_releases
from gateway.front.result_types import MismatchError, ResultTypes
from gateway.front.site_caller import SiteCaller
from gateway.front.site_client import SiteAnswer, SiteClient
from gateway.front.site_errors import code_of, is_error, site_error
from gateway.front.site_requests import BugInPath, SiteRequest, requests_of
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Login, Method, Type
from gateway.methods.params import text
from gateway.values import Value

log = logging.getLogger(__name__)

KNOWN_FOR = 600.0
"""Seconds for which the version of the site and the types of its custom fields are taken to be as they were."""

_CONVERTED_AT_ONCE = 256 * 1024
"""Bytes of an answer up to which it is converted in the event loop."""


class FrontedSite:
    """Calls methods of the site that have a route there."""

    def __init__(self, client: SiteClient) -> None:
        self.url = client.url
        self._client = client
        self._types = ResultTypes()
        self._kept = KeptAnswers()
        self._family: Family | None = None
        self._tokens_in_headers: bool | None = None
        self._family_until = self._fields_until = 0.0
        self.version = ""

    async def family(self, context: RequestContext) -> Family:
        """The family of the site. Raises as `SiteClient.send` if it is not known yet."""
        now = asyncio.get_running_loop().time()
        if self._family is None or now > self._family_until:
            try:
                answer = await self._client.send(
                    SiteRequest("Bugzilla.version", "GET", "/version", retries=True), context
                )
                version = answer.document["version"] if isinstance(answer.document, dict) else None
                if not isinstance(version, str):
                    raise errors.SITE_UNUSABLE(why="it has no rest/version")
                self.version, self._family = version, family_of(version)
            except (GatewayError, KeyError) as problem:
                if self._family is None:
                    raise (
                        problem
                        if isinstance(problem, GatewayError)
                        else errors.SITE_UNUSABLE(why="its rest/version tells no version")
                    ) from problem
            self._family_until = now + KNOWN_FOR
        return self._family

    async def takes_in_headers(self, caller: SiteCaller, context: RequestContext) -> bool:
        """Tell whether the site takes the credentials of a caller in a header, rather than as a parameter.

        Mozilla's family does, but what stands before such a site may know the header of keys alone, and then a token
        there is nobody's. So the first token is tried.
        """
        if not (await self.family(context)).secrets_in_headers:
            return False
        if caller.token is None:
            return True
        if self._tokens_in_headers is None:
            request = SiteRequest("User.whoami", "GET", "/whoami", retries=True)
            answer = await self._client.send(caller.sign(request, in_headers=True), context)
            code = code_of(answer.document) if is_error(answer.document) else 0
            if code in (0, errors.LOGIN_REQUIRED.code):
                self._tokens_in_headers = not code
        return self._tokens_in_headers is not False

    async def call(
        self, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
    ) -> Value:
        """Call a method. Raises the errors of the site, those of `requests_of`, and those of `SiteClient.send`."""
        family = await self.family(context)
        if is_lacking(family, method.name):
            raise errors.SITE_LACKS_METHOD(method=method.name)
        if caller.is_anonymous and method.login is Login.REQUIRED:
            raise errors.LOGIN_REQUIRED(method=method.name)
        for skipped in count():
            requests = requests_of(method, params, family, context.protocol, skipped)
            while isinstance(requests, BugInPath):
                number = await self._bug_id(requests.alias, caller, context)
                params = _with_number(params, requests.alias, number)
                requests = requests_of(method, params, family, context.protocol, skipped)
            if requests is None:
                return _empty(method.result)
            try:
                return await self._asked(method, requests, caller, context)
            except GatewayError as error:
                if error.kind is not errors.SITE_LACKS_METHOD or not requests[0].retries:
                    raise
        raise AssertionError("there is always a last route")

    async def _asked(
        self, method: Method, requests: Sequence[SiteRequest], caller: SiteCaller, context: RequestContext
    ) -> Value:
        has_content = self._types.has_content(method.result)
        results = [await self.ask(each, method.result, caller, context, has_content=has_content) for each in requests]
        return result_types.merged(results)

    async def ask(
        self,
        request: SiteRequest,
        kind: Type,
        caller: SiteCaller,
        context: RequestContext,
        *,
        has_content: bool = False,
    ) -> Value:
        """Send one request, and return its result in the declared type."""
        answer = await self.raw(request, caller, context, has_content=has_content)
        return await self.typed(request, kind, answer, caller, context)

    async def raw(
        self, request: SiteRequest, caller: SiteCaller, context: RequestContext, *, has_content: bool = False
    ) -> SiteAnswer:
        """Send one request, and return the answer as JSON. Raises the errors of the site."""
        signed = caller.sign(request, in_headers=await self.takes_in_headers(caller, context))
        kept, key = None, b""
        if request.retries:
            key = self._kept.key(signed)
            kept = self._kept.get(key)
        if kept is not None:
            signed = replace(signed, headers={**signed.headers, "If-None-Match": kept.etag})
        answer = await self._client.send(signed, context, has_content=has_content)
        if answer.status == 304 and kept is not None:
            return kept
        if is_error(answer.document):
            raise site_error(answer.document, answer.status, request.method, caller.secrets)
        if request.retries and not has_content:
            self._kept.keep(key, answer)
        return answer

    async def typed(
        self, request: SiteRequest, kind: Type, answer: SiteAnswer, caller: SiteCaller, context: RequestContext
    ) -> Value:
        """Convert an answer. Raises SITE_UNUSABLE; for a write, which was carried out, SITE_ANSWER_LOST."""
        document = _unwrapped(kind, answer.document)
        await self._know_fields(document, caller, context)
        if self._family is Family.MOZILLA:
            to_releases(request.method, document, self._types.custom_fields)
        try:
            if answer.size <= _CONVERTED_AT_ONCE:
                return self._types.convert(kind, document)
            return await asyncio.to_thread(self._types.convert, kind, document)
        except MismatchError as mismatch:
            log.warning("%s: the site answers with other types than Bugzilla: %s", request.method, mismatch)
            if request.retries:
                raise errors.SITE_UNUSABLE(why=str(mismatch)) from None
            raise errors.SITE_ANSWER_LOST(why=str(mismatch)) from None

    async def _bug_id(self, alias: str, caller: SiteCaller, context: RequestContext) -> str:
        """The number of a bug. Raises the errors of Bug.get."""
        query = (("ids", alias), ("include_fields", "id"))
        answer = await self.raw(SiteRequest("Bug.get", "GET", "/bug/", query, retries=True), caller, context)
        try:
            return str(int(answer.document["bugs"][0]["id"]))
        except (TypeError, ValueError, LookupError):
            raise errors.SITE_UNUSABLE(why="its answer to Bug.get has no bug") from None

    async def _know_fields(self, document: Any, caller: SiteCaller, context: RequestContext) -> None:
        """Learn the types of custom fields, when bugs have any, or changes of them."""
        now = asyncio.get_running_loop().time()
        if now < self._fields_until or not (_has_custom(document) or custom_changes(document)):
            return
        self._fields_until = now + KNOWN_FOR
        query = tuple(("include_fields", each) for each in ("name", "type", "is_custom"))
        try:
            answer = await self.raw(
                SiteRequest("Bug.fields", "GET", "/field/bug", query, retries=True), caller, context
            )
            fields = answer.document["fields"]
            self._types.custom_fields = {str(each["name"]): int(each["type"]) for each in fields}
        except (GatewayError, TypeError, ValueError, LookupError) as problem:
            log.warning("the types of custom fields are not known: %s", problem)
            self._fields_until = now + 10.0


def _with_number(params: Mapping[str, Value], alias: str, number: str) -> dict[str, Value]:
    """The parameters with the number of a bug in the place of its alias."""
    ids = params["ids"]
    listed = ids if isinstance(ids, list) else [ids]
    return {**params, "ids": [number if (text(each, "ids") or "") == alias else each for each in listed]}


def _has_custom(document: Any) -> bool:
    bugs = document.get("bugs") if isinstance(document, dict) else None
    return isinstance(bugs, list) and any(
        isinstance(bug, dict) and any(name.startswith(result_types.CUSTOM) for name in bug) for bug in bugs
    )


def _unwrapped(kind: Type, document: Any) -> Any:
    """The result in a document: releases put what is no object or list into one, `{"result": ...}`."""
    is_wrapped = isinstance(document, dict) and document.keys() == {"result"}
    return document["result"] if is_wrapped and kind.name not in ("struct", "map") else document


def _empty(kind: Type) -> Value:
    """The result of a call that asks for nothing."""
    if kind.name == "struct":
        return {each.name: _empty(each.type) for each in kind.fields if not each.optional}
    return [] if kind.name == "array" else {} if kind.name == "map" else None
