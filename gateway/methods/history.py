"""`Page.history`: what users have changed of a bug and its attachments, as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.methods import access, attachments, comments
from gateway.methods.declaration import PAGES, STRING, Call, Param, reads
from gateway.model import Bug, Change, Person
from gateway.store.interface import Reader

_TIMES = {"estimated_time", "remaining_time", "work_time", "deadline"}
"""The fields that only the time-tracking group sees."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A change, with the user who made it."""

    change: Change
    user: Person


@dataclass(frozen=True, slots=True)
class History:
    """The changes of a bug that the caller sees, latest first, and the site's names for the fields in them."""

    bug: Bug
    lines: list[HistoryLine]
    names: Mapping[str, str]


@reads(
    "Page.history",
    registry=PAGES,
    is_long=True,
    params=(Param("id", STRING, "Number or alias of the bug.", required=True),),
    errors=access.BUG_ERRORS,
)
def history(call: Call[Reader]) -> History:
    """Show what was changed of a bug; nothing about attachments, comments and times that the caller may not see."""
    bug = access.visible_bug(call, call.params.value("id"))
    of_bug = reversed(call.tx.changes(bug.id))
    seen_attachments = {each.id for each in attachments.of_bug(call, bug)}
    seen_comments = {each.id for each in comments.of_bug(call, bug)}
    sees_times = access.in_group(call.user, call.site.timetracking_group)
    shown = [
        each
        for each in of_bug
        if (each.attachment_id is None or each.attachment_id in seen_attachments)
        and (each.comment_id is None or each.comment_id in seen_comments)
        and (sees_times or each.field not in _TIMES)
    ]
    people = {user_id: call.tx.user(user_id) for user_id in {each.user_id for each in shown}}
    names = {each.name: each.description for each in call.tx.bug_fields()}
    return History(bug, [HistoryLine(each, user) for each in shown if (user := people[each.user_id])], names)
