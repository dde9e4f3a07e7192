"""Answer messages, through jsonrpcserver.

Each message is dispatched by itself, as a parsed 2.0 request, whatever its envelope was, so a bad member of a batch
fails alone. Methods never raise inside jsonrpcserver: an error travels as the `data` of an error result, and the
envelope words it, so nothing of an exception reaches a client.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from jsonrpcserver import Error, Success
from jsonrpcserver.async_dispatcher import call
from jsonrpcserver.request import Request
from jsonrpcserver.sentinels import NOCONTEXT
from oslash.either import Left

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method
from gateway.methods.service import Service
from gateway.protocols.json_params import with_content
from gateway.protocols.jsonrpc.envelope import JsonRpcVersion, Message, Refused, failure, read, success
from gateway.values import Value

Handler = Callable[..., Awaitable[Any]]


def _anything(_: Method) -> None:
    """Allow every method."""


class Dispatcher:
    """Answers messages for one request. `check` may refuse a method by raising a `GatewayError`."""

    def __init__(self, service: Service, context: RequestContext, check: Callable[[Method], None] = _anything) -> None:
        self._service = service
        self._context = context
        self._check = check
        self._max_batch = service.settings.max_batch

    async def answer(self, document: Value, version: JsonRpcVersion) -> Value:
        """Answer a document, which is a message or a batch. None if there is nothing to answer."""
        if not isinstance(document, list):
            return await self.one(read(document, version))
        if not document:
            return failure(*_refused("a batch cannot be empty"))
        if len(document) > self._max_batch:
            return failure(*_refused(f"a batch has at most {self._max_batch} calls, this one {len(document)}"))
        answers = [await self.one(read(each, JsonRpcVersion.V2_0)) for each in document]
        return [each for each in answers if each is not None] or None

    async def one(self, message: Message | Refused) -> dict[str, Value] | None:
        """Answer one message; None for a notification."""
        if isinstance(message, Refused):
            answer = failure(message, self._why(message))
        else:
            result = await self._dispatched(message)
            answer = failure(message, result) if isinstance(result, GatewayError) else success(message, result)
        return None if message.is_notification else answer

    def _why(self, refused: Refused) -> GatewayError:
        """The error of a refused message: an unknown method is reported before wrong parameters."""
        if refused.method is not None and self._service.registry.get(refused.method) is None:
            return errors.METHOD_NOT_FOUND(method=refused.method)
        return refused.error

    async def _dispatched(self, message: Message) -> "Value | GatewayError":
        request = Request(message.method, message.params, id=0)
        outcome: Any = await call(request, NOCONTEXT, self._handler(message.method))
        answer: Value | GatewayError = outcome._error.data if isinstance(outcome, Left) else outcome._value.result
        return answer

    def _handler(self, name: str) -> Handler:
        """The method of this name as jsonrpcserver calls it, with positional or named arguments.

        It takes any, so that jsonrpcserver need not compare them with its signature.
        """

        async def run(*arguments: Value, **named: Value) -> Any:
            try:
                method = self._service.method(name, self._context)
                self._check(method)
                params = with_content(method, named or method.named(arguments))
                return Success(await self._service.call(method, params, self._context))
            except Exception as problem:
                error = self._service.to_client_error(problem, self._context)
                return Error(error.kind.code, error.message, error)

        return run


def _refused(why: str) -> tuple[Refused, GatewayError]:
    error = errors.INVALID_REQUEST(why=why)
    return Refused(JsonRpcVersion.V2_0, error), error
