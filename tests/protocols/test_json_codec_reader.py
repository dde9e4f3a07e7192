import base64
import json
import tracemalloc
from contextlib import contextmanager

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spooled import content_or_error

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.protocols.json_codec import json_reader, long_strings
from gateway.protocols.json_codec.json_bounds import STEP
from gateway.protocols.json_codec.json_reader import JsonReader, loads
from gateway.protocols.json_codec.long_strings import LONG
from gateway.spools import RequestSpools, Spool

KIB = 1024
MIB = 1024 * KIB
LIMIT = 4 * MIB


def read(document, sizes=(), limit=LIMIT, max_body=16 * MIB):
    """The value, its spools as bytes and its errors as their kinds."""
    document = document.encode() if isinstance(document, str) else document
    with RequestSpools(limit, Budget(disk=Quota(64 * MIB))) as spools:
        json_reader = JsonReader(spools, max_body)
        at = 0
        for size in sizes:
            json_reader.feed(document[at : at + size])
            at += size
        json_reader.feed(document[at:])
        return plain(json_reader.close())


def plain(value):
    if isinstance(value, Spool):
        return content_or_error(value)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


def refused(document, kind, **options):
    with pytest.raises(errors.GatewayError) as caught:
        read(document, **options)
    assert caught.value.kind is kind, caught.value.message


# ---- documents


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ("null", None),
        ("[true, false]", [True, False]),
        (' \t\r\n{"a" : [1 , "b"]}\n', {"a": [1, "b"]}),
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        (r'"\"\\\/\b\f\n\r\t\u002b\u00e9\ud83d\ude00\u0000"', '"\\/\b\f\n\r\t+é😀\0'),
        ("0", 0),
        ("-0", 0),
        ("-0.0", 0),
        ("4.0", 4),
        ("4.5", 4.5),
        ("1e3", 1000),
        ("1E-2", 0.01),
        ("1e300", 1e300),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("-" + "9" * 100, -int("9" * 100)),
    ],
    ids=lambda example: repr(example)[:24],
)
def test_value(document, value):
    found = loads(document)
    assert found == value
    assert type(found) is type(value)
    assert read(document) == value


@pytest.mark.parametrize(
    "document",
    [
        "",
        " ",
        "hello",
        '{"a": 1} x',
        "{'a': 1}",
        '{"a": 1,}',
        "[1,]",
        "{a: 1}",
        '{"a": 1',
        '"a',
        "NaN",
        "-Infinity",
        "[Infinity]",
        "01",
        "+1",
        ".5",
        "1.",
        "0x5",
        "1e999",
        "-1e999",
        "9" * 5000,
        r'"\ud800"',
        r'"\ude00"',
        r'"\ud83dx"',
        r'{"\ud800": 1}',
        r'"\x41"',
        r'"\u12"',
        '"\n"',
        '"\x00"',
        "\ufeff{}",
        "// comment\n1",
        "1 2",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xff\xfe1\x00",
        "[" * 600 + "]" * 600,
        '{"a":' * 300 + "1" + "}" * 300,
        "[" * 100_000,
        '{"a":' * 10_000,
        "[" + "1," * 100_000 + "1]",
        "[" * 256 + '["' + r"\"" * 100_000,
        "[" * 256 + '["' + r"\"" * 100_000 + "\\",
        "[" + "[],{}," * 50_000 + "1]",
    ],
    ids=lambda document: repr(document[:24]),
)
def test_a_document_that_cannot_be_read(document):
    refused(document, errors.UNREADABLE)
    with pytest.raises(errors.GatewayError) as caught:
        loads(document)
    assert caught.value.kind is errors.UNREADABLE


def test_a_lone_surrogate_in_a_text():
    with pytest.raises(errors.GatewayError) as caught:
        loads('"\ud800"')
    assert caught.value.kind is errors.UNREADABLE


def test_depth():
    assert loads("[" * 256 + "1" + "]" * 256)
    refused("[" * 257 + "]" * 257, errors.UNREADABLE)
    assert loads('["' + "[" * 1000 + '"]') == ["[" * 1000]


