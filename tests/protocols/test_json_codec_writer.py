import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.content import MemoryContent, StoredContent
from gateway.model import Hours
from gateway.protocols.json_codec.json_writer import dumps
from gateway.protocols.wire_values import length


def written(value):
    (body,) = dumps(value)
    return body.decode()


@pytest.mark.parametrize(
    ("value", "document"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (10**30, str(10**30)),
        ("é\u2028</script>\n\x01", '"é\u2028</script>\\n\\u0001"'),
        ("\ud800", '"\ufffd"'),
        ({"\udfff": ["\ud83d"]}, '{"\ufffd":["\ufffd"]}'),
        ({5: 1}, '{"5":1}'),
        ((1, None), "[1,null]"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), '"2026-01-02T03:04:05Z"'),
        (Hours("0.00"), "0"),
        ([Hours("1.50")], "[1.5]"),
        ({"a": Hours("-3.0"), 5: "1.0"}, '{"a":-3,"5":"1.0"}'),
        (b"x", '"eA=="'),
        (MemoryContent(b"x"), '"eA=="'),
    ],
)
def test_form(value, document):
    assert written(value) == document


def test_base64_is_on_one_line():
    assert written(MemoryContent(bytes(1000))) == f'"{base64.b64encode(bytes(1000)).decode()}"'


def test_what_has_no_form():
    with pytest.raises(TypeError, match="complex"):
        dumps([1j])


def test_stored_content_is_left_to_whoever_sends_the_answer():
    first, second = StoredContent(1, 4, "hash"), StoredContent(2, 0, "hash")
    pieces = dumps({"1": {"data": first, "text": "\0"}, "2": [second, MemoryContent(b"x")]})
    assert [piece for piece in pieces if not isinstance(piece, bytes)] == [first, second]
    body = b"".join(piece if isinstance(piece, bytes) else base64.b64encode(bytes(piece.size)) for piece in pieces)
    assert length(pieces) == len(body)
    assert json.loads(body) == {"1": {"data": "AAAAAA==", "text": "\0"}, "2": ["", "eA=="]}


def as_read(value):
    """What a reader gets of a value that was written."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [as_read(item) for item in value]
    if isinstance(value, dict):
        return {as_read(str(name)): as_read(item) for name, item in value.items()}
    return value


any_text = st.text(st.characters() | st.characters(categories=["Cs", "Cc"]) | st.sampled_from('"\\/\0'))
answers = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
    max_leaves=20,
)


@given(answers)
def test_a_parser_reads_what_was_meant(value):
    assert json.loads(written(value)) == as_read(value)
