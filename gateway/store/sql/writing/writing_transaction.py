"""The base of all writing: statements whose failures become messages for administrators."""

from collections.abc import Mapping, Sequence

from gateway.store.sql.mapping import S, Table
from gateway.store.sql.statements import Constraint, ConstraintViolation
from gateway.store.sql.transaction import Transaction

Reference = tuple[str, int | None]
"""A reference of a row: the kind (a key of `EXISTS`) and the id, None for no reference."""

_ROW = 64  # bytes that a row takes besides its texts
_MOST_NOTED = 100
"""The most numbers of a kind in `written`: a whole site may be written by one piece of work."""

EXISTS = {
    "attachment": "SELECT 1 FROM attachments WHERE id = ?",
    "bug": "SELECT 1 FROM bugs WHERE id = ?",
    "comment": "SELECT 1 FROM comments WHERE id = ?",
    "flag type": "SELECT 1 FROM flag_types WHERE id = ?",
    "user": "SELECT 1 FROM users WHERE id = ?",
}
GROUP_ID = "SELECT id FROM groups WHERE name = ?"
PRODUCT_ID = "SELECT id FROM products WHERE name = ?"
COMPONENT_ID = "SELECT id FROM components WHERE product_id = ? AND name = ?"


def people_of(table: Table[S], struct: S) -> list[Reference]:
    """Return the users that a struct refers to in columns of its table."""
    return [("user", person.id) for person in table.people(struct)]


class WritingTransaction(Transaction):
    """A transaction that may write.

    Rows are checked by the schema alone. Only when it refuses one are further questions asked, to say why.
    """

    @property
    def written(self) -> Mapping[str, set[int]]:
        """The numbers of bugs and attachments that the work has changed or added to, by "bug" and "attachment"."""
        return self._written

    def _note(self, kind: str, row_id: int | None, refers: Sequence[Reference]) -> None:
        for what, number in ((kind, row_id), *refers):
            if number and what in self._written and len(self._written[what]) < _MOST_NOTED:
                self._written[what].add(number)

    def _run(self, sql: str, *values: object) -> None:
        """Execute a statement that no row can violate."""
        self._charge(values)
        self._statements.change(sql, values)

    def _add(self, kind: str, name: str, sql: str, *values: object, refers: Sequence[Reference] = ()) -> int:
        """Insert a row that gets an id and return that. Raises `ValueError`, in whose message it is a `kind` `name`."""
        self._charge(values)
        try:
            row_id = self._statements.insert(sql, values)
        except (ConstraintViolation, OverflowError) as problem:
            raise self._explained(problem, kind, name, refers) from problem
        self._note(kind, row_id, refers)
        return row_id

    def _put(self, kind: str, name: str, sql: str, *values: object, refers: Sequence[Reference] = ()) -> None:
        """Insert a row whose id is not asked for, or update it. Raises `ValueError`."""
        self._charge(values)
        try:
            self._statements.change(sql, values)
        except (ConstraintViolation, OverflowError) as problem:
            raise self._explained(problem, kind, name, refers) from problem
        self._note(kind, None, refers)

    def _change(
        self, kind: str, row_id: int, sql: str, *values: object, name: str = "", refers: Sequence[Reference] = ()
    ) -> None:
        """Update or delete the row with that id. Raises `ValueError`, also where there is none."""
        self._charge(values)
        try:
            changed = self._statements.change(sql, values, must=True)
        except (ConstraintViolation, OverflowError) as problem:
            raise self._explained(problem, kind, name or str(row_id), refers) from problem
        if not changed:
            raise ValueError(f"There is no {kind} {row_id}.")
        self._note(kind, row_id, refers)

    def _charge(self, values: Sequence[object]) -> None:
        """Charge what a statement stores, texts and content above all, to the budget."""
        self.budget.check_time()
        self.budget.charge_stored(_ROW + sum(map(_stored_bytes, values)))

    def _explained(
        self, problem: ConstraintViolation | OverflowError, kind: str, name: str, refers: Sequence[Reference]
    ) -> ValueError:
        if isinstance(problem, OverflowError):
            return ValueError(f"A number of the {kind} '{name}' is too large.")
        return ValueError(self._reason(problem, kind, name, refers))

    def _reason(self, violation: ConstraintViolation, kind: str, name: str, refers: Sequence[Reference]) -> str:
        if violation.constraint is Constraint.FOREIGN_KEY:
            return self._dangling(kind, refers)
        if violation.constraint is Constraint.CHECK:
            return f"The {kind} '{name}' cannot be stored: {violation.name}."
        if violation.constraint is Constraint.PRIMARY_KEY:
            return f"The id of the {kind} '{name}' is taken."
        return f"The {kind} '{name}' exists already."

    def _dangling(self, kind: str, refers: Sequence[Reference]) -> str:
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


def _stored_bytes(value: object) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, bytes) else 0
