"""Products and their parts, and the flag types that apply to them."""

from msgspec import Struct


class Classification(Struct, frozen=True, gc=False):
    """A group of products."""

    id: int
    name: str
    description: str = ""
    sort_key: int = 0


class Version(Struct, frozen=True, gc=False):
    """A version of a product."""

    id: int
    name: str
    is_active: bool = True


class Milestone(Struct, frozen=True, gc=False):
    """A milestone of a product; those of a product are ordered by sort key, then name."""

    id: int
    name: str
    sort_key: int = 0
    is_active: bool = True


class Component(Struct, frozen=True, gc=False):
    """A part of a product. `default_assignee` and `default_qa_contact` are logins, or empty; so are those on cc."""

    id: int
    name: str
    description: str = ""
    default_assignee: str = ""
    default_qa_contact: str = ""
    default_cc: tuple[str, ...] = ()
    is_active: bool = True


class GroupControl(Struct, frozen=True, gc=False):
    """The use of a group with a product.

    `can_edit`: only members may edit its bugs; `entry`: only members may enter bugs. `edit_components`, `edit_bugs` and
    `can_confirm` give members the rights of the groups of these names, in this product. The controls are Bugzilla's
    numbers for members and for others: 0 the group is not for bugs of this product, 1 a bug may be put into it,
    2 it is by default, 3 it always is.
    """

    group: str
    entry: bool = False
    can_edit: bool = False
    member_control: int = 0
    other_control: int = 0
    edit_components: bool = False
    edit_bugs: bool = False
    can_confirm: bool = False


class Product(Struct, frozen=True, gc=False):
    """A product with its components and rules. Without versions or milestones it accepts any."""

    id: int
    name: str
    description: str = ""
    is_active: bool = True
    components: tuple[Component, ...] = ()
    controls: tuple[GroupControl, ...] = ()
    versions: tuple[Version, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    classification: str = "Unclassified"
    default_milestone: str = "---"
    allows_unconfirmed: bool = True


class Scope(Struct, frozen=True, gc=False):
    """A product, or one component of it, to which a flag type applies. None stands for any."""

    product: str | None = None
    component: str | None = None


class FlagType(Struct, frozen=True, gc=False):
    """A kind of flag. `target_type` is 'attachment' or 'bug'; a group of None means everybody."""

    id: int
    name: str
    description: str = ""
    target_type: str = "attachment"
    sortkey: int = 0
    is_active: bool = True
    is_requestable: bool = True
    is_requesteeble: bool = True
    is_multiplicable: bool = True
    grant_group: str | None = None
    request_group: str | None = None
    inclusions: tuple[Scope, ...] = (Scope(),)
    exclusions: tuple[Scope, ...] = ()
    cc_list: str = ""
