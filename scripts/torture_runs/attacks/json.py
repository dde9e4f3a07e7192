"""What is done to readers of JSON."""

from scripts.torture_runs.attacks.attack import JSON, Attack, Make, counted, repeated

CALL = b'{"jsonrpc": "2.0", "method": "Bugzilla.version", "id": 1, "params": {"a": %b}}'


def call(value: bytes) -> bytes:
    """A call of JSON-RPC, and a document for REST, with this value as a parameter."""
    return CALL.replace(b"%b", value)


def _one(before: bytes, unit: bytes, after: bytes) -> Make:
    return lambda _, size: before + repeated(size, unit) + after


def _within(before: bytes, unit: bytes, after: bytes) -> Make:
    return lambda _, size: call(before + repeated(size, unit) + after)


def _plain(document: bytes) -> Make:
    return lambda _, __: document


_BATCH = b'{"jsonrpc": "2.0", "method": "Bugzilla.version", "id": 1},'

JSON_ATTACKS = tuple(
    Attack(f"json: {name}", JSON, make, is_refused)
    for name, make, is_refused in (
        ("depth of lists", lambda _, size: call(b"[" * (size // 2) + b"]" * (size // 2)), True),
        ("depth of lists that has no end", _one(b"", b"[", b""), True),
        ("depth of objects", lambda _, size: call(b'{"a":' * (size // 6) + b"1" + b"}" * (size // 6)), True),
        ("depth of both", _one(b"", b'[{"a":', b""), True),
        ("very many values", _within(b"[", b"1,", b"1]"), True),
        ("very many lists", _within(b"[", b"[],", b"1]"), True),
        ("very many objects", _within(b"[", b'{"a":{}},', b"1]"), True),
        ("very many members of other names", lambda _, size: call(b"{" + counted(size, b'"m%d":0,') + b'"m":0}'), True),
        ("very many members of one name", _within(b"{", b'"a":0,', b'"a":0}'), True),
        ("members of one name", _plain(call(b'1, "a": 2, "a": [3]')), False),
        ("two methods", _plain(b'{"method": "Bug.get", "method": "Bugzilla.version", "params": [], "id": 1}'), False),
        ("very many texts", _within(b"[", b'"",', b'""]'), True),
        ("texts as long as may be", _within(b"[", b'"%b",' % (b"x" * 700_000), b'""]'), True),
        ("a text that goes on", _one(b'["', b"x", b""), True),
        ("a text of escapes", _within(b'"', b"\\u0041", b'"'), False),
        ("a text of quotes", _within(b'"', b'\\"', b'"'), False),
        ("a text of backslashes that has no end", _one(b'["', b"\\\\", b""), True),
        ("brackets in a text", _within(b'"', b"[{,", b'"'), False),
        ("the name of a member that goes on", _within(b'{"', b"x", b'": 1}'), True),
        ("a whole number that goes on", _within(b"", b"9", b""), True),
        ("a fraction that goes on", _within(b"0.", b"9", b""), True),
        ("zeros before a number", _within(b"", b"0", b"1"), True),
        ("a number too large", _plain(call(b"1e999999999")), True),
        ("an exponent that goes on", _within(b"1e", b"9", b""), True),
        ("no number", _plain(call(b"NaN")), True),
        ("half of a surrogate pair", _plain(call(b'"\\ud800"')), True),
        ("the other half", _plain(call(b'"\\udc00x"')), True),
        ("surrogates in UTF-8", _plain(call(b'"\xed\xa0\x80"')), True),
        ("UTF-8 longer than it has to be", _plain(call(b'"\xc0\xaf"')), True),
        ("UTF-16", _plain(call(b'"a"').decode().encode("utf-16")), True),
        ("a byte order mark", _plain(b"\xef\xbb\xbf" + call(b"1")), True),
        ("white space that goes on", _within(b"", b" ", b"1"), False),
        ("commas", _one(b"[", b",", b"]"), True),
        ("a comment that goes on", _one(b"/*", b"x", b"*/ 1"), True),
        ("zeros", lambda _, size: bytes(size), True),
        ("a batch of very many calls", _one(b"[", _BATCH, b"1]"), True),
        ("a batch in a batch", _one(b"", b"[" + _BATCH, b""), True),
        ("nothing", _plain(b""), False),
        ("a document cut short", _plain(call(b"1")[:-1]), True),
    )
)
