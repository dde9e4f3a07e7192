"""What is done to readers of forms, in multipart and in one line, and to those that unpack what is packed."""

import gzip
import zlib

from scripts.torture_runs.attacks.attack import BOUNDARY, FORM, JSON, MULTIPART, XML, Attack, Make, counted, repeated

_FILE = b'Content-Disposition: form-data; name="File"; filename="a.txt"\r\nContent-Type: text/plain\r\n'
_LINE = b"--" + BOUNDARY.encode()


def _part(content: bytes, head: bytes = _FILE) -> bytes:
    return b"\r\n" + _LINE + b"\r\n" + head + b"\r\n" + content


def _form(*parts: bytes) -> bytes:
    return b"".join(parts).removeprefix(b"\r\n") + b"\r\n" + _LINE + b"--\r\n"


def _head(before: bytes, unit: bytes, after: bytes) -> Make:
    """A part of whose headers one goes on."""
    return lambda _, size: _form(_part(b"x", _FILE + before + repeated(size, unit) + after + b"\r\n"))


def _text(name: bytes, content: bytes = b"x") -> bytes:
    return _part(content, b'Content-Disposition: form-data; name="%b"\r\n' % name)


def _named(before: bytes, unit: bytes, after: bytes) -> Make:
    head = b'Content-Disposition: form-data; name="File"; filename='
    return lambda _, size: _form(_part(b"x", head + before + repeated(min(size, 8000), unit) + after + b"\r\n"))


def _headers(_: str, size: int) -> bytes:
    return _form(_part(b"x", _FILE + counted(size, b"A%d: b\r\n")))


_NESTED = _FILE.replace(b"text/plain", MULTIPART.encode())
_ENCODED = _FILE + b"Content-Transfer-Encoding: base64\r\n"

