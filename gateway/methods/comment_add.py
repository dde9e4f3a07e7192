"""`Bug.add_comment`: say something about a bug, and note the hours that were worked on it."""

from gateway import errors
from gateway.methods import access, bug_store
from gateway.methods.bug_comments import add_comment as add_to_draft
from gateway.methods.bug_draft import BugDraft
from gateway.methods.declaration import (
    BOOLEAN,
    DOUBLE,
    INT,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    struct,
    writes,
)
from gateway.methods.flags import FlagEditor
from gateway.methods.params import trimmed
from gateway.store.interface import Writer
from gateway.values import Value


@writes(
    "Bug.add_comment",
    login=Login.REQUIRED,
    params=(
        Param("id", STRING, "Number or alias of the bug.", required=True, example="1"),
        Param("comment", STRING, "The text.", required=True, example="It happens here too."),
        Param("is_private", BOOLEAN, "True if only insiders may see it.", default="false"),
        Param("private", BOOLEAN, "An older name of is_private, which it replaces."),
        Param("work_time", DOUBLE, "Hours worked. Only for members of the time tracking group."),
    ),
    result=struct(Field("id", INT, "Number of the new comment.")),
    routes=(Route("POST", "/bug/{id}/comment", status=201),),
    errors=(
        errors.PARAM_REQUIRED,
        *access.BUG_ERRORS,
        errors.PRODUCT_EDIT_DENIED,
        errors.NOT_INSIDER,
        errors.COMMENT_TOO_LONG,
        errors.NOT_NUMERIC,
        errors.TOO_LARGE,
        errors.CHANGE_DENIED,
    ),
)
def add_comment(call: Call[Writer]) -> Value:
    """Add a comment to a bug."""
    params = call.params
    if params.value("id") is None:
        raise errors.PARAM_REQUIRED(param="id")
    body = params.text("comment")
    if not trimmed(body):
        raise errors.PARAM_REQUIRED(param="comment")
    draft = BugDraft.of(call, access.editable_bug(call, params.value("id")))
    is_private = params.truth("private" if params.has("private") else "is_private")
    add_to_draft(draft, {"body": body, "is_private": is_private}, params.value("work_time"))
    flags = FlagEditor(call, draft.bug, None, call.tx.flags_of_bug(draft.bug.id))
    bug_store.save(draft, flags)
    return {"id": draft.comment_ids[0]}
