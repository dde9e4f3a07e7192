"""Comments with their types, tags and privacy."""

from datetime import UTC, datetime

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow, without_escapes
from gateway.model import Comment
from gateway.store.interface import Writer

_BATCH = 250
_NEVER = datetime.fromtimestamp(0, UTC)

_TYPES = {
    0: "normal",
    1: "duplicate_of",
    2: "has_duplicate",
    5: "attachment_created",
    6: "attachment_updated",
}


async def import_comments(context: ImportContext) -> None:
    """Import comments."""
    for page in context.pages_of_bugs("longdescs", "comment_id", _BATCH):
        tags = _tags(context, page)
        rows = [row for row in page if not context.is_given("longdescs", row.number("comment_id"))]
        comments = [comment for row in rows if (comment := _comment(context, row))]
        names = {number: [row.text("tag") for row in rows] for number, rows in tags.items()}
        await context.write(_writing(context, comments, names))
        for comment in comments:
            context.comments.add(comment.id)
            context.report.take("longdescs_tags", len(names.get(comment.id, [])))
        context.report.take("longdescs", len(comments))


def _tags(context: ImportContext, page: list[SourceRow]) -> dict[int, list[SourceRow]]:
    ids = [row.number("comment_id") for row in page]
    return context.rows.grouped("longdescs_tags", "comment_id", min(ids), max(ids))


class _writing:  # noqa: N801 (a function with arguments)
    def __init__(self, context: ImportContext, comments: list[Comment], tags: dict[int, list[str]]) -> None:
        self._context = context
        self._comments = comments
        self._tags = tags

    def __call__(self, writer: Writer) -> None:
        ids = [] if self._context.is_new else [comment.id for comment in self._comments]
        there = {comment.id: comment for comment in writer.comments_by_id(ids)}
        tagged = writer.comment_tags(ids)
        for comment in self._comments:
            if comment.id not in there:
                writer.add_comment(comment)
            elif there[comment.id].is_private != comment.is_private:
                writer.set_comment_private(comment.id, comment.is_private)
            if comment.id in there and self._context.differences is not None:
                self._compare(comment, there[comment.id])
            tags = self._tags.get(comment.id, [])
            if set(tags) != set(tagged.get(comment.id, ())):
                writer.set_comment_tags(comment.id, tags)

    def _compare(self, comment: Comment, there: Comment) -> None:
        ours, theirs = ((each.bug_id, each.text, each.type, each.creation_time) for each in (comment, there))
        if ours != theirs and self._context.differences is not None:
            self._context.differences.append(f"comment {comment.id}: other text, type or time")


def _comment(context: ImportContext, row: SourceRow) -> Comment | None:
    number = row.number("comment_id")
    creator = context.person(row, "who")
    if creator is None or row.number("bug_id") not in context.bugs:
        context.report.leave("longdescs", "are of a bug or a user that does not exist", number)
        return None
    text = row.text("thetext")
    comment = Comment(
        number,
        row.number("bug_id"),
        0,
        creator,
        without_escapes(text) if context.release.has_escapes else text,
        "normal",
        None,
        row.is_set("isprivate"),
        row.time("bug_when") or _NEVER,
        row.hours("work_time"),
    )
    return _with_type(context, row, comment)


def _with_type(context: ImportContext, row: SourceRow, comment: Comment) -> Comment:
    """Return the comment with its type; a normal one if what it is about is not there."""
    kind = _TYPES.get(row.number("type"))
    extra = row.text("extra_data")
    other = int(extra) if extra.isdecimal() else 0
    if kind in ("attachment_created", "attachment_updated") and other in context.attachments:
        return replace(comment, type=kind, attachment_id=other)
    if kind in ("duplicate_of", "has_duplicate") and other in context.bugs:
        return replace(comment, type=kind, related_bug=other)
    if kind != "normal":
        context.report.leave("longdescs", "are about what is not here, and became normal comments", comment.id)
    return comment
