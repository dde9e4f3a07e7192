"""Credentials of clients, turned into those that the site takes.

A password becomes a token of the site once, which is kept in memory, bound to that login and password, until the site
refuses it. Parameters take precedence over headers, a password over a key, and a key over a token, as everywhere.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gateway import errors
from gateway.errors import GatewayError
from gateway.front.credentials_file import KeysByPassword, SiteEntry
from gateway.front.front_options import FrontOptions
from gateway.front.site import FrontedSite
from gateway.front.site_caller import NOBODY, SiteCaller
from gateway.front.site_client import SiteAnswer
from gateway.front.site_requests import SiteRequest
from gateway.methods.context import RequestContext
from gateway.methods.credentials import Credentials
from gateway.methods.declaration import Login, Method
from gateway.settings import Settings

_KEPT = 10_000
"""Tokens that are kept."""

_TOKEN_LIFETIME = 12 * 3600.0
"""Seconds after which a password is turned into a token anew."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    expires: float


class SiteLogins:
    """Finds the credentials for the site."""

    def __init__(self, site: FrontedSite, options: FrontOptions, settings: Settings) -> None:
        self._site = site
        self._salt = secrets.token_bytes(32)
        self._tokens: OrderedDict[bytes, _Token] = OrderedDict()
        self._failed: set[str] = set()
        """Logins with a wrong password since the last right one. A right one is checked by the site again, because that
        clears the count by which it locks accounts."""
        self._under_way: dict[bytes, asyncio.Lock] = {}
        self._api_key = read_api_key(options.api_key_file) if options.api_key_file else None
        self._keys = None
        if options.credentials:
            self._keys = KeysByPassword(options.credentials, settings.token_lifetime, settings.password_concurrency)

    def close(self) -> None:
        """Stop the threads that check passwords."""
        if self._keys is not None:
            self._keys.close()

    async def caller(self, method: Method, shown: Credentials, context: RequestContext) -> SiteCaller:
        """The caller of a method, by the credentials in its parameters (`shown`) or in the headers of the request.

        Raises LOGIN_FAILED, LOCKED_OUT, TOKEN_INVALID, and what the site answers to a login.
        """
        deciding = shown if shown.given else context.headers
        if deciding.with_password:
            return await self._by_password(deciding.login or "", deciding.password or "", context)
        if method.login is Login.EXEMPT:
            return NOBODY
        if deciding.api_key:
            return SiteCaller(api_key=deciding.api_key)
        if deciding.token_parts:
            entry = self._keys.by_token(deciding.token or "") if self._keys else None
            return SiteCaller(api_key=entry.api_key) if entry else SiteCaller(token=deciding.token)
        if deciding.bearer:
            return SiteCaller(api_key=deciding.bearer, is_optional=True)
        return SiteCaller(api_key=self._api_key) if self._api_key and not context.is_from_page else NOBODY

    async def log_in(self, shown: Credentials, context: RequestContext) -> dict[str, Any]:
        """Answer User.login: with a token of the site, or of the front for a login in the file of credentials."""
        login, password = shown.login or "", shown.password or ""
        entry = await self._checked_entry(login, password, context)
        if entry is None or self._keys is None:
            return await self._token_of_site(login, password, context)
        query = (("names", login), ("include_fields", "id"))
        request = SiteRequest("User.get", "GET", "/user", query, retries=True)
        answer = await self._site.raw(request, SiteCaller(api_key=entry.api_key), context)
        try:
            user_id = int(answer.document["users"][0]["id"])
        except (TypeError, ValueError, LookupError):
            raise errors.SITE_UNUSABLE(why="its answer to User.get has no user") from None
        return {"id": user_id, "token": self._keys.new_token(entry, user_id)}

    def end_own_token(self, shown: Credentials, context: RequestContext) -> bool:
        """End the token that a client sends, if the front gave it; False for all else. Raises TOKEN_INVALID, BUSY."""
        deciding = shown if shown.given else context.headers
        if self._keys is None or deciding.with_password or deciding.api_key or not deciding.token_parts:
            return False
        return self._keys.end(deciding.token or "")

    async def renewed(self, caller: SiteCaller, context: RequestContext) -> SiteCaller | None:
        """The caller with a new token, if the site no longer takes the one that was made from their password."""
        if not caller.with_password or caller.login is None or caller.password is None:
            return None
        request = SiteRequest("User.valid_login", "GET", "/valid_login", (("login", caller.login),), retries=True)
        try:
            answer = await self._site.raw(request, caller, context)
            document = answer.document
            if (document.get("result") if isinstance(document, dict) else document) is not False:
                return None
        except GatewayError as error:
            if error.kind.code not in STALE:
                return None
        self._tokens.pop(self._digest(caller.login, caller.password), None)
        return await self._by_password(caller.login, caller.password, context)

    async def _by_password(self, login: str, password: str, context: RequestContext) -> SiteCaller:
        entry = await self._checked_entry(login, password, context)
        if entry is not None:
            return SiteCaller(api_key=entry.api_key)
        token = await self._kept_token(login, password, context)
        return SiteCaller(token=token, login=login, password=password)

    async def _checked_entry(self, login: str, password: str, context: RequestContext) -> SiteEntry | None:
        entry = self._keys.entry(login) if self._keys else None
        if entry is not None and self._keys is not None:
            await self._keys.check(entry, password, context.address)
        return entry

    async def _kept_token(self, login: str, password: str, context: RequestContext) -> str:
        """The token for a password; calls that come at the same time wait for one login."""
        digest, now = self._digest(login, password), asyncio.get_running_loop().time
        lock = self._under_way.setdefault(digest, asyncio.Lock())
        try:
            async with lock:
                kept = self._tokens.get(digest)
                if kept is not None and kept.expires < now():
                    kept = None
                if kept is None or login.lower() in self._failed:
                    try:
                        made = await self._token_of_site(login, password, context)
                    except GatewayError as error:
                        if kept is None or error.kind.code != errors.LOCKED_OUT.code:
                            raise
                        return kept.text  # the site has locked the account for all clients of the front
                    kept = self._tokens[digest] = _Token(made["token"], now() + _TOKEN_LIFETIME)
                self._tokens.move_to_end(digest)
                if len(self._tokens) > _KEPT:
                    self._tokens.popitem(last=False)
                return kept.text
        finally:
            if not lock.locked():
                self._under_way.pop(digest, None)

    async def _token_of_site(self, login: str, password: str, context: RequestContext) -> dict[str, Any]:
        try:
            answer = await self._login_at_site(login, password, context)
        except GatewayError as error:
            if error.kind is errors.SITE_ANSWER_LOST:  # nothing has changed but that there may be one more token
                raise errors.BUSY(why="the answer of the site behind it to a login is lost") from None
            if error.kind.code == errors.LOGIN_FAILED.code and len(self._failed) < _KEPT:
                self._failed.add(login.lower())
            raise
        self._failed.discard(login.lower())
        try:
            return {"id": int(answer.document["id"]), "token": str(answer.document["token"])}
        except (TypeError, ValueError, LookupError):
            raise errors.SITE_UNUSABLE(why="its answer to User.login has no token") from None

    async def _login_at_site(self, login: str, password: str, context: RequestContext) -> SiteAnswer:
        """Show a password to the site: in headers, which no access log has, if the site reads them."""
        shown = SiteCaller(password=password)
        if (await self._site.family(context)).secrets_in_headers:
            headers = {"X-BUGZILLA-LOGIN": quote(login, safe="@"), "X-BUGZILLA-PASSWORD": quote(password, safe="")}
            try:
                return await self._site.raw(SiteRequest("User.login", "GET", "/login", headers=headers), shown, context)
            except GatewayError as error:
                if error.kind.code != errors.PARAM_REQUIRED.code:
                    raise
        query = (("login", login), ("password", password))
        return await self._site.raw(SiteRequest("User.login", "GET", "/login", query), shown, context)

    def _digest(self, login: str, password: str) -> bytes:
        written = f"{login}\0{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(written, key=self._salt, digest_size=32).digest()


STALE = frozenset({errors.TOKEN_INVALID.code, errors.LOGIN_REQUIRED.code})
"""The codes with which Bugzilla refuses a token, among other things."""


def read_api_key(path: Path) -> str:
    """The key in a file. Raises `ValueError` if there is none, and `OSError`."""
    key = path.read_text(encoding="utf-8").strip()
    if not key or len(key.split()) != 1:
        raise ValueError(f"{path} has to hold one API key.")
    return key
