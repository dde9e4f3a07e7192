"""The comments that a call adds to a bug, the hours that they say were worked, and their privacy."""

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access, comments
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_values import number_of_hours
from gateway.methods.params import text, trimmed, truth, whole
from gateway.model import Hours
from gateway.values import Value


def add_comment(draft: BugDraft, comment: Value, work_time: Value) -> None:
    """Add a comment, if it says anything, and take the hours worked from those that remain.

    Raises PARAM_INVALID, NOT_INSIDER, COMMENT_TOO_LONG, NOT_NUMERIC, TOO_LARGE, CHANGE_DENIED.
    """
    members = {} if comment is None else comment
    if not isinstance(members, dict):
        raise errors.PARAM_INVALID(param="comment", value="this", why="a struct with body and is_private is wanted")
    body = (
        comments.checked_text(text(members["comment" if "comment" in members else "body"], "comment"))
        if members.keys()
        & {
            "comment",
            "body",
        }
        else ""
    )
    is_private = truth(members.get("is_private"))
    if is_private and not access.is_insider(draft.call.user, draft.call.site):
        raise errors.NOT_INSIDER()
    hours = _hours(draft, work_time)
    if not body.strip() and not hours:
        return
    if hours:
        remaining = max(draft.bug.remaining_time - hours, Hours(0))
        if remaining != draft.bug.remaining_time:
            draft.put(remaining_time=Hours(remaining))
            draft.written["remaining_time"] = f"{remaining.normalize():f}"
    draft.add_comment(body, is_private=is_private, work_time=hours)


def _hours(draft: BugDraft, work_time: Value) -> Hours:
    written = trimmed(text(work_time, "work_time")) or "0"
    hours = number_of_hours(written, "work_time", may_be_negative=True)
    if hours:
        draft.require_right("work_time", 0, hours)
    return hours


def set_privacy(draft: BugDraft, value: Value) -> None:
    """Make comments of the bug private or public. Raises PARAM_INVALID, NOT_INSIDER, OTHER_COMMENT."""
    if not isinstance(value, dict):
        why = "a struct with the numbers of comments is wanted"
        raise errors.PARAM_INVALID(param="comment_is_private", value="this", why=why)
    found = {each.id: each for each in draft.call.tx.comments(draft.bug.id)} if value else {}
    for written, is_private in value.items():
        comment = found.get(whole(written) or 0)
        if comment is None:
            raise errors.OTHER_COMMENT(comment=written, bug=draft.bug.id)
        changes = comment.is_private != truth(is_private)
        if (changes or comment.is_private) and not access.is_insider(draft.call.user, draft.call.site):
            raise errors.NOT_INSIDER()
        if changes:
            draft.hidden.append(replace(comment, is_private=truth(is_private)))
