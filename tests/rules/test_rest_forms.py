"""What only REST has: paths, query strings, bodies of several kinds, headers, entity tags and JSONP."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from calling import Caller
from forms import CONTENT_TYPE, form, part, text
from running import account
from wire import Request

NEW = {"data": "eA==", "file_name": "a.txt", "summary": "a", "content_type": "text/plain"}
MULTIPART = CONTENT_TYPE
KEY = {"api_key": account("editor").api_key}
ONE = "?include_fields=id"


@pytest.mark.parametrize(
    ("path", "bugs"),
    [
        (f"/rest/bug/1/attachment{ONE}", ["1"]),
        (f"/rest.cgi/bug/1/attachment{ONE}", ["1"]),
        (f"/rest//bug//1//attachment{ONE}", ["1"]),
        (f"/rest/bug/public-bug/attachment{ONE}", ["1"]),
        (f"/rest/bug/%70ublic-bug/attachment{ONE}", ["1"]),
        (f"/rest/bug/001/attachment{ONE}", ["1"]),
        (f"/rest/bug/1/attachment{ONE}&ids=4", ["1", "4"]),
        (f"/rest/bug/1/attachment{ONE}&ids=4&ids=5", ["1", "4", "5"]),
        (f"/rest/bug/1/attachment{ONE}&ids=1", ["1"]),
    ],
)
def test_paths(caller: Caller, path: str, bugs: list[str]) -> None:
    status, _, answer = caller.get_json(path)
    assert (status, sorted(answer["bugs"])) == (200, bugs)


CALL = "/jsonrpc.cgi?method=Bug.get&version=1&params={%22ids%22:[1]}"
BASIC = {"Authorization": "Basic " + base64.b64encode(b"%b:x" % account("admin").login.encode()).decode()}


@pytest.mark.parametrize("path", ["/rest/bug/1/attachment", "/rest/bug/3", "/rest/nowhere", CALL])
@pytest.mark.parametrize(
    ("query", "headers", "wanted"),
    [
        ("", {}, "private, no-cache"),
        ("", {"X-Bugzilla-API-Key": account("admin").api_key}, "no-store"),
        ("", {"Authorization": f"Bearer {account('admin').api_key}"}, "no-store"),
        ("", BASIC, "no-store"),
        ("api_key=" + account("admin").api_key, {}, "no-store"),
        ("a;Bugzilla_api_key=" + account("admin").api_key, {}, "no-store"),
        ("Bugzilla_token=1-x", {}, "no-store"),
        ("login=x&password=y", {}, "no-store"),
        ("params=[{%22Bugzilla%5Fapi_key%22:%22x%22}]", {}, "no-store"),
        ("a&" * 1001, {}, "private, no-cache"),
    ],
)
def test_no_cache_keeps_what_not_everybody_may_see(
    caller: Caller, path: str, query: str, headers: dict[str, str], wanted: str
) -> None:
    asked = f"{path}{'&' if '?' in path else '?'}{query}" if query else path
    assert caller.headers("GET", asked, headers)["Cache-Control"] == wanted
    assert caller.headers("HEAD", asked, headers)["Cache-Control"] == wanted
    known = caller.headers("GET", asked, {**headers, "If-None-Match": "*"})
    assert known["Cache-Control"] == wanted


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/rest/bug/?ids=1&ids=4&include_fields=id", [1, 4]),
        ("/rest/bug/1?include_fields=id", [1]),
    ],
)
def test_bugs_in_the_query_string(caller: Caller, path: str, found: list[int]) -> None:
    assert [each["id"] for each in caller.get_json(path)[2]["bugs"]] == found


def multipart(values: dict[str, str]) -> str:
    """A form as `curl -F` sends it."""
    return form(*(text(name, value) for name, value in values.items())).decode()


@pytest.mark.parametrize(
    ("content_type", "body", "query", "outcome"),
    [
        ("application/json", json.dumps({**NEW, **KEY}), "", "a"),
        ("application/json; charset=UTF-8", json.dumps({**NEW, **KEY}), "", "a"),
        ("text/plain", json.dumps({**NEW, **KEY}), "", "a"),  # whatever it is called, if it is called something
        ("application/x-www-form-urlencoded", urlencode({**NEW, **KEY}), "", "a"),
        (MULTIPART, multipart({**NEW, **KEY}), "", "a"),
        (MULTIPART, multipart({**NEW, **KEY, "summary": "größe"}), "", "größe"),
        (MULTIPART, multipart({**NEW, **KEY}), "?summary=of+the+query", "of the query"),
        (MULTIPART, multipart(NEW), "?" + urlencode(KEY), "a"),
        (MULTIPART, multipart(NEW), "", 410),
        (MULTIPART, multipart({**KEY, "data": "eA=="}), "", 601),
        (MULTIPART, multipart({**NEW, **KEY, "data": "!"}), "", 53),
        (MULTIPART, "nonsense", "", -32700),
        ("multipart/form-data", multipart(NEW), "", -32700),
        ("application/json", json.dumps({**NEW, **KEY}), "?summary=of+the+query", "of the query"),
        ("application/json", json.dumps(NEW), "?" + urlencode({**KEY, "summary": "q"}), "q"),
        ("application/json", json.dumps(NEW), "?" + urlencode(KEY) + "&summary=first&summary=second", "first"),
        ("", json.dumps({**NEW, **KEY}), "", 410),  # a body without a type is not looked at
        ("", json.dumps(NEW), "?" + urlencode(KEY), 50),
        ("", "", "?" + urlencode({**KEY, **NEW}), "a"),
        ("application/json", "", "?" + urlencode(KEY), 50),
        ("application/json", "null", "?" + urlencode(KEY), 50),
        ("application/json", "{", "", 32000),
        ("application/json", "[1]", "", 32000),
        ("application/json", "5", "", 32000),
    ],
)
def test_bodies(caller: Caller, content_type: str, body: str, query: str, outcome: Any) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    status, _, answer = caller.send(Request("POST", f"/rest/bug/2/attachment{query}", body.encode(), headers))
    document = json.loads(answer)
    if status == 201:
        assert caller.attachment(document["ids"][0])["summary"] == outcome
    else:
        assert document["code"] == outcome


@pytest.mark.parametrize("size", [0, 1, 100_000, 400_000])
@pytest.mark.parametrize("is_file", [True, False])
def test_content_in_a_multipart_form(caller: Caller, size: int, is_file: bool) -> None:
    """A file is content as it is, a text in base64, however long."""
    content = bytes(each % 256 for each in range(size))
    parts = [text(name, value) for name, value in {**NEW, **KEY}.items() if name != "data"]
    data = (
        part('name="data"; filename="x.bin"', content) if is_file else text("data", base64.b64encode(content).decode())
    )
    request = Request("POST", "/rest/bug/2/attachment", form(*parts, data), {"Content-Type": MULTIPART})
    status, _, answer = caller.send(request)
    if not size:
        assert json.loads(answer)["code"] == 606
        return
    assert status == 201
    shown = caller.attachment(json.loads(answer)["ids"][0])
    assert (shown["data"], shown["file_name"]) == (content, "a.txt")


@pytest.mark.parametrize(
    ("given", "head", "stored"),
    [
        ({}, 'name="data"; filename="größe.bin"', ("größe.bin", "application/x-part")),
        ({}, 'name="data"; filename="report%20a%22b.pdf"', ('report%20a"b.pdf', "application/x-part")),
        ({"file_name": "b"}, 'name="data"; filename="x.bin"', ("b", "application/x-part")),
        ({"content_type": "text/plain"}, 'name="data"; filename="x.bin"', ("x.bin", "text/plain")),
        ({}, 'name="data"; filename=""', None),
        ({}, 'name="other"; filename="x.bin"', None),
    ],
)
def test_a_file_in_a_multipart_form_has_a_name_and_a_type(
    caller: Caller, given: dict[str, str], head: str, stored: tuple[str, str] | None
) -> None:
    texts = {**KEY, "summary": "a", **given}
    parts = [text(name, value) for name, value in texts.items()]
    body = form(*parts, part(head, b"x", "Content-Type: application/x-part"))
    status, _, answer = caller.send(Request("POST", "/rest/bug/2/attachment", body, {"Content-Type": MULTIPART}))
    if stored is None:
        assert status == 400
        return
    shown = caller.attachment(json.loads(answer)["ids"][0])
    assert (shown["file_name"], shown["content_type"]) == stored


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_encoded_part_of_a_multipart_form_is_refused(caller: Caller, encoding: str) -> None:
    """`curl -F "data=@a;encoder=base64"` sends one; its text would be stored in the place of the file."""
    texts = [text(name, value) for name, value in {**NEW, **KEY}.items() if name != "data"]
    body = form(*texts, part('name="data"; filename="a"', b"eA==", f"Content-Transfer-Encoding: {encoding}"))
    answer = caller.send(Request("POST", "/rest/bug/2/attachment", body, {"Content-Type": MULTIPART}))[2]
    assert json.loads(answer)["code"] == -32700


@pytest.mark.parametrize("path", [f"/rest/bug/1{ONE}", "/rest/nowhere", "/rest/bug/99999"])
def test_other_sites_may_ask(caller: Caller, path: str) -> None:
    headers = caller.headers("GET", path, {"RequestContext": "http://example.org"})
    assert headers["Access-Control-Allow-Origin"] == "*"
    allowed = headers["Access-Control-Allow-Headers"].lower()
    for name in ("origin", "content-type", "accept", "x-requested-with", "authorization", "x-bugzilla-api-key"):
        assert name in allowed
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("/rest/bug/1/attachment", {"GET", "POST"}),
        ("/rest/bug/attachment/1", {"GET", "PUT"}),
        ("/rest/version", {"GET"}),
        ("/rest/bug/99999/attachment", {"GET", "POST"}),  # whether it exists is not told
    ],
)
def test_options(caller: Caller, path: str, verbs: set[str]) -> None:
    headers = caller.headers("OPTIONS", path)
    assert {each.strip() for each in headers["Allow"].split(",")} >= verbs
    assert headers["Access-Control-Allow-Methods"] == headers["Allow"]
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "changes"),
    [("/rest/bug/1", False), ("/rest/bug/attachment/2", False), ("/rest/version", False)],
)
def test_entity_tags(caller: Caller, path: str, changes: bool) -> None:
    tag = caller.headers("GET", path)["ETag"]
    assert (caller.headers("GET", path)["ETag"] != tag) is changes
    for known in (tag, tag.strip('"'), f'"other", {tag}', f"W/{tag}", "*"):
        status, _, body = caller.send(Request("GET", path), {"If-None-Match": known})
        assert (status, body) == (304, b"")
    assert caller.send(Request("GET", path), {"If-None-Match": '"other"'})[0] == 200


def test_a_tag_is_that_of_what_is_seen(caller: Caller) -> None:
    anybody, insider = "/rest/bug/1/attachment", f"/rest/bug/1/attachment?api_key={account('insider').api_key}"
    assert caller.headers("GET", anybody)["ETag"] != caller.headers("GET", insider)["ETag"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/json"),
        ("application/json", "application/json"),
        ("text/html", "application/json"),
        ("*/*", "application/json"),
        ("text/javascript", "text/javascript"),
        ("application/javascript", "application/javascript"),
    ],
)
def test_accept(caller: Caller, accept: str, content_type: str) -> None:
    assert caller.get_json("/rest/version", {"Accept": accept})[1] == content_type


@pytest.mark.parametrize(
    ("callback", "outcome"),
    [
        ("show", '/**/show({"version":"5.2"})'),
        ("a.b[0]_1", '/**/a.b[0]_1({"version":"5.2"})'),
        ("alert(1)", 32611),
        ("a b", 32611),
        ("", '{"version":"5.2"}'),
    ],
)
def test_jsonp(caller: Caller, callback: str, outcome: Any) -> None:
    path = "/rest/version?" + urlencode({"callback": callback})
    _, content_type, body = caller.send(Request("GET", path))
    if isinstance(outcome, int):
        assert json.loads(body)["code"] == outcome
    else:
        assert body.decode() == outcome
        assert content_type == ("text/javascript" if callback else "application/json")


def test_head_is_get_without_a_body(caller: Caller) -> None:
    for path in ("/rest/version", f"/rest/bug/attachment/2{ONE}"):
        shown, asked = caller.headers("GET", path), caller.headers("HEAD", path)
        assert (shown["Content-Length"], shown["ETag"]) == (asked["Content-Length"], asked["ETag"])


@pytest.mark.parametrize(
    ("path", "result"),
    [("/rest/valid_login?login=nobody", False), ("/rest/logout", None)],
)
def test_what_is_no_object_is_wrapped(caller: Caller, path: str, result: Any) -> None:
    assert caller.get_json(path)[2] == {"result": result}
