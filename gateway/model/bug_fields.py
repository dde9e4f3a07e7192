"""The fields of bugs, their legal values, and the workflow of the status."""

from enum import IntEnum

from msgspec import Struct


class FieldType(IntEnum):
    """The type of a field of bugs, as Bugzilla numbers them."""

    UNKNOWN = 0
    TEXT = 1
    SELECT = 2
    MULTI_SELECT = 3
    LONG_TEXT = 4
    DATETIME = 5
    BUG_ID = 6
    BUG_URLS = 7
    KEYWORDS = 8
    DATE = 9
    INTEGER = 10


class BugField(Struct, frozen=True, gc=False):
    """A field of bugs, one of Bugzilla's own or one that the site defined (`is_custom`).

    - `name` is Bugzilla's inner name, such as short_desc or cf_area; `type` is Bugzilla's number (`FieldType`).
    - The field is shown where `visibility_field` has one of `visibility_values`; always, if that is None.
    - The values of a select field may depend on those of `value_field` (`FieldValue.controlling_value`).
    - `is_in_lists`: lists of bugs may show it and be sorted by it.
    - `reverse_description` names the list of bugs that refer to this one by a field of type BUG_ID.
    """

    id: int
    name: str
    description: str
    type: int = 0
    sort_key: int = 0
    is_custom: bool = False
    is_mandatory: bool = False
    is_on_bug_entry: bool = False
    is_obsolete: bool = False
    is_in_lists: bool = False
    is_numeric: bool = False
    long_description: str = ""
    reverse_description: str | None = None
    visibility_field: str | None = None
    visibility_values: tuple[str, ...] = ()
    value_field: str | None = None


class FieldValue(Struct, frozen=True, gc=False):
    """A legal value of a select field; `field` is Bugzilla's name of the field, such as bug_severity.

    `is_open` is for bug_status: bugs of this status are open. A value with a `controlling_value` is for bugs whose
    `BugField.value_field` has that value.
    """

    id: int
    field: str
    name: str
    sort_key: int = 0
    is_active: bool = True
    is_open: bool = True
    controlling_value: str | None = None


class StatusTransition(Struct, frozen=True, gc=False):
    """A change of status that the workflow allows; from None are those that a new bug may have."""

    old_status: str | None
    new_status: str
    comment_required: bool = False


class Keyword(Struct, frozen=True, gc=False):
    """A keyword that bugs can have."""

    id: int
    name: str
    description: str = ""
    is_active: bool = True
