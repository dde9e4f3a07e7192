"""The service that protocols call: it finds methods, and has calls answered, counted and logged."""

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from msgspec.structs import replace

from gateway import errors
from gateway.budget import STORED_BYTES, Budget, Quota
from gateway.client_network import network_of
from gateway.content import StoredContent, Unavailable
from gateway.errors import GatewayError
from gateway.loop_turns import LoopTurns
from gateway.methods.answerer import Answerer
from gateway.methods.context import CallSubjects, RequestContext
from gateway.methods.declaration import Method, Registry
from gateway.methods.measures import Measures
from gateway.methods.params import check_length
from gateway.settings import Settings
from gateway.spools import RequestSpools
from gateway.values import Value

log = logging.getLogger(__name__)

WORK_SECONDS = 5.0
"""The seconds that one call may read or write, which keeps other calls waiting; copying content does not count."""

WORK_ROWS = 500_000
"""The rows that one call may read."""

_PIECES_AT_ONCE = 8
"""Pieces of content that are read from the store at once for the downloads of one client."""

_LOGIN_TROUBLE = {errors.LOGIN_FAILED.code, errors.ACCOUNT_DISABLED.code, errors.API_KEY_INVALID.code}


class Meter(Protocol):
    """Counts calls."""

    def call(self, protocol: str, method: str, code: int, seconds: float) -> None:
        """Count a call that took so long; `code` is that of its error, 0 for success."""
        ...


