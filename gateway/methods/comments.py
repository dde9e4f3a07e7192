"""Comments: reading them, and the ones that go with attachments."""

from collections.abc import Mapping

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import (
    BOOLEAN,
    DATETIME,
    INT,
    STRING,
    Call,
    Field,
    Param,
    Route,
    Value,
    array,
    mapping,
    reads,
    struct,
)
from gateway.methods.fields import FIELDS_PARAMS, Fields
from gateway.model import Attachment, Bug, Comment
from gateway.store.interface import Reader, Writer

MAX_LENGTH = 65535
"""Characters in a comment: Bugzilla's MAX_COMMENT_LENGTH."""

_LEADS = {"attachment_created": "Created attachment", "attachment_updated": "Comment on attachment"}

COMMENT = struct(
    Field("id", INT, "The number of the comment."),
    Field("bug_id", INT, "The bug that it is on."),
    Field("attachment_id", INT, "The attachment that it is about.", optional=True),
    Field("count", INT, "Its place among the comments of the bug, from 0, private ones counted."),
    Field("text", STRING, "The text."),
    Field("creator", STRING, "The login of its author."),
    Field("time", DATETIME, "When it was written."),
    Field("creation_time", DATETIME, "The same as time."),
    Field("is_private", BOOLEAN, "Whether only insiders see it."),
    Field("tags", array(STRING), "Always empty here."),
)


@reads(
    "Bug.comments",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs.", example="1"),
        Param("comment_ids", array(INT), "Numbers of comments.", example="1"),
        Param("new_since", DATETIME, "Of the bugs' comments only those after this time."),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field("bugs", mapping(struct(Field("comments", array(COMMENT), "Oldest first."))), "By bug number."),
        Field("comments", mapping(COMMENT), "By comment number."),
    ),
    routes=(
        Route("GET", "/bug/comment/{comment_ids}"),
        Route("GET", "/bug/{ids}/comment"),
    ),
    errors=(
        errors.PARAMS_REQUIRED,
        *access.BUG_ERRORS,
        errors.NOT_NUMERIC,
        errors.ILLEGAL_DATE,
        errors.COMMENT_NOT_FOUND,
        errors.COMMENT_PRIVATE,
    ),
)
def comments(call: Call[Reader]) -> Value:
    """Show the comments of bugs, or single comments, that the caller may see."""
    params = call.params
    if not params.has("ids") and not params.has("comment_ids"):
        raise errors.PARAMS_REQUIRED(params="ids, comment_ids")
    fields, since = Fields(params), params.time("new_since")
    of_bugs = {}
    for reference in params.scalars("ids"):
        bug = access.visible_bug(call, reference)
        if str(bug.id) in of_bugs:
            continue
        after = [each for each in of_bug(call, bug) if since is None or each.creation_time > since]
        of_bugs[str(bug.id)] = {"comments": _show(call, after, fields)}
    single = _single_comments(call)
    shown = zip(single, _show(call, single, fields), strict=True)
    return {"bugs": of_bugs, "comments": {str(comment.id): members for comment, members in shown}}


def of_bug(call: Call[Reader], bug: Bug) -> list[Comment]:
    """The comments of a bug that the caller sees, who sees the bug; oldest first."""
    return [each for each in call.tx.comments(bug.id) if _visible(call, each)]


def _single_comments(call: Call[Reader]) -> list[Comment]:
    call.params.scalars("comment_ids")
    ids = call.params.numbers("comment_ids")
    found = call.tx.comments_by_id(ids)
    missing = set(ids) - {each.id for each in found}
    if missing:
        raise errors.COMMENT_NOT_FOUND(comment=min(missing))
    for comment in found:
        access.visible_bug(call, comment.bug_id)
        if not _visible(call, comment):
            raise errors.COMMENT_PRIVATE(comment=comment.id)
    return found


def _visible(call: Call[Reader], comment: Comment) -> bool:
    return not comment.is_private or access.is_insider(call.user, call.site)


def _show(call: Call[Reader], comments: list[Comment], fields: Fields) -> list[Value]:
    about = call.tx.attachments([each.attachment_id for each in comments if each.attachment_id is not None])
    summaries = {each.id: each.summary for each in about if access.can_see_attachment(call.user, call.site, each)}
    return fields.pick_each([_members(each, _full_text(each, summaries)) for each in comments])


def _members(comment: Comment, text: str) -> dict[str, Value]:
    return {
        "id": comment.id,
        "bug_id": comment.bug_id,
        "attachment_id": comment.attachment_id,
        "count": comment.count,
        "text": text,
        "creator": comment.creator.login,
        "time": comment.creation_time,
        "creation_time": comment.creation_time,
        "is_private": comment.is_private,
        "tags": [],
    }


def _full_text(comment: Comment, summaries: Mapping[int, str]) -> str:
    """The text with the lines that tell its attachment. The summary of one that the caller may not see stays hidden."""
    if comment.attachment_id is None or comment.type not in _LEADS:
        return comment.text
    lead = f"{_LEADS[comment.type]} {comment.attachment_id}"
    if comment.attachment_id in summaries:
        lead += f"\n{summaries[comment.attachment_id]}"
    return f"{lead}\n\n{comment.text}" if comment.text else lead


def checked_text(text: str | None) -> str:
    """A comment as it is stored. Raises COMMENT_TOO_LONG."""
    stored = (text or "").rstrip().replace("\r\n", "\n").replace("\r", "\n")
    if len(stored) > MAX_LENGTH:
        raise errors.COMMENT_TOO_LONG(limit=MAX_LENGTH)
    return stored


def add_about(call: Call[Writer], bug: Bug, attachment: Attachment, kind: str, text: str) -> None:
    """Add the comment that goes with a new ('attachment_created') or changed attachment; private if that is."""
    call.tx.add_comment(
        Comment(
            id=0,
            bug_id=bug.id,
            count=0,
            creator=call.caller,
            text=text,
            type=kind,
            attachment_id=attachment.id,
            is_private=attachment.is_private,
            creation_time=call.tx.now,
        )
    )
