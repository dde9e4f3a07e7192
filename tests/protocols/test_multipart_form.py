"""The reader of uploads: whatever the pieces that a body comes in, and however clients write their forms."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest
from forms import BOUNDARY, CONTENT_TYPE, file, form, opened, part, text, upload
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import errors
from gateway.budget import Budget, Quota
from gateway.errors import ErrorKind, GatewayError
from gateway.methods.declaration import FILE, STRING, Param, array
from gateway.methods.issues import add_attachment
from gateway.protocols.multipart_form import MAX_AROUND, MAX_PARTS, MultipartFormReader
from gateway.protocols.multipart_parts import MAX_HEADERS, boundary_of
from gateway.spools import RequestSpools

LIMIT = 100_000


@pytest.fixture
def spools() -> Iterator[RequestSpools]:
    with RequestSpools(LIMIT, Budget(disk=Quota(10**9))) as spools:
        yield spools


def read(spools: RequestSpools, *pieces: bytes) -> Mapping[str, Any]:
    reader = MultipartFormReader(spools, add_attachment.params, BOUNDARY)
    for piece in pieces:
        reader.feed(piece)
    return reader.close()


def refused(spools: RequestSpools, *pieces: bytes) -> ErrorKind:
    with pytest.raises(GatewayError) as caught:
        read(spools, *pieces)
    return caught.value.kind


def content(params: Mapping[str, Any]) -> bytes:
    return b"".join(params["File"].content.pieces())


# ---- what arrives


def test_a_list_of_files_takes_several_parts_of_its_name(spools: RequestSpools) -> None:
    files = Param("File", array(FILE), "Files.")
    reader = MultipartFormReader(spools, [files], BOUNDARY, parts=3)
    reader.feed(form(file(b"one"), file(b"two"), file(b"")))
    assert [b"".join(each.content.pieces()) for each in reader.close()["File"]] == [b"one", b"two", b""]
    with pytest.raises(GatewayError):
        MultipartFormReader(spools, [files], BOUNDARY, parts=2).feed(form(file(b"one"), file(b"two"), file(b"")))


def test_there_may_be_more_around_files_where_that_is_wanted(spools: RequestSpools) -> None:
    texts = [Param("Description", STRING, "A long text.")]
    body = form(text("Description", "d" * MAX_AROUND))
    reader = MultipartFormReader(spools, texts, BOUNDARY, around=2 * MAX_AROUND)
    reader.feed(body)
    assert len(reader.close()["Description"]) == MAX_AROUND
    with pytest.raises(GatewayError):
        MultipartFormReader(spools, texts, BOUNDARY).feed(body)


@settings(deadline=None)
@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 800), max_size=12))
def test_a_body_means_the_same_in_whatever_pieces_it_comes(data: bytes, cuts: list[int]) -> None:
    body = form(text("Description", "größer"), file(data))
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    with RequestSpools(LIMIT, Budget(disk=Quota(10**9))) as spools:
        params = read(spools, *(body[start:stop] for start, stop in pairwise(edges) if start < stop))
        assert content(params) == data
        assert params["Description"] == "größer"
        assert params["File"].file_name == "notes.txt"
        assert params["File"].content_type == "text/plain"


@pytest.mark.parametrize("order", [1, -1])
def test_parts_come_in_either_order(spools: RequestSpools, order: int) -> None:
    parts = [text("Description", "d"), file(b"content")][::order]
    params = read(spools, form(*parts))
    assert (params["Description"], content(params)) == ("d", b"content")


def test_content_that_looks_like_a_boundary_is_content(spools: RequestSpools) -> None:
    data = f"\r\n--{BOUNDARY[:-1]}\r\n--\r\n\r--{BOUNDARY}\n--{BOUNDARY}--".encode()
    assert content(read(spools, form(file(data)))) == data


def test_what_comes_before_and_after_the_parts_means_nothing(spools: RequestSpools) -> None:
    body = b"MIME-Version: 1.0\r\n\r\n" + upload(b"content") + b"\r\nand so on"
    assert content(read(spools, body)) == b"content"


@pytest.mark.parametrize("padding", [b" ", b"\t", b" \t" * 32])
@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_white_space_behind_boundaries_means_nothing(spools: RequestSpools, padding: bytes, size: int) -> None:
    data = f"\r\n--{BOUNDARY} x\n--{BOUNDARY}  \r".encode()[3:] + b"\r\r\n-" + f"\r\n--{BOUNDARY[:-1]} \r\n".encode()
    mark = f"--{BOUNDARY}".encode()
    body = form(text("Description", "d"), file(data)).replace(mark + b"\r\n", mark + padding + b"\r\n")
    params = read(spools, *(body[start : start + size] for start in range(0, len(body), size)))
    assert (params["Description"], content(params)) == ("d", data)


def test_a_part_that_is_not_known_means_nothing(spools: RequestSpools) -> None:
    params = read(spools, form(text("Submit", "Attach"), text("Description", "d"), file(b"content"), text("x", "")))
    assert params.keys() == {"Description", "File"}


def test_a_missing_part_is_left_to_the_method(spools: RequestSpools) -> None:
    assert read(spools, form(text("Other", ""))) == {}


def test_an_empty_file_is_a_file(spools: RequestSpools) -> None:
    params = read(spools, upload(b""))
    assert (params["File"].content.size, content(params)) == (0, b"")


# ---- how clients write it

FILE_NAMES = {
    'filename="plain.txt"': "plain.txt",
    "filename=plain.txt": "plain.txt",
    'filename=""': "",
    'filename="größe 世界.txt"': "größe 世界.txt",
    'filename="a%22b%0D%0Ac.txt"': 'a"b\r\nc.txt',
    'filename="gr%C3%B6%C3%9Fe.txt"': "größe.txt",
    'filename="%E4%B8%96%20\\"1\\".txt"': '世 "1".txt',
    'filename="100%.txt"': "100%.txt",
    'filename="100% sure %41.txt"': "100% sure %41.txt",
    'filename="%FF%FE.txt"': "%FF%FE.txt",
    'filename="a\\"b.txt"': 'a"b.txt',
    'filename="/home/me/notes.txt"': "/home/me/notes.txt",
    'filename="C:\\docs\\notes.txt"': "notes.txt",
    "filename*=UTF-8''gr%C3%B6%C3%9Fe.txt": "größe.txt",
    "filename*=iso-8859-1'en'gr%F6%DFe.txt": "größe.txt",
    "filename=\"plain.txt\"; filename*=utf-8''gr%C3%B6%C3%9Fe.txt": "größe.txt",
    "filename*=utf-8''gr%C3%B6%C3%9Fe.txt; filename=\"plain.txt\"": "größe.txt",
    "FileName* = \"utf-8''gr%C3%B6%C3%9Fe.txt\"": "größe.txt",
    'filename*=nonsense; filename="plain.txt"': "plain.txt",
    # what stands in quotes is no parameter
    "filename=\"x; filename*=UTF-8''evil.txt\"": "x; filename*=UTF-8''evil.txt",
    'filename="x\\"; filename*=UTF-8\'\'evil.txt"': "x\"; filename*=UTF-8''evil.txt",
    "x=\"; filename*=UTF-8''evil.txt\"; filename=good.txt": "good.txt",
    "x=\"; filename*=UTF-8''evil.txt": "",
}


BROWSER_NAMES = {
    'filename="report%20final.pdf"': "report%20final.pdf",
    'filename="https%3A%2F%2Fexample.com%2Fpage.html"': "https%3A%2F%2Fexample.com%2Fpage.html",
    'filename="gr%C3%B6%C3%9Fe.txt"': "gr%C3%B6%C3%9Fe.txt",
    'filename="%41.txt"': "%41.txt",
    'filename="100%25.txt"': "100%25.txt",
    'filename="a%22b%0D%0Ac.txt"': 'a"b\r\nc.txt',
    'filename="größe 世界.txt"': "größe 世界.txt",
}


@pytest.mark.parametrize(("written", "meant"), BROWSER_NAMES.items(), ids=BROWSER_NAMES)
def test_browsers_encode_quotes_and_line_breaks_alone(spools: RequestSpools, written: str, meant: str) -> None:
    reader = MultipartFormReader(spools, add_attachment.params, BOUNDARY, percent_encoded=False)
    reader.feed(form(part(f'name="File"; {written}', b"")))
    assert reader.close()["File"].file_name == meant


@pytest.mark.parametrize(("written", "meant"), FILE_NAMES.items(), ids=FILE_NAMES)
def test_file_names_are_taken_in_every_form(spools: RequestSpools, written: str, meant: str) -> None:
    params = read(spools, form(part(f'name="File"; {written}', b"")))
    assert params["File"].file_name == meant


def test_a_file_name_in_latin_1_is_read(spools: RequestSpools) -> None:
    body = form(file(b"")).replace(b"notes.txt", "größe.txt".encode("latin-1"))
    assert read(spools, body)["File"].file_name == "größe.txt"


def test_a_file_may_come_without_a_name_and_without_a_type(spools: RequestSpools) -> None:
    named = read(spools, form(part('name="File"', b"content")))["File"]
    assert (named.file_name, named.content_type) == ("", "")


CHARSETS = {
    "before": [part('name="_charset_"', b"shift_jis"), part('name="Description"', "世界".encode("shift_jis"))],
    "behind": [part('name="Description"', "世界".encode("shift_jis")), part('name="_charset_"', b"shift_jis")],
    "unknown": [part('name="_charset_"', b"klingon"), part('name="Description"', "世界".encode())],
    "another": [
        part('name="_charset_"', b"shift_jis"),
        part('name="Description"', "世界".encode("utf-16"), "Content-Type: text/plain; charset=utf-16"),
    ],
}


@pytest.mark.parametrize("name", CHARSETS)
def test_a_form_names_the_charset_of_its_texts(spools: RequestSpools, name: str) -> None:
    params = read(spools, form(*CHARSETS[name]))
    assert params == {"Description": "世界"}


def test_a_form_names_the_charset_of_file_names(spools: RequestSpools) -> None:
    body = form(text("_charset_", "shift_jis"), file(b"").replace(b"notes.txt", "世界.txt".encode("shift_jis")))
    assert read(spools, body)["File"].file_name == "世界.txt"


DESCRIPTIONS = {
    "utf-8": ("größe 世界".encode(), ""),
    "latin-1": ("größe".encode("latin-1"), ""),
    "named": ("größe".encode("utf-16"), "Content-Type: text/plain; charset=utf-16"),
    "named wrongly": ("größe".encode(), "Content-Type: text/plain; charset=ascii"),
    "unknown": ("größe".encode(), "Content-Type: text/plain; charset=klingon"),
    "no text": ("größe".encode(), "Content-Type: text/plain; charset=base64"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_descriptions_are_read_in_their_charset(spools: RequestSpools, name: str) -> None:
    written, header = DESCRIPTIONS[name]
    body = form(part('name="Description"', written, *([header] if header else [])))
    assert read(spools, body)["Description"] == ("größe 世界" if name == "utf-8" else "größe")


def test_a_description_holds_no_surrogates(spools: RequestSpools) -> None:
    body = form(part('name="Description"', b"\\ud800", "Content-Type: text/plain; charset=unicode_escape"))
    assert read(spools, body)["Description"] == "\\ud800"


@pytest.mark.parametrize("encoding", ["binary", "8bit", "7BIT"])
def test_an_encoding_that_changes_nothing_is_taken(spools: RequestSpools, encoding: str) -> None:
    body = form(part('name="File"; filename="a"', b"\xff", f"Content-Transfer-Encoding: {encoding}"))
    assert content(read(spools, body)) == b"\xff"


# ---- what is refused

MALFORMED = {
    "nothing": b"",
    "no boundary": b"Description=notes",
    "cut in the head": b"".join(opened([b"Content-Disposition: form-"])),
    "cut in the content": b"".join(opened([file(b"content")])),
    "cut in the last boundary": upload(b"content")[:-4],
    "no Content-Disposition": form(b"Content-Type: text/plain\r\n\r\ncontent"),
    "another disposition": form(b'Content-Disposition: attachment; name="File"\r\n\r\ncontent'),
    "a header without a colon": form(b"Content-Disposition\r\n\r\ncontent"),
    "bare line feeds": upload(b"content").replace(b"\r\n", b"\n"),
    "a length that lies": form(part('name="File"; filename="a"', b"content", "Content-Length: 3")),
    "the file twice": form(file(b"a"), file(b"b")),
    "the description twice": form(text("Description", "a"), file(b""), text("Description", "b")),
    "base64": form(part('name="File"; filename="a"', b"AAAA", "Content-Transfer-Encoding: base64")),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_not_well_formed_is_refused(spools: RequestSpools, name: str) -> None:
    assert refused(spools, MALFORMED[name]) is errors.UNREADABLE


@pytest.mark.parametrize(
    ("over", "error"), [(0, None), (1, errors.FILE_TOO_LARGE)], ids=["at the limit", "one byte over"]
)
def test_the_limit_of_a_file_holds_while_it_arrives(spools: RequestSpools, over: int, error: ErrorKind | None) -> None:
    head = b"".join(opened([file(b"x" * (LIMIT + over))])) + b"\r\n"
    if error is None:
        assert content(read(spools, head, f"--{BOUNDARY}--\r\n".encode())) == b"x" * LIMIT
    else:
        assert refused(spools, head) is error


def test_a_description_is_refused_while_it_arrives(spools: RequestSpools) -> None:
    endless = b"".join(opened([text("Description", "x" * 2000)]))
    assert refused(spools, endless) is errors.OUT_OF_RANGE


def test_four_bytes_a_character_are_no_reason_to_refuse_a_description(spools: RequestSpools) -> None:
    assert read(spools, form(text("Description", "\U0001f600" * 255)))["Description"] == "\U0001f600" * 255


AROUND = {
    "a preamble": b"x" * MAX_AROUND + upload(b""),
    "an epilogue": upload(b"") + b"x" * MAX_AROUND,
    "a part that is not known": form(text("Other", "x" * MAX_AROUND)),
}


@pytest.mark.parametrize("name", AROUND)
def test_what_is_around_the_file_stays_small(spools: RequestSpools, name: str) -> None:
    body = AROUND[name]
    assert (
        refused(spools, *(body[start : start + 4096] for start in range(0, len(body), 4096))) is errors.BODY_TOO_LARGE
    )


TOO_MANY = {
    "parts": form(*(text(f"x{number}", "") for number in range(MAX_PARTS + 1))),
    "headers": form(part('name="x"', b"", *(f"X-{number}: y" for number in range(MAX_HEADERS)))),
    "characters in a header": form(part(f'name="{"x" * 10_000}"', b"")),
}


@pytest.mark.parametrize("name", TOO_MANY)
def test_parts_and_headers_are_counted(spools: RequestSpools, name: str) -> None:
    assert refused(spools, TOO_MANY[name]) is errors.UNREADABLE


def test_as_many_parts_as_are_allowed_are_taken(spools: RequestSpools) -> None:
    parts = [text(f"x{number}", "") for number in range(MAX_PARTS - 1)]
    assert read(spools, form(*parts, text("Description", "d"))) == {"Description": "d"}


# ---- the boundary


@pytest.mark.parametrize(
    ("written", "boundary"),
    [
        (CONTENT_TYPE, BOUNDARY),
        ('Multipart/Form-Data; charset=utf-8; boundary="two words"', "two words"),
        ("multipart/form-data;boundary=----=_Part_1", "----=_Part_1"),
    ],
)
def test_boundaries_are_found(written: str, boundary: str) -> None:
    assert boundary_of(written) == boundary


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("", errors.MULTIPART_REQUIRED),
        ("application/x-www-form-urlencoded", errors.MULTIPART_REQUIRED),
        ("multipart/mixed; boundary=x", errors.MULTIPART_REQUIRED),
        ("multipart/form-data", errors.UNREADABLE),
        ("multipart/form-data; boundary=", errors.UNREADABLE),
        (f"multipart/form-data; boundary={'x' * 71}", errors.UNREADABLE),
        ("multipart/form-data; boundary=größe", errors.UNREADABLE),
    ],
)
def test_a_body_without_a_boundary_is_refused(written: str, error: ErrorKind) -> None:
    with pytest.raises(GatewayError) as caught:
        boundary_of(written)
    assert caught.value.kind is error


@pytest.mark.parametrize("cut", range(40, 90))
def test_a_line_feed_in_a_header_wherever_pieces_end(spools: RequestSpools, cut: int) -> None:
    body = form(part('name="File"; filename="a\nb"', b"content"))
    assert refused(spools, body[:cut], body[cut:]) is errors.UNREADABLE


def test_no_bytes_are_no_end(spools: RequestSpools) -> None:
    body = upload(b"content")
    assert content(read(spools, b"", body[:60], b"", body[60:], b"")) == b"content"