def test_number_of_values():
    assert len(loads("[" + "1," * 49_999 + "1]")) == 50_000
    refused("[" + "1," * 50_000 + "1]", errors.UNREADABLE)


def test_commas_in_texts_are_no_values():
    document = {"comment": ",[{" * 40_000, "quoted": '"\\' * 1000}
    assert loads(json.dumps(document)) == document


@pytest.mark.parametrize("slack", [-1, 0, 1])
def test_the_largest_body(slack):
    if slack < 0:
        refused("[1]", errors.BODY_TOO_LARGE, max_body=3 + slack)
    else:
        assert read("[1]", max_body=3 + slack) == [1]


# ---- long strings

EVERY_BYTE = bytes(range(256))
BIG = bytes((i * 7 + (i >> 8)) & 255 for i in range(700 * KIB))


@pytest.mark.parametrize("width", [60, 76, 10**9])
@pytest.mark.parametrize("line_break", ["", r"\n", r"\r\n", r"\u000a", " "])
@pytest.mark.parametrize("slash", ["/", r"\/", r"\u002f", r"\u002F"])
def test_long_base64_is_content(width, line_break, slash):
    text = base64.b64encode(EVERY_BYTE + BIG).decode()
    escaped = line_break.join(text[start : start + width] for start in range(0, len(text), width)).replace("/", slash)
    document = f'{{"ids": [7], "data": "{escaped.replace("+", chr(92) + "u002b")}", "summary": "\\n"}}'
    assert read(document) == {"ids": [7], "data": EVERY_BYTE + BIG, "summary": "\n"}


def test_where_long_strings_may_stand():
    text = base64.b64encode(BIG).decode()
    assert read(f'"{text}"') == BIG
    assert read(f'["{text}", [{{"a": "{text}"}}]]') == [BIG, [{"a": BIG}]]
    refused(f'{{"{text}": 1}}', errors.UNREADABLE)


