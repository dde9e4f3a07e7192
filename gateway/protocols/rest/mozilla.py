"""Answers in the form of bugzilla.mozilla.org, for clients that were written for it.

They send their key or token in its `X-Bugzilla-` headers, which Bugzilla 5.2 ignores, so its clients send none. Their
answer to `Bug.add_attachment` is that site's: the new attachments beside the `ids`, with their content unless
`include_fields` or `exclude_fields` leave it out. Only REST has it: bugzilla.mozilla.org has no other protocol, and
some clients of those could not take so large an answer.
"""

from collections.abc import Mapping
from typing import Any, cast

from gateway.errors import GatewayError
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.params import Params
from gateway.methods.service import Service
from gateway.values import Value

_FIELDS = frozenset(param.name for param in FIELDS_PARAMS)
_NAMES = ("description", "attacher", "creator_detail")  # that Bugzilla 5.2 does not have


async def answered(
    service: Service, method: Method, params: Mapping[str, Value], result: Any, context: RequestContext
) -> Any:
    """The result of a call in the form that the client expects."""
    if method.name != "Bug.add_attachment" or not (context.headers.api_key or context.headers.token):
        return result
    try:
        return {**result, "attachments": await _attachments(service, params, result["ids"], context)}
    except GatewayError:  # the attachments are stored: on an error the client would send them again
        return result


async def _attachments(
    service: Service, params: Mapping[str, Value], ids: list[int], context: RequestContext
) -> dict[str, Any]:
    """The attachments by number, with the fields that the caller asks for and the names that the site has for them."""
    fields = {name: params[name] for name in _FIELDS if name in params}
    wanted = FieldFilter(Params(fields, _FIELDS))
    shown = await _shown(service, {"attachment_ids": ids, **fields}, context)
    if not any(map(wanted.wants, _NAMES)):
        return shown
    all_of_it = await _shown(service, {"attachment_ids": ids, "include_fields": ["summary", "creator"]}, context)
    logins = list({each["creator"] for each in all_of_it.values()})
    users = (await _call(service, "User.get", {"names": logins}, context))["users"] if logins else []
    details = {user["name"]: {name: user[name] for name in ("id", "name", "real_name", "email")} for user in users}
    return {
        number: {
            **shown[number],
            **_chosen(
                wanted,
                description=each["summary"],
                attacher=each["creator"],
                creator_detail=details[each["creator"]],
            ),
        }
        for number, each in all_of_it.items()
    }


def _chosen(wanted: FieldFilter, **fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if wanted.wants(name)}


async def _shown(service: Service, params: dict[str, Any], context: RequestContext) -> dict[str, Any]:
    return cast("dict[str, Any]", (await _call(service, "Bug.attachments", params, context))["attachments"])


async def _call(service: Service, name: str, params: dict[str, Any], context: RequestContext) -> dict[str, Any]:
    return cast("dict[str, Any]", await service.call(service.method(name, context), params, context))
