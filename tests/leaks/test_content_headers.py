"""The headers of files that browsers are sent, and the host that may be set apart for them."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from lines import Answer, ask
from running import Gateway, account, copied, running

ELSEWHERE = "files.example"
HERE = "bugs.example"


@pytest.fixture(scope="module")
def divided(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway with a host for content."""
    database = copied(loaded_database, tmp_path_factory.mktemp("divided") / "gateway.db")
    with running(database, "--attachment-base", f"https://{ELSEWHERE}/") as gateway:
        yield gateway


def get(gateway: Gateway, number: int, who: str = "", **headers: str) -> Answer:
    key = {"X-Bugzilla-API-Key": account(who).api_key} if who else {}
    return ask(gateway, "GET", f"/attachment.cgi?id={number}", {**key, **headers})


def is_shown(answer: Answer) -> bool:
    return answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize(("number", "who", "kept"), [(1, "", True), (4, "insider", False), (8, "secret-member", False)])
def test_nobody_keeps_what_only_some_may_see(standing_gateway: Gateway, number: int, who: str, kept: bool) -> None:
    answer = get(standing_gateway, number, who)
    assert answer.status == 200
    assert answer.headers["cache-control"] == ("private, no-cache" if kept else "no-store")
    again = get(standing_gateway, number, who, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status, again.headers["cache-control"]) == (304, answer.headers["cache-control"])
    part = get(standing_gateway, number, who, Range="bytes=0-0")
    assert (part.status, part.headers["cache-control"]) == (206, answer.headers["cache-control"])
    beyond = get(standing_gateway, number, who, Range="bytes=99999-")
    assert (beyond.status, beyond.headers["cache-control"], beyond.body) == (416, answer.headers["cache-control"], b"")
    assert get(standing_gateway, number).status == (200 if kept else 404)


def test_every_answer_is_guarded(standing_gateway: Gateway) -> None:
    answers = [get(standing_gateway, 1), get(standing_gateway, 1, Range="bytes=0-0"), get(standing_gateway, 4)]
    answers += [get(standing_gateway, 1, Range="bytes=99-"), get(standing_gateway, 1, **{"If-None-Match": "*"})]
    answers += [get(standing_gateway, 1, **{"X-Bugzilla-API-Key": "wrong"})]
    assert [each.status for each in answers] == [200, 206, 404, 416, 304, 400]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("content_type", "shown"),
    [
        ("text/plain", True),
        ("text/plain; charset=utf-16", True),
        ("IMAGE/PNG", True),
        ("text/html", False),
        ("image/svg+xml", False),
        ("application/xhtml+xml", False),
        ("text/xml", False),
        ("application/pdf", False),
        ("text/javascript", False),
        ("multipart/x-mixed-replace", False),
        ("message/rfc822", False),
        ("image/pngx", False),
    ],
)
def test_only_harmless_types_are_shown(module_gateway: Gateway, content_type: str, shown: bool) -> None:
    answer = get(module_gateway, upload(module_gateway, content_type))
    assert answer.headers["content-type"].removesuffix("; charset=utf-8") == content_type
    assert is_shown(answer) == shown


def upload(gateway: Gateway, content_type: str) -> int:
    new = {"data": "eA==", "file_name": "x", "summary": "x", "content_type": content_type}
    return ask(gateway, "POST", "/rest/bug/2/attachment", key("editor"), new).json["ids"][0]


def key(who: str) -> dict[str, str]:
    return {"X-Bugzilla-API-Key": account(who).api_key}


# ---- a host for content


def test_content_for_all_is_sent_from_its_host_only(divided: Gateway) -> None:
    answer = get(divided, 1, Host=HERE)
    assert (answer.status, answer.headers["location"]) == (302, f"https://{ELSEWHERE}/attachment.cgi?id=1")
    assert answer.body == b""
    there = get(divided, 1, Host=ELSEWHERE)
    assert (there.status, there.body, is_shown(there)) == (200, b"hello world\n", True)
    assert get(divided, 1, Host=ELSEWHERE.upper()).status == 200


@pytest.mark.parametrize(("number", "who"), [(4, "insider"), (8, "secret-member")])
def test_other_content_is_a_download_from_the_site(divided: Gateway, number: int, who: str) -> None:
    answer = get(divided, number, who, Host=HERE)
    assert (answer.status, is_shown(answer)) == (200, False)
    assert get(divided, number, Host=HERE).status == 404


def test_the_host_for_content_knows_nobody(divided: Gateway) -> None:
    insider = account("insider")
    basic = base64.b64encode(f"{insider.login}:{insider.password}".encode()).decode()
    denied = get(divided, 99999, Host=ELSEWHERE)
    for headers in ({"X-Bugzilla-API-Key": insider.api_key}, {"Authorization": f"Basic {basic}"}):
        assert get(divided, 4, Host=ELSEWHERE, **headers) == denied
    query = f"/attachment.cgi?id=4&Bugzilla_api_key={insider.api_key}"
    assert ask(divided, "GET", query, {"Host": ELSEWHERE}) == denied
    assert ask(divided, "GET", query, {"Host": HERE}).status == 200
    assert get(divided, 1, Host=ELSEWHERE, **{"X-Bugzilla-API-Key": "wrong"}).status == 200


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/"),
        ("GET", "/docs"),
        ("GET", "/application.wadl"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/rest/bug/1"),
        ("OPTIONS", "/rest/bug/1"),
        ("GET", "/jsonrpc.cgi?method=Bugzilla.version"),
        ("POST", "/xmlrpc.cgi"),
        ("POST", "/Ketura/API/Issues/1/Attachments"),
        ("POST", "/attachment.cgi?id=1"),
        ("GET", "/nowhere"),
    ],
)
def test_that_host_serves_nothing_else(divided: Gateway, verb: str, path: str) -> None:
    answer = ask(divided, verb, path, {"Host": ELSEWHERE})
    assert (answer.status, answer.body) == (404, b"There is nothing here but attachments.\n")
    assert ask(divided, verb, path, {"Host": HERE}).body != answer.body
