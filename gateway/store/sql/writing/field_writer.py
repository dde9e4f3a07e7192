"""Writing the fields of bugs, their legal values and the workflow."""

from collections.abc import Sequence

from gateway.model import BugField, FieldValue, Keyword, StatusTransition
from gateway.store.sql.tables import BUG_FIELDS, FIELD_VALUES, KEYWORDS, STATUS_TRANSITIONS
from gateway.store.sql.writing.writing_transaction import WritingTransaction

SET_FIELD = BUG_FIELDS.upsert("id") + " RETURNING id"
FIELD_IDS = "SELECT id FROM bug_fields"
REMOVE_FIELD = "DELETE FROM bug_fields WHERE id = ?"
ADD_VALUE = FIELD_VALUES.insert
REMOVE_VALUES = "DELETE FROM field_values WHERE field = ?"
ADD_TRANSITION = f"{STATUS_TRANSITIONS.insert} RETURNING id"
REMOVE_TRANSITIONS = "DELETE FROM status_transitions"
SET_KEYWORD = KEYWORDS.upsert("id") + " RETURNING id"


class FieldWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about fields."""

    def set_bug_fields(self, fields: Sequence[BugField]) -> None:
        """Replace the fields of bugs. One that bugs have values for cannot be left out."""
        kept = {field.id for field in fields}
        for (field_id,) in self._rows(FIELD_IDS):
            if field_id not in kept:
                self._change("field", field_id, REMOVE_FIELD, field_id)
        for field in fields:
            self._add("field", field.name, SET_FIELD, *BUG_FIELDS.values(field))

    def set_field_values(self, field: str, values: Sequence[FieldValue]) -> None:
        """Replace the legal values of a select field."""
        self._run(REMOVE_VALUES, field)
        for value in values:
            self._add("value", value.name, ADD_VALUE, *FIELD_VALUES.values(value))

    def set_status_transitions(self, transitions: Sequence[StatusTransition]) -> None:
        """Replace the workflow of the status."""
        self._run(REMOVE_TRANSITIONS)
        for transition in transitions:
            self._add("transition", transition.new_status, ADD_TRANSITION, *STATUS_TRANSITIONS.values(transition))

    def set_keyword(self, keyword: Keyword) -> int:
        """Add a keyword, or replace the one with its id; return the id."""
        return self._add("keyword", keyword.name, SET_KEYWORD, *KEYWORDS.values(keyword))
