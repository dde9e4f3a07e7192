"""The fields that searches know by Bugzilla's inner names, and the kind of search of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from gateway.methods import access
from gateway.methods.bug_get import BUG
from gateway.methods.declaration import Call
from gateway.model import BugField, FieldType, new_bugzilla
from gateway.store.interface import Reader


class FieldFamily(Enum):
    """The way in which a search compares a field, of which a bug may have several values."""

    ONE = auto()
    """Each bug has one value."""
    ANY = auto()
    """One of the values passes, even a comparison that is negated."""
    EACH_WORD = auto()
    """Words may be those of different values, and no value passes a comparison that is negated."""
    PEOPLE = auto()
    """People, none of whom passes a comparison that is negated."""


class ValueType(Enum):
    """The type of the values of a field, as they are compared."""

    TEXT = auto()
    NUMBER = auto()
    TIME = auto()
    TIME_TEXT = auto()
    DATE_TEXT = auto()
    PERSON = auto()


_PEOPLE = {"cc", "commenter", "attachments.submitter", "requestees.login_name", "setters.login_name"}
_PERSON = _PEOPLE | {"assigned_to", "reporter", "qa_contact"}
_EACH_WORD = {"attach_data.thedata", "blocked", "dependson", "bug_group", "keywords", "longdescs.isprivate", "tag"}
_EACH_WORD |= {"comment_tag"}
_ANY = {"alias", "longdesc", "flagtypes.name"}
_TIMES = {"creation_ts", "delta_ts", "last_visit_ts"}
_NUMBERS = {"days_elapsed", "percentage_complete", "work_time"}
_TIME_TRACKING = {"estimated_time", "remaining_time", "work_time", "actual_time", "percentage_complete", "deadline"}
_OWN = {field.name for field in new_bugzilla.FIELDS}
_LISTED_AS = {"creation_ts": "opendate", "delta_ts": "changeddate", "work_time": "actual_time"}
_OLD_NAMES = {
    "attachments.thedata": "attach_data.thedata",
    "bugidtype": "bug_id_type",
    "changedin": "days_elapsed",
    "long_desc": "longdesc",
    "tags": "tag",
}
"""Names of parameters and fields that Bugzilla once had, and still takes."""


@dataclass(frozen=True, slots=True)
class SearchField:
    """A field that can be searched."""

    field: BugField

    @property
    def name(self) -> str:
        """Bugzilla's inner name."""
        return self.field.name

    @property
    def family(self) -> FieldFamily:
        """The way in which its values are compared."""
        if self.name in _PEOPLE:
            return FieldFamily.PEOPLE
        if self.name in _ANY:
            return FieldFamily.ANY
        multiple = self.field.type in (FieldType.MULTI_SELECT, FieldType.BUG_URLS)
        return (
            FieldFamily.EACH_WORD if multiple or self.name in _EACH_WORD or self.is_of_attachments else FieldFamily.ONE
        )

    @property
    def is_of_attachments(self) -> bool:
        """True for a property of attachments."""
        return self.name.startswith("attachments.")

    @property
    def value_type(self) -> ValueType:
        """The type of its values."""
        if self.name in _PERSON:
            return ValueType.PERSON
        if self.name in _TIMES:
            return ValueType.TIME
        if self.name == "deadline" or self.field.type == FieldType.DATE:
            return ValueType.DATE_TEXT
        if self.field.type == FieldType.DATETIME:
            return ValueType.TIME_TEXT
        is_number = self.field.is_numeric or self.name in _NUMBERS
        number = is_number or self.field.type in (FieldType.BUG_ID, FieldType.INTEGER)
        return ValueType.NUMBER if number else ValueType.TEXT

    @property
    def takes_lists(self) -> bool:
        """True if a parameter of its name takes a list of values; other lists are joined by commas."""
        is_select = self.field.type in (FieldType.SELECT, FieldType.MULTI_SELECT)
        return is_select or self.name in ("version", "target_milestone")


def inner_name(name: str) -> str:
    """Return Bugzilla's inner name of a field or parameter that may have its name in the API or an older one."""
    name = _INNER.get(name, name)
    return _OLD_NAMES.get(name, name)


_UNSEARCHED = ("groups", "dupe_of")
"""Fields that are searched under no name, or under their inner name only."""

_INNER = {
    field.name: field.inner_name for field in BUG.model_fields if field.inner_name and field.name not in _UNSEARCHED
}


def api_names() -> frozenset[str]:
    """Return the names in the API of the fields of bugs that can be searched."""
    return frozenset(_INNER)


def search_fields(call: Call[Reader]) -> dict[str, SearchField]:
    """Return the fields that the caller can search, by inner name: Bugzilla's own and custom ones.

    A site may have fields of extensions too, whose values are not stored.
    """
    group = call.site.timetracking_group
    hidden = set() if group and access.in_group(call.user, group) else _TIME_TRACKING
    return {
        field.name: SearchField(field)
        for field in call.tx.bug_fields()
        if field.name not in hidden and (field.is_custom or field.name in _OWN)
    }


def order_columns(fields: Mapping[str, SearchField]) -> dict[str, str]:
    """Return the inner names of the fields by which bugs can be ordered, by the names of the columns of lists."""
    columns = {
        _LISTED_AS.get(name, name): name
        for name, each in fields.items()
        if each.field.is_in_lists and not each.field.is_obsolete
    }
    return {**columns, "short_short_desc": "short_desc"}
