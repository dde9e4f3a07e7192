"""Answers in the form of bugzilla.mozilla.org, for clients that were written for it.

They send their key or token in its `X-Bugzilla-` headers, which Bugzilla 5.2 ignores, so its clients send none. Their
answer to `Bug.add_attachment` is that site's: the new attachments, with their content, beside the `ids`. Only REST has
it: bugzilla.mozilla.org has no other protocol, and some clients of those could not take so large an answer.
"""

from typing import Any, cast

from gateway.errors import GatewayError
from gateway.methods.context import RequestContext
from gateway.methods.declaration import Method
from gateway.methods.service import Service


async def answered(service: Service, method: Method, result: Any, context: RequestContext) -> Any:
    """The result of a call in the form that the client expects."""
    if method.name != "Bug.add_attachment" or not (context.headers.api_key or context.headers.token):
        return result
    try:
        return {**result, "attachments": await _attachments(service, result["ids"], context)}
    except GatewayError:  # the attachments are stored: on an error the client would send them again
        return result


async def _attachments(service: Service, ids: list[int], context: RequestContext) -> dict[str, Any]:
    """The attachments by number, with the names that the site has for their fields."""
    found = await _call(service, "Bug.attachments", {"attachment_ids": ids}, context)
    logins = list({each["creator"] for each in found["attachments"].values()})
    users = (await _call(service, "User.get", {"names": logins}, context))["users"] if logins else []
    details = {user["name"]: {name: user[name] for name in ("id", "name", "real_name", "email")} for user in users}
    return {
        number: {
            **each,
            "description": each["summary"],
            "attacher": each["creator"],
            "creator_detail": details[each["creator"]],
        }
        for number, each in found["attachments"].items()
    }


async def _call(service: Service, name: str, params: dict[str, Any], context: RequestContext) -> dict[str, Any]:
    return cast("dict[str, Any]", await service.call(service.method(name, context), params, context))
