"""Saved searches and reports, and the log of administration."""

from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow
from gateway.model import AuditEntry, SavedSearch
from gateway.store.interface import Reader, Writer

_BATCH = 500


async def import_searches(context: ImportContext) -> None:
    """Import saved searches and reports, which are numbered apart."""
    for table, owner in (("namedqueries", "userid"), ("reports", "user_id")):
        for page in context.pages(table, "id", _BATCH):
            known = [row for row in page if row.number(owner) in context.users]
            searches = [_search(row, owner, is_report=table == "reports") for row in known]

            def work(writer: Writer, searches: list[SavedSearch] = searches, table: str = table) -> None:
                for search in searches:
                    there = writer.saved_searches(search.user_id)
                    if (search.name, search.is_report) not in {(each.name, each.is_report) for each in there}:
                        is_given = context.is_newer(table, search.id) and search.id in _ids(writer, search.is_report)
                        writer.add_saved_search(replace(search, id=0) if is_given else search)

            await context.write(work)
            context.report.take(table, len(searches))


def _ids(reader: Reader, is_report: bool) -> set[int]:
    searches = (search for user in reader.users() for search in reader.saved_searches(user.id))
    return {search.id for search in searches if search.is_report == is_report}


def _search(row: SourceRow, owner: str, *, is_report: bool) -> SavedSearch:
    return SavedSearch(row.number("id"), row.number(owner), row.text("name"), row.text("query"), is_report)


async def import_audit_log(context: ImportContext) -> None:
    """Import the log of administration, whose rows have no ids in Bugzilla: they are numbered in their order."""
    last = await _last_entry(context)
    entries = (entry for entry in _entries(context) if entry.id > last)
    context.report.take("audit_log", last)
    context.note_id("audit_log", context.rows.source.count("audit_log"))
    while batch := list(islice(entries, _BATCH)):

        def work(writer: Writer, batch: list[AuditEntry] = batch) -> None:
            there = _entries_since(writer, batch[0]) if context.earlier else set[AuditEntry]()
            for entry in batch:
                if replace(entry, id=0) not in there:
                    writer.add_audit_entry(replace(entry, id=0) if context.earlier else entry)

        await context.write(work)
        context.report.take("audit_log", len(batch))


def _entries_since(writer: Writer, first: AuditEntry) -> set[AuditEntry]:
    """Return the entries from the time of one on, without ids: the gateway may have given those."""
    return {replace(entry, id=0) for entry in writer.audit_log() if entry.when >= first.when}


async def _last_entry(context: ImportContext) -> int:
    """Return the number of the last entry that was imported before."""
    if context.earlier is not None:
        return context.earlier.last_ids.get("audit_log", 0)
    if context.store is None:
        return 0
    return await context.read(context.store, lambda reader: max((entry.id for entry in reader.audit_log()), default=0))


def _entries(context: ImportContext) -> Iterator[AuditEntry]:
    for number, row in enumerate(context.rows.all("audit_log"), 1):
        user_id, when = row.optional_number("user_id"), row.time("at_time")
        if when is None:
            context.report.leave("audit_log", "have no time", number)
            continue
        yield AuditEntry(
            number,
            user_id if user_id in context.users else None,
            row.text("class"),
            row.number("object_id"),
            row.text("field"),
            row.text("removed"),
            row.text("added"),
            when,
        )
