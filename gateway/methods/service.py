"""The service: from the name of a method and its parameters to its result, for every protocol alike."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from gateway import errors
from gateway.content import Allowance, Intake, SpoolFailed
from gateway.errors import GatewayError
from gateway.methods import credentials, identity
from gateway.methods.credentials import Credentials
from gateway.methods.declaration import Call, Login, Method, Registry, Value
from gateway.methods.identity import Identify, Passwords
from gateway.methods.origin import Origin
from gateway.methods.params import Params
from gateway.model import Site, User
from gateway.passwords import PasswordChecker, hash_secret, new_token_secret
from gateway.settings import Settings
from gateway.store.interface import Reader, Store, StoreUnavailable

log = logging.getLogger(__name__)

_LOGIN_TROUBLE = {errors.LOGIN_FAILED.code, errors.ACCOUNT_DISABLED.code, errors.API_KEY_INVALID.code}

_BRIEF_LIST = 100
"""Values in a list that are looked at in no time, be each of them wrong."""

NewToken = tuple[str, str, timedelta]


class Meter(Protocol):
    """Counts calls."""

    def call(self, protocol: str, method: str, code: int, seconds: float) -> None:
        """Count a call that took so long; `code` is that of its error, 0 for success."""
        ...


class Service:
    """Everything that protocols need of the gateway. `registry` is Bugzilla's API, `issues` Ketura's."""

    def __init__(self, store: Store, settings: Settings, registry: Registry, issues: Registry, meter: Meter) -> None:
        self.store = store
        self.settings = settings
        self.registry = registry
        self.issues = issues
        self._meter = meter
        self._checker = PasswordChecker(settings.password_concurrency)
        self._passwords = Passwords(store, self._checker)
        self._allowance = Allowance(settings.upload_allowance)
        self._memory = Allowance(settings.memory_allowance)
        self._spools = settings.spools
        self.attachment_limit = settings.attachment_limit(Site())
        self.turns = asyncio.Lock()
        """Held for one step in reading a long body: of all of them, the loop makes one step between other things."""

    def close(self) -> None:
        """Let go of what is the service's own; the store is not."""
        self._checker.close()

    async def start(self) -> None:
        """Read what of the site holds for the life of the process: the size of the largest attachment."""
        self.attachment_limit = self.settings.attachment_limit(await self.store.read(lambda tx: tx.site()))

    @property
    def max_body(self) -> int:
        """Bytes of the largest request: an attachment in base64 with line breaks, and a MiB for all around it."""
        return self.attachment_limit * 3 // 2 + 1024 * 1024

    def intake(self, limit: int | None = None) -> Intake:
        """The spools for one request, each for at most `limit` bytes where that is less than attachments may have."""
        largest = min(limit or self.attachment_limit, self.attachment_limit)
        return Intake(largest, self._allowance, self._spools, self._memory)

    def method(self, name: str, origin: Origin) -> Method:
        """The method of this name. Raises METHOD_NOT_FOUND."""
        method = self.registry.get(name)
        if method is None:
            self._meter.call(origin.protocol, "unknown", errors.METHOD_NOT_FOUND.code, 0.0)
            raise errors.METHOD_NOT_FOUND(method=name)
        return method

    async def admit(self, method: Method, params: Mapping[str, Value], origin: Origin) -> Origin:
        """See whether a call is worth receiving the rest of its parameters. Raises as `call` does.

        Returns where the call comes from, now with who calls, so that a password is not checked twice.
        """
        started = time.perf_counter()
        try:
            identify = await self._identify(method, Credentials(), origin)
            await self.store.read(lambda tx: _admit(self._prepare(tx, method, identify, dict(params), None), method))
        except Exception as problem:
            error = self.foreseen(problem, origin)
            self._note(method, origin, error.kind.code, started)
            raise error from problem
        return replace(origin, caller=identify)

    async def call(self, method: Method, params: Mapping[str, Value], origin: Origin) -> Value:
        """Call a method. Raises `GatewayError` only: what is unforeseen is logged, and INTERNAL for the client."""
        started, code = time.perf_counter(), 0
        try:
            return await self._call(method, dict(params), origin)
        except Exception as problem:
            error = self.foreseen(problem, origin)
            code = error.kind.code
            raise error from problem
        finally:
            self._note(method, origin, code, started)

    def _note(self, method: Method, origin: Origin, code: int, started: float) -> None:
        """Count a call, and log it if it was to change something or could not log in; never what was in it."""
        seconds = time.perf_counter() - started
        self._meter.call(origin.protocol, method.name, code, seconds)
        origin.course.note(method.name, only_read=not method.writes and code == 0)
        level = logging.INFO if method.writes or code in _LOGIN_TROUBLE else logging.DEBUG
        if log.isEnabledFor(level):
            known = {"request_id": origin.request_id, "protocol": origin.protocol, "address": origin.address}
            log.log(level, method.name, extra={**known, "code": code, "seconds": round(seconds, 6)})

    def repeated(self, protocol: str, methods: Sequence[str], started: float) -> None:
        """Count the calls of an earlier request whose answer was given once more."""
        for method in methods:
            self._meter.call(protocol, method, 0, time.perf_counter() - started)

    def foreseen(self, problem: Exception, origin: Origin) -> GatewayError:
        """What a client may hear of an exception: a `GatewayError` itself; anything else is logged, and INTERNAL."""
        origin.course.only_read = False
        if isinstance(problem, GatewayError):
            return problem
        if isinstance(problem, StoreUnavailable | SpoolFailed):
            log.error("the store cannot be used: %s", problem, extra={"request_id": origin.request_id})
            return errors.BUSY(why="its store cannot be used right now")
        log.error("a call failed", exc_info=problem, extra={"request_id": origin.request_id})
        return errors.INTERNAL(request_id=origin.request_id)

    async def _call(self, method: Method, params: dict[str, Value], origin: Origin) -> Value:
        if method.compose is not None:
            return await method.compose(self, params, origin)
        origin.room.enter()
        result = await self._run(method, params, origin)
        origin.room.keep(result)
        return result

    async def _run(self, method: Method, params: dict[str, Value], origin: Origin) -> Value:
        identify = await self._identify(method, credentials.take_from(params), origin)
        token = self._new_token() if method.makes_token else None

        def work(tx: Any) -> Value:
            try:
                return method.run(self._prepare(tx, method, identify, params, token))
            except asyncio.CancelledError as problem:  # raised here it is a failure: work is never cancelled
                raise RuntimeError(f"{method.name} gave up") from problem

        return await (self.store.write(work) if method.writes else self.store.read(work))

    async def _identify(self, method: Method, shown: Credentials, origin: Origin) -> Identify:
        """Who calls, as far as it can be known before the transaction. Parameters go before headers."""
        if origin.caller is not None and not shown.given:
            return origin.caller
        deciding = shown if shown.given else origin.headers
        if deciding.with_password:
            login, password = deciding.login or "", deciding.password or ""
            return identity.by_id(await self._passwords.check(login, password, origin.address))
        return identity.nobody if method.login is Login.EXEMPT else identity.by_secret(deciding)

    def _new_token(self) -> NewToken:
        secret = new_token_secret()
        return secret, hash_secret(secret), timedelta(seconds=self.settings.token_lifetime)

    def _prepare(
        self,
        tx: Any,
        method: Method,
        identify: Identify,
        params: dict[str, Value],
        token: tuple[str, str, timedelta] | None,
    ) -> Call[Any]:
        """A call inside of a transaction. May be made more than once, so it leaves what it is given as it was."""
        who, site = identify(tx), tx.site()
        _check_login(method, who.user, site)
        _check_names(method, params)
        if _longest_list(params, self.settings.max_list) > _BRIEF_LIST:
            tx.take_time()
        return Call(
            tx=tx,
            user=who.user,
            site=site,
            params=Params(params, method.param_names),
            registry=self.registry,
            max_attachment_size=self.attachment_limit,
            token=who.token,
            new_token=token,
        )


