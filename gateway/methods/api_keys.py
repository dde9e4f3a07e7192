"""`Key.*`: the API keys of the caller, on the pages."""

from datetime import timedelta

from gateway import errors
from gateway.methods.declaration import INT, PAGES, STRING, Call, Login, Param, reads, writes
from gateway.methods.params import cleaned, number
from gateway.model import ApiKey
from gateway.passwords import hash_secret, new_api_key
from gateway.store.interface import Reader, Writer

MAX_DESCRIPTION = 255
"""The most characters of the description of a key."""


MAX_DAYS = 3650
"""The most days for which a key can be made, if not for ever."""


@reads("Key.list", registry=PAGES, login=Login.REQUIRED)
def mine(call: Call[Reader]) -> list[ApiKey]:
    """List the caller's keys, revoked ones too, by number."""
    return call.tx.api_keys(call.caller.id)


@writes(
    "Key.add",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(
        Param("description", STRING, "The purpose of the key.", max_length=MAX_DESCRIPTION),
        Param("days", INT, "The days until it expires; it never does without them."),
    ),
    errors=(errors.TEXT_TOO_LONG, errors.NOT_NUMERIC),
)
def add(call: Call[Writer]) -> str:
    """Make a key for the caller and return it, this once: the store keeps only its hash."""
    description = cleaned(call.params.text("description"))
    if len(description) > MAX_DESCRIPTION:
        raise errors.TEXT_TOO_LONG(what="description", limit=MAX_DESCRIPTION)
    secret = new_api_key()
    days = number(call.params.value("days") or 0, "days")
    expires = call.tx.now + timedelta(days=min(days, MAX_DAYS)) if days else None
    call.tx.add_api_key(ApiKey(0, call.caller.id, hash_secret(secret), description, expires=expires))
    return secret


@writes(
    "Key.revoke",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(Param("id", STRING, "Number of the key.", required=True),),
    errors=(errors.OBJECT_NOT_FOUND, errors.NOT_NUMERIC),
)
def revoke(call: Call[Writer]) -> None:
    """Revoke one of the caller's keys for good."""
    key_id = number(call.params.value("id"), "id")
    if all(key.id != key_id for key in call.tx.api_keys(call.caller.id)):
        raise errors.OBJECT_NOT_FOUND(what="API key of yours with the number", name=key_id)
    call.tx.revoke_api_key(key_id)
