"""`Bug.create`: create a bug."""

from gateway import errors
from gateway.methods import access, bug_places, bug_store, bug_values, comments
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_get import BUG
from gateway.methods.bug_lists import check_loops
from gateway.methods.bug_params import VALUE_ERRORS, check_custom_names, field_params, given, set_fields, value_of
from gateway.methods.bug_workflow import initial_status, set_resolution
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Field, Login, Param, Route, array, struct, writes
from gateway.methods.flags import FLAG_CHANGE, FlagEditor
from gateway.methods.model_fields import Stage
from gateway.methods.params import text, trimmed
from gateway.model import Bug, Component, Person
from gateway.store.interface import Writer
from gateway.values import Value

_DEFAULTS = {
    "priority": ("defaultpriority", "---"),
    "severity": ("defaultseverity", "normal"),
    "op_sys": ("defaultopsys", "All"),
    "platform": ("defaultplatform", "All"),
}
"""The parameters of the site with the values of fields that a call leaves out, and the values where it has none."""


@writes(
    "Bug.create",
    login=Login.REQUIRED,
    strict=True,
    takes_custom_fields=True,
    params=(
        *field_params(
            on_create=True,
            product={"required": True, "example": "Widgets"},
            component={"required": True, "example": "Core"},
            summary={"required": True, "example": "It rattles", "max_length": bug_values.MAX_SUMMARY},
            version={"required": True, "example": "1.0"},
            is_cc_accessible={"default": "true"},
            is_creator_accessible={"default": "true"},
        ),
        Param("description", STRING, "Text of the first comment.", also=("comment",)),
        Param(
            "comment_is_private",
            BOOLEAN,
            "True if only insiders see the first comment.",
            default="false",
            also=("commentprivacy",),
        ),
        Param("flags", array(FLAG_CHANGE), "Flags to set on it."),
    ),
    result=struct(Field("id", INT, "Number of the new bug.")),
    routes=(Route("POST", "/bug"),),
    errors=(*VALUE_ERRORS, errors.USER_UNKNOWN),
)
def create(call: Call[Writer]) -> Value:
    """Create a bug. Custom fields of the site are parameters, too, by their names, which begin with cf_."""
    draft = _draft(call)
    check_custom_names(draft)
    set_fields(draft, {Stage.RELATIONS: check_loops, Stage.COMMENT: _describe, Stage.STATUS: _set_status})
    if draft.bug.estimated_time:
        draft.put(remaining_time=draft.bug.estimated_time)
    bug_id = bug_store.add(draft)
    _set_flags(draft)
    return {"id": bug_id}


def _draft(call: Call[Writer]) -> BugDraft:
    """Return the new bug with all that it has where the call says nothing else."""
    product = bug_places.enterable_product(call, _required(call, "product"))
    component = bug_places.component_of(product, _text(call, "component"))
    _required(call, "version")
    _required(call, "summary")
    now = call.tx.now
    bug = Bug(
        id=0,
        product=product.name,
        component=component.name,
        summary="",
        reporter=bug_values.person(call.caller),
        assigned_to=_default_assignee(call, component),
        creation_time=now,
        last_change_time=now,
        qa_contact=_default_qa_contact(call, component),
        version=bug_places.version_of(product, _text(call, "version")),
        target_milestone=product.default_milestone,
    )
    draft = BugDraft(call, bug, product, is_new=True)
    milestone = _text(call, "target_milestone")
    if milestone is not None:
        draft.put(target_milestone=bug_places.milestone_of(product, milestone))
    groups = [] if _is_given(call, "groups") else bug_places.default_groups(draft)
    draft.put(groups=tuple(sorted({*groups, *bug_places.mandatory_groups(draft)})))
    for each in bug_places.default_cc(draft, component):
        draft.add_cc(each)
    _set_defaults(draft)
    return draft


def _set_defaults(draft: BugDraft) -> None:
    for name, (parameter, default) in _DEFAULTS.items():
        field = BUG[name]
        if value_of(draft, field)[1] is None:
            value = draft.call.site.parameters.get(parameter, default)
            draft.put(**{name: bug_values.choice(draft, field, value)})


def _text(call: Call[Writer], name: str) -> str | None:
    found = given(call.params, name, BUG[name].inner_name)
    value = call.params.value(found) if found else None
    if isinstance(value, list) and name in ("component", "version"):
        raise errors.OBJECT_NOT_FOUND(what=name, name="of these: give one")
    return text(value, name)


def _is_given(call: Call[Writer], name: str) -> bool:
    found = given(call.params, name, BUG[name].inner_name)
    return found is not None and call.params.value(found) is not None


def _required(call: Call[Writer], name: str) -> str:
    value = _text(call, name)
    if value is None and name == "summary":
        raise errors.SUMMARY_REQUIRED()
    if value is None or (not value.strip() and name == "product"):
        raise errors.PARAM_REQUIRED(param=name)
    return trimmed(value)


def _default_assignee(call: Call[Writer], component: Component) -> Person:
    found = call.tx.user_by_login(component.default_assignee) if component.default_assignee else None
    return bug_values.person(found or call.caller)


def _default_qa_contact(call: Call[Writer], component: Component) -> Person | None:
    if not component.default_qa_contact or call.site.parameters.get("useqacontact", "1") == "0":
        return None
    found = call.tx.user_by_login(component.default_qa_contact)
    return bug_values.person(found) if found else None


def _describe(draft: BugDraft) -> None:
    """Add the first comment, which every bug has, if only an empty one."""
    params = draft.call.params
    described = given(params, "description", "comment")
    is_private = given(params, "comment_is_private", "commentprivacy")
    hides = is_private is not None and params.truth(is_private)
    if hides and not access.is_insider(draft.call.user, draft.call.site):
        raise errors.NOT_INSIDER()
    draft.add_comment(comments.checked_text(params.text(described) if described else ""), is_private=hides)


def _set_status(draft: BugDraft) -> None:
    status = initial_status(draft, trimmed(_text(draft.call, "status")))
    draft.put(status=status, is_confirmed=status != "UNCONFIRMED")
    if (resolution := _text(draft.call, "resolution")) is not None:
        set_resolution(draft, trimmed(resolution))


def _set_flags(draft: BugDraft) -> None:
    editor = FlagEditor(draft.call, draft.bug, None)
    editor.apply(editor.requests())
    bug_store.log_flags(draft, editor)
