"""The fields of bugs, their legal values, the workflow of the status, and keywords.

Values have no numbers over REST; they get some. A property of a field that REST does not show is as in a new Bugzilla.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.errors import GatewayError
from gateway.importing.sources.rest.site_reader import SiteReader
from gateway.importing.sources.rest.working_copy import VALUE_COLUMNS, WorkingCopy
from gateway.importing.steps.import_fields import NAME_TABLES, VALUE_FIELDS
from gateway.methods.bug_history import api_name
from gateway.model import BugField, FieldType, new_bugzilla

_STANDARD = {field.name: field for field in new_bugzilla.FIELDS}
_SELECTS = (FieldType.SELECT, FieldType.MULTI_SELECT)


class SiteFields:
    """The fields of a site: written to the working copy, and found by the names that REST has for them."""

    def __init__(self, site: SiteReader, copy: WorkingCopy) -> None:
        self._site = site
        self._copy = copy
        self._by_api_name: dict[str, int | None] = {}
        self.custom: dict[str, int] = {}
        """The types of custom fields by name."""

    def read(self) -> None:
        """Read the fields with all that belongs to them; products have been read before."""
        found = self._site.ask("Bug.fields")["fields"]
        selects = [each for each in found if each["type"] in _SELECTS and _has_table(each)]
        active = {each["name"]: self._active_values(each["name"]) for each in selects}
        numbers = {each["name"]: each["id"] for each in found}
        with self._copy.batch():
            self._create_columns(found)
            self._copy.put("fielddefs", (_field(each, numbers) for each in found))
            for each in selects:
                values = [value for value in each.get("values") or () if value["name"] is not None]
                if each["name"] == "bug_status":
                    values = [value for value in values if value["name"]]
                self._copy.replace(each["name"], _values(values, active[each["name"]]))
            for each in selects:
                self._write_controlling_values(each)
            visibility = [*self._visibility(found)]
            self._copy.replace("field_visibility", visibility)
            self._write_workflow(next((each["values"] for each in found if each["name"] == "bug_status"), []))
            self._write_keywords(next((each["values"] for each in found if each["name"] == "keywords"), []))
        self._by_api_name = {api_name(name): number for name, number in numbers.items()}
        self.custom = {each["name"]: each["type"] for each in found if each["is_custom"]}

    def id_of(self, name: str) -> int | None:
        """Return the number of a field by its name in histories; one that is no longer in use is looked up."""
        if name not in self._by_api_name:
            self._by_api_name[name] = self._obsolete(name)
        return self._by_api_name[name]

    def _obsolete(self, name: str) -> int | None:
        try:
            (found,) = self._site.ask("Bug.fields", names=[name])["fields"]
        except (GatewayError, ValueError):
            return None
        self._copy.put("fielddefs", [{**_field(found, {}), "obsolete": True}])
        return int(found["id"])

    def _active_values(self, name: str) -> set[str] | None:
        """Return the values that bugs can get; None if the site does not tell."""
        try:
            return set(self._site.ask("Bug.legal_values", field=name)["values"])
        except GatewayError:
            return None

    def _create_columns(self, found: list[Mapping[str, Any]]) -> None:
        for each in found:
            name, kind = each["name"], each["type"]
            if not each["is_custom"]:
                continue
            if kind in _SELECTS:
                self._copy.create(name, VALUE_COLUMNS)
            if kind == FieldType.MULTI_SELECT:
                self._copy.create(f"bug_{name}", "bug_id INTEGER, value")
            else:
                self._copy.add_column("bugs", name)

    def _write_controlling_values(self, field: Mapping[str, Any]) -> None:
        """Note the value of another field with which each value can be chosen."""
        for each in field.get("values") or ():
            if each.get("visibility_values") and field.get("value_field"):
                number = self._value_id(field["value_field"], each["visibility_values"][0])
                self._copy.connection.execute(
                    f'UPDATE "{field["name"]}" SET visibility_value_id = ? WHERE value = ?', (number, each["name"])
                )

    def _visibility(self, found: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for each in found:
            for value in each["visibility_values"] if each.get("visibility_field") else ():
                number = self._value_id(each["visibility_field"], value)
                if number is not None:
                    yield {"field_id": each["id"], "value_id": number}

    def _value_id(self, field: str, value: str) -> int | None:
        table, column = (NAME_TABLES[field], "name") if field in NAME_TABLES else (field, "value")
        return self._copy.value(f'SELECT id FROM "{table}" WHERE "{column}" = ?', value)

    def _write_workflow(self, statuses: list[Mapping[str, Any]]) -> None:
        self._copy.replace(
            "status_workflow",
            (
                {
                    "old_status": self._value_id("bug_status", status["name"]) if status["name"] else None,
                    "new_status": self._value_id("bug_status", each["name"]),
                    "require_comment": each["comment_required"],
                }
                for status in statuses
                for each in status.get("can_change_to") or ()
            ),
        )

    def _write_keywords(self, keywords: list[Mapping[str, Any]]) -> None:
        """Write keywords; one that was there keeps its number."""
        for each in keywords:
            number = self._copy.value("SELECT id FROM keyworddefs WHERE name = ?", each["name"])
            description = each.get("description") or ""
            self._copy.put("keyworddefs", [{"id": number, "name": each["name"], "description": description}])


def _has_table(field: Mapping[str, Any]) -> bool:
    return field["name"] in VALUE_FIELDS or bool(field["is_custom"])


def _field(field: Mapping[str, Any], numbers: Mapping[str, int]) -> dict[str, Any]:
    usual = _STANDARD.get(field["name"]) or BugField(0, "", "")
    value_field = field.get("value_field") if _has_table(field) else None
    return {
        "id": field["id"],
        "name": field["name"],
        "description": field["display_name"],
        "type": field["type"],
        "sortkey": usual.sort_key,
        "custom": field["is_custom"],
        "is_mandatory": field["is_mandatory"],
        "enter_bug": field["is_on_bug_entry"],
        "obsolete": False,
        "buglist": usual.is_in_lists,
        "is_numeric": usual.is_numeric,
        "long_desc": usual.long_description,
        "reverse_desc": usual.reverse_description,
        "visibility_field_id": numbers.get(field.get("visibility_field") or ""),
        "value_field_id": numbers.get(value_field or ""),
    }


def _values(values: list[Mapping[str, Any]], active: set[str] | None) -> Iterator[dict[str, Any]]:
    for number, each in enumerate(values, 1):
        yield {
            "id": number,
            "value": each["name"],
            "sortkey": each.get("sort_key") or 0,
            "isactive": active is None or each["name"] in active,
            "is_open": each.get("is_open"),
        }