def _admit(call: Call[Reader], method: Method) -> None:
    if method.admits is not None:
        method.admits(call)


def _check_login(method: Method, user: User | None, site: Site) -> None:
    everywhere = site.parameters.get("requirelogin") == "1" and method.login is Login.OPTIONAL
    if user is None and (method.login is Login.REQUIRED or everywhere):
        raise errors.LOGIN_REQUIRED(method=method.name)


def _check_names(method: Method, params: dict[str, Value]) -> None:
    """A strict method refuses parameters that it does not know."""
    if not method.strict:
        return
    for name in params.keys() - method.param_names - credentials.IGNORED:
        raise errors.PARAM_INVALID(param=name, value="given", why=f"{method.name} has no such parameter")


def _longest_list(params: dict[str, Value], limit: int) -> int:
    """How many values the longest list has. Raises PARAM_INVALID where they are more than the limit.

    It bounds what one call can take, and how large its answer is: Bug.get shows a bug as often as it is named.
    """
    longest = 0
    for name, value in params.items():
        length = len(value) if isinstance(value, list) else 0
        if length > limit:
            why = f"a list has at most {limit} here: make several calls, or raise max_list"
            raise errors.PARAM_INVALID(param=name, value=f"{length} values", why=why)
        longest = max(longest, length)
    return longest
