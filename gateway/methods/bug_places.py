"""The place of a bug: product, component, version and milestone, and the groups that follow from the product."""

from collections.abc import Iterable, Sequence
from typing import Any

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_values import BugModelField, person
from gateway.methods.declaration import STRING, Call, array
from gateway.methods.list_changes import LIST_CHANGE, ListChange
from gateway.methods.model_fields import Setting, Stage
from gateway.methods.params import text, trimmed
from gateway.model import Component, GroupControl, Milestone, Product, Version
from gateway.store.interface import Reader
from gateway.values import Value

_NOT_AVAILABLE, _DEFAULT, _MANDATORY = 0, 2, 3
"""Bugzilla's numbers for the part that a group plays in the bugs of a product."""


# ---- products and their parts
def enterable_product(call: Call[Any], name: str) -> Product:
    """Return the product of this name, whatever its case, if the caller may enter bugs in it. Raises ENTRY_DENIED."""
    found = _named(call.tx, name)
    if found is None or not access.can_enter_product(call.user, found):
        raise errors.ENTRY_DENIED(product=name)
    return found


def _named(tx: Reader, name: str) -> Product | None:
    exact = tx.product(name)
    return exact or next((each for each in tx.products() if each.name.casefold() == name.casefold()), None)


def component_of(product: Product, written: str | None, old: str = "") -> Component:
    """Return a component of a product; `old` is that of the bug, which may be inactive.

    Raises COMPONENT_REQUIRED, OBJECT_NOT_FOUND, VALUE_INACTIVE.
    """
    name = trimmed(written)
    if not name:
        raise errors.COMPONENT_REQUIRED()
    found: Component = _part(product.components, "component", name)
    if not found.is_active and found.name != old:
        raise errors.VALUE_INACTIVE(what="component", name=found.name)
    return found


def version_of(product: Product, written: str | None, old: str = "") -> str:
    """Return a version of a product. Raises PARAM_REQUIRED, OBJECT_NOT_FOUND, VALUE_INACTIVE."""
    return _name_of(product.versions, "version", written, old, may_be_inactive=False)


def milestone_of(product: Product, written: str | None, old: str = "") -> str:
    """Return a milestone of a product; a new bug may have an inactive one. Raises as `version_of` does."""
    return _name_of(product.milestones, "target_milestone", written, old, may_be_inactive=not old)


def _name_of(
    parts: Sequence[Version | Milestone], what: str, written: str | None, old: str, *, may_be_inactive: bool
) -> str:
    name = trimmed(written)
    if not name:
        raise errors.PARAM_REQUIRED(param=what)
    if not parts:
        return name  # the product accepts any
    found = _part(parts, what, name)
    if not found.is_active and found.name != old and not may_be_inactive:
        raise errors.VALUE_INACTIVE(what=what, name=found.name)
    return str(found.name)


def _part(parts: Iterable[Any], what: str, name: str) -> Any:
    for part in parts:
        if part.name.casefold() == name.casefold():
            return part
    raise errors.OBJECT_NOT_FOUND(what=what, name=name)


# ---- moving a bug
def _move(draft: BugDraft, field: BugModelField, value: Value) -> None:
    """Move a bug into another product; its component, version and milestone must be there too."""
    name = trimmed(text(value, field.name))
    if draft.is_new or name.casefold() == draft.product.name.casefold():
        return
    product = enterable_product(draft.call, name)
    draft.require_right(field.inner_name, draft.bug.product, product.name)
    draft.product = product
    draft.put(product=product.name)


def settle(draft: BugDraft, component: str | None, version: str | None, milestone: str | None) -> None:
    """Set those parts of the place that a call names, and all of them where the product is another one."""
    if draft.is_moved or component is not None:
        _set_component(draft, component if component is not None else draft.bug.component)
    if draft.is_moved or version is not None:
        found = version_of(draft.product, version if version is not None else draft.bug.version, draft.bug.version)
        _set_part(draft, "version", found)
    if draft.is_moved and not draft.may_change("target_milestone", 0, 1):
        draft.put(target_milestone=draft.product.default_milestone)
    elif draft.is_moved or milestone is not None:
        old = draft.bug.target_milestone
        _set_part(draft, "target_milestone", milestone_of(draft.product, old if milestone is None else milestone, old))
    if draft.is_moved:
        _follow_groups(draft)


def _set_component(draft: BugDraft, written: str) -> None:
    old = draft.before
    stays = old is not None and not draft.is_moved
    found = component_of(draft.product, written, draft.bug.component if stays else "")
    if stays and found.name == draft.bug.component:
        return
    if stays:
        draft.require_right("component", draft.bug.component, found.name)
    draft.put(component=found.name)
    for each in default_cc(draft, found):
        draft.add_cc(each)


def default_cc(draft: BugDraft, component: Component) -> list[Any]:
    """Return the users whom a component puts on the cc list of its bugs."""
    found = (draft.call.tx.user_by_login(login) for login in component.default_cc)
    return [person(each) for each in found if each is not None]


