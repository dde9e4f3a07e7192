"""Dependencies, duplicates, personal tags and last visits: the relations of bugs to each other and to users."""

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow
from gateway.model import BugVisit
from gateway.store.interface import Writer

_BATCH = 200


async def import_relations(context: ImportContext) -> None:
    """Import dependencies and duplicates, whose bugs are all there now."""
    for bug_ids in _ranges(context):
        first, last = bug_ids[0], bug_ids[-1]
        depends = _pairs(context, "dependencies", "blocked", "dependson", first, last)
        duplicates = _pairs(context, "duplicates", "dupe", "dupe_of", first, last)
        await context.write(partial(_relate, bug_ids, depends, dict(duplicates)))


def _ranges(context: ImportContext) -> Iterator[list[int]]:
    """Yield the numbers of bugs to relate, which are near each other."""
    if context.earlier is not None:
        yield from ([bug_id] for bug_id in context.changed)
        return
    after = 0
    while page := context.rows.page("bugs", "bug_id", after, _BATCH):
        after = page[-1].number("bug_id")
        yield [row.number("bug_id") for row in page]


def _pairs(
    context: ImportContext, table: str, column: str, other_column: str, first: int, last: int
) -> list[tuple[int, int]]:
    rows = context.rows.between(table, column, first, last) if context.rows.has(table) else []
    pairs = [(row.number(column), row.number(other_column)) for row in rows]
    known = [pair for pair in pairs if pair[0] in context.bugs and pair[1] in context.bugs]
    context.report.take(table, len(known))
    if len(known) < len(pairs):
        context.report.leave(table, "refer to a bug that does not exist", number=len(pairs) - len(known))
    return known


def _relate(bug_ids: list[int], depends: list[tuple[int, int]], duplicates: dict[int, int], writer: Writer) -> None:
    earlier = {(bug_id, number) for bug_id, numbers in writer.depends_on(bug_ids).items() for number in numbers}
    for pair in sorted({*depends} - earlier):
        writer.add_dependency(*pair)
    for pair in sorted(earlier - {*depends}):
        writer.remove_dependency(*pair)
    for bug in writer.bugs(bug_ids):
        if bug.duplicate_of != duplicates.get(bug.id):
            writer.set_bug(replace(bug, duplicate_of=duplicates.get(bug.id)))


async def import_tags(context: ImportContext) -> None:
    """Import personal tags."""
    owners = {row.number("id"): (row.number("user_id"), row.text("name")) for row in context.rows.all("tag")}
    tags: dict[tuple[int, int], set[str]] = {}
    for row in context.rows.all("bug_tag"):
        user_id, name = owners.get(row.number("tag_id"), (0, ""))
        if user_id in context.users and row.number("bug_id") in context.bugs:
            tags.setdefault((user_id, row.number("bug_id")), set()).add(name)
            context.report.take("bug_tag")
    context.report.take("tag", len(owners))

    def tag(writer: Writer) -> None:
        for (user_id, bug_id), names in tags.items():
            if {each.name for each in writer.bug_tags(user_id) if each.bug_id == bug_id} != names:
                writer.set_bug_tags(user_id, bug_id, names)

    await context.write(tag)


async def import_visits(context: ImportContext) -> None:
    """Import the last visits of users to bugs."""
    for page in context.pages("bug_user_last_visit", "id", _BATCH):
        visits = [visit for row in page if (visit := _visit(context, row))]

        def work(writer: Writer, visits: list[BugVisit] = visits) -> None:
            there = {visit for user_id in {each.user_id for each in visits} for visit in writer.bug_visits(user_id)}
            for each in visits:
                if each not in there:
                    writer.set_bug_visit(each)

        await context.write(work)
        context.report.take("bug_user_last_visit", len(visits))


def _visit(context: ImportContext, row: SourceRow) -> BugVisit | None:
    when = row.time("last_visit_ts")
    user_id, bug_id = row.number("user_id"), row.number("bug_id")
    if when is None or user_id not in context.users or bug_id not in context.bugs:
        context.report.leave("bug_user_last_visit", "refer to what does not exist", row.number("id"))
        return None
    return BugVisit(user_id, bug_id, when)
