"""`Bug.create`: create a bug."""

from dataclasses import replace
from typing import Any

from msgspec import structs

from gateway import errors
from gateway.methods import access, comments
from gateway.methods.bugs import BUG
from gateway.methods.declaration import (
    BOOLEAN,
    INT,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    array,
    struct,
    writes,
)
from gateway.methods.params import cleaned, is_digits, trimmed
from gateway.model import Bug, Comment, Milestone, Person, Product, User, Version
from gateway.store.interface import Writer
from gateway.values import Value

MAX_SUMMARY = 255
"""Characters of a bug's summary: Bugzilla's MAX_FREETEXT_LENGTH."""

MAX_ALIAS = 40

_STATUSES = ("UNCONFIRMED", "CONFIRMED", "IN_PROGRESS")
_MANDATORY, _DEFAULT = 3, 2
_PLAIN = [field for field in BUG.model_fields if field.set_on_create]


@writes(
    "Bug.create",
    login=Login.REQUIRED,
    params=(
        replace(BUG["product"].param, required=True, example="Widgets"),
        replace(BUG["component"].param, required=True, example="Core"),
        replace(BUG["summary"].param, required=True, example="It rattles", max_length=MAX_SUMMARY),
        replace(BUG["version"].param, required=True, example="1.0"),
        Param("description", STRING, "Text of the first comment."),
        Param("comment_is_private", BOOLEAN, "True if only insiders see the first comment.", default="false"),
        Param("alias", array(STRING), "Aliases, each without commas and spaces and of at most 40 characters."),
        Param("assigned_to", STRING, "Login of the assignee. Honoured only for members of editbugs."),
        Param("qa_contact", STRING, "Login of the QA contact. Honoured only for members of editbugs."),
        BUG["cc"].param,
        Param("groups", array(STRING), "Groups whose members see it, besides the mandatory ones."),
        replace(BUG["status"].param, options=_STATUSES),
        *(field.param for field in _PLAIN),
        BUG["target_milestone"].param,
        replace(BUG["is_cc_accessible"].param, default="true"),
        replace(BUG["is_creator_accessible"].param, default="true"),
    ),
    result=struct(Field("id", INT, "Number of the new bug.")),
    routes=(Route("POST", "/bug"),),
    errors=(
        errors.PARAM_REQUIRED,
        errors.ENTRY_DENIED,
        errors.COMPONENT_INVALID,
        errors.FIELD_INVALID,
        errors.SUMMARY_REQUIRED,
        errors.ALIAS_INVALID,
        errors.GROUP_INVALID,
        errors.OBJECT_NOT_FOUND,
        errors.NOT_INSIDER,
        errors.COMMENT_TOO_LONG,
    ),
)
def create(call: Call[Writer]) -> Value:
    """Create a bug."""
    for name in ("product", "component", "version"):
        if not trimmed(call.params.text(name)):
            raise errors.PARAM_REQUIRED(param=name)
    description = comments.checked_text(call.params.text("description"))
    is_private = call.params.truth("comment_is_private")
    if is_private and not access.is_insider(call.user, call.site):
        raise errors.NOT_INSIDER()
    bug = _draft(call, _product(call))
    bug = structs.replace(bug, id=call.tx.add_bug(bug))
    call.tx.add_comment(Comment(0, bug.id, 0, call.caller, description, "normal", None, is_private, call.tx.now))
    return {"id": bug.id}


def _product(call: Call[Writer]) -> Product:
    name = trimmed(call.params.text("product"))
    product = call.tx.product(name)
    if product is None or not access.can_enter_product(call.user, product):
        raise errors.ENTRY_DENIED(product=name)
    return product


