"""Reading the fields of bugs, their legal values and the workflow."""

from collections.abc import Sequence

from gateway.model import BugField, FieldValue, Keyword, StatusTransition, new_bugzilla
from gateway.store.sql.tables import BUG_FIELDS, FIELD_VALUES, KEYWORDS, STATUS_TRANSITIONS
from gateway.store.sql.transaction import Transaction

ALL_FIELDS = f"SELECT {BUG_FIELDS.selected()} FROM bug_fields ORDER BY id"
VALUES_OF_FIELD = f"SELECT {FIELD_VALUES.selected()} FROM field_values WHERE field = ? ORDER BY sort_key, name"
ALL_TRANSITIONS = f"SELECT {STATUS_TRANSITIONS.selected()} FROM status_transitions ORDER BY id"
ALL_KEYWORDS = f"SELECT {KEYWORDS.selected()} FROM keywords ORDER BY name"

_read_fields = BUG_FIELDS.reader()
_read_values = FIELD_VALUES.reader()
_read_transitions = STATUS_TRANSITIONS.reader()
_read_keywords = KEYWORDS.reader()


class FieldReader(Transaction):
    """The part of `gateway.store.interface.Reader` about fields. All of it is reference data."""

    def bug_fields(self) -> Sequence[BugField]:
        """Return the fields of bugs, by id."""
        return self._cached(ALL_FIELDS, lambda: _read_fields(self._rows(ALL_FIELDS))) or new_bugzilla.FIELDS

    def field_values(self, field: str) -> Sequence[FieldValue]:
        """Return the legal values of a select field, by sort key, then name, inactive ones too."""
        own = self._cached((VALUES_OF_FIELD, field), lambda: _read_values(self._rows(VALUES_OF_FIELD, field)))
        return own or new_bugzilla.VALUES.get(field, ())

    def status_transitions(self) -> Sequence[StatusTransition]:
        """Return the workflow of the status."""
        own = self._cached(ALL_TRANSITIONS, lambda: _read_transitions(self._rows(ALL_TRANSITIONS)))
        return own or new_bugzilla.TRANSITIONS

    def keywords(self) -> Sequence[Keyword]:
        """Return all keywords, by name."""
        return self._cached(ALL_KEYWORDS, lambda: _read_keywords(self._rows(ALL_KEYWORDS)))
