"""Read a site over its REST: one request at a time, with a pause between them, and patient with a site that is busy.

The requests are those of `gateway front`: they know the two families of Bugzilla, and give values of declared types.
"""

import asyncio
import logging
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from gateway import errors
from gateway.budget import Budget
from gateway.errors import GatewayError
from gateway.front.families import Family
from gateway.front.front_options import FrontOptions
from gateway.front.site import FrontedSite
from gateway.front.site_caller import SiteCaller
from gateway.front.site_client import SiteAnswer, SiteClient
from gateway.front.site_logins import read_api_key
from gateway.front.site_meter import NoMeter
from gateway.front.site_requests import SiteRequest
from gateway.importing.import_errors import ImportRefused
from gateway.importing.sources.rest.site_access import SiteAccess
from gateway.methods.catalogue import METHODS
from gateway.methods.context import RequestContext
from gateway.values import Value

T = TypeVar("T")

TIMEOUT = 300.0
"""Seconds in which an answer has to begin, and for which a request waits if the site asks for that (Retry-After)."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 60.0)
"""Seconds before each new try while the site is busy or cannot be reached."""

_BUSY = (429, 503)


_LOG = logging.getLogger("gateway.front")
_METHODS = {method.name: method for method in METHODS}


class _PoliteClient(SiteClient):
    """Sends requests no faster than it may, and again while the site is busy."""

    def __init__(self, options: FrontOptions, requests_per_second: float) -> None:
        super().__init__(options, NoMeter())
        self._interval = 1 / requests_per_second
        self._next = 0.0
        self._has_answered = False

    async def send(self, request: SiteRequest, context: RequestContext, *, has_content: bool = False) -> SiteAnswer:
        """Send a request. Raises as `SiteClient.send`; BUSY only if the site stays so, or was never reached."""
        for pause in (*PAUSES, None):
            await self._take_turn()
            try:
                answer = await super().send(request, context, has_content=has_content)
                self._has_answered = True
                if answer.status not in _BUSY:
                    return answer
                problem = errors.BUSY(why=f"it answers with HTTP status {answer.status}")
            except GatewayError as error:
                problem = error
            was_never_reached = not self._has_answered and self._down_until > 0
            if problem.kind is not errors.BUSY or pause is None or was_never_reached:
                raise problem
            await asyncio.sleep(pause)
        raise AssertionError("there is always a last try")

    async def _take_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._interval
        await asyncio.sleep(turn - now)


class SiteReader:
    """Calls methods that read from a site. Its requests run in a thread, for those who wait for each answer."""

    def __init__(self, url: str, access: SiteAccess) -> None:
        """Find out the version of the site at a URL that ends with a slash. Raises `ImportRefused`."""
        self.url = url
        if access.api_key_file is None:
            raise ImportRefused(
                f"Without a login {url} shows no logins. Name a file with an API key of its administrator with "
                "--api-key-file."
            )
        try:
            self._caller = SiteCaller(api_key=read_api_key(access.api_key_file))
        except (OSError, ValueError) as problem:
            raise ImportRefused(str(problem)) from problem
        options = FrontOptions(url=url, ca_file=access.ca_file, timeout=TIMEOUT, connections=1)
        self._client = _PoliteClient(options, access.requests_per_second)
        self._site = FrontedSite(self._client)
        self._log_level = _LOG.level
        _LOG.setLevel(logging.CRITICAL)  # errors say what went wrong
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="site reader", daemon=True)
        self._thread.start()
        try:
            with self.refusing(), self._context() as context:
                self._wait(self._client.start())
                self.family: Family = self._wait(self._site.family(context))
                self.version = self._site.version
        except BaseException:
            self.close()
            raise

    def ask(self, method: str, **params: Value) -> Any:
        """Return the result of a method. Raises the errors of the site, and `ImportRefused` if it stays busy."""
        with self._context() as context:
            return self._call(method, params, context)

    @contextmanager
    def asking(self, method: str, **params: Value) -> Iterator[Any]:
        """Give the result of a method whose content can be read within the block. Raises as `ask`."""
        with self._context() as context:
            yield self._call(method, params, context)

    def _call(self, method: str, params: dict[str, Value], context: RequestContext) -> Any:
        try:
            return self._wait(self._site.call(_METHODS[method], params, self._caller, context))
        except GatewayError as error:
            if error.kind is errors.BUSY:
                raise self._refused(error) from error
            raise

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Turn errors of the site in this block into `ImportRefused`."""
        try:
            yield
        except GatewayError as error:
            raise self._refused(error) from error
        except OSError as problem:
            raise ImportRefused(f"{self.url} cannot be read: {problem}.") from problem
        except KeyError as problem:
            raise ImportRefused(f"{self.url} answers otherwise than Bugzilla: {problem} is missing.") from problem

    def _refused(self, error: GatewayError) -> ImportRefused:
        again = (
            " Run the same command again: it continues." if error.kind in (errors.BUSY, errors.SITE_UNUSABLE) else ""
        )
        return ImportRefused(f"{self.url} cannot be read: {error.message}{again}")

    @contextmanager
    def _context(self) -> Iterator[RequestContext]:
        context = RequestContext("rest", "", budget=Budget())
        try:
            yield context
        finally:
            context.budget.close()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        """End the connections and the thread."""
        _LOG.setLevel(self._log_level)
        if self._loop.is_running():
            self._wait(self._client.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