MULTIPART_ATTACKS = tuple(
    Attack(f"multipart: {name}", content_type, make, is_refused)
    for name, make, is_refused, content_type in (
        ("thousands of parts", lambda _, size: _form(counted(size, _text(b"p%d"))), True, MULTIPART),
        ("thousands of files", lambda _, size: _form(repeated(size, _part(b"x"))), True, MULTIPART),
        ("one part twice", lambda _, __: _form(_part(b"x"), _part(b"y")), True, MULTIPART),
        ("thousands of headers", _headers, True, MULTIPART),
        ("a header that goes on", _head(b"A: ", b"x", b""), True, MULTIPART),
        ("a header whose name goes on", _head(b"", b"x", b": a"), True, MULTIPART),
        ("a header over many lines", _head(b"A: b", b"\r\n b", b""), True, MULTIPART),
        ("options that go on", _head(b"Content-Disposition: form-data", b"; a=b", b""), True, MULTIPART),
        ("a file name of quotes", _named(b'"', b'\\"', b'"'), False, MULTIPART),
        ("a file name of percent signs", _named(b'"', b"%", b'"'), False, MULTIPART),
        ("a file name of backslashes", _named(b'"', b"\\", b'"'), False, MULTIPART),
        ("a file name without an end", _named(b'"', b'="; ', b""), False, MULTIPART),
        ("a file name as a path", _named(b'"', b"../", b'etc/passwd"'), False, MULTIPART),
        ("text before the first part", lambda _, size: repeated(size, b"x\r\n") + _form(_part(b"x")), True, MULTIPART),
        ("text after the last part", lambda _, size: _form(_part(b"x")) + repeated(size, b"x\r\n"), True, MULTIPART),
        ("text that goes on", lambda _, size: _form(_text(b"Description", b"x" * size)), True, MULTIPART),
        ("a part that nobody wants", lambda _, size: _form(_text(b"other", b"x" * size)), True, MULTIPART),
        ("nearly boundaries", lambda _, size: _form(_part(repeated(size, b"\r\n--a\r\n-"))), False, MULTIPART),
        ("dashes", lambda _, size: _form(_part(b"-" * size)), False, MULTIPART),
        ("line breaks", lambda _, size: _form(_part(b"\r\n" * (size // 2))), False, MULTIPART),
        ("no last boundary", lambda _, __: _part(b"x"), True, MULTIPART),
        ("a boundary in the file", lambda _, __: _form(_part(b"x\r\n" + _LINE + b"x")), False, MULTIPART),
        ("forms in forms", lambda _, __: _form(_part(b"x", _NESTED)), False, MULTIPART),
        ("an encoding of parts", lambda _, __: _form(_part(b"eA==", _ENCODED)), True, MULTIPART),
        ("an empty boundary", lambda _, __: _form(_part(b"x")), True, 'multipart/form-data; boundary=""'),
        ("no boundary", lambda _, __: _form(_part(b"x")), True, "multipart/form-data"),
        ("a boundary too long", lambda _, __: _form(_part(b"x")), True, "multipart/form-data; boundary=" + "x" * 2000),
        ("two boundaries", lambda _, __: _form(_part(b"x")), False, f"{MULTIPART}; boundary=other"),
        ("nothing", lambda _, __: b"", True, MULTIPART),
    )
)

FORM_ATTACKS = tuple(
    Attack(f"form: {name}", FORM, make, is_refused)
    for name, make, is_refused in (
        ("very many values", lambda _, size: counted(size, b"a%d=b&"), True),
        ("very many values of one name", lambda _, size: repeated(size, b"a=b&"), True),
        ("separators", lambda _, size: repeated(size, b"&;"), False),
        ("equals signs", lambda _, size: repeated(size, b"="), False),
        ("percent signs", lambda _, size: b"a=" + repeated(size, b"%"), False),
        ("escapes", lambda _, size: b"a=" + repeated(size, b"%41"), False),
        ("a name that goes on", lambda _, size: b"x" * size, True),
        ("a value that goes on", lambda _, size: b"a=" + b"A" * size, False),
        ("texts as long as may be", lambda _, size: counted(size, b"a%d=" + b"x" * 200_000 + b"&"), True),
        ("zeros", lambda _, size: bytes(size), True),
        ("no text", lambda _, __: b"a=%ff%fe%c0%80&%ff=%ff", False),
    )
)


def _gzipped(unit: bytes) -> Make:
    """A body that is a thousand times as large, once it is unpacked."""
    return lambda _, size: gzip.compress(unit * _unpacked(size), 5)


def _unpacked(size: int) -> int:
    """How large a body is once it is unpacked: far over any bound."""
    return min(size * 100, 40_000_000)


def _twice(_: str, size: int) -> bytes:
    return gzip.compress(gzip.compress(bytes(_unpacked(size)), 5), 5)


_PACKED = (
    ("gzip", _gzipped(b" "), {"Content-Encoding": "gzip"}),
    ("deflate", lambda _, size: zlib.compress(b" " * _unpacked(size), 5), {"Content-Encoding": "deflate"}),
    ("twice", _twice, {"Content-Encoding": "gzip"}),
    ("twice, and it says so", _twice, {"Content-Encoding": "gzip, gzip"}),
    ("unknown", lambda _, __: b"x", {"Content-Encoding": "br"}),
    ("not packed", lambda _, __: b"x" * 100, {"Content-Encoding": "gzip"}),
    ("bytes after the end", lambda _, size: gzip.compress(b" ") + bytes(size), {"Content-Encoding": "gzip"}),
    ("very many members", lambda _, size: repeated(size, gzip.compress(b"")), {"Content-Encoding": "gzip"}),
    ("cut short", lambda _, __: gzip.compress(b" " * 100_000)[:-9], {"Content-Encoding": "gzip"}),
)
PACKED_ATTACKS = tuple(
    Attack(f"packed {kind}: {name}", kind, make, headers=headers)
    for kind in (XML, JSON, FORM, MULTIPART)
    for name, make, headers in _PACKED
)
