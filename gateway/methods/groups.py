"""`Group.get`: groups of users."""

from collections.abc import Iterable

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Field, Login, Param, Route, array, reads, struct
from gateway.methods.group_access import GROUP, blessable, edits_users, is_blessable
from gateway.methods.include_fields import EVERY_FIELD
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.params import text, whole
from gateway.model import Group, User
from gateway.store.interface import Reader
from gateway.values import Value

MEMBER = ObjectType[User](
    ModelField("id", INT, "Number of the user."),
    ModelField("real_name", STRING, "Real name."),
    ModelField("name", STRING, "Login.", attribute="login"),
    ModelField("email", STRING, "Login, which is an address.", attribute="login"),
    ModelField("can_login", BOOLEAN, "True if the account is enabled.", read=lambda user: not user.disabled_text),
    ModelField("email_enabled", BOOLEAN, "True if mail is sent to the user."),
    ModelField("login_denied_text", STRING, "Reason why the account is disabled.", attribute="disabled_text"),
)


def _creates_groups(call: Call[Reader]) -> bool:
    return access.in_group(call.user, "creategroups")


def _members(listing: Listing[Group]) -> Iterable[Value] | None:
    """Return the members of groups, if the call asks for them. Raises GROUP_HIDDEN."""
    call = listing.call
    if not call.params.truth("membership"):
        return None
    for group in listing.objects:
        if not (edits_users(call) or _creates_groups(call) or is_blessable(call, group)):
            raise errors.GROUP_HIDDEN(group=group.name)
    users = sorted(call.tx.users(), key=lambda user: user.login.casefold())
    return [
        [*MEMBER.show(call, EVERY_FIELD, [user for user in users if group.name in user.groups])]
        for group in listing.objects
    ]


_FOR_CREATORS = "Shown to members of creategroups."

_MORE = (
    ModelField[Group]("is_active", BOOLEAN, f"True if bugs can be put into it. {_FOR_CREATORS}", optional=True),
    ModelField[Group]("is_bug_group", BOOLEAN, f"True if it is for bugs. {_FOR_CREATORS}", optional=True),
    ModelField[Group](
        "user_regexp", STRING, f"Users whose login matches this are members. {_FOR_CREATORS}", optional=True
    ),
)
_MEMBERSHIP = ModelField[Group](
    "membership", array(MEMBER), "The members, if asked for.", optional=True, read_all=_members, omit_none=True
)
RESULT = GROUP.plus(*_MORE, _MEMBERSHIP)
_FOR_OTHERS = GROUP.plus(_MEMBERSHIP)


@reads(
    "Group.get",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(INT), "Numbers of groups.", example="1"),
        Param("names", array(STRING), "Names of groups.", example="admin"),
        Param("membership", BOOLEAN, "True to show the members too.", default="false"),
    ),
    result=struct(Field("groups", array(RESULT), "The groups; without ids and names, all that the caller may edit.")),
    routes=(Route("GET", "/group"),),
    errors=(errors.GROUPS_DENIED, errors.GROUP_HIDDEN, errors.OBJECT_NOT_FOUND),
)
def get(call: Call[Reader]) -> Value:
    """Show groups of users."""
    may_see_all = edits_users(call) or _creates_groups(call)
    own = blessable(call)
    if not may_see_all and not own:
        raise errors.GROUPS_DENIED()
    named = call.params.value("ids") is not None or call.params.value("names") is not None
    chosen = _chosen(call) if named else call.tx.groups() if may_see_all else own
    shown = RESULT if _creates_groups(call) else _FOR_OTHERS
    return {"groups": [*shown.show(call, EVERY_FIELD, chosen)]}


def _chosen(call: Call[Reader]) -> list[Group]:
    """Return the groups that a call names; numbers that no group has are left out. Raises OBJECT_NOT_FOUND."""
    groups = call.tx.groups()
    ids = {whole(text(each, "ids") or "") for each in call.params.items("ids")}
    found = {each.id: each for each in groups if each.id in ids}
    for name in call.params.texts("names"):
        group = next((each for each in groups if each.name.casefold() == name.casefold()), None)
        if group is None:
            raise errors.OBJECT_NOT_FOUND(what="group", name=name)
        found[group.id] = group
    return [*found.values()]
