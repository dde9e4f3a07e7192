"""What bugzilla.mozilla.org answers besides, for clients that were written for it.

They show their key or token in its `X-Bugzilla-` headers, which no client of Bugzilla 5.2 does, as that ignores them.
Such a client gets that site's answer to `Bug.add_attachment`: the new attachments, with their content, next to the
`ids` that all others get. The protocols that bugzilla.mozilla.org has given up have no such form: there an answer with
the content of every upload would only be a burden, and more than some clients take.
"""

from typing import Any

from gateway.errors import GatewayError
from gateway.methods.declaration import Method
from gateway.methods.origin import Origin
from gateway.methods.service import Service


async def answered(service: Service, method: Method, result: Any, origin: Origin) -> Any:
    """The result of a call as the client expects it."""
    if method.name != "Bug.add_attachment" or not (origin.headers.api_key or origin.headers.token):
        return result
    try:
        return {**result, "attachments": await _attachments(service, result["ids"], origin)}
    except GatewayError:  # the attachments are stored: an error would tell the client to try again
        return result


async def _attachments(service: Service, ids: list[int], origin: Origin) -> dict[str, Any]:
    """The attachments by number, in the words of that site."""
    found = await _call(service, "Bug.attachments", {"attachment_ids": ids}, origin)
    logins = list({each["creator"] for each in found["attachments"].values()})
    users = (await _call(service, "User.get", {"names": logins}, origin))["users"] if logins else []
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


async def _call(service: Service, name: str, params: dict[str, Any], origin: Origin) -> dict[str, Any]:
    result: dict[str, Any] = await service.call(service.method(name, origin), params, origin)
    return result