class Service:
    """Finds methods, has calls answered within their budget, and counts and logs them."""

    def __init__(self, answerer: Answerer, settings: Settings, meter: Meter) -> None:
        self.settings = settings
        self._answerer = answerer
        self._meter = meter
        self._spool_directory = settings.spools
        self._memory = Quota(settings.memory_allowance, "its memory for requests is in use")
        self._disk = Quota(settings.upload_allowance, "too many uploads are in progress")
        self._pieces = WeakValueDictionary[str, asyncio.Semaphore]()
        self.turns = LoopTurns()
        """The turns of the event loop for steps in reading long bodies, and in writing long answers."""

    async def start(self) -> None:
        """Read settings that do not change during the life of the process."""
        await self._answerer.start()

    async def reload(self) -> None:
        """Take what the settings say now. Raises what a store raises."""
        await self._answerer.reload()

    async def close(self) -> None:
        """Release the resources of the answerer."""
        await self._answerer.close()

    @property
    def registry(self) -> Registry:
        """The methods of Bugzilla's API."""
        return self._answerer.registry

    @property
    def issues(self) -> Registry:
        """The methods of Ketura's API."""
        return self._answerer.issues

    @property
    def attachment_limit(self) -> int:
        """Bytes of the largest attachment."""
        return self._answerer.attachment_limit

    @property
    def max_body(self) -> int:
        """The size limit of requests in bytes: an attachment in base64 with line breaks, and a MiB for the rest."""
        return self.attachment_limit * 3 // 2 + 1024 * 1024

    @property
    def held_memory(self) -> int:
        """Bytes of memory that are charged to the requests."""
        return self._memory.used

    def budget(self, address: str) -> Budget:
        """Return a budget for a request from this address."""
        caller = network_of(address)
        self.turns.note(caller)
        return Budget(
            caller,
            memory=self._memory,
            disk=self._disk,
            seconds=WORK_SECONDS,
            rows=WORK_ROWS,
            stored_bytes=STORED_BYTES,
        )

    def spools(self, context: RequestContext, limit: int | None = None) -> RequestSpools:
        """Return the spools of a request, each for at most `limit` bytes or the size limit of attachments."""
        largest = min(limit or self.attachment_limit, self.attachment_limit)
        return RequestSpools(largest, context.budget, self._spool_directory)

    def method(self, name: str, context: RequestContext) -> Method:
        """Return the method of this name. Raises METHOD_NOT_FOUND."""
        method = self.registry.get(name)
        if method is None:
            self._meter.call(context.protocol, "unknown", errors.METHOD_NOT_FOUND.code, 0.0)
            raise errors.METHOD_NOT_FOUND(method=name)
        return method

    async def admit(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> RequestContext:
        """Check a call before the rest of its parameters arrives, and return the context with its caller.

        Raises as `call` does.
        """
        started = time.perf_counter()
        context = replace(context, subjects=CallSubjects(params))
        try:
            return await self._answerer.admit(method, params, context)
        except Exception as problem:
            error = self.to_client_error(problem, context)
            self._note(method, context, error.kind.code, started)
            raise error from problem

    async def call(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        """Call a method. Raises only `GatewayError`: an unexpected exception is logged, and becomes INTERNAL."""
        started, code = time.perf_counter(), 0
        context = replace(context, subjects=CallSubjects(params))
        try:
            return await self._call(method, params, context)
        except Exception as problem:
            error = self.to_client_error(problem, context)
            code = error.kind.code
            raise error from problem
        finally:
            self._note(method, context, code, started)

    async def stream(self, content: StoredContent, budget: Budget) -> AsyncIterator[bytes]:
        """Stream the bytes of content in a result. Raises `LookupError` if it was deleted, and `Unavailable`.

        Pieces are read in turns: a client that downloads much leaves time to others.
        """
        pieces = self._answerer.stream(content)
        while (piece := await self._next_piece(pieces, budget)) is not None:
            yield piece

    async def _next_piece(self, pieces: AsyncIterator[bytes], budget: Budget) -> bytes | None:
        await self.turns.admit(budget.owners)
        places = self._pieces.get(budget.caller)
        if places is None:
            places = self._pieces[budget.caller] = asyncio.Semaphore(_PIECES_AT_ONCE)
        async with places:
            return await anext(pieces, None)

    async def is_public(self, attachment_id: int) -> bool:
        """Tell whether anybody may see an attachment without logging in; false if it does not exist."""
        return await self._answerer.is_public(attachment_id)

    def public_address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return a URL where clients can GET public content with these headers; None if only `stream` has it."""
        return self._answerer.public_address(content, headers)

    async def state(self) -> int | None:
        """Return a number that changes with every change and never recurs; None if answers cannot be repeated."""
        return await self._answerer.state()

    async def measure(self) -> Measures | None:
        """Measure the site; None if its data are elsewhere. Raises what a store raises."""
        return await self._answerer.measure()

    async def ready(self) -> str:
        """Return the `uid` of the site, empty if it has none. Raises an exception if calls cannot be answered now."""
        return await self._answerer.ready()

    def count_cached_calls(self, protocol: str, methods: Sequence[str], started: float) -> None:
        """Count the calls of an earlier request whose answer was repeated."""
        for method in methods:
            self._meter.call(protocol, method, 0, time.perf_counter() - started)

    def to_client_error(self, problem: Exception, context: RequestContext) -> GatewayError:
        """Return the error for the client: a `GatewayError` itself; others are logged, and become BUSY or INTERNAL.

        This frees all that the failed call had read, which the frames of its traceback hold, and has the error forget
        its traceback: a frame that keeps its error would hold what it has until the next garbage collection.
        """
        try:
            return self._to_client_error(problem, context)
        finally:
            traceback.clear_frames(problem.__traceback__)
            problem.__traceback__ = None

    def _to_client_error(self, problem: Exception, context: RequestContext) -> GatewayError:
        context.calls.only_read = False
        if isinstance(problem, GatewayError):
            if problem.account is not None:
                context.subjects.user_id, context.subjects.login = problem.account.id, problem.account.login
            return problem
        if isinstance(problem, Unavailable):
            log.error("the store cannot be used: %s", problem, extra=_subjects(context))
            return errors.BUSY(why="its store cannot be used right now")
        log.error("a call failed", exc_info=problem, extra=_subjects(context))
        return errors.INTERNAL(request_id=context.request_id)

    async def _call(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        if method.compose is not None:
            return await method.compose(self, dict(params), context)
        context.budget.start_call()
        _check_lists(params, self.settings.max_list)
        result = await self._answerer.answer(method, params, context)
        context.budget.charge_answer(result, is_committed=method.writes)
        return result

    def _note(self, method: Method, context: RequestContext, code: int, started: float) -> None:
        """Count a call, and log it if it writes or failed to log in; its parameters are never logged."""
        seconds = time.perf_counter() - started
        self._meter.call(context.protocol, method.name, code, seconds)
        context.calls.note(method.name, only_read=not method.writes and code == 0)
        level = logging.INFO if method.writes or code in _LOGIN_TROUBLE else logging.DEBUG
        if log.isEnabledFor(level):
            known = {"protocol": context.protocol, "address": context.address, **_subjects(context)}
            if code == errors.LOGIN_FAILED.code and not context.subjects.login:
                known["login"] = "unknown"
            log.log(level, method.name, extra={**known, "code": code, "seconds": round(seconds, 6)})


def _subjects(context: RequestContext) -> dict[str, object]:
    return {"request_id": context.request_id, **context.subjects.fields()}


def _check_lists(params: Mapping[str, Value], limit: int) -> None:
    """Raise PARAM_INVALID if a list has more than `limit` values.

    This limits the cost of one call and the size of its answer: Bug.get shows a bug as often as it is named.
    """
    for name, value in params.items():
        if isinstance(value, list):
            check_length(name, len(value), limit)
