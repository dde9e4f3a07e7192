"""Fields of bugs, their legal values, the workflow of the status, and keywords."""

from collections.abc import Mapping

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow
from gateway.model import BugField, FieldType, FieldValue, Keyword, StatusTransition
from gateway.store.interface import Writer

VALUE_FIELDS = ("bug_severity", "priority", "rep_platform", "op_sys", "bug_status", "resolution")
"""The fields of Bugzilla itself that have a table of values with their own name."""

NAME_TABLES = {"product": "products", "component": "components", "classification": "classifications"}


class FieldNames:
    """The fields of the source, and the names of their values."""

    def __init__(self, context: ImportContext) -> None:
        self._context = context
        self._values: dict[str, dict[int, str]] = {}
        self.rows = {row.number("id"): row for row in context.rows.all("fielddefs")}
        self.names = {number: row.text("name") for number, row in self.rows.items()}

    def custom(self) -> list[SourceRow]:
        """Return the rows of custom fields."""
        return [row for row in self.rows.values() if row.is_set("custom")]

    def select_fields(self) -> list[str]:
        """Return the names of fields that have a table of values."""
        kinds = (FieldType.SELECT, FieldType.MULTI_SELECT)
        custom = [row.text("name") for row in self.custom() if row.number("type") in kinds]
        return [name for name in (*VALUE_FIELDS, *custom) if self._context.rows.has(name)]

    def value_names(self, field: str) -> Mapping[int, str]:
        """Return the names of the values of a field by id."""
        if field not in self._values:
            table = NAME_TABLES.get(field, field)
            column = "name" if field in NAME_TABLES else "value"
            self._values[field] = {row.number("id"): row.text(column) for row in self._context.rows.all(table)}
        return self._values[field]


async def import_fields(context: ImportContext) -> FieldNames:
    """Import fields, their legal values, and the workflow of the status."""
    names = FieldNames(context)
    shown_for: dict[int, list[int]] = {}
    for row in context.rows.all("field_visibility"):
        shown_for.setdefault(row.number("field_id"), []).append(row.number("value_id"))
        context.report.take("field_visibility")
    fields = [_field(row, names, shown_for.get(number, [])) for number, row in names.rows.items()]
    values = {field: [_value(row, field, names) for row in context.rows.all(field)] for field in names.select_fields()}
    transitions = _transitions(context, names.value_names("bug_status"))

    def work(writer: Writer) -> None:
        if {*writer.bug_fields()} != {*fields}:
            writer.set_bug_fields(fields)
        for field, found in values.items():
            if not _are_there(writer, field, found):
                writer.set_field_values(field, found)
        if transitions and {*writer.status_transitions()} != {*transitions}:
            writer.set_status_transitions(transitions)

    await context.write(work)
    context.report.take("fielddefs", len(fields))
    for field, found in values.items():
        context.report.take(field, len(found))
    context.report.take("status_workflow", len(transitions))
    return names


async def import_keywords(context: ImportContext) -> None:
    """Import the keywords that bugs can have."""
    keywords = [_keyword(row) for row in context.rows.all("keyworddefs")]

    def work(writer: Writer) -> None:
        there = writer.keywords()
        for keyword in keywords:
            if keyword not in there:
                writer.set_keyword(keyword)

    await context.write(work)
    context.report.take("keyworddefs", len(keywords))


def _are_there(writer: Writer, field: str, values: list[FieldValue]) -> bool:
    """Tell whether a field has these values; those of a new Bugzilla have no ids, and are not stored."""
    there = writer.field_values(field)
    return all(each.id for each in there) and {replace(each, id=0) for each in there} == set(values)


def _field(row: SourceRow, names: FieldNames, shown_for: list[int]) -> BugField:
    visibility = names.names.get(row.number("visibility_field_id"))
    shown = names.value_names(visibility) if visibility else {}
    return BugField(
        row.number("id"),
        row.text("name"),
        row.text("description"),
        row.number("type"),
        row.number("sortkey"),
        is_custom=row.is_set("custom"),
        is_mandatory=row.is_set("is_mandatory"),
        is_on_bug_entry=row.is_set("enter_bug"),
        is_obsolete=row.is_set("obsolete"),
        is_in_lists=row.is_set("buglist"),
        is_numeric=row.is_set("is_numeric"),
        long_description=row.text("long_desc"),
        reverse_description=row.optional_text("reverse_desc"),
        visibility_field=visibility,
        visibility_values=tuple(shown[each] for each in shown_for if each in shown),
        value_field=names.names.get(row.number("value_field_id")),
    )


def _value(row: SourceRow, field: str, names: FieldNames) -> FieldValue:
    controlled = next((each for each in names.rows.values() if each.text("name") == field), None)
    controlling = names.names.get(controlled.number("value_field_id")) if controlled else None
    number = row.optional_number("visibility_value_id")
    return FieldValue(
        0,  # ids of values are unique only for their field
        field,
        row.text("value"),
        row.number("sortkey"),
        row.is_set("isactive", default=True),
        row.is_set("is_open", default=True),
        names.value_names(controlling).get(number) if controlling and number else None,
    )


def _transitions(context: ImportContext, statuses: Mapping[int, str]) -> list[StatusTransition]:
    found: list[StatusTransition] = []
    for row in context.rows.all("status_workflow"):
        old, new = row.optional_number("old_status"), row.number("new_status")
        if new in statuses and (old is None or old in statuses):
            is_required = row.is_set("require_comment")
            found.append(StatusTransition(None if old is None else statuses[old], statuses[new], is_required))
    return found


def _keyword(row: SourceRow) -> Keyword:
    return Keyword(row.number("id"), row.text("name"), row.text("description"), row.is_set("is_active", default=True))