def _draft(call: Call[Writer], product: Product) -> Bug:
    params = call.params
    component = trimmed(params.text("component"))
    if component not in {each.name for each in product.components if each.is_active}:
        raise errors.COMPONENT_INVALID(product=product.name, component=component)
    now = call.tx.now
    bug = Bug(
        id=0,
        product=product.name,
        component=component,
        summary=_summary(call),
        reporter=call.caller,
        assigned_to=_assignee(call, product, component),
        creation_time=now,
        last_change_time=now,
        status=_status(call),
        is_confirmed=_status(call) != "UNCONFIRMED",
        version=_one_of(call, "version", _names(product.versions)) or "unspecified",
        qa_contact=_person(call, "qa_contact") if access.in_group(call.user, "editbugs") else None,
        cc=tuple(_user(call, login) for login in dict.fromkeys(params.texts("cc")) if login.strip()),
        aliases=_aliases(call),
        groups=_groups(call, product),
        reporter_accessible=not params.has("is_creator_accessible") or params.truth("is_creator_accessible"),
        cclist_accessible=not params.has("is_cc_accessible") or params.truth("is_cc_accessible"),
    )
    plain: dict[str, Any] = {
        field.source: cleaned(params.text(field.name)) for field in _PLAIN if params.text(field.name)
    }
    if milestone := _one_of(call, "target_milestone", _names(product.milestones)):
        plain["target_milestone"] = milestone
    return structs.replace(bug, **plain)


def _summary(call: Call[Writer]) -> str:
    summary = cleaned(call.params.text("summary"))
    if not summary:
        raise errors.SUMMARY_REQUIRED()
    if len(summary) > MAX_SUMMARY:
        raise errors.FIELD_INVALID(field=f"summary, which has at most {MAX_SUMMARY} characters", value=summary[:40])
    return summary


def _status(call: Call[Writer]) -> str:
    """Return the requested status if the caller may confirm bugs, else UNCONFIRMED."""
    if not (access.in_group(call.user, "editbugs") or access.in_group(call.user, "canconfirm")):
        return "UNCONFIRMED"
    return _one_of(call, "status", _STATUSES) or "CONFIRMED"


def _one_of(call: Call[Writer], name: str, allowed: tuple[str, ...]) -> str:
    """Return a parameter that must be one of `allowed`, unless that is empty. Raises FIELD_INVALID."""
    value = trimmed(call.params.text(name))
    if value and allowed and value not in allowed:
        raise errors.FIELD_INVALID(field=name, value=value)
    return value


def _names(parts: tuple[Version, ...] | tuple[Milestone, ...]) -> tuple[str, ...]:
    return tuple(each.name for each in parts)


def _assignee(call: Call[Writer], product: Product, component: str) -> Person:
    """Return the requested assignee if the caller may set one, else that of the component, else the caller."""
    chosen = _person(call, "assigned_to") if access.in_group(call.user, "editbugs") else None
    default = next(each.default_assignee for each in product.components if each.name == component)
    return chosen or (call.tx.user_by_login(default) if default else None) or call.caller


def _person(call: Call[Writer], name: str) -> Person | None:
    login = trimmed(call.params.text(name))
    return _user(call, login) if login else None


def _user(call: Call[Writer], login: str) -> User:
    user = call.tx.user_by_login(login.strip())
    if user is None:
        raise errors.OBJECT_NOT_FOUND(what="user", name=login)
    return user


def _aliases(call: Call[Writer]) -> tuple[str, ...]:
    aliases = tuple(dict.fromkeys(each.strip() for each in call.params.texts("alias") if each.strip()))
    for alias in aliases:
        why = _objection(call, alias)
        if why:
            raise errors.ALIAS_INVALID(alias=alias, why=why)
    return aliases


def _objection(call: Call[Writer], alias: str) -> str:
    if len(alias) > MAX_ALIAS:
        return f"it has more than {MAX_ALIAS} characters"
    if is_digits(alias):
        return "it is a number"
    if "," in alias or " " in alias:
        return "it has a comma or a space in it"
    return "another bug has it" if call.tx.bug_id_by_alias(alias) is not None else ""


def _groups(call: Call[Writer], product: Product) -> tuple[str, ...]:
    """Return the requested or the default groups, and the mandatory ones. Raises GROUP_INVALID."""
    control = {
        each.group: each.member_control if each.group in call.caller.groups else each.other_control
        for each in product.controls
    }
    wanted = [group for group, rule in control.items() if rule >= _DEFAULT]
    if call.params.has("groups"):
        wanted = [group.strip() for group in call.params.texts("groups") if group.strip()]
    for group in wanted:
        if not control.get(group):
            raise errors.GROUP_INVALID(product=product.name, group=group)
    return tuple(dict.fromkeys([*wanted, *(group for group, rule in control.items() if rule == _MANDATORY)]))
