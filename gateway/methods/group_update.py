"""`Group.create` and `Group.update`: groups, for those who create groups."""

import re

from msgspec.structs import replace

from gateway import errors
from gateway.auditing import audited
from gateway.methods.administration import CREATED, changes, given_texts, given_truths, listed, named, require_group
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Login, Param, Route, array, writes
from gateway.methods.params import trimmed
from gateway.model import Group, GroupGrant
from gateway.store.interface import Reader, Writer
from gateway.values import Value

_ERRORS = (
    errors.NOT_AUTHORISED,
    errors.GROUP_NAME_REQUIRED,
    errors.GROUP_EXISTS,
    errors.GROUP_DESCRIPTION_REQUIRED,
    errors.EXPRESSION_INVALID,
)
_SHOWN = {"name": "name", "description": "description", "user_regexp": "user_regexp", "is_active": "is_active"}


@writes(
    "Group.create",
    login=Login.REQUIRED,
    params=(
        Param("name", STRING, "Name.", required=True, example="security"),
        Param("description", STRING, "Description.", required=True, example="Those who mend holes"),
        Param("user_regexp", STRING, "Users whose login matches this are members."),
        Param("is_active", BOOLEAN, "True if bugs can be put into it.", default="false"),
        Param("icon_url", STRING, "Accepted without effect."),
    ),
    result=CREATED,
    routes=(Route("POST", "/group", status=201),),
    errors=_ERRORS,
)
def create(call: Call[Writer]) -> Value:
    """Create a group for bugs, of which administrators are members. Only for members of creategroups."""
    require_group(call, "creategroups", "create groups")
    params = call.params
    group = Group(
        0,
        _name(call, trimmed(params.text("name"))),
        _description(trimmed(params.text("description"))),
        is_bug_group=True,
        user_regexp=_expression(trimmed(params.text("user_regexp"))),
        is_active=params.truth("is_active"),
    )
    tx = audited(call.tx, call.user)
    number = tx.add_group(group)
    if any(each.name == "admin" for each in call.tx.groups()):
        for kind in ("member", "bless", "visible"):
            tx.add_group_grant(GroupGrant(group.name, "admin", kind))
    return {"id": number}


@writes(
    "Group.update",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(INT), "Numbers of groups.", example="1"),
        Param("names", array(STRING), "Names of groups.", example="security"),
        Param("name", STRING, "New name, for one group."),
        Param("description", STRING, "New description."),
        Param("user_regexp", STRING, "Users whose login matches this are members."),
        Param("is_active", BOOLEAN, "True if bugs can be put into it."),
        Param("icon_url", STRING, "Accepted without effect."),
    ),
    unknown_param=errors.UNKNOWN_CHANGE,
    result=listed("groups"),
    routes=(Route("PUT", "/group/{ids:[0-9]+}"), Route("PUT", "/group/{names}")),
    errors=(*_ERRORS, errors.PARAMS_REQUIRED, errors.OBJECT_NOT_FOUND, errors.UNKNOWN_CHANGE),
)
def update(call: Call[Writer]) -> Value:
    """Change groups. Only for members of creategroups."""
    require_group(call, "creategroups", "change groups")
    tx = audited(call.tx, call.user)
    changed: list[Value] = []
    for group in named(call, call.tx.groups(), lambda each: each.name, "group", errors.OBJECT_NOT_FOUND):
        new = _updated(call, group)
        if new != group:
            tx.set_group(new)
        changed.append({"id": group.id, "changes": changes(group, new, _SHOWN)})
    return {"groups": changed}


def _updated(call: Call[Reader], group: Group) -> Group:
    """Return a group as the call wants it; name and state of a group of the system stay."""
    texts = given_texts(call, {"name": "name", "description": "description", "user_regexp": "user_regexp"})
    truths = given_truths(call, {"is_active": "is_active"})
    if not group.is_bug_group:
        texts.pop("name", None)
        truths.pop("is_active", None)
    if "name" in texts:
        _name(call, texts["name"], group)
    if "description" in texts:
        _description(texts["description"])
    _expression(texts.get("user_regexp", ""))
    return replace(group, **texts, **truths)


def _name(call: Call[Reader], name: str, group: Group | None = None) -> str:
    if not name:
        raise errors.GROUP_NAME_REQUIRED()
    for each in call.tx.groups():
        if each.name.casefold() == name.casefold() and (group is None or each.id != group.id):
            raise errors.GROUP_EXISTS(group=each.name)
    return name


def _description(written: str) -> str:
    if not written:
        raise errors.GROUP_DESCRIPTION_REQUIRED()
    return written


def _expression(written: str) -> str:
    try:
        re.compile(written)
    except re.error:
        raise errors.EXPRESSION_INVALID(expression=written) from None
    return written
