"""Where the values of the fields of bugs are, by Bugzilla's inner names."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model import Bug, BugField, FieldType, new_bugzilla
from gateway.store.sql.searching.terms import Kind


@dataclass(frozen=True, slots=True)
class Stored:
    """The values of a field.

    - `value` is an expression of SQL. Without `rows` it is one of the table bugs.
    - `rows` are the tables with the values of many bugs; those whose column `key` is that of the bug, `outer`, are its.
    - `public` is the condition on rows that callers see who are no insiders, `own` a column of the caller's own rows.
    - Bugs without rows have the value `default`, an expression; None if they have no value.
    - `is_scanned`: rows are compared one by one, so that only those of bugs that fit otherwise are to be looked at.
    - `is_sparse`: few bugs have a value, and those that have one are in an index.
    - `table` and `name` are the table and its column of the name that is compared, if the value is an id.
    - `folded` is a column that has the value folded, with an index.
    """

    value: str
    kind: Kind = Kind.TEXT
    rows: str = ""
    key: str = "bug_id"
    outer: str = "bugs.id"
    public: str = ""
    own: str = ""
    default: str | None = None
    is_scanned: bool = False
    is_sparse: bool = False
    table: str = "users"
    name: str = "login"
    folded: str = ""


_TRUTH = "CASE WHEN {} THEN 1 ELSE 0 END"
_DISTINCT = """(
    WITH RECURSIVE found (value) AS (
        SELECT min({column}) FROM bugs
        UNION ALL
        SELECT (SELECT min({column}) FROM bugs WHERE {column} > found.value) FROM found WHERE found.value IS NOT NULL)
    SELECT value FROM found WHERE value IS NOT NULL) AS choices"""
"""The few values that a column of bugs has, each of which takes one look at its index."""


def _choice(column: str) -> Stored:
    return Stored("choices.value", rows=_DISTINCT.format(column=column), key="choices.value", outer=f"bugs.{column}")


def _of_component(value: str) -> Stored:
    return Stored(value, rows=_COMPONENTS, key="components.id", outer="bugs.component_id")


_COMPONENTS = """components
    JOIN products ON products.id = components.product_id
    JOIN classifications ON classifications.id = coalesce(products.classification_id, 1)"""
_ATTACHMENT = "NOT attachments.is_private"
_COMMENT = "NOT comments.is_private"
_FLAGS = "flags JOIN flag_types ON flag_types.id = flags.type_id"
_FLAG = """NOT EXISTS (
    SELECT 1 FROM attachments WHERE attachments.id = flags.attachment_id AND attachments.is_private)"""
_COUNT = "(SELECT count(*) FROM comments WHERE comments.bug_id = bugs.id{})"
_WORKED = """CAST(coalesce((
    SELECT sum(work_time) FROM comments WHERE comments.bug_id = bugs.id AND work_time <> 0), 0) AS BIGINT)"""
_TOTAL = f"({_WORKED} + bugs.remaining_time)"
_DEADLINE = "coalesce(nullif(bugs.deadline, ''), '1970-01-01')"


def _attachment(value: str, kind: Kind = Kind.TEXT) -> Stored:
    scanned = kind is not Kind.NAMED
    return Stored(value, kind, rows="attachments", public=_ATTACHMENT, is_scanned=scanned)


COUNT_OF_COMMENTS = "longdescs.count"

_TEXTS = [each.name for each in new_bugzilla.FIELDS if each.name in Bug.__struct_fields__]

FIELDS: Mapping[str, Stored] = {
    **{name: Stored(f"bugs.{name}", is_sparse=True) for name in _TEXTS},
    "bug_id": Stored("bugs.id", Kind.NUMBER),
    "short_desc": Stored("bugs.summary"),
    "bug_file_loc": Stored("bugs.url", is_sparse=True),
    "status_whiteboard": Stored("bugs.whiteboard", is_sparse=True),
    "bug_status": _choice("status"),
    "resolution": _choice("resolution"),
    "bug_severity": _choice("severity"),
    "priority": _choice("priority"),
    "rep_platform": _choice("platform"),
    "op_sys": _choice("op_sys"),
    "version": _choice("version"),
    "target_milestone": _choice("target_milestone"),
    "classification": _of_component("classifications.name"),
    "product": _of_component("products.name"),
    "component": _of_component("components.name"),
    "creation_ts": Stored("bugs.creation_time", Kind.TIME),
    "delta_ts": Stored("bugs.last_change_time", Kind.TIME),
    "deadline": Stored(_DEADLINE),
    "everconfirmed": Stored(_TRUTH.format("bugs.is_confirmed"), Kind.NUMBER),
    "reporter_accessible": Stored(_TRUTH.format("bugs.reporter_accessible"), Kind.NUMBER),
    "cclist_accessible": Stored(_TRUTH.format("bugs.cclist_accessible"), Kind.NUMBER),
    "estimated_time": Stored("bugs.estimated_time", Kind.HOURS),
    "remaining_time": Stored("bugs.remaining_time", Kind.HOURS),
    "work_time": Stored(_WORKED, Kind.HOURS),
    "percentage_complete": Stored(f"CASE WHEN {_TOTAL} = 0 THEN 0 ELSE 100 * {_WORKED} / {_TOTAL} END", Kind.NUMBER),
    "days_elapsed": Stored("({today} - bugs.last_change_time / 86400)", Kind.NUMBER),
    "reporter": Stored("bugs.reporter_id", Kind.NAMED),
    "assigned_to": Stored("bugs.assigned_to_id", Kind.NAMED),
    "qa_contact": Stored("bugs.qa_contact_id", Kind.NAMED, default="''"),
    "reporter_realname": Stored("bugs.reporter_id", Kind.NAMED, name="real_name"),
    "assigned_to_realname": Stored("bugs.assigned_to_id", Kind.NAMED, name="real_name"),
    "qa_contact_realname": Stored("bugs.qa_contact_id", Kind.NAMED, default="''", name="real_name"),
    "cc": Stored("bug_cc.user_id", Kind.NAMED, rows="bug_cc"),
    "commenter": Stored("comments.creator_id", Kind.NAMED, rows="comments", public=_COMMENT),
    "attachments.submitter": _attachment("attachments.creator_id", Kind.NAMED),
    "setters.login_name": Stored("flags.setter_id", Kind.NAMED, rows="flags", public=_FLAG),
    "requestees.login_name": Stored("flags.requestee_id", Kind.NAMED, rows="flags", public=_FLAG),
    "alias": Stored("bug_aliases.alias", rows="bug_aliases", folded="bug_aliases.alias_folded"),
    "keywords": Stored("bug_keywords.keyword_id", Kind.NAMED, rows="bug_keywords", table="keywords", name="name"),
    "bug_group": Stored("bug_groups.group_id", Kind.NAMED, rows="bug_groups", table="groups", name="name"),
    "dependson": Stored("bug_dependencies.depends_on_id", Kind.NUMBER, rows="bug_dependencies"),
    "blocked": Stored("bug_dependencies.bug_id", Kind.NUMBER, rows="bug_dependencies", key="depends_on_id"),
    "see_also": Stored("bug_urls.url", rows="bug_urls"),
    "tag": Stored("bug_tags.name", rows="bug_tags", own="bug_tags.user_id"),
    "last_visit_ts": Stored("bug_visits.at", Kind.TIME, rows="bug_visits", own="bug_visits.user_id"),
    "flagtypes.name": Stored("flag_types.name || flags.status", rows=_FLAGS, key="flags.bug_id", public=_FLAG),
    "longdesc": Stored("comments.text", rows="comments", public=_COMMENT, is_scanned=True),
    "longdescs.isprivate": Stored(
        _TRUTH.format("comments.is_private"), Kind.NUMBER, rows="comments", public=_COMMENT, is_scanned=True
    ),
    COUNT_OF_COMMENTS: Stored(_COUNT, Kind.NUMBER),
    "comment_tag": Stored(
        "comment_tags.tag",
        rows="comment_tags JOIN comments ON comments.id = comment_tags.comment_id",
        key="comments.bug_id",
        public=_COMMENT,
    ),
    "attachments.description": _attachment("attachments.summary"),
    "attachments.filename": _attachment("attachments.file_name"),
    "attachments.mimetype": _attachment("attachments.content_type"),
    "attachments.ispatch": _attachment(_TRUTH.format("attachments.is_patch"), Kind.NUMBER),
    "attachments.isobsolete": _attachment(_TRUTH.format("attachments.is_obsolete"), Kind.NUMBER),
    "attachments.isprivate": _attachment(_TRUTH.format("attachments.is_private"), Kind.NUMBER),
    "attach_data.thedata": Stored(
        "content_text(pieces.data)",
        rows="attachments JOIN pieces ON pieces.attachment_id = attachments.id",
        key="attachments.bug_id",
        public=_ATTACHMENT,
        is_scanned=True,
    ),
}
"""The fields that every site has. Where a value is one of several, `Stored.rows` has them all.

