"""`FlagType.create` and `FlagType.update`: kinds of flags, for those who edit components."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from gateway import errors
from gateway.auditing import audited
from gateway.methods.administration import CREATED, changes, edits_components, given_truths
from gateway.methods.changes import CHANGE
from gateway.methods.declaration import (
    ANY,
    BOOLEAN,
    INT,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    array,
    mapping,
    struct,
    writes,
)
from gateway.methods.params import text, trimmed, whole
from gateway.methods.product_access import component_name, selectable_product
from gateway.model import FlagType, Scope
from gateway.store.interface import Reader, Writer
from gateway.values import Value

_NAME = re.compile(r"[^\s,]{1,50}")
LARGEST_SORT_KEY = 32767
LONGEST_CC = 200
"""The most characters of the addresses on a cc list."""

_TRUTHS = {
    **{name: name for name in ("is_active", "is_requestable", "is_multiplicable")},
    "is_specifically_requestable": "is_requesteeble",
}
_SHOWN = {
    **{name: name for name in ("name", "description", "cc_list", "sortkey")},
    **{name: name for name in ("is_active", "is_requestable", "is_requesteeble", "is_multiplicable")},
    "grant_group": "grant_group_id",
    "request_group": "request_group_id",
}
_SCOPES = "Names of products, or structs with lists of components by the name of the product"
_PARAMS = (
    Param("cc_list", STRING, "Addresses that are told of its changes."),
    Param("sortkey", INT, "Position in lists."),
    Param("is_active", BOOLEAN, "True if it can be set."),
    Param("is_requestable", BOOLEAN, "True if it can be requested."),
    Param("is_specifically_requestable", BOOLEAN, "True if it can be requested of a particular user."),
    Param("is_multiplicable", BOOLEAN, "True if several of it can be set at once."),
    Param("grant_group", STRING, "Name of the group whose members may grant it."),
    Param("request_group", STRING, "Name of the group whose members may request it."),
    Param("inclusions", array(ANY), f"The places where it applies. {_SCOPES}."),
    Param("exclusions", array(ANY), f"The places where it does not. {_SCOPES}."),
)
_ERRORS = (
    errors.NOT_AUTHORISED,
    errors.FLAG_TYPE_NAME_INVALID,
    errors.FLAG_TYPE_DESCRIPTION_REQUIRED,
    errors.FLAG_TYPE_CC_TOO_LONG,
    errors.FLAG_TYPE_SORT_KEY_INVALID,
    errors.ENTRY_DENIED,
    errors.OBJECT_NOT_FOUND,
    errors.PARAM_INVALID,
)


@writes(
    "FlagType.create",
    login=Login.REQUIRED,
    params=(
        Param("name", STRING, "Name, without blanks and commas.", required=True, example="review"),
        Param("description", STRING, "Description.", required=True, example="Asks for a review"),
        Param(
            "target_type", STRING, "The kind of object that it is for.", options=("bug", "attachment"), default="bug"
        ),
        *_PARAMS,
    ),
    result=CREATED,
    routes=(Route("POST", "/flag_type", status=201),),
    errors=(*_ERRORS, errors.PARAM_REQUIRED),
)
def create(call: Call[Writer]) -> Value:
    """Create a flag type. Only for those who may edit components."""
    _check_caller(call, "add flag types")
    for name in ("name", "description"):
        if not call.params.truth(name):
            raise errors.PARAM_REQUIRED(param=name)
    target = call.params.text("target_type") or "bug"
    if target not in ("bug", "attachment"):
        raise errors.PARAM_INVALID(param="target_type", value=target, why="it must be bug or attachment")
    return {"id": audited(call.tx, call.user).add_flag_type(_changed(call, FlagType(0, "", "", target, sortkey=1)))}


@writes(
    "FlagType.update",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(INT), "Numbers of flag types.", example="1"),
        Param("names", array(STRING), "Names of flag types.", example="review"),
        Param("name", STRING, "New name, without blanks and commas."),
        Param("description", STRING, "New description."),
        *_PARAMS,
    ),
    unknown_param=errors.UNKNOWN_CHANGE,
    result=struct(
        Field(
            "flagtypes",
            array(
                struct(
                    Field("id", INT, "Number of the flag type."),
                    Field("name", STRING, "Name."),
                    Field("changes", mapping(CHANGE), "The fields that changed, by name."),
                )
            ),
            "The flag types.",
        )
    ),
    routes=(Route("PUT", "/flag_type/{ids:[0-9]+}"), Route("PUT", "/flag_type/{names}")),
    errors=(*_ERRORS, errors.PARAMS_REQUIRED, errors.UNKNOWN_CHANGE),
)
def update(call: Call[Writer]) -> Value:
    """Change flag types. Only for those who may edit components."""
    _check_caller(call, "change flag types")
    tx = audited(call.tx, call.user)
    changed: list[Value] = []
    for flag_type in _named(call):
        new = _changed(call, flag_type)
        if new != flag_type:
            tx.set_flag_type(new)
        changed.append({"id": new.id, "name": new.name, "changes": changes(flag_type, new, _SHOWN)})
    return {"flagtypes": changed}


def _check_caller(call: Call[Reader], action: str) -> None:
    if not edits_components(call):
        raise errors.NOT_AUTHORISED(action=action)


def _named(call: Call[Reader]) -> list[FlagType]:
    """Return the flag types that a call names; several may have one name. Raises OBJECT_NOT_FOUND for a number."""
    params = call.params
    if params.value("ids") is None and params.value("names") is None:
        raise errors.PARAMS_REQUIRED(params="ids, names")
    every = {each.id: each for each in call.tx.flag_types()}
    found: dict[int, FlagType] = {}
    for reference in params.items("ids"):
        written = text(reference, "ids") or ""
        number = whole(written) or 0
        if number not in every:
            raise errors.OBJECT_NOT_FOUND(what="flag type", name=written)
        found[number] = every[number]
    names = set(params.texts("names"))
    return [*(found | {number: each for number, each in every.items() if each.name in names}).values()]


def _changed(call: Call[Reader], flag_type: FlagType) -> FlagType:
    """Return a flag type as a call wants it."""
    params, new = call.params, given_truths(call, _TRUTHS)
    values: dict[str, Any] = dict(new)
    if params.value("name") is not None:
        values["name"] = _name(trimmed(params.text("name")))
    if params.value("description") is not None:
        values["description"] = _description(trimmed(params.text("description")))
    if params.value("cc_list") is not None:
        values["cc_list"] = _cc_list(params.text("cc_list") or "")
    if params.value("sortkey") is not None:
        values["sortkey"] = _sort_key(params.text("sortkey") or "")
    for name in ("grant_group", "request_group"):
        if params.value(name) is not None:
            values[name] = _group(call, params.text(name) or "")
    for name in ("inclusions", "exclusions"):
        if params.value(name) is not None:
            values[name] = tuple(_scopes(call, name))
    return replace(flag_type, **values)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise errors.FLAG_TYPE_NAME_INVALID(name=name)
    return name


def _description(written: str) -> str:
    if not written:
        raise errors.FLAG_TYPE_DESCRIPTION_REQUIRED()
    return written


def _cc_list(written: str) -> str:
    if len(written) > LONGEST_CC:
        raise errors.FLAG_TYPE_CC_TOO_LONG(limit=LONGEST_CC)
    return written


def _sort_key(written: str) -> int:
    number = whole(written)
    if number is None or number > LARGEST_SORT_KEY:
        raise errors.FLAG_TYPE_SORT_KEY_INVALID(value=written, largest=LARGEST_SORT_KEY)
    return number


def _group(call: Call[Reader], written: str) -> str | None:
    """Return the group of a name; None for an empty one. Raises OBJECT_NOT_FOUND."""
    if not written:
        return None
    found = next((each.name for each in call.tx.groups() if each.name.casefold() == written.casefold()), None)
    if found is None:
        raise errors.OBJECT_NOT_FOUND(what="group", name=written)
    return found


def _scopes(call: Call[Reader], param: str) -> Iterator[Scope]:
    """Yield the products and components that a parameter names. Raises ENTRY_DENIED, OBJECT_NOT_FOUND."""
    for item in call.params.items(param):
        if isinstance(item, dict):
            for name, components in item.items():
                product = selectable_product(call, name)
                for each in components if isinstance(components, list) else [components]:
                    yield Scope(product.name, component_name(product, text(each, param) or ""))
        else:
            yield Scope(selectable_product(call, text(item, param) or "").name)
