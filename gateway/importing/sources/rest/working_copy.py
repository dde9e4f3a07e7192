"""The working copy: what was read from a site, as the tables of a Bugzilla database, in one SQLite file.

An import that ended early goes on from it, and a later one finds by it what has changed. Each `batch` is committed.
Values that REST does not give have no column. It has what the account may see, so that others may not read the file.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from gateway.importing.import_errors import ImportRefused
from gateway.importing.steps.import_fields import VALUE_FIELDS

FORMAT = "1"

STATE = "import_state"
"""The table with what is known of the working copy itself."""

VALUE_COLUMNS = "id INTEGER PRIMARY KEY, value, sortkey, isactive, is_open, visibility_value_id"

TABLES: Mapping[str, str] = {
    "groups": "id INTEGER PRIMARY KEY, name UNIQUE, description, isbuggroup, userregexp, isactive",
    "profiles": "userid INTEGER PRIMARY KEY, login_name COLLATE NOCASE, realname, disabledtext, is_enabled, "
    "disable_mail",
    "user_group_map": "user_id INTEGER, group_id, isbless, grant_type",
    "classifications": "id INTEGER PRIMARY KEY, name, description, sortkey",
    "products": "id INTEGER PRIMARY KEY, name, description, isactive, classification_id, defaultmilestone, "
    "allows_unconfirmed",
    "components": "id INTEGER PRIMARY KEY, name, product_id, description, initialowner, initialqacontact, isactive",
    "versions": "id INTEGER PRIMARY KEY, value, product_id, isactive",
    "milestones": "id INTEGER PRIMARY KEY, value, product_id, sortkey, isactive",
    "flagtypes": "id INTEGER PRIMARY KEY, name, description, target_type, sortkey, is_active, is_requestable, "
    "is_requesteeble, is_multiplicable, grant_group_id, request_group_id, cc_list",
    "flaginclusions": "type_id, product_id, component_id",
    "fielddefs": "id INTEGER PRIMARY KEY, name UNIQUE, description, type, sortkey, custom, is_mandatory, enter_bug, "
    "obsolete, buglist, is_numeric, long_desc, reverse_desc, visibility_field_id, value_field_id",
    "field_visibility": "field_id, value_id",
    **dict.fromkeys(VALUE_FIELDS, VALUE_COLUMNS),
    "status_workflow": "old_status, new_status, require_comment",
    "keyworddefs": "id INTEGER PRIMARY KEY, name UNIQUE, description",
    "namedqueries": "id INTEGER PRIMARY KEY, userid, name, query",
    "reports": "id INTEGER PRIMARY KEY, user_id, name, query",
    "bugs": "bug_id INTEGER PRIMARY KEY, component_id, short_desc, reporter, assigned_to, qa_contact, creation_ts, "
    "delta_ts, bug_status, resolution, bug_severity, priority, rep_platform, op_sys, version, target_milestone, "
    "bug_file_loc, status_whiteboard, reporter_accessible, cclist_accessible, everconfirmed, deadline, "
    "estimated_time, remaining_time",
    "bugs_aliases": "alias, bug_id INTEGER",
    "cc": "bug_id INTEGER, who",
    "bug_group_map": "bug_id INTEGER, group_id",
    "keywords": "bug_id INTEGER, keywordid",
    "bug_see_also": "id INTEGER PRIMARY KEY, bug_id INTEGER, value",
    "dependencies": "blocked INTEGER, dependson",
    "duplicates": "dupe INTEGER, dupe_of",
    "longdescs": "comment_id INTEGER PRIMARY KEY, bug_id INTEGER, who, bug_when, work_time, thetext, isprivate, "
    "extra_data, position",
    "longdescs_tags": "comment_id INTEGER, tag",
    "attachments": "attach_id INTEGER PRIMARY KEY, bug_id INTEGER, creation_ts, modification_time, description, "
    "mimetype, ispatch, filename, submitter_id, isobsolete, isprivate",
    "attach_data": "id INTEGER PRIMARY KEY, size",
    "flags": "id INTEGER PRIMARY KEY, type_id, status, bug_id INTEGER, attach_id, creation_date, modification_date, "
    "setter_id, requestee_id",
    "bugs_activity": "id INTEGER PRIMARY KEY, bug_id INTEGER, attach_id, who, bug_when, fieldid, removed, added",
}
"""The columns of each table.

