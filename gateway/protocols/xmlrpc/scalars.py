"""Read the text of scalar types: those of XML-RPC, and `i8` and `nil` of Apache's extensions.

Clients rely on Bugzilla being more lenient than the specification: an empty <int> or <double> is null, and +5 stays a
string, for the method to refuse.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from gateway.base64_stream import decode_base64
from gateway.values import Value

XML_SPACE = " \t\r\n"

_MAX_DIGITS, _MOST_DIGITS = 100, 4300
"""Digits of numbers that are read as such, and of any. The time for long ones grows with the square of their length."""

_INTEGER = re.compile(r"-?[0-9]+")
_PLUS = re.compile(r"\+[0-9]+")
_DOUBLE = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE_TIME = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})T([0-9]{2}):?([0-9]{2}):?([0-9]{2})Z?")
_BOOLEANS = {"1": 1, "0": 0, "true": 1, "false": 0}


def _integer(text: str) -> Value:
    written = text.strip(XML_SPACE)
    if _PLUS.fullmatch(written):
        return written
    if not _INTEGER.fullmatch(written):
        raise ValueError(text)
    if len(written) > _MOST_DIGITS:
        raise ValueError(text)
    return int(written) if len(written) <= _MAX_DIGITS else written


def _int(text: str) -> Value:
    return _integer(text) if text.strip(XML_SPACE) else None


def _boolean(text: str) -> Value:
    try:
        return _BOOLEANS[text.strip(XML_SPACE)]
    except KeyError:
        raise ValueError(text) from None


def _double(text: str) -> Value:
    written = text.strip(XML_SPACE)
    if not written:
        return None
    if not _DOUBLE.fullmatch(written) or math.isinf(value := float(written)):
        raise ValueError(text)
    return value


def _date_time(text: str) -> Value:
    match = _DATE_TIME.fullmatch(text.strip(XML_SPACE))
    if match is None:
        raise ValueError(text)
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def _nil(_: str) -> Value:
    return None  # whatever it holds, as in Bugzilla


SCALARS: Mapping[str, Callable[[str], Value]] = {
    "int": _int,
    "i4": _integer,
    "i8": _integer,
    "boolean": _boolean,
    "double": _double,
    "string": str,
    "dateTime.iso8601": _date_time,
    "base64": decode_base64,
    "nil": _nil,
}
"""Functions that read the text of a scalar type, by the name of its element. They raise ValueError."""