def _set_part(draft: BugDraft, name: str, value: str) -> None:
    old = getattr(draft.bug, name)
    if value != old:
        draft.require_right(name, old, value)
        draft.put(**{name: value})


# ---- groups
def control_of(draft: BugDraft, group: str) -> GroupControl | None:
    """Return what a group is for the product, if it is anything and can still be set on bugs."""
    active = {each.name for each in draft.call.tx.groups() if each.is_active and each.is_bug_group}
    return next((each for each in draft.product.controls if each.group == group and group in active), None)


def is_settable(draft: BugDraft, control: GroupControl | None) -> bool:
    """Tell whether the caller may put bugs of the product into a group, as a member of it or as another."""
    if control is None:
        return False
    is_member = control.group in draft.call.caller.groups
    return (control.member_control if is_member else control.other_control) != _NOT_AVAILABLE


def default_groups(draft: BugDraft) -> list[str]:
    """Return the groups of a new bug for which the call names none, without the mandatory ones."""
    user = draft.call.caller
    return [
        each.group
        for each in _controls(draft)
        if (each.member_control if each.group in user.groups else each.other_control) == _DEFAULT
    ]


def mandatory_groups(draft: BugDraft) -> list[str]:
    """Return the groups in which every bug of the product is."""
    user = draft.call.caller
    return [
        each.group
        for each in _controls(draft)
        if each.member_control == _MANDATORY or (each.other_control == _MANDATORY and each.group not in user.groups)
    ]


def _controls(draft: BugDraft) -> list[GroupControl]:
    return [each for each in draft.product.controls if control_of(draft, each.group)]


def _follow_groups(draft: BugDraft) -> None:
    """Take a bug out of the groups that its new product does not know, and put it into the mandatory ones."""
    known = {each.group for each in draft.product.controls if each.member_control or each.other_control}
    kept = [group for group in draft.bug.groups if group in known]
    draft.put(groups=tuple(sorted({*kept, *mandatory_groups(draft)})))


def _set_groups(draft: BugDraft, field: BugModelField, value: Value) -> None:
    if draft.is_new and value is None:
        return
    if draft.is_new:
        _choose_groups(draft, _group_names(value, field.name))
        return
    change = ListChange.read(field.name, value)
    for name in change.add:
        _add_group(draft, name)
    for name in change.remove:
        _remove_group(draft, name)


def _group_names(value: Value, name: str) -> list[str]:
    if isinstance(value, list):
        return [trimmed(text(each, name)) for each in value]
    return [each.strip() for each in (text(value, name) or "").split(",")]


def _choose_groups(draft: BugDraft, names: Iterable[str]) -> None:
    chosen = []
    for name in names:
        if not name:
            continue
        control = _known(draft, name)
        if not is_settable(draft, control):
            raise errors.GROUP_INVALID(product=draft.product.name, group=name)
        chosen.append(control.group if control else name)
    draft.put(groups=tuple(sorted({*chosen, *draft.bug.groups})))


def _known(draft: BugDraft, name: str) -> GroupControl | None:
    """Return the control of a group that is written in any case."""
    names = [each.group for each in draft.product.controls if each.group.casefold() == name.casefold()]
    return control_of(draft, names[0]) if names else None


def _add_group(draft: BugDraft, written: str) -> None:
    name = written.strip()
    control = _known(draft, name)
    if control is not None and control.group in draft.bug.groups:
        return
    is_member = control is not None and control.group in draft.call.caller.groups
    if control is None or not is_settable(draft, control) or not (is_member or draft.is_moved):
        raise errors.GROUP_INVALID(product=draft.product.name, group=name)
    draft.put(groups=tuple(sorted({*draft.bug.groups, control.group})))


def _remove_group(draft: BugDraft, written: str) -> None:
    name = written.strip()
    found = next((each for each in draft.bug.groups if each.casefold() == name.casefold()), None)
    if found is None or not _is_removable(draft, found):
        raise errors.GROUP_INVALID(product=draft.product.name, group=name)
    draft.put(groups=tuple(each for each in draft.bug.groups if each != found))


def _is_removable(draft: BugDraft, group: str) -> bool:
    control = next((each for each in draft.product.controls if each.group == group), None)
    if control is None or not (control.member_control or control.other_control):
        return True  # the product does not know it
    if control.member_control == _MANDATORY and control_of(draft, group):
        return False
    if group in draft.call.caller.groups:
        return True
    return draft.is_moved and control.other_control not in (_NOT_AVAILABLE, _MANDATORY)


def _settled(draft: BugDraft, field: BugModelField, value: Value) -> None:
    """Leave a part of the place to `settle`: it depends on the product."""


PRODUCT = Setting(
    _move, STRING, STRING, Stage.PLACE, "Changing it needs a component, version and milestone of that product."
)
PART = Setting(_settled, STRING, STRING, Stage.PLACE)
GROUPS = Setting(
    _set_groups, array(STRING), LIST_CHANGE, Stage.GROUPS, "The product tells which groups are possible and mandatory."
)
