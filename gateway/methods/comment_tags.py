"""`Bug.update_comment_tags` and `Bug.search_comment_tags`: words that describe comments, such as spam."""

import re
from collections.abc import Sequence

from gateway import errors
from gateway.methods import access
from gateway.methods.comments import visible_comment
from gateway.methods.declaration import INT, STRING, Call, Login, Param, Route, array, reads, writes
from gateway.methods.params import number, text, truth, whole
from gateway.model import Change, Comment
from gateway.store.interface import Reader, Writer
from gateway.values import Untyped, Value

SHORTEST, LONGEST = 3, 24
"""The fewest and the most characters of a tag."""

MOST = 7
"""The tags that a search finds at most, unless it says so."""

_TAG = re.compile(r"[\w.-]+\n?")


def _check_caller(call: Call[Reader], action: str) -> None:
    """Raise COMMENT_TAGS_DISABLED, NOT_AUTHORISED if the caller may not do something with tags."""
    group = call.site.parameters.get("comment_taggers_group", "")
    if not group:
        raise errors.COMMENT_TAGS_DISABLED()
    if not access.in_group(call.user, group):
        raise errors.NOT_AUTHORISED(action=f"{action} the tags of comments")


@writes(
    "Bug.update_comment_tags",
    login=Login.REQUIRED,
    params=(
        Param("comment_id", INT, "Number of the comment.", required=True, example="1"),
        Param("add", array(STRING), f"Tags to add, of {SHORTEST} to {LONGEST} letters, digits, dots and hyphens."),
        Param("remove", array(STRING), "Tags to remove."),
    ),
    result=array(STRING),
    routes=(Route("PUT", "/bug/comment/{comment_id}/tags"),),
    errors=(
        errors.COMMENT_TAGS_DISABLED,
        errors.NOT_AUTHORISED,
        errors.PARAM_REQUIRED,
        errors.COMMENT_ID_INVALID,
        errors.PARAM_INVALID,
        errors.BUG_DENIED,
        errors.COMMENT_PRIVATE,
        errors.COMMENT_TAG_INVALID,
        errors.COMMENT_TAG_TOO_LONG,
        errors.COMMENT_TAG_TOO_SHORT,
    ),
)
def update_comment_tags(call: Call[Writer]) -> Value:
    """Add tags to a comment and remove others; return those that it has then."""
    _check_caller(call, "change")
    comment = _comment(call)
    if comment is None:
        return []
    before = call.tx.comment_tags([comment.id]).get(comment.id, ())
    after = list(before)
    for tag in map(_checked, _given(call, "add")):
        if tag.lower() not in map(str.lower, after):
            after = sorted([*after, tag])
    for tag in map(_checked, _given(call, "remove")):
        after = [each for each in after if each.lower() != tag.lower()]
    if after != list(before):
        call.tx.set_comment_tags(comment.id, after)
        _log(call, comment, before, after)
    return [*map(Untyped, after)]


def _comment(call: Call[Reader]) -> Comment | None:
    """Return the comment that a call names. Raises PARAM_REQUIRED, COMMENT_ID_INVALID, BUG_DENIED, COMMENT_PRIVATE."""
    written = call.params.text("comment_id")
    if written is None:
        raise errors.PARAM_REQUIRED(param="comment_id")
    comment_id = whole(written)
    if comment_id is None:
        raise errors.COMMENT_ID_INVALID(param="comment_id", value=written)
    found = call.tx.comments_by_id([comment_id])
    return visible_comment(call, found[0]) if found else None


def _given(call: Call[Reader], name: str) -> list[str]:
    """Return the tags of a parameter. Raises PARAM_INVALID for a scalar, as which Bugzilla does not take them."""
    if call.params.truth(name) and not isinstance(call.params.value(name), list):
        raise errors.PARAM_INVALID(param=name, value="this", why="a list of tags is wanted")
    return [text(each, name) or "" for each in call.params.items(name) if each is not None]


def _checked(tag: str) -> str:
    if len(tag) < SHORTEST:
        raise errors.COMMENT_TAG_TOO_SHORT(tag=tag, limit=SHORTEST)
    if len(tag) > LONGEST:
        raise errors.COMMENT_TAG_TOO_LONG(tag=tag, limit=LONGEST)
    if not _TAG.fullmatch(tag):
        raise errors.COMMENT_TAG_INVALID(tag=tag)
    return tag


def _log(call: Call[Writer], comment: Comment, before: Sequence[str], after: Sequence[str]) -> None:
    removed = ", ".join(each for each in before if each not in after)
    added = ", ".join(each for each in after if each not in before)
    call.tx.add_change(
        Change(0, call.caller.id, comment.bug_id, None, "comment_tag", removed, added, call.tx.now, comment.id)
    )


@reads(
    "Bug.search_comment_tags",
    read_only=False,
    login=Login.REQUIRED,
    params=(
        Param("query", STRING, "A part of a tag.", required=True, example="spam"),
        Param("limit", INT, "The most tags to return.", default=str(MOST)),
    ),
    result=array(STRING),
    routes=(Route("GET", "/bug/comment/tags/{query}"),),
    errors=(errors.COMMENT_TAGS_DISABLED, errors.NOT_AUTHORISED, errors.PARAM_REQUIRED, errors.NOT_NUMERIC),
)
def search_comment_tags(call: Call[Reader]) -> Value:
    """Find tags of comments by a part of them, those of most comments first."""
    _check_caller(call, "search")
    query = call.params.text("query")
    if query is None:
        raise errors.PARAM_REQUIRED(param="query")
    limit = call.params.value("limit")
    most = number(limit, "limit") if truth(limit) else MOST
    return [*map(Untyped, call.tx.comment_tags_matching(query, most))]
