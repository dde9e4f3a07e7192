"""Import a whole site, step by step. Each batch is committed, and an import that was ended continues where it was."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.import_state import ImportState
from gateway.importing.report import Report
from gateway.importing.rows import Rows
from gateway.importing.sources.attachment_content import CLASS_TABLE, AttachmentContents
from gateway.importing.sources.release import Release
from gateway.importing.sources.site_parameters import TABLE as PARAMETER_TABLE
from gateway.importing.steps.import_activity import import_activity
from gateway.importing.steps.import_administration import import_audit_log, import_searches
from gateway.importing.steps.import_attachments import import_attachments, import_flags
from gateway.importing.steps.import_bug_relations import import_relations, import_tags, import_visits
from gateway.importing.steps.import_bugs import import_bugs
from gateway.importing.steps.import_comments import import_comments
from gateway.importing.steps.import_fields import import_fields, import_keywords
from gateway.importing.steps.import_people import (
    import_api_keys,
    import_groups,
    import_lockouts,
    import_logins,
    import_users,
)
from gateway.importing.steps.import_products import import_flag_types, import_products
from gateway.importing.unused_tables import REDUNDANT_COLUMNS, UNUSED_TABLES
from gateway.model import Site
from gateway.store.interface import Progress, Store


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings that are not in the database of a Bugzilla."""

    version: str
    extensions: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


async def import_site(
    rows: Rows,
    contents: AttachmentContents,
    release: Release,
    settings: SiteSettings,
    state: ImportState,
    store: Store | None,
    progress: Progress,
    earlier: ImportState | None = None,
    *,
    is_new: bool = False,
) -> Report:
    """Import a site into a store; without one, only find out what would be imported. Returns the report.

    After an `earlier` import that is complete, only what has changed since is imported. `is_new` says that the store is
    empty.
    """
    context = ImportContext(rows, contents, release, store, Report(), progress, earlier, is_new)
    for table in rows.source.tables:
        context.report.count(table, rows.source.count(table))
    for table in (PARAMETER_TABLE, CLASS_TABLE):
        context.report.take(table, rows.source.count(table))
    await _import_settings(context, settings, earlier or state)
    await _run_steps(context)
    await _import_settings(context, settings, _complete(context, state))
    await context.written()
    _report_rest(context)
    return context.report


async def compare_site(
    rows: Rows, contents: AttachmentContents, release: Release, store: Store, progress: Progress
) -> list[str]:
    """Compare a site that was imported with its source, content too. Returns a line for each difference."""
    context = ImportContext(rows, contents, release, store, Report(), progress, differences=(found := list[str]()))
    await _run_steps(context)
    for bug_id in await store.read(lambda reader: list(reader.bug_ids())):
        if bug_id not in context.bugs:
            found.append(f"bug {bug_id}: only in the gateway")
    return found


async def _run_steps(context: ImportContext) -> None:
    groups = await import_groups(context)
    await import_users(context, groups)
    await import_api_keys(context)
    await import_logins(context, datetime.now(UTC))
    await import_lockouts(context, datetime.now(UTC))
    names = await import_fields(context)
    await import_keywords(context)
    products = await import_products(context, groups)
    await import_flag_types(context, groups, products)
    await import_bugs(context, names, products, groups)
    await import_relations(context)
    await import_attachments(context)
    await import_comments(context)
    await import_flags(context)
    await import_activity(context, names.names)
    await import_tags(context)
    await import_visits(context)
    await import_searches(context)
    await import_audit_log(context)


def _complete(context: ImportContext, state: ImportState) -> ImportState:
    earlier = context.earlier.last_ids if context.earlier else {}
    last_ids = {**earlier, **context.last_ids}
    return replace(state, is_complete=True, latest_change=context.latest_change, last_ids=last_ids)


async def _import_settings(context: ImportContext, settings: SiteSettings, state: ImportState) -> None:
    parameters = {**settings.parameters, **state.to_parameter()}
    site = Site(settings.version, dict(settings.extensions), parameters, uuid4().hex)
    await context.write(lambda writer: writer.set_site(replace(site, uid=writer.site().uid or site.uid)))


def _report_rest(context: ImportContext) -> None:
    """Report the tables that were not taken, and what was found out about times and texts.

    After an earlier import little is read, so which tables and columns have no place is in the report of the first.
    """
    report, times, is_first = context.report, context.rows.times, context.earlier is None
    for table, counted in report.tables.items():
        if counted.rows and table in UNUSED_TABLES:
            report.leave(table, UNUSED_TABLES[table], number=counted.rows)
        elif counted.rows and counted.taken is None and is_first:
            report.leave(table, "are of a table that the gateway does not know", number=counted.rows)
    for table, columns in unread_columns(context.rows) if is_first else ():
        report.remark(f"{table}: these columns have no place in the gateway: {', '.join(columns)}.")
    if times.doubled:
        report.remark(
            f"{times.doubled} times are in the hour that comes twice when a clock is put back; the first was taken."
        )
    if times.skipped:
        report.remark(f"{times.skipped} times are in the hour that is left out when a clock is put forward.")
    if times.unreadable:
        report.remark(f"{times.unreadable} times cannot be read, such as 0000-00-00 00:00:00.")
    for remark in (*(f"{each}." for each in context.rows.source.undecodable), *context.rows.source.losses):
        report.remark(remark)


def unread_columns(rows: Rows) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables with columns that were not taken, and those columns."""
    for table, read in sorted(rows.read_columns.items()):
        left = {*rows.source.tables.get(table, ())} - read - REDUNDANT_COLUMNS.get(table, frozenset()) - {"id"}
        if left and rows.source.count(table) and table not in UNUSED_TABLES:
            yield table, sorted(left)
