"""Answer calls through the REST of another site."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from gateway import errors
from gateway.content import StoredContent
from gateway.errors import GatewayError
from gateway.front.families import MOZILLA_ROUTES
from gateway.front.front_options import FrontOptions
from gateway.front.site import FrontedSite
from gateway.front.site_caller import NOBODY, SiteCaller
from gateway.front.site_client import SiteClient
from gateway.front.site_logins import STALE, SiteLogins
from gateway.front.site_meter import SiteMeter
from gateway.front.special_methods import SPECIAL
from gateway.front.spooled_content import SpooledContent
from gateway.methods import credentials
from gateway.methods.context import RequestContext
from gateway.methods.declaration import METHODS, Call, Method, Registry
from gateway.methods.measures import Measures
from gateway.methods.params import Params
from gateway.model import Site as SiteSettings
from gateway.settings import Settings
from gateway.values import Value

ATTACHMENT_LIMIT = 256 * 1024**2
"""Bytes of the largest attachment that a front takes, unless a setting says so: the site has a limit of its own."""

_LOCAL = ("system.", "rpc.")
"""The classes of methods that need no site: they tell of the methods that there are."""


class FrontAnswerer:
    """`gateway.methods.answerer.Answerer` in front of a site."""

    def __init__(
        self, options: FrontOptions, settings: Settings, meter: SiteMeter, registry: Registry, issues: Registry
    ) -> None:
        self.registry = served(registry)
        self.issues = served(issues)
        self.attachment_limit = settings.max_attachment_size or ATTACHMENT_LIMIT
        self._settings = settings
        self._client = SiteClient(options, meter)
        self.site = FrontedSite(self._client)
        self._logins = SiteLogins(self.site, options, settings)

    async def start(self) -> None:
        """Open the pool of connections. The site need not be there yet."""
        await self._client.start()

    async def reload(self) -> None:
        """Take the size limit of the settings."""
        self.attachment_limit = self._settings.max_attachment_size or ATTACHMENT_LIMIT

    async def close(self) -> None:
        """Close the connections to the site."""
        self._logins.close()
        await self._client.close()

    async def admit(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> RequestContext:
        """Check that the caller of an upload is logged in and sees the bug, before the rest arrives."""
        caller = await self._logins.caller(method, credentials.take_from({}), context)
        if caller.is_anonymous:
            raise errors.LOGIN_REQUIRED(method=method.name)
        get = METHODS.get("Bug.get")
        if get is not None:
            wanted: dict[str, Value] = {"ids": [params.get("id")], "include_fields": ["id"]}
            await self._perform(get, wanted, caller, context)
        return context

    async def answer(self, method: Method, params: Mapping[str, Value], context: RequestContext) -> Value:
        """Return the result of a call, by one or more requests to the site."""
        given = dict(params)
        if method.name.startswith(_LOCAL):
            return self._locally(method, given)
        shown = credentials.take_from(given)
        if method.name == "User.login":
            return await self._log_in(shown, context)
        if method.name == "User.logout" and self._logins.end_own_token(shown, context):
            return None
        caller = await self._logins.caller(method, shown, context)
        return await self._perform(method, given, caller, context)

    def stream(self, content: StoredContent) -> AsyncIterator[bytes]:
        """Stream content of the site, which is in a spool."""
        if not isinstance(content, SpooledContent):
            raise TypeError("a front has content in spools alone")
        return content.stream()

    async def is_public(self, attachment_id: int) -> bool:
        """Return False: the site is not asked who else may see an attachment, so that nobody keeps it."""
        return False

    def public_address(self, content: StoredContent, headers: Mapping[str, str]) -> str | None:
        """Return None: content is always sent on."""
        return None

    async def state(self) -> int | None:
        """Return None: others change the site, so that no answer is repeated without asking it."""
        return None

    async def measure(self) -> Measures | None:
        """Return None: the data are the site's."""
        return None

    async def ready(self) -> str:
        """Ask the site for its version; it has no `uid`. Raises what `SiteClient.send` does."""
        version = self.registry.get("Bugzilla.version")
        if version is not None:
            await self.site.call(version, {}, NOBODY, RequestContext("ready", ""))
        return ""

    async def _perform(
        self, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
    ) -> Value:
        try:
            return await self._once(method, params, caller, context)
        except GatewayError as error:
            if caller.is_optional and error.kind.code == errors.API_KEY_INVALID.code:
                return await self._once(method, params, NOBODY, context)
            renewed = await self._logins.renewed(caller, context) if error.kind.code in STALE else None
            if renewed is None:
                raise
        return await self._once(method, params, renewed, context)

    async def _once(
        self, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
    ) -> Value:
        special = SPECIAL.get(method.name)
        if special is not None:
            return await special(self.site, method, params, caller, context)
        return await self.site.call(method, params, caller, context)

    async def _log_in(self, shown: credentials.Credentials, context: RequestContext) -> Value:
        for name in ("login", "password"):
            if getattr(shown, name) is None and not context.headers.with_password:
                raise errors.PARAM_REQUIRED(param=name)
        return await self._logins.log_in(shown if shown.with_password else context.headers, context)

    def _locally(self, method: Method, params: dict[str, Value]) -> Value:
        call: Call[Any] = Call(
            tx=None,
            user=None,
            site=SiteSettings(),
            params=Params(params, method.param_names),
            registry=self.registry,
            settings=self._settings,
        )
        return method.run(call)  # type: ignore[no-any-return] # a rule returns a value


def served(registry: Registry) -> Registry:
    """The methods of a registry that a front can answer: others have no resource in REST."""
    chosen = Registry()
    for method in registry:
        has_way = method.routes or method.name in MOZILLA_ROUTES or method.name in SPECIAL
        if has_way or method.compose is not None or method.name.startswith(_LOCAL):
            chosen.add(method)
    chosen.describe = registry.describe
    return chosen
