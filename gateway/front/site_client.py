"""The HTTP client of the site.

Reads share a pool of connections that are kept open; if one breaks, they are sent once more, over a new one. A write
has a connection of its own and is sent once: if its answer is lost, nobody can tell whether it was carried out, and
the error says so. Redirects are not followed, and cookies are not kept: both would carry credentials to somebody else.
"""

import asyncio
import ipaddress
import logging
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import hdrs
from yarl import URL

from gateway import __version__, errors
from gateway.base64_stream import Base64Encoder
from gateway.errors import GatewayError
from gateway.front.answer_reader import AnswerReader, UnreadableError
from gateway.front.fair_gate import FairGate
from gateway.front.front_options import FrontOptions
from gateway.front.site_errors import TOO_LARGE, is_error
from gateway.front.site_meter import SiteMeter
from gateway.front.site_requests import SiteRequest
from gateway.front.spooled_content import SpooledContent
from gateway.methods.context import RequestContext
from gateway.protocols.json_codec.json_writer import dumps
from gateway.protocols.wire_values import AnswerPiece, length

log = logging.getLogger(__name__)

MIN_BYTES_PER_SECOND = 1024
"""The rate that the site has to keep up in sending an answer, once the timeout has passed."""

STORED_PER_SECOND = 1024**2
"""The bytes of content for which the site has a second more to answer: Bugzilla decodes and stores all of it first."""

_STEP = 48 * 1024
"""Bytes of content that are sent at once."""

CONNECT_TIMEOUT = 10.0
"""Seconds to connect, or as long as the timeout if that is shorter."""

MOST_WAITS = 3
"""The times that a read waits because the site asks for that."""

LEAST_PAUSE = 0.05
"""Seconds between two requests when the site asks to wait for none."""

DOWN = 2.0
"""Seconds for which a site that could not be reached is taken to be down."""

_BUSY = (429, 503)
_LOST = (500, 502, 504)
_NOT_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """An answer of the site: JSON, which may report an error."""

    status: int
    document: Any
    size: int
    etag: str = ""


class _BrokenError(Exception):
    """A connection that broke, or an answer that was cut short."""


