"""`Bug.create`: enter a bug, so that there is something to attach to."""

from typing import Any

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access, comments
from gateway.methods.declaration import (
    BOOLEAN,
    INT,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    Value,
    array,
    struct,
    writes,
)
from gateway.methods.params import cleaned, is_digits, trimmed
from gateway.model import Bug, Comment, Person, Product, User
from gateway.store.interface import Writer

MAX_SUMMARY = 255
"""Characters of a bug's summary: Bugzilla's MAX_FREETEXT_LENGTH."""

MAX_ALIAS = 40

_STATUSES = ("UNCONFIRMED", "CONFIRMED", "IN_PROGRESS")
_MANDATORY, _DEFAULT = 3, 2
_PLAIN = ("severity", "priority", "platform", "op_sys", "url", "whiteboard")


@writes(
    "Bug.create",
    login=Login.REQUIRED,
    params=(
        Param("product", STRING, "The product that has the bug.", required=True, example="Widgets"),
        Param("component", STRING, "The part of the product.", required=True, example="Core"),
        Param("summary", STRING, "What it is about.", required=True, example="It rattles", max_length=MAX_SUMMARY),
        Param("version", STRING, "The version of the product.", required=True, example="1.0"),
        Param("description", STRING, "The first comment."),
        Param("comment_is_private", BOOLEAN, "Whether only insiders see the first comment.", default="false"),
        Param("alias", array(STRING), "Names for the bug, without commas and spaces, at most 40 characters each."),
        Param("assigned_to", STRING, "The login of who works on it; only who has editbugs may say."),
        Param("qa_contact", STRING, "The login of who checks it; only who has editbugs may say."),
        Param("cc", array(STRING), "The logins of who follows it."),
        Param("groups", array(STRING), "Groups that see it, besides those that always do."),
        Param("status", STRING, "Its status.", options=_STATUSES),
        Param("severity", STRING, "Its severity."),
        Param("priority", STRING, "Its priority."),
        Param("platform", STRING, "The hardware."),
        Param("op_sys", STRING, "The operating system."),
        Param("url", STRING, "A page about it."),
        Param("whiteboard", STRING, "Short notes."),
        Param("target_milestone", STRING, "When it is to be done."),
        Param("is_cc_accessible", BOOLEAN, "Whether who follows it sees it in any case.", default="true"),
        Param("is_creator_accessible", BOOLEAN, "Whether you see it in any case.", default="true"),
    ),
    result=struct(Field("id", INT, "The number of the new bug.")),
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
    """Enter a new bug."""
    for name in ("product", "component", "version"):
        if not trimmed(call.params.text(name)):
            raise errors.PARAM_REQUIRED(param=name)
    description = comments.checked_text(call.params.text("description"))
    is_private = call.params.truth("comment_is_private")
    if is_private and not access.is_insider(call.user, call.site):
        raise errors.NOT_INSIDER()
    bug = _draft(call, _product(call))
    bug = replace(bug, id=call.tx.add_bug(bug))
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
    if component not in {each.name for each in product.components}:
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
        version=_one_of(call, "version", product.versions) or "unspecified",
        qa_contact=_person(call, "qa_contact") if access.in_group(call.user, "editbugs") else None,
        cc=tuple(_user(call, login) for login in dict.fromkeys(params.texts("cc")) if login.strip()),
        aliases=_aliases(call),
        groups=_groups(call, product),
        reporter_accessible=not params.has("is_creator_accessible") or params.truth("is_creator_accessible"),
        cclist_accessible=not params.has("is_cc_accessible") or params.truth("is_cc_accessible"),
    )
    plain: dict[str, Any] = {name: cleaned(params.text(name)) for name in _PLAIN if params.text(name)}
    if milestone := _one_of(call, "target_milestone", product.milestones):
        plain["target_milestone"] = milestone
    return replace(bug, **plain)


def _summary(call: Call[Writer]) -> str:
    summary = cleaned(call.params.text("summary"))
    if not summary:
        raise errors.SUMMARY_REQUIRED()
    if len(summary) > MAX_SUMMARY:
        raise errors.FIELD_INVALID(field=f"summary, which has at most {MAX_SUMMARY} characters", value=summary[:40])
    return summary


def _status(call: Call[Writer]) -> str:
    """The status that was asked for, if the caller may confirm bugs; else unconfirmed."""
    if not (access.in_group(call.user, "editbugs") or access.in_group(call.user, "canconfirm")):
        return "UNCONFIRMED"
    return _one_of(call, "status", _STATUSES) or "CONFIRMED"


def _one_of(call: Call[Writer], name: str, allowed: tuple[str, ...]) -> str:
    """The parameter, which must be one of those allowed, if there are any."""
    value = trimmed(call.params.text(name))
    if value and allowed and value not in allowed:
        raise errors.FIELD_INVALID(field=name, value=value)
    return value


def _assignee(call: Call[Writer], product: Product, component: str) -> Person:
    """Who was asked for, if the caller may say; else whom the component names; else the caller."""
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
    """The groups that were asked for, or by default apply, and those that always do."""
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
