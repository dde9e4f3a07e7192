"""Answer calls by the rules of methods, as work of a store."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from gateway import errors
from gateway.content import StoredContent, Unavailable
from gateway.errors import GatewayError
from gateway.methods import access, credentials, identity
from gateway.methods.context import RequestContext
from gateway.methods.credentials import Credentials
from gateway.methods.declaration import Call, Login, Method, Registry
from gateway.methods.identity import Identify, Passwords
from gateway.methods.measures import Measures, measure
from gateway.methods.params import CUSTOM_PREFIX, Params
from gateway.model import ApiKey, Site, User
from gateway.passwords import PasswordChecker, hash_secret, new_token_secret
from gateway.settings import Settings
from gateway.store.interface import Reader, Store
from gateway.values import Value

_BRIEF_LIST = 100
"""Lists up to this length are checked in the event loop."""

_BRIEF_TEXT = 1000
"""Texts up to this length are read in the event loop: a search of a thousand words takes a tenth of a second."""

_KNOWN_ACCOUNTS = 10_000
"""Credentials whose users are remembered."""

_KEY_USE = 3600.0
"""The seconds in which the use of an API key is stored once."""

NewToken = tuple[str, str, timedelta]


class StoreAnswerer:
    """`gateway.methods.answerer.Answerer` over a store. `registry` is Bugzilla's API, `issues` Ketura's."""

    def __init__(self, store: Store, settings: Settings, registry: Registry, issues: Registry) -> None:
        self.registry = registry
        self.issues = issues
        self.attachment_limit = settings.attachment_limit(Site())
        self._store = store
        self._settings = settings
        self._checker = PasswordChecker(settings.password_concurrency)
        self._passwords = Passwords(store, self._checker)
        self._accounts: dict[int, int] = {}  # the users of credentials, by a hash of these: for fair shares only
        self._keys_used: dict[int, float] = {}  # when the use of a key was last stored, by its id

    async def start(self) -> None:
        """Read the size limit of attachments, which changes only by `reload`."""
        await self.reload()

    async def reload(self) -> None:
        """Read the size limit of attachments."""
        self.attachment_limit = self._settings.attachment_limit(await self._store.read(lambda tx: tx.site()))

    async def close(self) -> None:
        """Stop the threads that check passwords. The caller closes the store."""
        self._checker.close()

    async def admit(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> RequestContext:
        """Check a call before the rest of its parameters arrives.

        The password need not be hashed again when the call is answered, as long as it is still the user's.
        """
        identify = await self._identify(method, Credentials(), context)
        await self._store.read(
            lambda tx: _admit(self._prepare(tx, method, identify, dict(params), None, context), method), context.budget
        )
        return replace(context, caller=identify)

    async def answer(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        """Run the rule of a method in one transaction and return its result."""
        given = dict(params)
        shown = credentials.take_from(given)
        deciding = hash(shown if shown.given else context.headers)
        if (known := self._accounts.get(deciding)) is not None:
            context.budget.set_account(known)
        identify = await self._identify(method, shown, context)
        token = self._new_token() if method.makes_token else None
        if method.checks_password and given.get(method.hashes):
            method.checks_password(str(given[method.hashes]))
            given[method.hashes] = await self._checker.hash(str(given[method.hashes]))
        elif method.hashes and not method.checks_password:
            given[method.hashes] = await self._checker.hash(str(given.get(method.hashes) or ""))
        used: list[ApiKey] = []

        def work(tx: Any) -> Value:
            try:
                call = self._prepare(tx, method, identify, given, token, context)
                used[:] = [call.key] if call.key else []
                if call.user is not None:
                    self._note_account(context, deciding, call.user)
                result: Value = method.run(call)
            except asyncio.CancelledError as problem:  # a failure, because work is never cancelled
                raise RuntimeError(f"{method.name} gave up") from problem
            context.budget.measure_answer(result)
            if method.writes:
                context.subjects.bugs, context.subjects.attachments = tx.written["bug"], tx.written["attachment"]
            return result

        result = await self._run(method, work, given, context)
        for key in used:
            await self._note_key_use(key)
        return result

    async def _run(
        self, method: Method, work: Callable[[Any], Value], given: Mapping[str, Value], context: RequestContext
    ) -> Value:
        if method.writes:
            result: Value = await self._store.write(work, context.budget)
            context.budget.finish_work()
            return result
        return await self._store.read(work, context.budget, is_long=method.is_long or _has_long_value(given))

    async def _note_key_use(self, key: ApiKey) -> None:
        """Store that a key was used, at most once in `_KEY_USE` seconds; a store that cannot be written is no harm."""
        now = time.time()
        noted = max(self._keys_used.get(key.id, 0.0), key.last_used.timestamp() if key.last_used else 0.0)
        if now < noted + _KEY_USE:
            return
        if len(self._keys_used) > _KNOWN_ACCOUNTS:
            self._keys_used.clear()
        self._keys_used[key.id] = now
        with suppress(Unavailable, GatewayError):
            await self._store.write(lambda tx: tx.note_key_use(key.id))

    def _note_account(self, context: RequestContext, deciding: int, user: User) -> None:
        context.budget.set_account(user.id)
        if len(self._accounts) > _KNOWN_ACCOUNTS:
            self._accounts.clear()
        self._accounts[deciding] = user.id

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Stream the bytes of content in a result. Raises `LookupError` if it was deleted in the meantime."""
        return self._store.stream(content)

    async def is_public(self, attachment_id: int) -> bool:
        """Tell whether anybody may see an attachment without logging in; false if it does not exist."""
        return await self._store.read(lambda tx: access.is_public(tx, attachment_id))

    def public_address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return a URL where clients can GET public content with these headers; None if only `stream` has it."""
        return self._store.address(content, headers)

    async def state(self) -> int | None:
        """Return a number that changes with every change and never recurs; None if it is not known."""
        return await self._store.state()

    async def measure(self) -> Measures:
        """Measure the site."""
        return await self._store.read(measure, is_long=True)

    async def ready(self) -> str:
        """Return the `uid` of the site. Raises an exception if the store cannot be used now."""
        await self._store.ready()
        return await self._store.read(lambda tx: tx.site().uid)

    async def _identify(self, method: Method, shown: Credentials, context: RequestContext) -> Identify:
        """Identify the caller as far as possible before the transaction. Parameters take precedence over headers."""
        if context.caller is not None and not shown.given:
            return context.caller
        deciding = shown if shown.given else context.headers
        if deciding.with_password:
            login, password = deciding.login or "", deciding.password or ""
            return identity.by_password(await self._passwords.check(login, password, context.address))
        return identity.nobody if method.login is Login.EXEMPT else identity.by_secret(deciding)

    def _new_token(self) -> NewToken:
        secret = new_token_secret()
        return secret, hash_secret(secret), timedelta(seconds=self._settings.token_lifetime)

    def _prepare(
        self,
        tx: Any,
        method: Method,
        identify: Identify,
        params: dict[str, Value],
        token: NewToken | None,
        context: RequestContext,
    ) -> Call[Any]:
        """Prepare a call inside a transaction. It may run more than once, so it does not change its arguments."""
        found, site = identify(tx), tx.site()
        context.subjects.user_id = found.user.id if found.user else None
        _check_login(method, found.user, site)
        _check_names(method, params)
        return Call(
            tx=tx,
            user=found.user,
            site=site,
            params=Params(params, method.param_names),
            registry=self.registry,
            settings=self._settings,
            site_url=context.site_url,
            max_attachment_size=self.attachment_limit,
            token=found.token,
            key=found.key,
            new_token=token,
        )


def _admit(call: Call[Reader], method: Method) -> None:
    if method.admits is not None:
        method.admits(call)


def _check_login(method: Method, user: User | None, site: Site) -> None:
    everywhere = site.requires_login and method.login is Login.OPTIONAL
    if user is None and (method.login is Login.REQUIRED or everywhere):
        raise errors.LOGIN_REQUIRED(method=method.name)


def _check_names(method: Method, params: dict[str, Value]) -> None:
    """Refuse parameters that a strict method does not know. Raises PARAM_INVALID."""
    unknown = params.keys() - method.param_names - credentials.IGNORED
    if method.unknown_param and unknown:
        raise method.unknown_param(param=min(unknown), method=method.name)
    for name in unknown if method.strict else ():
        if method.takes_custom_fields and name.startswith(CUSTOM_PREFIX):
            continue
        raise errors.PARAM_INVALID(param=name, value="given", why=f"{method.name} has no such parameter")


def _has_long_value(params: Mapping[str, Value]) -> bool:
    return any(
        (isinstance(value, list) and len(value) > _BRIEF_LIST) or (isinstance(value, str) and len(value) > _BRIEF_TEXT)
        for value in params.values()
    )
