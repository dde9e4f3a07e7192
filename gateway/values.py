"""The values that calls take and return, whatever protocol they come by.

A value's Python type is its type on the wire: int, str, bool (boolean), datetime (dateTime), content (base64), Hours
(double), None (left out, or null). Readers make lists and dicts; rules may return any sequence or mapping.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from gateway.content import Content, NamedContent, StoredContent
from gateway.model import Hours


class Untyped(str):
    """A text to which XML-RPC gives a type by its looks: digits become an int, decimals a double.

    Bugzilla's library does so with the few results that Bugzilla gives no type. JSON has them as strings.
    """

    __slots__ = ()


Scalar: TypeAlias = "bool | int | float | Hours | str | bytes | datetime | None"
"""A value that is neither content nor made of others. Base64 that is short is bytes."""

AnyContent: TypeAlias = "Content | StoredContent | NamedContent"
"""Content as a value: here, in the store, or received with a name."""

Value: TypeAlias = "Scalar | AnyContent | Sequence[Value] | Mapping[str, Value]"
"""Any value: a scalar, content, a sequence or a mapping of values."""
