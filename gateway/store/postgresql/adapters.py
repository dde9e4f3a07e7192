"""Adapters of values for psycopg: text that may hold U+0000, and numbers that must fit."""

from typing import Any

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format

_TEXT, _BIGINT = 25, 20
"""The numbers (OID) of PostgreSQL's types."""

_ESCAPE = "\ufdd0"
"""A noncharacter, which Unicode keeps free for such use: U+0000 is stored as it and 0, itself as it and 1."""


def encoded(text: str) -> bytes:
    """Encode text, U+0000 included, for PostgreSQL. Raises `UnicodeEncodeError` for half of a surrogate pair."""
    if "\0" in text or _ESCAPE in text:
        text = text.replace(_ESCAPE, f"{_ESCAPE}1").replace("\0", f"{_ESCAPE}0")
    return text.encode()


def decoded(data: Buffer) -> str:
    """Return the text that was `encoded`."""
    text = str(data, "utf-8")
    return _unescaped(text) if _ESCAPE in text else text


def _unescaped(text: str) -> str:
    return text.replace(f"{_ESCAPE}0", "\0").replace(f"{_ESCAPE}1", _ESCAPE)


class _Text(Dumper):
    """Sends text without a type, so that PostgreSQL infers one from the statement."""

    def dump(self, obj: Any) -> bytes:
        return encoded(obj)


class _Number(Dumper):
    """Sends all whole numbers as one type: psycopg's choice of the smallest would need a plan for each."""

    format = Format.BINARY
    oid = _BIGINT

    def dump(self, obj: Any) -> bytes:
        return int(obj).to_bytes(8, "big", signed=True)  # raises OverflowError


class _StoredText(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> str:  # as `decoded`, and it is called so often that one call less is felt
        text = str(data, "utf-8")
        return _unescaped(text) if _ESCAPE in text else text


def register(context: AdaptContext) -> None:
    """Use these adapters on a connection."""
    context.adapters.register_dumper(str, _Text)
    context.adapters.register_dumper(int, _Number)
    context.adapters.register_loader(_TEXT, _StoredText)