class SiteClient:
    """Sends requests to the REST of the site."""

    def __init__(self, options: FrontOptions, meter: SiteMeter) -> None:
        self.url = options.url
        self._rest = f"{options.url}rest"
        self._options = options
        self._meter = meter
        self._gate = FairGate(options.connections)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._down_until = 0.0

    async def start(self) -> None:
        """Open the pool. Raises `OSError` if the file with certificates cannot be read."""
        context = ssl.create_default_context(cafile=self._options.ca_file)
        connect = min(CONNECT_TIMEOUT, self._options.timeout)
        for pooled in (False, True):
            connector = aiohttp.TCPConnector(ssl=context, limit=0, force_close=not pooled)
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=connect, sock_connect=connect),
                headers={"Accept": "application/json", "User-Agent": f"gateway/{__version__}"},
            )
            session._retry_connection = False  # it would send a PUT again; there is no public switch
            self._sessions[pooled] = session

    async def close(self) -> None:
        """Close all connections."""
        for session in self._sessions.values():
            await session.close()

    async def send(self, request: SiteRequest, context: RequestContext, *, has_content: bool = False) -> SiteAnswer:
        """Send a request and return its answer, which has begun within the timeout.

        Raises BUSY if the site is down, busy or slow, SITE_UNUSABLE for an answer that is none of Bugzilla's, and
        SITE_ANSWER_LOST for a write that may have been carried out.
        """
        loop = asyncio.get_running_loop()
        if loop.time() < self._down_until:
            raise errors.BUSY(why="the site behind it cannot be reached")
        deadline = loop.time() + self._options.timeout
        with self._in_flight():
            async with self._gate.place(context.budget.caller, deadline):
                for is_first in (True, False)[: 1 + request.retries]:
                    try:
                        return await self._patient(
                            request, context, deadline, has_content, pooled=request.retries and is_first
                        )
                    except _BrokenError as problem:
                        log.warning("%s: the connection to the site broke: %s", request.method, problem)
        why = "the connection to the site behind it broke"
        raise errors.BUSY(why=why) if request.retries else errors.SITE_ANSWER_LOST(why=why)

    @contextmanager
    def _in_flight(self) -> Iterator[None]:
        self._meter.site_requests_in_flight(1)
        try:
            yield
        finally:
            self._meter.site_requests_in_flight(-1)

    async def _patient(
        self, request: SiteRequest, context: RequestContext, deadline: float, has_content: bool, *, pooled: bool
    ) -> SiteAnswer:
        """Send a request; if the site asks to wait and the deadline allows it, send it again."""
        for is_last in (False,) * MOST_WAITS + (True,):
            answer = await self._exchange(request, context, deadline, has_content, pooled, may_wait=not is_last)
            if isinstance(answer, SiteAnswer):
                return answer
            await asyncio.sleep(answer)
        raise AssertionError("the last one does not wait")

    async def _exchange(
        self,
        request: SiteRequest,
        context: RequestContext,
        deadline: float,
        has_content: bool,
        pooled: bool,
        *,
        may_wait: bool,
    ) -> SiteAnswer | float:
        """Send a request once. Returns the seconds to wait if the site is busy and says for how long."""
        started, outcome = time.perf_counter(), "broken"
        try:
            async with self._response(request, context, deadline, pooled) as (response, clock):
                outcome = str(response.status)
                pause = _pause(response) if response.status in _BUSY and request.retries and may_wait else None
                if pause is not None and asyncio.get_running_loop().time() + pause < deadline:
                    return pause
                answer = await self._answer(request, response, clock, context, has_content)
                outcome = "failed" if answer.status < 300 and is_error(answer.document) else outcome
                return answer
        except GatewayError:
            outcome = "unusable" if outcome.startswith(("2", "3")) else outcome
            raise
        except TimeoutError:
            outcome = "slow"
            raise self._too_slow(request) from None
        except _NOT_CONNECTED as problem:
            outcome = "unreachable"
            raise self._unreachable(request, problem) from None
        except (aiohttp.ClientError, OSError) as problem:
            outcome = "broken"
            raise _BrokenError(without_address(problem)) from None
        finally:
            self._meter.site_request(outcome, time.perf_counter() - started)

    @asynccontextmanager
    async def _response(
        self, request: SiteRequest, context: RequestContext, deadline: float, pooled: bool
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, asyncio.Timeout]]:
        """Send a request, over a connection of the pool or a new one.

        The clock ends it at the deadline, or later as far as it sends content.
        """
        headers = {**request.headers, **_forwarded_for(context.address)}
        async with asyncio.timeout_at(deadline) as clock:
            body = None
            if request.body is not None:
                pieces = dumps(request.body)
                headers |= {hdrs.CONTENT_TYPE: "application/json", hdrs.CONTENT_LENGTH: str(length(pieces))}
                body = self._body(pieces, clock)
            async with self._sessions[pooled].request(
                request.verb,
                URL(f"{self._rest}{request.address}", encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
            ) as response:
                yield response, clock

    async def _body(self, pieces: list[AnswerPiece], clock: asyncio.Timeout) -> AsyncIterator[bytes]:
        """The bytes of a body. The clock goes on as the site takes content, and allows for its size at the end."""
        now, seconds, sent = asyncio.get_running_loop().time, self._options.timeout, 0
        for piece in pieces:
            if isinstance(piece, bytes):
                yield piece
            elif isinstance(piece, SpooledContent):
                encoder = Base64Encoder()
                async for data in piece.stream():
                    for start in range(0, len(data), _STEP):
                        yield encoder.feed(data[start : start + _STEP])
                        clock.reschedule(now() + seconds)
                    sent += len(data)
                yield encoder.finish()
        if sent:
            clock.reschedule(now() + seconds + sent / STORED_PER_SECOND)

    async def _answer(
        self,
        request: SiteRequest,
        response: aiohttp.ClientResponse,
        clock: asyncio.Timeout,
        context: RequestContext,
        has_content: bool,
    ) -> SiteAnswer:
        if 300 <= response.status < 400 and response.status != 304:
            where = _leads_to(response.headers.get(hdrs.LOCATION, ""))
            raise errors.SITE_UNUSABLE(why=f"it redirects to {where}; give the front the address that it leads to")
        reader = AnswerReader(context.budget, has_content=has_content)
        try:
            await self._receive(response, reader, clock)
            needs_none = response.status == 304 or (request.verb == "OPTIONS" and response.status < 300)
            document = None if needs_none else reader.close()
        except BaseException as problem:
            reader.discard_content()
            if isinstance(problem, UnreadableError):
                raise self._unusable(request, response, str(problem)) from None
            raise
        finally:
            reader.discard()
        context.budget.on_close(reader.discard_content)
        if response.status >= 400 and not (isinstance(document, dict) and document.get("error")):
            raise self._unusable(request, response, "it is not Bugzilla's")
        return SiteAnswer(response.status, document, len(reader.document), response.headers.get(hdrs.ETAG, ""))

    async def _receive(self, response: aiohttp.ClientResponse, reader: AnswerReader, clock: asyncio.Timeout) -> None:
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._options.timeout
        clock.reschedule(latest)
        async for data in response.content.iter_any():
            latest += len(data) / MIN_BYTES_PER_SECOND
            clock.reschedule(min(loop.time() + self._options.timeout, latest))
            reader.feed(data)
            await asyncio.sleep(0)

    def _unusable(self, request: SiteRequest, response: aiohttp.ClientResponse, why: str) -> GatewayError:
        """The error for an answer that is not Bugzilla's, such as a page of the web server."""
        status = response.status
        if status in _BUSY:
            return errors.BUSY(why=f"the site behind it answers with HTTP status {status}")
        found = f"HTTP status {status} and {response.content_type}: {why}"
        log.warning("%s: the site answers with %s", request.method, found)
        if status == TOO_LARGE:
            return GatewayError(errors.FILE_TOO_LARGE, "The web server of the site does not take so large a request.")
        if not request.retries and (status < 300 or status in _LOST):
            return errors.SITE_ANSWER_LOST(why=f"the site answers with {found}")
        if status in (502, 504):
            return errors.BUSY(why=f"the site behind it answers with HTTP status {status}")
        return errors.SITE_UNUSABLE(why=f"it answers with {found}")

    def _too_slow(self, request: SiteRequest) -> GatewayError:
        why = f"the site behind it did not answer within {self._options.timeout:g} seconds"
        log.warning("%s: %s", request.method, why)
        return errors.BUSY(why=why) if request.retries else errors.SITE_ANSWER_LOST(why=why)

    def _unreachable(self, request: SiteRequest, problem: Exception) -> GatewayError:
        log.warning("%s: the site cannot be reached: %s", request.method, without_address(problem))
        if isinstance(problem, aiohttp.ClientSSLError):
            return errors.SITE_UNUSABLE(why="its TLS certificate cannot be verified; see --ca-file")
        self._down_until = asyncio.get_running_loop().time() + min(DOWN, self._options.timeout)
        return errors.BUSY(why="the site behind it cannot be reached")


def without_address(problem: Exception) -> str:
    """The words of a problem without the address of the request, which may have credentials."""
    if isinstance(problem, aiohttp.ClientResponseError):
        words = problem.message.partition("\n")[0].rstrip(":")
    else:
        words = str(problem)
    return words if words and "://" not in words else type(problem).__name__


def _leads_to(location: str) -> str:
    """The address of a redirect without what may have credentials: its query, and a name before the host."""
    try:
        url = URL(location).with_query(None).with_fragment(None)
        return str(url.with_user(None) if url.absolute else url) or "another address"
    except ValueError:
        return "another address"


def _forwarded_for(address: str) -> dict[str, str]:
    """The header with the address of the client, if that is one: a proxy may report anything."""
    try:
        return {"X-Forwarded-For": str(ipaddress.ip_address(address))}
    except ValueError:
        return {}


def _pause(response: aiohttp.ClientResponse) -> float | None:
    """The seconds that the site asks to wait; None if it does not say so in a number."""
    written = response.headers.get(hdrs.RETRY_AFTER, "")
    return max(float(written), LEAST_PAUSE) if written.isascii() and written.isdecimal() and len(written) < 6 else None
