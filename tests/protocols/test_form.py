"""Forms: read as they arrive, they are what `urllib.parse` makes of them."""

import tracemalloc
from base64 import b64encode
from urllib.parse import parse_qsl, quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spooled import content_or_error

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.protocols import form
from gateway.protocols.form import LONG, MAX_PAIRS, FormReader
from gateway.spools import RequestSpools, Spool

MIB = 1024 * 1024


def read(body, step=10**9, limit=MIB, max_body=20 * MIB):
    """The names and values, spools as bytes and errors as their kinds."""
    with RequestSpools(limit, Budget(disk=Quota(64 * MIB))) as spools:
        reader = FormReader(spools, max_body)
        for start in range(0, len(body), step):
            reader.feed(body[start : start + step])
        return [(name, plain(value)) for name, value in reader.close()]


def plain(value):
    return content_or_error(value) if isinstance(value, Spool) else value


@given(st.lists(st.sampled_from([*"ab=&;+%", "%41", "%3D", "%26", "%C3%BC", "%C", "%G1", "ü"])), st.integers(1, 5))
def test_any_form(parts, step):
    body = "".join(parts)
    expected = parse_qsl(body.replace(";", "&"), keep_blank_values=True, errors="replace")
    assert read(body.encode(), step) == expected
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form, "_SLICE", 2)
        assert read(body.encode()) == expected


@pytest.mark.parametrize("step", [1000, 65_536, 10**9])
def test_a_long_value_is_content(step):
    data = bytes(range(256)) * 2000
    body = b"a=1&data=" + quote_from_bytes(b64encode(data), safe="").encode() + b"&b=2"
    assert read(body, step) == [("a", "1"), ("data", data), ("b", "2")]


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (b"A" * (2 * MIB), errors.FILE_TOO_LARGE),
        (b"-" * (2 * MIB), errors.PARAM_INVALID),
        (b"A" * LONG, "A" * LONG),
        (quote_from_bytes("😀".encode() * 65_535).encode(), "😀" * 65_535),
    ],
)
def test_what_becomes_of_long_values(value, becomes):
    assert read(b"data=" + value + b"&b=2") == [("data", becomes), ("b", "2")]


@pytest.mark.parametrize(("size", "becomes"), [(4 * MIB, b"\xff" * 4 * MIB), (4 * MIB + 1, errors.FILE_TOO_LARGE)])
def test_the_largest_content_however_it_is_escaped(size, becomes):
    body = b"data=" + b64encode(b"\xff" * size).replace(b"/", b"%2F")
    assert read(body, 64 * 1024, limit=4 * MIB, max_body=7 * MIB) == [("data", becomes)]


@pytest.mark.parametrize("text", [b"%0A", b"%41"])
def test_escape_sequences_take_no_more_than_content_may(text):
    with pytest.raises(errors.GatewayError) as caught:
        read(b"data=" + text * (11 * MIB), 64 * 1024, max_body=3 * MIB)
    assert caught.value.kind is errors.BODY_TOO_LARGE


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&" * (MAX_PAIRS + 1), errors.UNREADABLE),
        (b"a" * (5 * MIB), errors.BODY_TOO_LARGE),
        ((b"a=" + b"b" * 200_000 + b"&") * 30, errors.BODY_TOO_LARGE),
        (b"&" * (21 * MIB), errors.BODY_TOO_LARGE),
    ],
)
def test_what_is_refused(body, kind):
    with pytest.raises(errors.GatewayError) as caught:
        read(body)
    assert caught.value.kind is kind


def test_escapes_take_no_memory():
    body = urlencode({"data": b64encode(bytes(MIB))}).encode().replace(b"A", b"%41")
    tracemalloc.start()
    try:
        assert read(body) == [("data", bytes(MIB))]
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()
