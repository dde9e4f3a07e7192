"""Find out what the gateway has changed since an earlier import, so that a later one does not overwrite it.

The gateway gives ids above those that the Bugzilla had then, and the Bugzilla goes on with the same ids. An id alone
does not tell who made something: it is the gateway's if the Bugzilla does not have it for the same bug and time.
"""

from datetime import datetime

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow
from gateway.model import Bug
from gateway.store.interface import Reader

_TABLES = {
    "longdescs": ("comment_id", "bug_when"),
    "bugs_activity": ("id", "bug_when"),
    "attachments": ("attach_id", "creation_ts"),
    "flags": ("id", "creation_date"),
}
"""The columns of the id and of the time."""


def find_changed_bugs(
    context: ImportContext, reader: Reader, page: list[SourceRow]
) -> tuple[set[int], dict[str, set[int]]]:
    """Return the bugs of a page that the gateway has changed or made, and the ids that it has given, by table."""
    changed: set[int] = set()
    given: dict[str, set[int]] = {table: set() for table in _TABLES}
    rows = {row.number("bug_id"): row for row in page}
    for bug in reader.bugs(list(rows)):
        row = rows[bug.id]
        if _is_other(context, bug, row):
            changed.add(bug.id)
        if bug.last_change_time != row.time("delta_ts") or bug.id in changed:
            for table, ids in _given_ids(context, reader, bug.id).items():
                given[table] |= ids
                if ids:
                    changed.add(bug.id)
    return changed, given


def ids_of_new_bugs(context: ImportContext, reader: Reader) -> dict[str, set[int]]:
    """Return the ids that the gateway gave with bugs that it made itself, by table."""
    given: dict[str, set[int]] = {table: set() for table in _TABLES}
    for bug_id in reader.bug_ids():
        if context.is_newer("bugs", bug_id) and not context.rows.between("bugs", "bug_id", bug_id, bug_id):
            for table, ids in _given_ids(context, reader, bug_id).items():
                given[table] |= ids
    return given


def _is_other(context: ImportContext, bug: Bug, row: SourceRow) -> bool:
    """Tell whether a bug of the gateway is another one than that of the Bugzilla with its number."""
    created = (row.number("reporter"), row.time("creation_ts"))
    return context.is_newer("bugs", bug.id) and (bug.reporter.id, bug.creation_time) != created


def _given_ids(context: ImportContext, reader: Reader, bug_id: int) -> dict[str, set[int]]:
    attachments = reader.attachments_of_bug(bug_id)
    flags = [flag for each in attachments for flag in each.flags] + reader.flags_of_bug(bug_id)
    there: dict[str, set[tuple[int, datetime | None]]] = {
        "longdescs": {(comment.id, comment.creation_time) for comment in reader.comments(bug_id)},
        "bugs_activity": {(change.id, change.when) for change in reader.changes(bug_id)},
        "attachments": {(each.id, each.creation_time) for each in attachments},
        "flags": {(flag.id, flag.creation_date) for flag in flags},
    }
    found: dict[str, set[int]] = {}
    for table, items in there.items():
        key, time = _TABLES[table]
        rows = context.rows.between(table, "bug_id", bug_id, bug_id)
        of_bugzilla = {(row.number(key), row.time(time)) for row in rows}
        found[table] = {number for number, _ in items - of_bugzilla if context.is_newer(table, number)}
    return found
