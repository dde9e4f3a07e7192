"""Attachments with their content, and flags of bugs and attachments."""

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256

from gateway.budget import UNLIMITED
from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow
from gateway.importing.sources.attachment_content import ContentState, FoundContent
from gateway.model import Attachment, Flag
from gateway.spools import RequestSpools, Spool
from gateway.store.interface import Writer

_BATCH = 50
_FLAGS = 500
_NEVER = datetime.fromtimestamp(0, UTC)

_REASONS = {
    ContentState.EMPTY: "have no content: a local file may be lost, and they are empty as in Bugzilla",
    ContentState.MISSING: "have their content elsewhere ({}): they are as if it was deleted",
}


async def import_attachments(context: ImportContext) -> None:
    """Import attachments with their content, from the table or from local files."""
    for rows in context.pages_of_bugs("attachments", "attach_id", _BATCH):
        page = [row for row in rows if not context.is_given("attachments", row.number("attach_id"))]
        found = context.contents.find([row.number("attach_id") for row in page])
        attachments = [each for row in page if (each := _attachment(context, row, found[row.number("attach_id")]))]
        await _write(context, attachments, found)
        for each in attachments:
            context.attachments.add(each.id)
        context.report.take("attachments", len(attachments))


def _attachment(context: ImportContext, row: SourceRow, found: FoundContent) -> Attachment | None:
    number = row.number("attach_id")
    creator = context.person(row, "submitter_id")
    if creator is None or row.number("bug_id") not in context.bugs:
        context.report.leave("attachments", "are of a bug or a user that does not exist", number)
        return None
    if reason := _REASONS.get(found.state):
        context.report.leave("attachments", reason.format(found.storage_class), number)
    created = row.time("creation_ts") or _NEVER
    has_content = found.state not in (ContentState.DELETED, ContentState.MISSING)
    return Attachment(
        number,
        row.number("bug_id"),
        row.text("filename"),
        row.text("description"),
        row.text("mimetype"),
        creator,
        found.size if has_content else None,
        None,
        row.is_set("ispatch"),
        row.is_set("isprivate"),
        row.is_set("isobsolete"),
        created,
        row.time("modification_time") or created,
    )


async def _write(context: ImportContext, attachments: list[Attachment], found: dict[int, FoundContent]) -> None:
    if context.store is None:
        return
    ids = [each.id for each in attachments]
    earlier = [] if context.is_new else await context.read(context.store, lambda reader: reader.attachments(ids))
    there = {each.id: each for each in earlier}
    new = [each.id for each in attachments if each.id not in there and each.size is not None]
    read = new if context.differences is None else ids
    context.contents.read_small([each for each in read if found[each].state is ContentState.TABLE])
    if context.differences is not None:
        same = [each for each in attachments if each.id in there]
        other = [each for each in same if _sha256(context, each, found[each.id]) != there[each.id].sha256]
        context.differences += [f"attachment {each.id}: other content" for each in other]
    with ExitStack() as resources:
        spools = resources.enter_context(RequestSpools(sys.maxsize, UNLIMITED))
        contents = {number: _content(context, number, found[number], spools) for number in new}
        work = partial(_put, attachments, contents, set() if context.is_new else set(ids))
        await context.write(work, resources.pop_all())
    stored = [each for each in contents if found[each].state is ContentState.TABLE]
    context.report.take("attach_data", len(stored))


def _put(attachments: list[Attachment], contents: dict[int, Spool], known: set[int], writer: Writer) -> None:
    there = {each.id: each for each in writer.attachments(list(known))}
    for each in attachments:
        if each.id not in there:
            writer.add_attachment(each, contents.get(each.id))
        elif _metadata(each) != _metadata(there[each.id]):
            writer.set_attachment(each)


def _content(context: ImportContext, attachment_id: int, found: FoundContent, spools: RequestSpools) -> Spool:
    """Read content into a spool, from which it can be written more than once."""
    spool = spools.spool()
    for piece in context.contents.pieces(attachment_id, found.state):
        spool.write(piece)
    if spool.size != found.size:
        context.report.leave("attachments", "had other content in the end than at the beginning", attachment_id)
    return spool


def _sha256(context: ImportContext, attachment: Attachment, found: FoundContent) -> str | None:
    if attachment.size is None:
        return None
    digest = sha256()
    for piece in context.contents.pieces(attachment.id, found.state):
        digest.update(piece)
    return digest.hexdigest()


def _metadata(attachment: Attachment) -> tuple[object, ...]:
    return (
        attachment.file_name,
        attachment.summary,
        attachment.content_type,
        attachment.is_patch,
        attachment.is_private,
        attachment.is_obsolete,
        attachment.last_change_time,
    )


async def import_flags(context: ImportContext) -> None:
    """Import the flags that are set."""
    names = {row.number("id"): row.text("name") for row in context.rows.all("flagtypes")}
    await _remove_flags(context)
    for page in context.pages_of_bugs("flags", "id", _FLAGS):
        rows = [row for row in page if not context.is_given("flags", row.number("id"))]
        flags = [flag for row in rows if (flag := _flag(context, row, names.get(row.number("type_id"))))]

        def work(writer: Writer, flags: list[Flag] = flags) -> None:
            there = {} if context.is_new else _flags_of(writer, flags)
            for flag in flags:
                if flag.id not in there:
                    writer.add_flag(flag)
                elif _state(there[flag.id]) != _state(flag):
                    writer.set_flag(flag)

        await context.write(work)
        context.report.take("flags", len(flags))


async def _remove_flags(context: ImportContext) -> None:
    """Remove the flags of changed bugs that were cleared in the Bugzilla since an earlier import."""
    for bug_id in context.changed if context.earlier else ():
        kept = {row.number("id") for row in context.rows.between("flags", "bug_id", bug_id, bug_id)}

        def work(writer: Writer, bug_id: int = bug_id, kept: set[int] = kept) -> None:
            attached = [flag for each in writer.attachments_of_bug(bug_id) for flag in each.flags]
            for flag in (*writer.flags_of_bug(bug_id), *attached):
                if flag.id not in kept:
                    writer.remove_flag(flag.id)

        await context.write(work)


def _state(flag: Flag) -> tuple[object, ...]:
    requestee = flag.requestee.id if flag.requestee else None
    return flag.status, flag.setter.id, requestee, flag.modification_date


def _flags_of(writer: Writer, flags: list[Flag]) -> dict[int, Flag]:
    """Return the flags that are there on the bugs and attachments of these, by id."""
    attachment_ids = [flag.attachment_id for flag in flags if flag.attachment_id is not None]
    found = {flag.id: flag for each in writer.attachments(attachment_ids) for flag in each.flags}
    for bug_id in {flag.bug_id for flag in flags if flag.attachment_id is None}:
        found |= {flag.id: flag for flag in writer.flags_of_bug(bug_id)}
    return found


def _flag(context: ImportContext, row: SourceRow, name: str | None) -> Flag | None:
    number, attachment_id = row.number("id"), row.optional_number("attach_id")
    setter = context.person(row, "setter_id")
    is_there = row.number("bug_id") in context.bugs and (attachment_id is None or attachment_id in context.attachments)
    if name is None or setter is None or not is_there:
        context.report.leave("flags", "refer to what does not exist", number)
        return None
    created = row.time("creation_date") or _NEVER
    return Flag(
        number,
        row.number("type_id"),
        name,
        row.text("status"),
        row.number("bug_id"),
        attachment_id,
        setter,
        context.person(row, "requestee_id"),
        created,
        row.time("modification_date") or created,
    )
