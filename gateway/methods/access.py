"""The rights to see and change bugs, attachments, comments, products and flags.

The rules are those of Bugzilla::User (`visible_bugs`, `can_edit_product`, `can_set_flag`) and of Bugzilla::Attachment
(`validate_can_edit`), for a site with and-groups: a bug in several groups requires membership in all of them.
"""

from collections.abc import Callable, Mapping

from gateway import errors
from gateway.methods.declaration import Call
from gateway.methods.params import MAX_ID, text, whole
from gateway.model import Attachment, Bug, FlagType, GroupControl, Product, Site, User
from gateway.store.interface import Reader
from gateway.values import Value

BUG_ERRORS = (errors.NOT_SCALARS, errors.BUG_ID_INVALID, errors.BUG_NOT_FOUND, errors.BUG_DENIED)
"""The errors of `visible_bug`, and of reading the references for it."""


def is_insider(user: User | None, site: Site) -> bool:
    """Tell whether the user sees private attachments and comments."""
    return bool(site.insider_group) and in_group(user, site.insider_group)


def in_group(user: User | None, group: str) -> bool:
    """Tell whether there is a user, who is in the group."""
    return user is not None and group in user.groups


def sees_hours(user: User | None, site: Site) -> bool:
    """Tell whether the user sees the estimated, remaining and actual hours of bugs."""
    return bool(site.timetracking_group) and in_group(user, site.timetracking_group)


def can_see_bug(user: User | None, bug: Bug) -> bool:
    """Tell whether the user sees the bug: as a member of all its groups, or as one of its people."""
    if set(bug.groups) <= (user.groups if user else frozenset()):
        return True
    if user is None:
        return False
    if user.id == bug.assigned_to.id or (bug.qa_contact and user.id == bug.qa_contact.id):
        return True
    if bug.reporter_accessible and user.id == bug.reporter.id:
        return True
    return bug.cclist_accessible and any(user.id == person.id for person in bug.cc)


def can_edit_product(user: User | None, product: Product | None) -> bool:
    """Tell whether the user may edit bugs of the product: as a member of all groups that restrict editing."""
    return product is None or all(in_group(user, each.group) for each in product.controls if each.can_edit)


def can_enter_product(user: User | None, product: Product) -> bool:
    """Tell whether the user may enter bugs into the product."""
    return product.is_active and all(in_group(user, each.group) for each in product.controls if each.entry)


_PRODUCT_RIGHTS: Mapping[str, Callable[[GroupControl], bool]] = {
    "editbugs": lambda control: control.edit_bugs,
    "canconfirm": lambda control: control.can_confirm,
    "editcomponents": lambda control: control.edit_components,
}


def has_right(user: User | None, right: str, product: Product) -> bool:
    """Tell whether the user has a right in a product: editbugs, canconfirm or editcomponents.

    It comes from the group of that name, or from a group to which the product gives the right.
    """
    gives = _PRODUCT_RIGHTS[right]
    return in_group(user, right) or any(in_group(user, each.group) for each in product.controls if gives(each))


def can_see_attachment(user: User | None, site: Site, attachment: Attachment) -> bool:
    """Tell whether a list of attachments shows this one to a user who sees its bug."""
    return not attachment.is_private or is_submitter(user, attachment) or is_insider(user, site)


def is_public(tx: Reader, attachment_id: int) -> bool:
    """Tell whether the attachment exists and anonymous callers see it."""
    for attachment in tx.attachments([attachment_id]):
        bug = tx.bug(attachment.bug_id)
        return bug is not None and not tx.site().requires_login and can_see_bug(None, bug) and not attachment.is_private
    return False


def can_edit_attachment(user: User, site: Site, attachment: Attachment) -> bool:
    """Tell whether the user may change the whole attachment, on a bug that they may edit."""
    if is_submitter(user, attachment):
        return True
    return in_group(user, "editbugs") and (not attachment.is_private or is_insider(user, site))


def is_submitter(user: User | None, attachment: Attachment) -> bool:
    """Tell whether the user uploaded the attachment."""
    return user is not None and user.id == attachment.creator.id


def can_set_flag(user: User, flag_type: FlagType) -> bool:
    """Tell whether the user may grant and deny flags of this type."""
    return flag_type.grant_group is None or flag_type.grant_group in user.groups


def can_request_flag(user: User, flag_type: FlagType) -> bool:
    """Tell whether the user may request flags of this type."""
    group = flag_type.request_group
    return group is None or group in user.groups or can_set_flag(user, flag_type)


def find_bug(tx: Reader, reference: Value) -> Bug:
    """Return the bug with a number or an alias, ignoring white space around it.

    Raises BUG_ID_INVALID, BUG_NOT_FOUND.
    """
    name = (text(reference, "ids") or "").strip()
    number = whole(name)
    if number is not None:
        bug = tx.bug(number) if number <= MAX_ID else None
        if bug is None:
            raise errors.BUG_NOT_FOUND(bug=name)
        return bug
    bug_id = tx.bug_id_by_alias(name) if name else None
    bug = tx.bug(bug_id) if bug_id is not None else None
    if bug is None:
        raise errors.BUG_ID_INVALID(bug=name)
    return bug


def visible_bug(call: Call[Reader], reference: Value) -> Bug:
    """Return the bug that a reference names, if the caller sees it. Raises BUG_DENIED and as `find_bug` does."""
    name = text(reference, "ids") or ""
    written = name.strip()
    key = whole(written) or written.casefold()  # one bug may be named in thousands of ways, and is read once
    bug = call.visible_bugs.get(key)
    if bug is None:
        bug = find_bug(call.tx, reference)
        if not can_see_bug(call.user, bug):
            raise errors.BUG_DENIED(bug=name)
        call.visible_bugs[key] = bug
    return bug


def editable_bug(call: Call[Reader], reference: Value) -> Bug:
    """Return the bug that a reference names, if the caller may edit it. Raises PRODUCT_EDIT_DENIED too."""
    bug = visible_bug(call, reference)
    if not can_edit_product(call.user, call.tx.product(bug.product)):
        raise errors.PRODUCT_EDIT_DENIED(product=bug.product)
    return bug
