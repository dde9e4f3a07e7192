"""The groups that a caller may look at and give to users: `bless_groups` in Bugzilla::User."""

from gateway.methods import access
from gateway.methods.declaration import INT, STRING, Call
from gateway.methods.model_fields import ModelField, ObjectType
from gateway.model import Group
from gateway.store.interface import Reader

GROUP = ObjectType[Group](
    ModelField("id", INT, "Number of the group."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description."),
)


def edits_users(call: Call[Reader]) -> bool:
    """Tell whether the caller edits accounts, and so all their groups."""
    return access.in_group(call.user, "editusers")


def blessable(call: Call[Reader]) -> list[Group]:
    """Return the groups into which the caller may put users, by id."""
    groups = call.tx.groups()
    if call.user is None or edits_users(call):
        return groups if call.user else []
    own = call.user.groups
    through = {each.group for each in call.tx.group_grants() if each.kind == "bless" and each.member in own}
    names = through | call.tx.blessed_groups(call.user.id)
    return [each for each in groups if each.name in names]


def is_blessable(call: Call[Reader], group: Group) -> bool:
    """Tell whether the caller may put users into a group."""
    return any(each.id == group.id for each in blessable(call))
