"""What all writing shares: statements whose failures administrators understand."""

import sqlite3
from collections.abc import Iterable

from gateway.store.sqlite.session import Session

Reference = tuple[str, int | None]
"""What a row refers to: the kind (a key of `EXISTS`) and the id, None for nothing."""

EXISTS = {
    "attachment": "SELECT 1 FROM attachments WHERE id = ?",
    "bug": "SELECT 1 FROM bugs WHERE id = ?",
    "flag type": "SELECT 1 FROM flag_types WHERE id = ?",
    "user": "SELECT 1 FROM users WHERE id = ?",
}
GROUP_ID = "SELECT id FROM groups WHERE name = ?"
PRODUCT_ID = "SELECT id FROM products WHERE name = ?"
COMPONENT_ID = "SELECT id FROM components WHERE product_id = ? AND name = ?"


class WritingSession(Session):
    """A transaction that may write.

    Rows are checked by the schema alone. Only when it refuses one are further questions asked, to say why.
    """

    def _run(self, sql: str, *values: object) -> None:
        """Execute a statement that no row can violate."""
        self._connection.execute(sql, values)

    def _add(self, kind: str, name: str, sql: str, *values: object, refers: Iterable[Reference] = ()) -> int:
        """Insert a row and return its id. Raises `ValueError`; `kind` and `name` say what it is in the message."""
        return self._execute(kind, name, sql, values, refers).lastrowid or 0

    def _change(
        self, kind: str, row_id: int, sql: str, *values: object, name: str = "", refers: Iterable[Reference] = ()
    ) -> None:
        """Update or delete the row with that id. Raises `ValueError`, also where there is none."""
        if self._execute(kind, name or str(row_id), sql, values, refers).rowcount == 0:
            raise ValueError(f"There is no {kind} {row_id}.")

    def _execute(
        self, kind: str, name: str, sql: str, values: tuple[object, ...], refers: Iterable[Reference]
    ) -> sqlite3.Cursor:
        try:
            return self._connection.execute(sql, values)
        except sqlite3.IntegrityError as error:
            raise ValueError(self._reason(error, kind, name, refers)) from error
        except OverflowError as error:
            raise ValueError(f"A number of the {kind} '{name}' is too large.") from error

    def _reason(self, error: sqlite3.IntegrityError, kind: str, name: str, refers: Iterable[Reference]) -> str:
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_FOREIGNKEY":
            return self._dangling(kind, refers)
        _, _, violated = str(error).partition(" constraint failed: ")
        if error.sqlite_errorname == "SQLITE_CONSTRAINT_CHECK":
            return f"The {kind} '{name}' cannot be stored: {violated}."
        if violated.endswith(".id"):
            return f"The id of the {kind} '{name}' is taken."
        return f"The {kind} '{name}' exists already."

    def _dangling(self, kind: str, refers: Iterable[Reference]) -> str:
        for what, row_id in refers:
            if row_id is not None and self._row(EXISTS[what], row_id) is None:
                return f"There is no {what} {row_id}."
        return f"The {kind} refers to an attachment of another bug."

    def _group_id(self, name: str) -> int:
        return self._id("group", name, GROUP_ID, name)

    def _product_id(self, name: str) -> int:
        return self._id("product", name, PRODUCT_ID, name)

    def _component_id(self, product: str, name: str) -> int:
        return self._id("component", f"{product}: {name}", COMPONENT_ID, self._product_id(product), name)

    def _id(self, kind: str, name: str, sql: str, *values: object) -> int:
        row = self._row(sql, *values)
        if row is None:
            raise ValueError(f"There is no {kind} '{name}'.")
        return int(row[0])
