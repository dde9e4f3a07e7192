"""The order of the bugs that are found: as of MariaDB, where names have no case, and nothing comes before anything."""

from collections.abc import Mapping, Sequence

from gateway.model import FieldValue
from gateway.model.bug_query import Order
from gateway.store.sql.searching.criteria import Criteria
from gateway.store.sql.searching.terms import Kind, SqlPiece

_NAME = "(SELECT collated({table}.{name}) FROM {table} WHERE {table}.id = {value})"
_OF_ROWS = "(SELECT min({value}) FROM {rows} WHERE {key} = {outer}{own})"
_MILESTONE = """(
    SELECT milestones.sort_key FROM milestones JOIN components ON components.product_id = milestones.product_id
    WHERE components.id = bugs.component_id AND milestones.name = bugs.target_milestone)"""
_COLUMNS = {"version": "version", "target_milestone": "target_milestone"}
SELECTS: Mapping[str, str] = {
    "bug_status": "status",
    "resolution": "resolution",
    "bug_severity": "severity",
    "priority": "priority",
    "rep_platform": "platform",
    "op_sys": "op_sys",
}
"""The columns of bugs whose values are ordered as the legal values of the field are."""


def ordered(order: Order, criteria: Criteria, values: Sequence[FieldValue], user_id: int | None) -> list[SqlPiece]:
    """Return the items of ORDER BY; `values` are the legal values of the field, if it is one of `SELECTS`."""
    direction = "DESC NULLS LAST" if order.descending else "ASC NULLS FIRST"
    keys = _keys(order.field, criteria, values, user_id)
    return [SqlPiece(f"{key.sql} {direction}", key.values) for key in keys]


def _keys(field: str, criteria: Criteria, legal: Sequence[FieldValue], user_id: int | None) -> list[SqlPiece]:
    if field in SELECTS:
        return [_position(f"bugs.{SELECTS[field]}", legal), SqlPiece(f"collated(bugs.{SELECTS[field]})")]
    if field in _COLUMNS:
        key = SqlPiece(f"collated(bugs.{_COLUMNS[field]})")
        return [SqlPiece(_MILESTONE), key] if field == "target_milestone" else [key]
    stored = criteria.stored(field)
    name = _NAME.format(table=stored.table, name=stored.name, value=stored.value)
    if stored.kind is Kind.NAMED and not stored.rows:
        return [SqlPiece(name)]
    values = {Kind.NAMED: name, Kind.TEXT: f"collated({stored.value})"}
    value = values.get(stored.kind, stored.value)
    if not stored.rows:
        return [SqlPiece(value)]
    own = (f" AND {stored.own} = ?", (user_id or 0,)) if stored.own else ("", ())
    return [
        SqlPiece(_OF_ROWS.format(value=value, rows=stored.rows, key=stored.key, outer=stored.outer, own=own[0]), own[1])
    ]


def _position(column: str, values: Sequence[FieldValue]) -> SqlPiece:
    """Return the place of a value among the legal ones; those of the same sort key share it."""
    if not values:
        return SqlPiece("0")
    cases = " ".join(["WHEN ? THEN ?"] * len(values))
    parameters = tuple(part for value in values for part in (value.name, value.sort_key))
    return SqlPiece(f"CASE {column} {cases} END", parameters)
