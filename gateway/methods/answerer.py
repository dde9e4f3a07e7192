"""The interface of an answerer: it answers the calls of protocols, by the rules of methods or through another site.

Protocols know only this interface. `gateway.methods.store_answerer` implements it over a store.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from gateway.content import StoredContent
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method, Registry
from gateway.methods.measures import Measures
from gateway.values import Value


class Answerer(Protocol):
    """Answers calls of the methods in its registries. Its methods raise only `GatewayError` and `Unavailable`."""

    @property
    def registry(self) -> Registry:
        """The methods of Bugzilla's API that are served here."""
        ...

    @property
    def issues(self) -> Registry:
        """The methods of Ketura's API that are served here."""
        ...

    @property
    def attachment_limit(self) -> int:
        """The size limit of attachments, in bytes."""
        ...

    async def start(self) -> None:
        """Read settings that do not change during the life of the process."""
        ...

    async def reload(self) -> None:
        """Take what the settings say now, and what the site says of itself, such as the size limit."""
        ...

    async def close(self) -> None:
        """Release the answerer's own resources."""
        ...

    async def admit(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> RequestContext:
        """Check a call before the rest of its parameters arrives, and return the context with its caller."""
        ...

    async def answer(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        """Return the result of a call, in values of the types that the method declares."""
        ...

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Stream the bytes of content in a result. Raises `LookupError` if it was deleted in the meantime."""
        ...

    async def is_public(self, attachment_id: int) -> bool:
        """Tell whether anybody may see an attachment without logging in; false if it does not exist."""
        ...

    def public_address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return a URL where clients can GET public content with these headers; None if only `stream` has it."""
        ...

    async def state(self) -> int | None:
        """Return a number that changes with every change and never recurs; None if answers cannot be repeated."""
        ...

    async def measure(self) -> Measures | None:
        """Measure the site, which may take a while; None if its data are elsewhere."""
        ...

    async def ready(self) -> str:
        """Return the `uid` of the site, empty if it has none. Raises an exception if calls cannot be answered now."""
        ...
