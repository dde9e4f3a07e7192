"""Bugs with their people, groups, keywords, addresses and custom fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow, ends
from gateway.importing.steps.gateway_changes import find_changed_bugs, ids_of_new_bugs
from gateway.importing.steps.import_fields import FieldNames
from gateway.importing.steps.import_products import ProductNames
from gateway.model import Bug, FieldType, Group, Person
from gateway.store.interface import Writer

T = TypeVar("T")

_BATCH = 200
_UNSET_CHOICE = "---"
_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class _FoundBug:
    """A bug as the source has it."""

    bug: Bug
    keywords: Sequence[str]
    urls: Sequence[str]
    custom: Mapping[str, Sequence[str]]


class _Stored:
    """The bugs of a batch as the store has them."""

    def __init__(self, writer: Writer, bug_ids: list[int]) -> None:
        self._writer = writer
        self._bugs = {bug.id: bug for bug in writer.bugs(bug_ids)}
        self._keywords = writer.bug_keywords(bug_ids)
        self._urls = writer.bug_urls(bug_ids)
        self._custom = writer.custom_values(bug_ids)

    def write(self, found: _FoundBug) -> None:
        """Add a bug, or replace what differs."""
        writer, bug = self._writer, found.bug
        there = self._bugs.get(bug.id)
        if there is None:
            writer.add_bug(bug)
        elif _comparable(there) != _comparable(bug):
            writer.set_bug(replace(bug, duplicate_of=there.duplicate_of))
        if {*found.keywords} != {*self._keywords.get(bug.id, ())}:
            writer.set_bug_keywords(bug.id, found.keywords)
        self._write_urls(bug.id, found.urls)
        custom = self._custom.get(bug.id, {})
        for field, values in found.custom.items():
            if tuple(values) != tuple(custom.get(field, ())):
                writer.set_custom_values(bug.id, field, values)

    def _write_urls(self, bug_id: int, urls: Sequence[str]) -> None:
        there = self._urls.get(bug_id, ())
        for url in urls:
            if url not in there:
                self._writer.add_bug_url(bug_id, url)
        for url in there:
            if url not in urls:
                self._writer.remove_bug_url(bug_id, url)


def _comparable(bug: Bug) -> tuple[object, ...]:
    """Return the values by which bugs are compared: people by id, sets in no order, and no duplicates."""
    people = (bug.reporter.id, bug.assigned_to.id, bug.qa_contact.id if bug.qa_contact else None)
    sets = ({person.id for person in bug.cc}, {*bug.aliases}, {*bug.groups})
    nobody = Person(0, "", "")
    plain = replace(
        bug, reporter=nobody, assigned_to=nobody, qa_contact=None, cc=(), aliases=(), groups=(), duplicate_of=None
    )
    return (plain, people, sets)


async def import_bugs(
    context: ImportContext, names: FieldNames, products: ProductNames, groups: Mapping[int, Group]
) -> None:
    """Import bugs; without what relates them to each other, which may come later."""
    keywords = {row.number("id"): row.text("name") for row in context.rows.all("keyworddefs")}
    if context.earlier is not None and context.store is not None:
        context.given = await context.read(context.store, lambda reader: ids_of_new_bugs(context, reader))
    for page in context.pages("bugs", "bug_id", _BATCH):
        reading = _BugBatch(context, *ends(page, "bug_id"), names, products, groups, keywords)
        whole = [row for row in page if reading.is_whole(row)]
        due = await _due(context, whole)
        for row in whole:
            if row.number("bug_id") not in context.others:
                context.bugs.add(row.number("bug_id"))
        found = [reading.bug(row) for row in due]

        def work(writer: Writer, found: list[_FoundBug] = found) -> None:
            stored = _Stored(writer, [] if context.is_new else [each.bug.id for each in found])
            for each in found:
                stored.write(each)

        await context.write(work)
        context.changed += [each.bug.id for each in found] if context.earlier else []
        context.report.take("bugs", len(found))


async def _due(context: ImportContext, page: list[SourceRow]) -> list[SourceRow]:
    """Return the bugs of a page that are to be imported: all, or those that have changed since an earlier import."""
    times = [row.time("delta_ts") or _NEVER for row in page]
    context.latest_change = max([*times, context.latest_change or _NEVER])
    earlier = context.earlier
    if earlier is None or earlier.latest_change is None or context.store is None:
        return page
    both, given = await context.read(context.store, lambda reader: find_changed_bugs(context, reader, page))
    for table, ids in given.items():
        context.given.setdefault(table, set()).update(ids)
    changed = [
        row
        for row, time in zip(page, times, strict=True)
        if time > earlier.latest_change or _has_new_rows(context, row.number("bug_id"), time)
    ]
    for row in changed:
        if (bug_id := row.number("bug_id")) in both:
            reason = "were changed in the Bugzilla and in the gateway, and stay as in the gateway"
            context.report.leave("bugs", reason, bug_id)
            if context.is_newer("bugs", bug_id):
                context.others.add(bug_id)
    return [row for row in changed if row.number("bug_id") not in both]


def _has_new_rows(context: ImportContext, bug_id: int, time: datetime) -> bool:
    """Tell whether a bug is new, or was changed in the very second of the last change of an earlier import."""
    if context.is_newer("bugs", bug_id):
        return True
    if context.earlier is None or time != context.earlier.latest_change:
        return False
    tables = {"longdescs": "comment_id", "bugs_activity": "id", "attachments": "attach_id"}
    return any(
        context.is_newer(table, row.number(key))
        for table, key in tables.items()
        for row in context.rows.between(table, "bug_id", bug_id, bug_id)
    )


class _BugBatch:
    """Reads bugs whose numbers are from `first` to `last`, with the rows of other tables that belong to them."""

    def __init__(
        self,
        context: ImportContext,
        first: int,
        last: int,
        names: FieldNames,
        products: ProductNames,
        groups: Mapping[int, Group],
        keywords: Mapping[int, str],
    ) -> None:
        self._context = context
        self._products = products
        self._groups = groups
        self._keyword_names = keywords
        grouped = partial(context.rows.grouped, key="bug_id", first=first, last=last)
        self._cc = grouped("cc")
        self._group_rows = grouped("bug_group_map")
        self._keywords = grouped("keywords")
        self._urls = grouped("bug_see_also")
        self._aliases = grouped("bugs_aliases")
        self._custom = [row for row in names.custom() if row.number("type") != FieldType.MULTI_SELECT]
        multiple = [row.text("name") for row in names.custom() if row.number("type") == FieldType.MULTI_SELECT]
        self._multiple = {name: grouped(f"bug_{name}") for name in multiple}

    def is_whole(self, row: SourceRow) -> bool:
        """Tell whether a bug's component, reporter and assignee exist; otherwise put a line into the report."""
        people = (row.number("reporter"), row.number("assigned_to"))
        if row.number("component_id") in self._products.components and all(
            each in self._context.users for each in people
        ):
            return True
        self._context.report.leave("bugs", "name a component or a user that does not exist", row.number("bug_id"))
        return False

    def bug(self, row: SourceRow) -> _FoundBug:
        """Return a bug that is whole."""
        number = row.number("bug_id")
        report = self._context.report
        if row.optional_number("qa_contact") and self._context.is_unknown(row, "qa_contact"):
            report.leave("bugs", "have a QA contact that does not exist, which was dropped", number)
        changed = row.time("delta_ts") or row.time("creation_ts") or _NEVER
        deadline = row.day("deadline")
        bug = Bug(
            number,
            *self._products.components[row.number("component_id")],
            row.text("short_desc"),
            Person(row.number("reporter"), "", ""),
            Person(row.number("assigned_to"), "", ""),
            row.time("creation_ts") or changed,
            changed,
            row.text("bug_status"),
            row.text("resolution"),
            row.text("bug_severity"),
            row.text("priority"),
            row.text("rep_platform"),
            row.text("op_sys"),
            row.text("version"),
            row.text("target_milestone"),
            row.text("bug_file_loc"),
            row.text("status_whiteboard"),
            self._context.person(row, "qa_contact"),
            tuple(self._people(number)),
            self._bug_aliases(row),
            tuple(self._groups_of(number)),
            row.is_set("reporter_accessible", default=True),
            row.is_set("cclist_accessible", default=True),
            is_confirmed=row.is_set("everconfirmed"),
            deadline=deadline.isoformat() if deadline else "",
            estimated_time=row.hours("estimated_time"),
            remaining_time=row.hours("remaining_time"),
        )
        return _FoundBug(bug, self._named_keywords(number), self._related(number), self._custom_values(row))

    def _people(self, number: int) -> list[Person]:
        return self._existing("cc", number, self._cc, lambda row: self._context.person(row, "who"))

    def _groups_of(self, number: int) -> list[str]:
        def name(row: SourceRow) -> str | None:
            group = self._groups.get(row.number("group_id"))
            return group.name if group else None

        return self._existing("bug_group_map", number, self._group_rows, name)

    def _named_keywords(self, number: int) -> list[str]:
        return self._existing(
            "keywords", number, self._keywords, lambda row: self._keyword_names.get(row.number("keywordid"))
        )

    def _existing(
        self, table: str, number: int, rows: Mapping[int, list[SourceRow]], read: Callable[[SourceRow], T | None]
    ) -> list[T]:
        found: list[T] = []
        for row in rows.get(number, ()):
            if (value := read(row)) is None:
                self._context.report.leave(table, "refer to what does not exist", number)
            else:
                found.append(value)
        self._context.report.take(table, len(found))
        return found

    def _related(self, number: int) -> list[str]:
        rows = sorted(self._urls.get(number, ()), key=lambda row: row.number("id"))
        self._context.report.take("bug_see_also", len(rows))
        return [row.text("value") for row in rows]

    def _bug_aliases(self, row: SourceRow) -> tuple[str, ...]:
        if alias := row.text("alias"):
            return (alias,)
        rows = self._aliases.get(row.number("bug_id"), ())
        self._context.report.take("bugs_aliases", len(rows))
        return tuple(each.text("alias") for each in rows)

    def _custom_values(self, row: SourceRow) -> dict[str, list[str]]:
        found = {field.text("name"): custom_value(row, field) for field in self._custom}
        for name, rows in self._multiple.items():
            values = [each.text("value") for each in rows.get(row.number("bug_id"), ())]
            self._context.report.take(f"bug_{name}", len(values))
            found[name] = sorted(values)
        return found


def custom_value(row: SourceRow, field: SourceRow) -> list[str]:
    """Return the value of a custom field, or no value where it was never set."""
    name = field.text("name")
    match field.number("type"):
        case FieldType.DATETIME:
            time = row.time(name)
            return [f"{time:%Y-%m-%dT%H:%M:%SZ}"] if time else []
        case FieldType.DATE:
            day = row.day(name)
            return [day.isoformat()] if day else []
        case FieldType.INTEGER | FieldType.BUG_ID:
            number = row.optional_number(name)
            return [str(number)] if number else []
        case FieldType.SELECT:
            value = row.text(name)
            return [value] if value not in ("", _UNSET_CHOICE) else []
    value = row.text(name)
    return [value] if value else []
