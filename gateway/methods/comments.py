"""Comments: `Bug.comments`, and the comments that go with attachments."""

from collections.abc import Iterable, Mapping

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
    array,
    mapping,
    reads,
    struct,
)
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.params import MAX_ID, number, text
from gateway.model import Attachment, Bug, Comment
from gateway.store.interface import Reader, Writer
from gateway.values import Value

MAX_LENGTH = 65535
"""Characters in a comment: Bugzilla's MAX_COMMENT_LENGTH."""

_LEADS = {"attachment_created": "Created attachment", "attachment_updated": "Comment on attachment"}

_DUPLICATES = {
    "duplicate_of": "{text}\n\n*** This bug has been marked as a duplicate of bug {bug} ***",
    "has_duplicate": "*** Bug {bug} has been marked as a duplicate of this bug. ***",
}
"""The texts of comments about duplicates, which clients read."""


def _texts(listing: Listing[Comment]) -> Iterable[str]:
    """Return the texts with the lines about attachments; the summaries of hidden attachments are left out."""
    call = listing.call
    about = call.tx.attachments([each.attachment_id for each in listing.objects if each.attachment_id is not None])
    summaries = {each.id: each.summary for each in about if access.can_see_attachment(call.user, call.site, each)}
    return [_full_text(each, summaries) for each in listing.objects]


def _tags(listing: Listing[Comment]) -> Iterable[list[Value]]:
    """Return the tags of comments, none on a site whose comments have no tags."""
    call = listing.call
    has_tags = bool(call.site.parameters.get("comment_taggers_group"))
    found = call.tx.comment_tags([each.id for each in listing.objects]) if has_tags else {}
    return [[*found.get(each.id, ())] for each in listing.objects]


COMMENT = ObjectType[Comment](
    ModelField("id", INT, "Number of the comment."),
    ModelField("bug_id", INT, "Number of the bug that it is on."),
    ModelField("attachment_id", INT, "Number of the attachment that it is about.", optional=True),
    ModelField("count", INT, "Its position among all comments of the bug, private ones included, from 0."),
    ModelField("text", STRING, "Text.", read_all=_texts),
    ModelField("creator", STRING, "Login of the author.", attribute="creator.login"),
    ModelField("time", DATETIME, "Time when it was written.", attribute="creation_time"),
    ModelField("creation_time", DATETIME, "The same as time."),
    ModelField("is_private", BOOLEAN, "True if only insiders see it."),
    ModelField(
        "tags",
        array(STRING),
        "Tags of the comment, on a site that has a group for those who give them.",
        read_all=_tags,
    ),
)


@reads(
    "Bug.comments",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of the bugs.", example="1"),
        Param("comment_ids", array(INT), "Numbers of single comments.", example="1"),
        Param("new_since", DATETIME, "Only comments of the bugs in ids after this time."),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field(
            "bugs",
            mapping(struct(Field("comments", array(COMMENT), "The comments, oldest first."))),
            "The bugs in ids, by number.",
        ),
        Field("comments", mapping(COMMENT), "The comments in comment_ids, by number."),
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
    wanted, since = FieldFilter(params), params.time("new_since")
    of_bugs = {}
    for reference in params.scalars("ids"):
        bug = access.visible_bug(call, reference)
        if str(bug.id) in of_bugs:
            continue
        after = [each for each in of_bug(call, bug) if since is None or each.creation_time > since]
        of_bugs[str(bug.id)] = {"comments": COMMENT.show(call, wanted, after)}
    single = _single_comments(call)
    shown = zip(single, COMMENT.show(call, wanted, single), strict=True)
    return {"bugs": of_bugs, "comments": {str(comment.id): members for comment, members in shown}}


def of_bug(call: Call[Reader], bug: Bug) -> list[Comment]:
    """Return the comments that the caller sees of a bug that they may see, oldest first."""
    return [each for each in call.tx.comments(bug.id) if _visible(call, each)]


def _single_comments(call: Call[Reader]) -> list[Comment]:
    ids = [
        number((text(each, "comment_ids") or "").strip(), "comment_ids") for each in call.params.scalars("comment_ids")
    ]
    ids = [each for each in ids if each <= MAX_ID]
    found = call.tx.comments_by_id(ids)
    missing = set(ids) - {each.id for each in found}
    if missing:
        raise errors.COMMENT_NOT_FOUND(comment=min(missing))
    return [visible_comment(call, comment) for comment in found]


def visible_comment(call: Call[Reader], comment: Comment) -> Comment:
    """Return the comment, if the caller sees it. Raises BUG_DENIED, COMMENT_PRIVATE."""
    access.visible_bug(call, comment.bug_id)
    if not _visible(call, comment):
        raise errors.COMMENT_PRIVATE(comment=comment.id)
    return comment


def _visible(call: Call[Reader], comment: Comment) -> bool:
    return not comment.is_private or access.is_insider(call.user, call.site)


def _full_text(comment: Comment, summaries: Mapping[int, str]) -> str:
    if comment.type in _DUPLICATES:
        return _DUPLICATES[comment.type].format(text=comment.text, bug=comment.related_bug)
    if comment.attachment_id is None or comment.type not in _LEADS:
        return comment.text
    lead = f"{_LEADS[comment.type]} {comment.attachment_id}"
    if comment.attachment_id in summaries:
        lead += f"\n{summaries[comment.attachment_id]}"
    return f"{lead}\n\n{comment.text}" if comment.text else lead


def checked_text(text: str | None) -> str:
    """Return a comment as it is stored. Raises COMMENT_TOO_LONG."""
    stored = (text or "").rstrip().replace("\r\n", "\n").replace("\r", "\n")
    if len(stored) > MAX_LENGTH:
        raise errors.COMMENT_TOO_LONG(limit=MAX_LENGTH)
    return stored


def add_about(call: Call[Writer], bug: Bug, attachment: Attachment, kind: str, text: str) -> None:
    """Add a comment about an attachment, private if that is.

    `kind` is 'attachment_created' or 'attachment_updated'.
    """
    call.tx.append_comment(
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
