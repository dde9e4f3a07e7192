"""`Bug.history`: the log of changes of bugs, as the caller may see it.

The rules are those of `get_activity` in Bugzilla::Bug and of `history` in Bugzilla::WebService::Bug.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_get import BUG
from gateway.methods.declaration import DATETIME, INT, STRING, Call, Field, Param, Route, array, reads, struct
from gateway.model import Bug, Change
from gateway.store.interface import Reader
from gateway.values import Value

CHANGE = struct(
    Field("field_name", STRING, "The field."),
    Field("removed", STRING, "The old value, or what was taken out of a list."),
    Field("added", STRING, "The new value, or what was put into a list."),
    Field("attachment_id", INT, "Number of the attachment that changed.", optional=True),
)
CHANGES = struct(
    Field("when", DATETIME, "Time of the changes."),
    Field("who", STRING, "Login of the user who made them."),
    Field("changes", array(CHANGE), "The changes."),
)
HISTORY = struct(
    Field("id", INT, "Number of the bug."),
    Field("alias", array(STRING), "Aliases of the bug."),
    Field("history", array(CHANGES), "Changes that were made together, oldest first."),
)

_HOURS = ("estimated_time", "remaining_time", "work_time", "actual_time", "percentage_complete")
_WITH_COMMAS = ("dependson", "blocked", "see_also")
_API_NAMES = {
    "creation_ts": "creation_time",
    "delta_ts": "last_change_time",
    "reporter": "creator",
    "everconfirmed": "is_confirmed",
    "dependson": "depends_on",
    "blocked": "blocks",
    **{field.inner_name: field.name for field in BUG.model_fields if field.inner_name},
}
"""The names that results have for fields of the log, where they differ."""


def api_name(inner_name: str) -> str:
    """Return the name that results have for a field of the log."""
    return _API_NAMES.get(inner_name, inner_name)


@reads(
    "Bug.history",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs.", required=True, example="1"),
        Param("new_since", DATETIME, "Only changes after this time."),
    ),
    result=struct(Field("bugs", array(HISTORY), "The bugs, in the order of ids.")),
    routes=(Route("GET", "/bug/{ids}/history"),),
    errors=(errors.PARAM_REQUIRED, *access.BUG_ERRORS, errors.ILLEGAL_DATE),
)
def history(call: Call[Reader]) -> Value:
    """Show what was changed on bugs, when and by whom."""
    if call.params.value("ids") is None:
        raise errors.PARAM_REQUIRED(param="ids")
    since = call.params.time("new_since")
    shown: list[Value] = []
    for bug in [access.visible_bug(call, reference) for reference in call.params.scalars("ids")]:
        changes = [each for each in visible_changes(call, bug) if since is None or each.when > since]
        shown.append({"id": bug.id, "alias": [*bug.aliases], "history": [*_grouped(call, changes)]})
    return {"bugs": shown}


def visible_changes(call: Call[Reader], bug: Bug) -> list[Change]:
    """Return the log of a bug that the caller may see, without what the caller may not."""
    changes = call.tx.changes(bug.id)
    private = _private_attachments(call, bug, changes)
    return sorted(
        (each for each in changes if each.attachment_id not in private and _is_shown(call, each)),
        key=lambda each: (each.when, each.comment_id or 0, each.id),
    )


def _private_attachments(call: Call[Reader], bug: Bug, changes: Iterable[Change]) -> set[int]:
    """Return the attachments whose changes only insiders see."""
    if access.is_insider(call.user, call.site) or all(each.attachment_id is None for each in changes):
        return set()
    return {each.id for each in call.tx.attachments_of_bug(bug.id) if each.is_private}


def _is_shown(call: Call[Reader], change: Change) -> bool:
    if change.field in _HOURS:
        return access.sees_hours(call.user, call.site)
    if change.field == "comment_tag":
        return False  # which Bugzilla shows on its pages only
    makes_private = change.field == "longdescs.isprivate" and change.added not in ("", "0")
    return not makes_private or access.is_insider(call.user, call.site)


def _grouped(call: Call[Reader], changes: Iterable[Change]) -> Iterator[Value]:
    """Yield the changes that one user made in one second, together."""
    logins: dict[int, str] = {}
    for (when, user_id), together in groupby(changes, key=lambda each: (each.when, each.user_id)):
        if user_id not in logins:
            user = call.tx.user(user_id)
            logins[user_id] = user.login if user else ""
        yield {"when": when, "who": logins[user_id], "changes": [*_joined(together)]}


def _joined(changes: Iterable[Change]) -> Iterator[Value]:
    """Yield changes; those of one field that follow each other are one, which Bugzilla cut into several."""

    def about(change: Change) -> tuple[str, int | None, int | None]:
        return (change.field, change.attachment_id, change.comment_id)

    for (field, attachment_id, _), same in groupby(changes, key=about):
        removed = added = ""
        for each in same:
            removed, added = _join(field, removed, each.removed), _join(field, added, each.added)
        shown: dict[str, Value] = {"field_name": api_name(field), "removed": removed, "added": added}
        if attachment_id is not None:
            shown["attachment_id"] = attachment_id
        yield shown


def _join(field: str, text: str, more: str) -> str:
    """Put the parts of a value together that was too long for one line of Bugzilla's log."""
    if not text or field == "bug_file_loc" or more.startswith((",", " ")):
        return text + more
    return f"{text}{', ' if field in _WITH_COMMAS else ' '}{more}"
