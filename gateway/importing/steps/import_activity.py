"""The log of changes of bugs. A change that Bugzilla cut into several rows becomes one again."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow
from gateway.model import Change
from gateway.store.interface import Writer

LONGEST = 254
"""The most characters that Bugzilla puts into a row; a longer change is cut at a comma, a blank or a hyphen."""

SHORTEST = 190
"""The fewest characters that a row has before a cut, as a login or an address is no longer than the rest."""

_BATCH = 500
_DELIMITERS = ", "
_LISTS = ("dependson", "blocked", "see_also")
_WITHOUT_DELIMITER = ("bug_file_loc",)


async def import_activity(context: ImportContext, fields: Mapping[int, str]) -> None:
    """Import the log of changes; `fields` are the names of fields by id."""
    held: list[Change] = []
    for page in context.pages_of_bugs("bugs_activity", "id", _BATCH):
        changes = [change for row in page if (change := _change(context, row, fields))]
        whole = joined([*held, *changes])
        held = whole[-1:]  # the next page may continue it
        await context.write(_writing(context, whole[:-1]))
        context.report.take("bugs_activity", len(changes))
    await context.write(_writing(context, held))


class _writing:  # noqa: N801 (a function with arguments)
    def __init__(self, context: ImportContext, changes: list[Change]) -> None:
        self._given = context.given.get("bugs_activity", set())
        self._bug_ids = set() if context.is_new else {change.bug_id for change in changes}
        self._changes = changes

    def __call__(self, writer: Writer) -> None:
        there = [change for bug_id in self._bug_ids for change in writer.changes(bug_id)]
        ids, keys = {change.id for change in there}, {_key(change) for change in there}
        for change in self._changes:
            if change.id in self._given and _key(change) not in keys:
                writer.add_change(replace(change, id=0))
            elif change.id not in self._given and change.id not in ids:
                writer.add_change(change)


def _key(change: Change) -> tuple[object, ...]:
    """Return the values that tell changes apart whose id the gateway has given to another; clients do not see ids."""
    return (*_place(change), change.removed, change.added)


def _change(context: ImportContext, row: SourceRow, fields: Mapping[int, str]) -> Change | None:
    number, attachment_id = row.number("id"), row.optional_number("attach_id")
    comment_id = row.optional_number("comment_id")
    field, when = fields.get(row.number("fieldid")), row.time("bug_when")
    is_there = row.number("bug_id") in context.bugs and row.number("who") in context.users
    if field is None or when is None or not is_there:
        context.report.leave("bugs_activity", "refer to what does not exist", number)
        return None
    return Change(
        number,
        row.number("who"),
        row.number("bug_id"),
        attachment_id if attachment_id in context.attachments else None,
        field,
        row.text("removed"),
        row.text("added"),
        when,
        comment_id if comment_id in context.comments else None,
    )


def joined(changes: Iterable[Change]) -> list[Change]:
    """Return the changes in their order, with those put together that were cut."""
    return list(_joined(changes))


def _joined(changes: Iterable[Change]) -> Iterator[Change]:
    whole: Change | None = None
    piece: Change | None = None
    for change in changes:
        if whole is not None and piece is not None and was_cut(piece, change):
            removed, added = (_together(change.field, *pair) for pair in _sides(whole, change))
            whole = replace(whole, removed=removed, added=added)
        else:
            if whole is not None:
                yield whole
            whole = change
        piece = change
    if whole is not None:
        yield whole


def was_cut(before: Change, after: Change) -> bool:
    """Tell whether one change was cut between these two rows, which follow each other."""
    if _place(before) != _place(after) or after.id != before.id + 1:
        return False
    pairs = _sides(before, after)
    return any(_continues(*pair) for pair in pairs) and all(_continues(*pair) or not pair[1] for pair in pairs)


def _sides(before: Change, after: Change) -> list[tuple[str, str]]:
    return [(before.removed, after.removed), (before.added, after.added)]


def _place(change: Change) -> tuple[object, ...]:
    return change.bug_id, change.user_id, change.when, change.field, change.attachment_id, change.comment_id


def _continues(before: str, after: str) -> bool:
    """Tell whether `after` may be the rest of a text that was cut behind `before`."""
    return len(before) >= SHORTEST and bool(after)


def _together(field: str, before: str, after: str) -> str:
    """Put two pieces together as Bugzilla does: its older versions left out what was between them."""
    if not before or not after or after[0] in _DELIMITERS or len(before) >= LONGEST or field in _WITHOUT_DELIMITER:
        return before + after
    return f"{before}, {after}" if field in _LISTS else f"{before} {after}"