A field without a line of its own is a text in the column of its name, which few bugs have.
"""

_CUSTOM_VALUES = "(SELECT bug_id, value FROM custom_values WHERE field_id = {:d}) AS custom_values"
_CUSTOM = {
    FieldType.BUG_ID: ("CAST(custom_values.value AS BIGINT)", Kind.NUMBER, "0"),
    FieldType.INTEGER: ("CAST(custom_values.value AS BIGINT)", Kind.NUMBER, "0"),
    FieldType.DATETIME: (
        "replace(replace(custom_values.value, 'T', ' '), 'Z', '')",
        Kind.TEXT,
        "'1970-01-01 00:00:00'",
    ),
    FieldType.DATE: ("custom_values.value", Kind.TEXT, "'1970-01-01'"),
    FieldType.SELECT: ("custom_values.value", Kind.TEXT, "'---'"),
    FieldType.MULTI_SELECT: ("custom_values.value", Kind.TEXT, None),
}


def custom(field: BugField) -> Stored:
    """Return where the values of a custom field are."""
    value, kind, default = _CUSTOM.get(FieldType(field.type), ("custom_values.value", Kind.TEXT, "''"))
    rows = _CUSTOM_VALUES.format(field.id)
    return Stored(value, kind, rows=rows, key="custom_values.bug_id", default=default)
