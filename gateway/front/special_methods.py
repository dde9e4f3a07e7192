"""The methods that a front cannot answer by their declaration alone: one table, `SPECIAL`."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from gateway import errors
from gateway.content import NamedContent
from gateway.errors import GatewayError
from gateway.front import composed_methods
from gateway.front.families import Family
from gateway.front.site import FrontedSite
from gateway.front.site_caller import SiteCaller
from gateway.front.site_requests import SiteRequest
from gateway.methods.attachment_fields import known_content_type, last_component
from gateway.methods.context import RequestContext
from gateway.methods.declaration import METHODS, Method
from gateway.methods.include_fields import CUSTOM, FieldFilter
from gateway.methods.params import Params, truth
from gateway.values import Value

Answer = Callable[[FrontedSite, Method, Mapping[str, Value], SiteCaller, RequestContext], Awaitable[Value]]

_NOT_SHOWN = frozenset({errors.BUG_ID_INVALID.code, errors.BUG_NOT_FOUND.code, errors.BUG_DENIED.code})


async def _add_attachment(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """Mozilla's family answers with the attachments, content and all, instead of their numbers."""
    if await site.family(context) is not Family.MOZILLA:
        return await site.call(method, params, caller, context)
    chosen = {**params, "include_fields": ["id", "bug_id"], "exclude_fields": []}
    result = cast("dict[str, Any]", await site.call(method, chosen, caller, context))
    if "ids" in result:
        return {"ids": result["ids"]}
    ids = params.get("ids")
    order = {str(each): at for at, each in reversed([*enumerate(ids if isinstance(ids, list) else [ids])])}
    try:
        added = [(int(number), str(each.get("bug_id"))) for number, each in result["attachments"].items()]
    except (KeyError, ValueError, AttributeError):
        raise errors.SITE_ANSWER_LOST(why="the site does not number the attachments") from None
    return {"ids": [number for number, bug in sorted(added, key=lambda each: (order.get(each[1], 0), each[0]))]}


async def _with_one_alias(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """A bug of Mozilla's family has one alias, which is a string."""
    if "alias" in params and await site.family(context) is Family.MOZILLA:
        params = {**params, "alias": _one_alias(params["alias"])}
    return await site.call(method, params, caller, context)


def _one_alias(alias: Value) -> Value:
    """The alias after a change that may be a list, or lists to set, to add and to remove."""
    if isinstance(alias, Mapping):
        alias = alias.get("set") or alias.get("add") or ""
    return (alias[-1] if alias else "") if isinstance(alias, list) else alias


async def _get(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """REST has no `permissive`, which finds bugs that cannot be shown; over JSON-RPC Bugzilla has none either."""
    asked = {name: value for name, value in params.items() if name != "permissive"}
    ids = params.get("ids")
    if not truth(params.get("permissive")) or context.protocol != "xmlrpc" or "ids" not in params:
        return await site.call(method, asked, caller, context)
    return await _permissive(site, method, asked, ids if isinstance(ids, list) else [ids], caller, context)


async def _permissive(
    site: FrontedSite,
    method: Method,
    params: Mapping[str, Value],
    ids: list[Value],
    caller: SiteCaller,
    context: RequestContext,
) -> Value:
    """Ask for all bugs, and when one cannot be shown for either half of them."""
    try:
        return await site.call(method, {**params, "ids": ids}, caller, context)
    except GatewayError as error:
        if error.kind.code not in _NOT_SHOWN:
            raise
        if len(ids) == 1:
            fault = {"id": ids[0], "faultString": error.message, "faultCode": error.kind.code}
            return {"bugs": [], "faults": [fault]}
    half = len(ids) // 2
    halves = [
        cast("dict[str, Any]", await _permissive(site, method, params, each, caller, context))
        for each in (ids[:half], ids[half:])
    ]
    return {name: [*halves[0].get(name, []), *halves[1].get(name, [])] for name in ("bugs", "faults")}


async def _possible_duplicates(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """Mozilla's family refuses parameters that it does not know, such as `exclude_fields`."""
    if await site.family(context) is not Family.MOZILLA:
        return await composed_methods.possible_duplicates(site, method, params, caller, context)
    known = {each.name for each in method.params} - {"exclude_fields"}
    taken = {name: value for name, value in params.items() if name in known}
    result = cast("dict[str, Any]", await site.call(method, taken, caller, context))
    excluded = {"exclude_fields": params["exclude_fields"]} if "exclude_fields" in params else {}
    chosen = FieldFilter(Params(excluded, method.param_names))
    bugs = [{name: each for name, each in bug.items() if chosen.wants(name, CUSTOM)} for bug in result["bugs"]]
    return {"bugs": bugs}


async def _render_comment(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """Bugzilla 5 has no resource for it."""
    if await site.family(context) is Family.MOZILLA:
        return await site.call(method, params, caller, context)
    return await composed_methods.render_comment(site, method, params, caller, context)


async def _update_see_also(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """REST has no such resource, but Bug.update does the same."""
    if caller.is_anonymous:
        raise errors.LOGIN_REQUIRED(method=method.name)
    for name in ("ids", "add"):
        if not params.get(name) and not (name == "add" and params.get("remove")):
            raise errors.PARAM_REQUIRED(param=name)
    body = {
        "ids": params["ids"],
        "see_also": {name: params[name] for name in ("add", "remove") if params.get(name) is not None},
    }
    answer = await site.raw(SiteRequest(method.name, "PUT", "/bug/0", body=body), caller, context)
    try:
        changes = {
            str(bug["id"]): {"see_also": {name: _urls(bug, name) for name in ("added", "removed")}}
            for bug in answer.document["bugs"]
        }
    except (KeyError, TypeError, AttributeError):
        raise errors.SITE_ANSWER_LOST(why="the site does not tell the changes") from None
    return {"changes": changes}


def _urls(bug: dict[str, Any], name: str) -> list[str]:
    return [each for each in re.split(r",\s*", bug["changes"].get("see_also", {}).get(name, "")) if each]


async def _log_out(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """End the token that the client sends, not one that the front keeps for a password."""
    if caller.token is None or caller.with_password:
        return None
    return await site.call(method, params, caller, context)


async def _attach_to_issue(
    site: FrontedSite, method: Method, params: Mapping[str, Value], caller: SiteCaller, context: RequestContext
) -> Value:
    """Ketura's upload becomes one of Bugzilla's."""
    read = Params(dict(params), method.param_names)
    file = read.file("File")
    file_name = last_component(file.file_name) or "unnamed"
    add = METHODS.get("Bug.add_attachment")
    if add is None:
        raise errors.SITE_LACKS_METHOD(method="Bug.add_attachment")
    await _add_attachment(site, add, _as_attachment(read, file, file_name), caller, context)
    return None


def _as_attachment(read: Params, file: NamedContent, file_name: str) -> dict[str, Value]:
    return {
        "ids": [read.value("id")],
        "data": file.content,
        "file_name": file_name,
        "summary": (read.text("Description") or "").strip() or file_name,
        "content_type": known_content_type(file.content_type),
    }


SPECIAL: Mapping[str, Answer] = {
    "Bug.add_attachment": _add_attachment,
    "Bug.create": _with_one_alias,
    "Bug.get": _get,
    "Bug.possible_duplicates": _possible_duplicates,
    "Bug.render_comment": _render_comment,
    "Bug.update": _with_one_alias,
    "Bug.update_see_also": _update_see_also,
    "Issue.add_attachment": _attach_to_issue,
    "User.logout": _log_out,
}
"""The functions that answer methods with a peculiarity; all other methods are answered by their declarations."""
