"""The seam between protocols and what answers calls: the store's rules, or another site.

Protocols know this interface and no more. `gateway.methods.store_answerer` is the one over a store.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from gateway.content import StoredContent
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method, Registry, Value


class Answerer(Protocol):
    """Answers calls of the methods in its registries; all of them raise `GatewayError` and `Unavailable` only."""

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
        """Bytes of the largest attachment."""
        ...

    async def start(self) -> None:
        """Read what holds for the life of the process."""
        ...

    def close(self) -> None:
        """Let go of what is its own."""
        ...

    async def admit(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> RequestContext:
        """Check a call before the rest of its parameters has arrived. Returns the context with its caller known."""
        ...

    async def answer(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        """The result of a call, in values of the types that the method declares."""
        ...

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """The bytes of content in a result. Raises `LookupError` when it was deleted meanwhile."""
        ...

    async def is_public(self, attachment_id: int) -> bool:
        """Whether anybody may see an attachment without logging in; false where there is none."""
        ...

    def public_address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """An address where clients can GET public content with these headers; None where `stream` alone has it."""
        ...

    async def state(self) -> int | None:
        """A number that changes with every change and never comes again; None where no answer may be given again."""
        ...

    async def ready(self) -> None:
        """Raise an exception where calls cannot be answered now."""
        ...