def test_texts_of_ordinary_length_stay_texts():
    texts = ["x" * 70_000, "\\" * (LONG // 2), "x" * LONG]
    assert read(json.dumps(texts)) == texts
    assert read('["{}"]'.format("QUJD" * (LONG // 4))) == ["QUJD" * (LONG // 4)]
    assert read('["{}"]'.format("QUJD" * (LONG // 4) + "QQ")) == [b"ABC" * (LONG // 4) + b"A"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("A" * 819_200, "A" * 819_200),
        ("A" * 819_201, errors.PARAM_INVALID),  # one digit too many for base64
        (r"\\" * 409_600, "\\" * 409_600),
        (r"\n" * 409_600, "\n" * 409_600),
        (r"\n" * 409_601, b""),
    ],
    ids=["longest text", "shortest content", "escapes", "line breaks", "too many line breaks"],
)
def test_a_string_is_content_above_800_kib_as_it_is_written(written, found):
    assert read(f'["{written}", ""]') == [found, ""]


@pytest.mark.parametrize("wrong", ["!", "=QQ==", "é", r"\\", r"\ud83d\ude00", "-_"])
@pytest.mark.parametrize("size", [LONG, 1000 * KIB])
def test_an_error_stands_for_a_long_string_that_is_no_base64(wrong, size):
    good = "QUJD" * (size // 4)
    for text in (f"{good}{wrong}QUJDQ", f"{wrong}{good}Q", f"{good}Q"):
        assert read(f'{{"data": "{text}", "id": 1}}') == {"data": errors.PARAM_INVALID, "id": 1}


@pytest.mark.parametrize("sizes", [(), (3,), (64 * KIB - 3,), (1000,) * 900])
def test_a_broken_escape_in_a_long_string_is_unreadable_wherever_pieces_end(sizes):
    refused('["' + "A" * LONG + '\\ue "more"]', errors.UNREADABLE, sizes=sizes)


def test_a_broken_document_is_unreadable_whatever_its_long_strings_are():
    for text in ("QUJD" * MIB, "!" * MIB):
        refused(f'{{"data": "{text}"', errors.UNREADABLE, limit=8 * MIB)
        refused(f'{{"data": "{text}', errors.UNREADABLE, limit=8 * MIB)
        refused(f'{{"data": "{text}" "x"}}', errors.UNREADABLE, limit=8 * MIB)


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT, LIMIT + 1, 2 * LIMIT])
def test_the_largest_attachment(size):
    document = json.dumps({"data": base64.b64encode(bytes(size)).decode(), "id": 1})
    assert read(document) == {"data": bytes(size) if size <= LIMIT else errors.FILE_TOO_LARGE, "id": 1}


@pytest.mark.parametrize("escape", ["\\/", "\\u002f"])
@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1])
def test_the_largest_attachment_however_it_is_escaped(size, escape):
    """PHP writes each `/` of base64 with a backslash."""
    content = b"\xff" * size
    document = json.dumps({"data": base64.b64encode(content).decode()}).replace("/", escape)
    steps = [64 * KIB] * (len(document) // (64 * KIB))
    becomes = content if size <= LIMIT else errors.FILE_TOO_LARGE
    assert read(document, steps, max_body=LIMIT * 3 // 2 + MIB) == {"data": becomes}


@pytest.mark.parametrize("text", ["\\n", "\\/", "\\u0041"])
def test_escape_sequences_take_no_more_than_content_may(text):
    document = '"' + text * (32 * MIB // len(text))
    refused(document, errors.BODY_TOO_LARGE, sizes=[64 * KIB] * (len(document) // (64 * KIB)), max_body=2 * MIB)


def test_content_that_is_not_taken_takes_no_room():
    disk = Quota(LIMIT)
    with RequestSpools(LIMIT, Budget(disk=disk)) as spools:
        json_reader = JsonReader(spools, 16 * MIB)
        json_reader.feed('{{"data": "{}!!!!'.format("QUJD" * (256 * KIB)).encode())
        assert disk.used == 0


def test_no_room_for_a_spool():
    with RequestSpools(LIMIT, Budget(disk=Quota(MIB))) as spools:
        json_reader = JsonReader(spools, 16 * MIB)
        with pytest.raises(errors.GatewayError) as caught:
            json_reader.feed('{{"data": "{}'.format("QUJD" * (512 * KIB)).encode())
        assert caught.value.kind is errors.BUSY


def test_many_strings_are_refused_before_they_take_memory():
    document = b'["' + b'","' * MIB + b'"]'
    tracemalloc.start()
    try:
        with pytest.raises(errors.GatewayError):
            loads(document)
        assert tracemalloc.get_traced_memory()[1] < 40 * MIB
    finally:
        tracemalloc.stop()


def test_the_longest_comment_is_no_content():
    assert read(json.dumps("😀" * 65_535)) == "😀" * 65_535


def test_the_rest_of_a_document_is_bounded():
    refused(json.dumps(["x" * (200 * KIB)] * 25), errors.BODY_TOO_LARGE)
    assert len(read(json.dumps(["x" * (200 * KIB)] * 15))) == 15


@contextmanager
def small_limits():
    """Let strings of over 16 bytes be long, and slices have 8, so that short examples meet every case."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_strings, "LONG", 16)
        patch.setattr(long_strings, "_SLICE", 8)
        patch.setattr(json_reader, "LONG", 16)
        yield


def expected(value, slash):
    """What there is to read with small limits."""
    if isinstance(value, str) and len(json.dumps(value).replace("/", slash)) > 16 + 2:
        try:
            return base64.b64decode(value, validate=True)
        except ValueError:
            return errors.PARAM_INVALID
    if isinstance(value, list):
        return [expected(item, slash) for item in value]
    if isinstance(value, dict):
        return {name: expected(item, slash) for name, item in value.items()}
    return value


texts = (
    st.text('ab"\\/\n\té😀', max_size=6)
    | st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode())
    | st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode() + "!")
)
documents = st.recursive(
    st.integers() | st.none() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('k"\\', max_size=3), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=500)
@given(documents, st.lists(st.integers(0, 20)), st.sampled_from(["/", r"\/"]))
@example({"": "\\" * 40}, [1] * 90, "/")
def test_long_strings_are_found_wherever_slices_and_pieces_end(value, sizes, slash):
    with small_limits():
        assert read(json.dumps(value).replace("/", slash), sizes) == expected(value, slash)


@settings(max_examples=500)
@given(st.text('"\\u0/{}[]:,1aé', max_size=60).map(str.encode) | st.binary(max_size=60), st.lists(st.integers(0, 20)))
def test_what_is_no_json_is_never_anything_but_an_error_of_ours(document, sizes):
    with small_limits():
        try:
            read(document, sizes)
        except errors.GatewayError as error:
            assert error.kind is errors.UNREADABLE


@settings(max_examples=25)
@given(st.lists(st.integers(1, 200_000), max_size=8))
def test_pieces_make_no_difference(sizes):
    text = base64.encodebytes(BIG).decode()
    assert read(json.dumps({"a": "é" * 9, "data": text, "b": [4.0]}), sizes) == {"a": "é" * 9, "data": BIG, "b": [4]}


@pytest.mark.parametrize(
    ("document", "value"),
    [
        (b"[" + b"9" * 100 + b"]", [int("9" * 100)]),
        (b"[" + b"9" * 101 + b"]", ["9" * 101]),
        (
            b'{"a": -' + b"1" * 4000 + b', "b": [' + b"2" * 4300 + b", 3]}",
            {"a": "-" + "1" * 4000, "b": ["2" * 4300, 3]},
        ),
        (b'["' + b"7" * 200 + b'", ' + b"1" * 200 + b"]", ["7" * 200, "1" * 200]),
        (
            b'["\\"' + b"7" * 200 + b'", -1, 1e5, 0.' + b"3" * 200 + b"]",
            ['"' + "7" * 200, -1, 100000, float("0." + "3" * 200)],
        ),
        (b"[" + b"4" * 200 + b".5]", [float("4" * 200)]),
        (b"4" * 200, "4" * 200),
        (b'["' + b"7" * 200, None),
        (b"[01" + b"1" * 200 + b"]", None),
        (b"[1" + b"1" * 200 + b", 2, 01" + b"1" * 200 + b"]", None),
    ],
)
def test_numbers_of_many_digits_are_texts(document: bytes, value: object) -> None:
    if value is None:
        with pytest.raises(errors.GatewayError):
            loads(document)
    else:
        assert loads(document) == value


def test_numbers_of_many_digits_take_little_time() -> None:
    """A number of 4,000 digits each takes 0.1 ms to decode; none of them is decoded."""
    document = b"[" + b",".join([b"9" * 4000] * 1000) + b"]"
    assert loads(document) == ["9" * 4000] * 1000


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize(
    ("text", "each"), [("a" * 10_000, 1), ("\u0100" + "a" * 9999, 2), ("\U0001f600" + "a" * 9999, 4)]
)
def test_what_a_document_takes_is_charged_before_it_is_decoded(text: str, each: int, escaped: bool) -> None:
    document = json.dumps([text], ensure_ascii=escaped).encode()
    for total, is_read in ((len(document) + 9000 * each, False), (len(document) + 11_000 * each, True)):
        memory = Quota(total)
        with RequestSpools(1000, Budget(memory=memory)) as spools:
            reader = JsonReader(spools, 100_000)
            reader.feed(document)
            if is_read:
                assert reader.close() == [text]
                assert 10_000 * each <= memory.used <= 11_000 * each
            else:
                with pytest.raises(errors.GatewayError) as caught:
                    reader.close()
                assert caught.value.kind is errors.BUSY


def test_many_numbers_with_fractions_are_read_in_many_steps() -> None:
    numbers = 30_000
    with RequestSpools(1000, Budget()) as spools:
        reader = JsonReader(spools, 1_000_000)
        reader.feed(b"[%b 7.0]" % (b"1.5e300," * numbers))
        assert sum(1 for _ in reader.check_steps()) > numbers // 5_000 + numbers * 8 // STEP
        assert reader.close() == [1.5e300] * numbers + [7]