A comment has its text as REST shows it, and in extra_data the attachment that it is about; its position counts the
comments that are not shown.
"""

OWN_COLUMNS = ("position",)
"""The columns that Bugzilla does not have."""

_BUG_COLUMNS = {"dependencies": "blocked", "duplicates": "dupe"}
"""The columns with the number of the bug, where that is not bug_id."""

_OWNERS = {"user_group_map": "user_id", "longdescs_tags": "comment_id", "profiles": "login_name"}

Cell = int | str | bool | float | Decimal | datetime | None


class WorkingCopy:
    """The tables, and a `state` of texts by name."""

    def __init__(self, path: Path, url: str) -> None:
        """Open the working copy of the site at a URL, or begin a new one. Raises `ImportRefused`."""
        self.path = path
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self.connection = sqlite3.connect(path, timeout=1.0, check_same_thread=False)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute(
                "PRAGMA synchronous = NORMAL"
            )  # a power cut takes the last batches, which come again
            with self.connection:
                self.connection.execute("BEGIN")
                self._create()
        except (OSError, sqlite3.Error) as problem:
            raise ImportRefused(f"The working copy {path} cannot be used: {problem}.") from problem
        if self.state("url") is not None and (self.state("url"), self.state("format")) != (url, FORMAT):
            other = self.state("url")
            self.close()
            raise ImportRefused(f"{path} is the working copy of {other}. Name another with --working-copy.")
        self.uid = self.state("uid") or uuid4().hex[:8]
        """Tells it from other copies of the site, in which changes have other numbers."""
        with self.batch():
            for name, value in (("url", url), ("format", FORMAT), ("uid", self.uid)):
                self.set_state(name, value)

    def _create(self) -> None:
        self.connection.execute(f"CREATE TABLE IF NOT EXISTS {STATE} (name PRIMARY KEY, value)")
        for table, columns in TABLES.items():
            self.create(table, columns)

    def create(self, table: str, columns: str) -> None:
        """Create a table with an index for looking it up by bug or owner."""
        self.connection.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({columns})')
        owner = _BUG_COLUMNS.get(table) or _OWNERS.get(table) or ("bug_id" if "bug_id INTEGER" in columns else None)
        if owner and table != "bugs":
            self.connection.execute(f'CREATE INDEX IF NOT EXISTS "{table}_{owner}" ON "{table}" ({owner})')

    def add_column(self, table: str, column: str) -> None:
        """Add a column, unless it is there."""
        if column not in {row[1] for row in self.connection.execute(f'PRAGMA table_info("{table}")')}:
            self.connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}"')

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commit all that is written within the block together, or none of it."""
        try:
            with self.connection:
                yield
        except sqlite3.OperationalError as problem:
            raise ImportRefused(f"The working copy {self.path} cannot be written: {problem}.") from problem

    def state(self, name: str) -> str | None:
        """Return a text of the state."""
        row = self.connection.execute(f"SELECT value FROM {STATE} WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set_state(self, name: str, value: str) -> None:
        """Set a text of the state."""
        self.connection.execute(f"INSERT OR REPLACE INTO {STATE} VALUES (?, ?)", (name, value))

    def put(self, table: str, rows: Iterable[Mapping[str, Cell]]) -> None:
        """Add rows, or replace those with the same key."""
        for row in rows:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            statement = f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({marks})'
            self.connection.execute(statement, [*map(_stored, row.values())])

    def replace(self, table: str, rows: Iterable[Mapping[str, Cell]]) -> None:
        """Replace all rows of a table."""
        self.connection.execute(f'DELETE FROM "{table}"')
        self.put(table, rows)

    def value(self, statement: str, *values: object) -> int | None:
        """Return the first number that a query finds."""
        row = self.connection.execute(statement, values).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def forget_bug(self, bug_id: int) -> None:
        """Delete a bug and all that belongs to it, but for its changes, whose numbers stay."""
        execute = self.connection.execute
        execute(
            "DELETE FROM longdescs_tags WHERE comment_id IN (SELECT comment_id FROM longdescs WHERE bug_id = ?)",
            (bug_id,),
        )
        execute("DELETE FROM attach_data WHERE id IN (SELECT attach_id FROM attachments WHERE bug_id = ?)", (bug_id,))
        for table in self.tables_of_bugs():
            execute(f'DELETE FROM "{table}" WHERE {_BUG_COLUMNS.get(table, "bug_id")} = ?', (bug_id,))

    def tables_of_bugs(self) -> list[str]:
        """Return the tables with rows of bugs, but for the log of changes."""
        names = [row[0] for row in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        fixed = {name for name, columns in TABLES.items() if "bug_id INTEGER" in columns or name in _BUG_COLUMNS}
        return [name for name in names if name in fixed - {"bugs_activity"} or name.startswith("bug_cf_")]

    def close(self) -> None:
        """Close the file; it stays."""
        self.connection.close()


def _stored(value: Cell) -> int | str | float | None:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value) if isinstance(value, Decimal) else value
