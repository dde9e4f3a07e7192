"""Perl's literals, as Data::Dumper writes them to localconfig and data/params, read without running Perl."""

import re
from collections.abc import Iterator
from typing import TypeAlias

PerlValue: TypeAlias = "str | list[PerlValue] | dict[str, PerlValue] | None"
"""A scalar as text, an array, a hash, or undef."""

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | '(?P<single>(?:[^'\\]|\\.)*)'
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | q\{(?P<braced>[^{}]*)\} | q\((?P<parenthesised>[^()]*)\) | qw\((?P<words>[^()]*)\)
      | (?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?))
      | (?P<mark>=>|[,;=(){}\[\]])
      | (?P<variable>[$@%]\w+)
      | (?P<word>\w+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(
    r"\\(x\{(?P<wide>[0-9a-fA-F]+)\}|x(?P<hex>[0-9a-fA-F]{1,2})|(?P<octal>[0-7]{1,3})|(?P<other>.))", re.DOTALL
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", "a": "\a", "f": "\f"}
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class PerlTextError(ValueError):
    """Text that is more than literals. The message names the line."""


def read_assignments(text: str) -> dict[str, PerlValue]:
    """Return the values that are assigned to variables, by their names without `$`, `@` or `%`.

    Raises `PerlTextError` where something else than a literal is assigned.
    """
    return dict(_Reader(text).assignments())


class _Reader:
    """Reads tokens from the start to the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind = ""
        self._current = ""
        self._next()

    def assignments(self) -> Iterator[tuple[str, PerlValue]]:
        """Yield the name and the value of each assignment; other statements are passed over."""
        while self._kind:
            kind, token = self._kind, self._current
            self._next()
            if kind == "variable" and self._current == "=" and self._kind == "mark":
                self._next()
                yield token[1:], self._assigned(token[0])

    def _assigned(self, sigil: str) -> PerlValue:
        value = self._value()
        if sigil != "%":
            return value
        if not isinstance(value, list) or len(value) % 2:
            raise self._error("a list of names and values is expected")
        return {_name(name): each for name, each in zip(value[::2], value[1::2], strict=True)}

    def _value(self) -> PerlValue:
        kind, token = self._kind, self._current
        self._next()
        match kind, token:
            case "single", _:
                return re.sub(r"\\(['\\])", r"\1", token)
            case "double", _:
                return _ESCAPE.sub(_unescaped, token)
            case "braced" | "parenthesised" | "number", _:
                return token
            case "words", _:
                return list(token.split())
            case "word", "undef":
                return None
            case "word", _:
                return token
            case "mark", "(" | "[":
                return self._list(_PAIRS[token])
            case "mark", "{":
                found = self._list("}")
                return {_name(name): each for name, each in zip(found[::2], found[1::2], strict=True)}
        raise self._error(f"{token or 'the end'!r} is no value")

    def _list(self, end: str) -> list[PerlValue]:
        values: list[PerlValue] = []
        while not (self._kind == "mark" and self._current == end):
            found = self._value()
            values += found if isinstance(found, list) and end == ")" else [found]
            if self._kind == "mark" and self._current in (",", "=>"):
                self._next()
        self._next()
        return values

    def _next(self) -> None:
        while True:
            found = _TOKEN.match(self._text, self._at)
            if not found:
                if self._at < len(self._text):
                    raise self._error(f"{self._text[self._at]!r} is unexpected")
                self._kind = self._current = ""
                return
            self._at = found.end()
            if found.lastgroup != "space":
                self._kind = found.lastgroup or ""
                self._current = found[self._kind]
                return

    def _error(self, what: str) -> PerlTextError:
        return PerlTextError(f"line {self._text.count(chr(10), 0, self._at) + 1}: {what}")


def _name(value: PerlValue) -> str:
    return value if isinstance(value, str) else ""


def _unescaped(found: re.Match[str]) -> str:
    if code := found["wide"] or found["hex"]:
        return chr(int(code, 16))
    if found["octal"]:
        return chr(int(found["octal"], 8))
    return _ESCAPES.get(found["other"], found["other"])
