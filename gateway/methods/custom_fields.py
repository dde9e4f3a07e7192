"""Custom fields of bugs, which a site defines, as fields of a result."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from gateway.methods.custom_values import NO_CHOICE, custom_setting
from gateway.methods.declaration import DATETIME, INT, STRING, Type, array
from gateway.methods.include_fields import CUSTOM
from gateway.methods.model_fields import Listing, ModelField
from gateway.model import Bug, BugField, FieldType
from gateway.store.interface import Reader
from gateway.values import Value


def active_custom_fields(tx: Reader) -> tuple[BugField, ...]:
    """Return the custom fields of the site that are in use, by id."""
    return tuple(each for each in tx.bug_fields() if each.is_custom and not each.is_obsolete)


@lru_cache(maxsize=256)
def custom_field(field: BugField) -> ModelField[Bug]:
    """Return the field that shows a custom field."""
    kind, show = _KINDS.get(FieldType(field.type), (STRING, _text))

    def read_all(listing: Listing[Bug]) -> Iterable[Value]:
        found = listing.ask(listing.call.tx.custom_values)
        return [show(found.get(bug.id, {}).get(field.name, ())) for bug in listing.objects]

    return ModelField(
        field.name,
        kind,
        field.description,
        optional=True,
        kinds=CUSTOM,
        inner_name=field.name,
        read_all=read_all,
        setting=custom_setting(field),
    )


def _text(values: Sequence[str]) -> Value:
    return values[0] if values else ""


def _choice(values: Sequence[str]) -> Value:
    return values[0] if values else NO_CHOICE


def _number_as_text(values: Sequence[str]) -> Value:
    return values[0] if values else "0"


def _time(values: Sequence[str]) -> Value:
    """Return a time, or a day as its beginning."""
    found = datetime.fromisoformat(values[0]) if values else None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _bug_number(values: Sequence[str]) -> Value:
    return int(values[0]) if values else None


_KINDS: dict[FieldType, tuple[Type, Callable[[Sequence[str]], Value]]] = {
    FieldType.SELECT: (STRING, _choice),
    FieldType.MULTI_SELECT: (array(STRING), lambda values: list(values)),
    FieldType.DATETIME: (DATETIME, _time),
    FieldType.DATE: (DATETIME, _time),
    FieldType.BUG_ID: (INT, _bug_number),
    FieldType.INTEGER: (STRING, _number_as_text),
}
"""The types of values, and how they are shown; those of other fields are texts."""
