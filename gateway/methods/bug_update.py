"""`Bug.update`: change bugs."""

from gateway import errors
from gateway.methods import access, bug_comments, bug_places, bug_store
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_get import BUG
from gateway.methods.bug_lists import check_loops
from gateway.methods.bug_params import VALUE_ERRORS, field_params, given, set_fields, value_of
from gateway.methods.bug_values import person
from gateway.methods.bug_workflow import set_duplicate, set_resolution, set_status
from gateway.methods.changes import CHANGE, Changes
from gateway.methods.declaration import (
    BOOLEAN,
    DATETIME,
    DOUBLE,
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
from gateway.methods.flags import FLAG_CHANGE, FlagEditor
from gateway.methods.model_fields import Stage
from gateway.methods.params import text, trimmed
from gateway.model import Bug
from gateway.store.interface import Writer
from gateway.values import Value

NEW_COMMENT = struct(
    Field("body", STRING, "Text, of at most 65,535 characters.", optional=True),
    Field("is_private", BOOLEAN, "True if only insiders see it; only insiders may set this.", optional=True),
)


@writes(
    "Bug.update",
    login=Login.REQUIRED,
    takes_custom_fields=True,
    params=(
        Param("ids", array(STRING), "Numbers or aliases of the bugs.", required=True, example="1"),
        *field_params(on_create=False, summary={"example": "It rattles loudly"}),
        Param("comment", NEW_COMMENT, "A comment to add."),
        Param("comment_is_private", mapping(BOOLEAN), "Privacy of comments of the bug, by their numbers."),
        Param("work_time", DOUBLE, "Hours worked, which are taken from those that remain."),
        Param("flags", array(FLAG_CHANGE), "Flags to set, change or clear on the bugs themselves."),
        Param("reset_assigned_to", BOOLEAN, "True to give the bugs the assignee of their component.", default="false"),
        Param("reset_qa_contact", BOOLEAN, "True to give the bugs the QA contact of their component.", default="false"),
    ),
    result=struct(
        Field(
            "bugs",
            array(
                struct(
                    Field("id", INT, "Number of the bug."),
                    Field("alias", array(STRING), "Aliases."),
                    Field("last_change_time", DATETIME, "Time of its last change."),
                    Field("changes", mapping(CHANGE), "The old and the new value of each field that changed."),
                )
            ),
            "The bugs, in the order of ids.",
        )
    ),
    routes=(Route("PUT", "/bug/{ids}"),),
    errors=(
        *VALUE_ERRORS,
        errors.PRODUCT_EDIT_DENIED,
        errors.CHANGE_DENIED,
        errors.OTHER_COMMENT,
        errors.DUPLICATE_LOOP,
        errors.DUPLICATE_REQUIRED,
        errors.RESOLUTION_REQUIRED,
        errors.RELATED_TO_ITSELF,
        errors.CC_DENIED,
        errors.BLOCKERS_OPEN,
        errors.MILESTONE_REQUIRED,
        errors.DUPLICATES_DENIED,
    ),
)
def update(call: Call[Writer]) -> Value:
    """Change bugs. Either all of them change or none does.

    Custom fields of the site are parameters, too, by their names, which begin with cf_. Other parameters that are not
    listed here are ignored.
    """
    if not call.params.has("ids") or call.params.value("ids") is None:
        raise errors.PARAM_REQUIRED(param="ids")
    bugs = [access.editable_bug(call, reference) for reference in call.params.scalars("ids")]
    _check_several(call, bugs)
    changed = {bug.id: _change(call, bug) for bug in {bug.id: bug for bug in bugs}.values()}
    found = {bug_id: bug_store.save(*edited) for bug_id, edited in changed.items()}
    ids = [bug.id for bug in bugs]
    return {"bugs": [_answer(changed[each][0], found[each] if ids.count(each) == 1 else {}) for each in ids]}


def _check_several(call: Call[Writer], bugs: list[Bug]) -> None:
    """Refuse what several bugs cannot have in common. Raises DUPLICATES_DENIED, ALIAS_INVALID."""
    if len(bugs) < 2:
        return
    if given(call.params, "dupe_of", BUG["dupe_of"].inner_name):
        raise errors.DUPLICATES_DENIED()
    if call.params.value("alias") is not None:
        raise errors.ALIAS_INVALID(alias="this", why="several bugs cannot have it")


def _change(call: Call[Writer], bug: Bug) -> tuple[BugDraft, FlagEditor]:
    draft = BugDraft.of(call, bug)
    set_fields(
        draft,
        {
            Stage.PLACE: _settle_place,
            Stage.RELATIONS: check_loops,
            Stage.COMMENT: _comment,
            Stage.STATUS: _settle_status,
            Stage.PEOPLE: _reset_people,
        },
    )
    return draft, _set_flags(draft)


def _text(draft: BugDraft, name: str) -> str | None:
    value = value_of(draft, BUG[name])[1]
    return text(value, name) if value is not None else None


def _settle_place(draft: BugDraft) -> None:
    parts = []
    for name in ("component", "version", "target_milestone"):
        is_given, value = value_of(draft, BUG[name])
        parts.append((text(value, name) or "") if is_given else None)
    bug_places.settle(draft, *parts)


def _comment(draft: BugDraft) -> None:
    params = draft.call.params
    if params.has("comment") or params.has("work_time"):
        bug_comments.add_comment(draft, params.value("comment"), params.value("work_time"))
    if params.has("comment_is_private"):
        bug_comments.set_privacy(draft, params.value("comment_is_private"))


def _settle_status(draft: BugDraft) -> None:
    has_status, status = value_of(draft, BUG["status"])
    has_resolution, _ = value_of(draft, BUG["resolution"])
    has_duplicate, dupe_of = value_of(draft, BUG["dupe_of"])
    resolution = _text(draft, "resolution")
    if has_status:
        set_status(
            draft, trimmed(text(status, "status")), trimmed(resolution) if resolution is not None else None, dupe_of
        )
    elif has_resolution:
        set_resolution(draft, trimmed(resolution), dupe_of)
    elif has_duplicate:
        set_duplicate(draft, dupe_of)


def _reset_people(draft: BugDraft) -> None:
    params, tx = draft.call.params, draft.call.tx
    component = next(each for each in draft.product.components if each.name == draft.bug.component)
    if params.truth("reset_assigned_to"):
        found = tx.user_by_login(component.default_assignee) if component.default_assignee else None
        if found is not None and found.id != draft.bug.assigned_to.id:
            draft.change(BUG["assigned_to"], person(found))
    if params.truth("reset_qa_contact"):
        found = tx.user_by_login(component.default_qa_contact) if component.default_qa_contact else None
        old = draft.bug.qa_contact
        if (found.id if found else 0) != (old.id if old else 0):
            draft.change(BUG["qa_contact"], person(found) if found else None)


def _set_flags(draft: BugDraft) -> FlagEditor:
    editor = FlagEditor(draft.call, draft.bug, None, draft.call.tx.flags_of_bug(draft.bug.id))
    if draft.before is not None and (draft.bug.product, draft.bug.component) != (
        draft.before.product,
        draft.before.component,
    ):
        editor.retarget()
    editor.apply(editor.requests())
    return editor


def _answer(draft: BugDraft, found: Changes) -> Value:
    return {
        "id": draft.bug.id,
        "alias": list(draft.bug.aliases),
        "last_change_time": draft.bug.last_change_time,
        "changes": {name: {"removed": removed, "added": added} for name, (removed, added) in found.items()},
    }
