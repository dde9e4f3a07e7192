"""Write JSON answers (RFC 8259) with msgspec.

The Python type of a value is its type on the wire; times, which are UTC and whole seconds, become
`YYYY-MM-DDTHH:MM:SSZ`, content base64, hours a number, and ids that name members strings. A lone surrogate, which
UTF-8 cannot carry, becomes U+FFFD.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.answer_size import AnswerSize
from gateway.content import MemoryContent, StoredContent
from gateway.model import Hours
from gateway.protocols.long_answer import PART, dict_runs, joined, list_runs
from gateway.protocols.wire_values import CONTENT_PLACEHOLDER, AnswerPiece, with_contents
from gateway.values import Untyped

_SURROGATE = re.compile("[\ud800-\udfff]")
_RAW_PLACEHOLDER = msgspec.Raw(b'"%b"' % CONTENT_PLACEHOLDER)


def dumps(value: object) -> list[AnswerPiece]:
    """Write a document, in pieces. Raises TypeError for a value that JSON has no form for."""
    try:
        return _written(value)
    except UnicodeEncodeError:
        return _written(_without_surrogates(value))


def parts(value: object, sizes: AnswerSize | None = None) -> Iterator[AnswerPiece]:
    """Write a document as `dumps` does, in parts that are made one at a time."""
    return joined(_parts(value, sizes or AnswerSize(value)))


def _parts(value: object, sizes: AnswerSize) -> Iterator[AnswerPiece]:
    if not isinstance(value, dict | list | tuple) or sizes.of(value) <= PART:
        yield from dumps(value)
        return
    is_dict = isinstance(value, dict)
    runs: Any = dict_runs(value, sizes) if isinstance(value, dict) else list_runs(value, sizes)
    opening = b"{" if is_dict else b"["
    for run in runs:
        yield opening
        opening = b","
        if len(run) > 1:
            yield from _members(run)
        elif is_dict:
            ((name, item),) = run.items()
            yield _members({name: None})[0].removesuffix(b"null")
            yield from _parts(item, sizes)
        else:
            yield from _parts(run[0], sizes)
    yield b"}" if is_dict else b"]"


def _members(container: object) -> list[Any]:
    """Write the members of a list or a dict, without its brackets."""
    pieces: list[Any] = dumps(container)
    pieces[0] = pieces[0][1:]
    pieces[-1] = pieces[-1][:-1]
    return pieces


def _written(value: object) -> list[AnswerPiece]:
    contents: list[StoredContent] = []

    def encodable(item: object) -> object:
        """Convert a value of a type that msgspec does not know."""
        match item:
            case StoredContent():
                contents.append(item)
                return _RAW_PLACEHOLDER
            case MemoryContent():
                return item.data
            case Untyped():
                return str(item)
            case Hours():
                return int(item) if item == int(item) else float(item)
        raise TypeError(f"JSON has no form for {type(item).__name__}")

    body = msgspec.json.encode(value, enc_hook=encodable)
    return with_contents(body, contents) if contents else [body]


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_without_surrogates(name): _without_surrogates(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
