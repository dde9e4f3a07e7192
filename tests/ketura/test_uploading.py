"""Uploads to a gateway that runs: what is stored, and what is answered to everything else."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from forms import BOUNDARY, CONTENT_TYPE, file, form, opened, part, text, upload
from running import Account, Gateway, account, command, copied, running
from site_access import Answer, attachments, basic, call, get_json, new_bug, only_attachment, path, post

from gateway.settings import Settings

SITE_LIMIT = 1024 * 1024
"""Bytes of an attachment on the test site (its maxattachmentsize)."""


# ---- what is stored


def test_an_upload_is_there_at_once_in_every_protocol(module_gateway: Gateway) -> None:
    bug, content = new_bug(module_gateway), bytes(range(256)) * 1000 + os.urandom(77_777)
    answer = post(module_gateway, bug, upload(content, "größe 世界"))
    assert (answer.status, answer.body, answer.media_type) == (204, b"", "")
    stored = only_attachment(module_gateway, bug)
    assert stored["data"] == content
    assert stored["size"] == len(content)
    assert (stored["summary"], stored["file_name"], stored["content_type"]) == ("größe 世界", "notes.txt", "text/plain")
    assert stored["creator"] == account("editor").login


def test_an_upload_in_chunks_is_stored(module_gateway: Gateway) -> None:
    bug, content = new_bug(module_gateway), os.urandom(300_000)
    body = upload(content)
    chunks = (body[start : start + 7777] for start in range(0, len(body), 7777))
    assert post(module_gateway, bug, chunks).status == 204
    assert only_attachment(module_gateway, bug)["data"] == content


def test_an_upload_has_a_comment_like_any_other(module_gateway: Gateway) -> None:
    bug = new_bug(module_gateway)
    assert post(module_gateway, bug, upload(b"content", "a summary")).status == 204
    comments = get_json(module_gateway, f"rest/bug/{bug}/comment")["bugs"][str(bug)]["comments"]
    number = only_attachment(module_gateway, bug)["id"]
    assert comments[-1]["text"] == f"Created attachment {number}\na summary"


UNKNOWN_TYPE = {"content_type": "application/octet-stream"}
STORED = {
    "no description": (form(text("Description", ""), file(b"x")), {"summary": "notes.txt"}),
    "a blank description": (form(text("Description", " \r\n "), file(b"x")), {"summary": "notes.txt"}),
    "a description of 0": (form(text("Description", "0"), file(b"x")), {"summary": "0"}),
    "a longest description": (form(text("Description", "世" * 255), file(b"x")), {"summary": "世" * 255}),
    "a path": (form(text("Description", "d"), file(b"x", "/home/me/a b.txt")), {"file_name": "a b.txt"}),
    "a path of Windows": (form(text("Description", "d"), file(b"x", "C:\\me\\a.txt")), {"file_name": "a.txt"}),
    "an encoded path": (form(text("Description", "d"), file(b"x", "..%2F..%2Fa.txt")), {"file_name": "a.txt"}),
    "a file name of 0": (form(text("Description", ""), file(b"x", "0")), {"file_name": "0", "summary": "0"}),
    "no file name": (form(text("Description", ""), file(b"x", "")), {"file_name": "unnamed", "summary": "unnamed"}),
    "a long file name": (form(text("Description", "d"), file(b"x", "a" * 300)), {"file_name": "a" * 255}),
    "a type of its own": (form(text("Description", "d"), file(b"x", "a", "font/woff")), UNKNOWN_TYPE),
    "a type with a charset": (
        form(text("Description", "d"), file(b"x", "a", "Text/X-Log; charset=utf-8")),
        {"content_type": "Text/X-Log; charset=utf-8"},
    ),
    "no type": (form(text("Description", "d"), part('name="File"; filename="a"', b"x")), UNKNOWN_TYPE),
}


@pytest.mark.parametrize("name", STORED)
def test_names_and_types_become_those_of_an_attachment(module_gateway: Gateway, name: str) -> None:
    body, expected = STORED[name]
    bug = new_bug(module_gateway)
    answer = post(module_gateway, bug, body)
    assert answer.status == 204, answer
    stored = only_attachment(module_gateway, bug)
    assert {field: stored[field] for field in expected} == expected


def test_an_empty_file_is_nowhere_an_error_afterwards(module_gateway: Gateway) -> None:
    bug = new_bug(module_gateway)
    assert post(module_gateway, bug, upload(b"")).status == 204
    stored = only_attachment(module_gateway, bug)
    assert (stored["size"], stored["data"]) == (0, b"")
    [listed] = get_json(module_gateway, f"rest/bug/{bug}/attachment?exclude_fields=data")["bugs"][str(bug)]
    assert listed["size"] == 0
    key = {"X-Bugzilla-API-Key": account("editor").api_key, "Content-Type": "application/json"}
    changed = call(module_gateway, "PUT", f"rest/bug/attachment/{stored['id']}", b'{"summary": "still empty"}', key)
    assert changed.status == 200
    part_of_it = call(module_gateway, "GET", f"attachment.cgi?id={stored['id']}", headers={"Range": "bytes=0-"})
    assert part_of_it.status == 416
    assert only_attachment(module_gateway, bug)["summary"] == "still empty"


def test_an_issue_has_the_alias_of_its_bug(module_gateway: Gateway) -> None:
    before = len(attachments(module_gateway, 2))
    assert post(module_gateway, "write-bug", upload(b"content")).status == 204
    assert len(attachments(module_gateway, 2)) == before + 1


def test_an_api_key_will_do_for_a_password(module_gateway: Gateway) -> None:
    bug = new_bug(module_gateway)
    headers = {"Authorization": f"Bearer {account('editor').api_key}", "Content-Type": CONTENT_TYPE}
    assert call(module_gateway, "POST", path(bug), upload(b"content"), headers).status == 204


# ---- what is refused


def assert_refused(answer: Answer, status: int) -> None:
    is_text = status == 401 or status >= 500
    assert answer.status == status, answer
    assert answer.media_type == ("text/plain" if is_text else "text/html")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert b"Traceback" not in answer.body


NOBODY = [
    ({}, "no credentials"),
    (basic(account("editor"), "wrong"), "a wrong password"),
    (basic(Account(0, "nobody@example.com", "wrong", "")), "an unknown login"),
    (basic(account("disabled")), "a disabled account"),
    ({"Authorization": "Basic !!"}, "credentials that cannot be read"),
    ({"X-Bugzilla-API-Key": "wrong"}, "a wrong key"),
    ({"X-Bugzilla-Token": "2-wrong"}, "a stale token"),
]


@pytest.mark.parametrize(("headers", "name"), NOBODY, ids=[name for _, name in NOBODY])
def test_who_is_not_known_is_challenged(module_gateway: Gateway, headers: dict[str, str], name: str) -> None:
    answer = call(module_gateway, "POST", path(1), upload(b"x"), {**headers, "Content-Type": CONTENT_TYPE})
    assert_refused(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_a_locked_account_is_locked_here_too(gateway: Gateway) -> None:
    wrong = {**basic(account("stranger"), "wrong"), "Content-Type": CONTENT_TYPE}
    for _ in range(5):
        assert_refused(call(gateway, "POST", path(1), upload(b"x"), wrong), 401)
    assert_refused(post(gateway, 1, upload(b"x"), account("stranger")), 401)


def test_an_issue_that_may_not_be_seen_is_answered_like_one_that_is_not_there(module_gateway: Gateway) -> None:
    answers = [post(module_gateway, issue, upload(b"x")) for issue in (3, 99_999, "no-alias", 10**12)]
    for answer in answers:
        assert_refused(answer, 404)
    assert len({answer.body for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys() - {"Date"})) for answer in answers}) == 1


def test_an_issue_that_may_not_be_changed_says_so(module_gateway: Gateway) -> None:
    assert_refused(post(module_gateway, 4, upload(b"x"), account("stranger")), 403)


def test_a_path_that_leads_nowhere_is_not_found(module_gateway: Gateway) -> None:
    for address in ("Ketura/API/", "Ketura/API/Issues/1", "Ketura/API/Issues//Attachments", f"{path(1)}/1"):
        assert_refused(call(module_gateway, "POST", address, b"", basic(account("editor"))), 404)


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_verbs_are_told_which_there_are(module_gateway: Gateway, verb: str) -> None:
    answer = call(module_gateway, verb, path(1))
    assert_refused(answer, 405)
    assert answer.headers["Allow"] == "POST, OPTIONS"


BAD_BODIES = {
    "no file": (400, form(text("Description", "d"))),
    "no description": (400, form(file(b"x"))),
    "two files": (400, form(text("Description", "d"), file(b"a"), file(b"b"))),
    "a description of 256": (400, form(text("Description", "x" * 256), file(b"a"))),
    "a description that is far too long": (400, form(text("Description", "x" * 100_000), file(b"a"))),
    "no form": (400, b"Description=d"),
    "nothing": (400, b""),
    "a form that is cut": (400, upload(b"x")[:-10]),
    "a text in the place of the file": (400, form(text("Description", "d"), text("file", "x"))),
    "one byte too many": (413, upload(b"x" * (SITE_LIMIT + 1))),
    "many bytes too many": (413, upload(b"x" * (SITE_LIMIT + 500_000))),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_stores_nothing(module_gateway: Gateway, name: str) -> None:
    status, body = BAD_BODIES[name]
    before = len(attachments(module_gateway, 5))
    assert_refused(post(module_gateway, 5, body), status)
    chunks = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    assert_refused(post(module_gateway, 5, chunks), status)
    assert len(attachments(module_gateway, 5)) == before


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "application/json", "text/plain", ""])
def test_another_content_type_is_refused(module_gateway: Gateway, content_type: str) -> None:
    assert_refused(post(module_gateway, 5, upload(b"x"), content_type=content_type), 415)


def test_credentials_are_looked_at_before_the_body(module_gateway: Gateway) -> None:
    anonymous = call(module_gateway, "POST", path(3), b"no form", {"Content-Type": "text/plain"})
    assert_refused(anonymous, 401)
    assert_refused(post(module_gateway, 3, b"no form", content_type="text/plain"), 404)


def test_as_many_bytes_as_the_site_allows_are_taken(module_gateway: Gateway) -> None:
    bug, content = new_bug(module_gateway), os.urandom(SITE_LIMIT)
    assert post(module_gateway, bug, upload(content)).status == 204
    assert only_attachment(module_gateway, bug)["data"] == content


@pytest.fixture(scope="module")
def roomy_gateway(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose attachments may be larger than Ketura's files, below a path."""
    database = copied(loaded_database, tmp_path_factory.mktemp("roomy") / "gateway.db")
    with running(database, "--max-attachment-size", "20MiB", "--path-prefix", "/bugzilla") as gateway:
        yield gateway


def test_ten_megabytes_are_the_most_whatever_the_site_allows(roomy_gateway: Gateway) -> None:
    bug, content = new_bug(roomy_gateway), os.urandom(Settings().max_ketura_size)
    assert_refused(post(roomy_gateway, bug, upload(content + b"x")), 413)
    assert post(roomy_gateway, bug, upload(content)).status == 204
    assert only_attachment(roomy_gateway, bug)["data"] == content


def test_the_api_is_below_the_path_of_the_site(roomy_gateway: Gateway) -> None:
    described = call(roomy_gateway, "OPTIONS", path(1))
    assert f'base="{roomy_gateway.url}"'.encode() in described.body
    assert roomy_gateway.url.endswith("/bugzilla/")


# ---- who waits to be asked for the body


def exchange(
    gateway: Gateway, head: dict[str, str], body: bytes, issue: int = 5, meanwhile: tuple[str, ...] = ()
) -> tuple[bool, int]:
    """Send a head that waits, and the body when it is asked for: whether it was, and the final status.

    `meanwhile` is a command of the gateway to run between the two.
    """
    parts = urlsplit(gateway.url)
    lines = [f"POST {parts.path}{path(issue)} HTTP/1.1", f"Host: {parts.netloc}", "Expect: 100-continue"]
    lines += [f"{name}: {value}" for name, value in {"Content-Length": str(len(body)), **head}.items()]
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        received = connection.recv(65_536)
        asked = received.startswith(b"HTTP/1.1 100 ")
        if asked:
            if meanwhile:
                command(*meanwhile, "--database", str(gateway.database))
            connection.sendall(body)
            received = received.partition(b"\r\n\r\n")[2] or connection.recv(65_536)
        else:
            assert b"\r\nconnection: close\r\n" in received.lower()
    status = re.match(rb"HTTP/1.1 (\d+)", received)
    assert status is not None, received
    return asked, int(status[1])


def test_a_body_that_is_wanted_is_asked_for(module_gateway: Gateway) -> None:
    head = {**basic(account("editor")), "Content-Type": CONTENT_TYPE}
    assert exchange(module_gateway, head, upload(b"x")) == (True, 204)


@pytest.mark.parametrize(
    ("change", "how"), [("password", ("--generate-password",)), ("disable", ("--reason", "Left the project."))]
)
def test_an_account_that_changes_during_the_upload_is_refused(
    gateway: Gateway, change: str, how: tuple[str, ...]
) -> None:
    head = {**basic(account("editor")), "Content-Type": CONTENT_TYPE}
    before = attachments(gateway, 5)
    meanwhile = ("user", change, account("editor").login, *how)
    assert exchange(gateway, head, upload(b"x"), meanwhile=meanwhile) == (True, 401)
    assert attachments(gateway, 5) == before


UNWANTED = {
    "no credentials": ({}, 5, 401),
    "a wrong password": (basic(account("editor"), "wrong"), 5, 401),
    "an issue that may not be seen": (basic(account("editor")), 3, 404),
    "an issue that may not be changed": (basic(account("stranger")), 4, 403),
    "a length over the limit": ({**basic(account("editor")), "Content-Length": str(2 * SITE_LIMIT)}, 5, 413),
    "another content type": ({**basic(account("editor")), "Content-Type": "text/plain"}, 5, 415),
    "no boundary": ({**basic(account("editor")), "Content-Type": "multipart/form-data"}, 5, 400),
}


@pytest.mark.parametrize("name", UNWANTED)
def test_a_body_that_is_not_wanted_is_refused_before_it_is_sent(module_gateway: Gateway, name: str) -> None:
    head, issue, status = UNWANTED[name]
    assert exchange(module_gateway, {"Content-Type": CONTENT_TYPE, **head}, upload(b"x"), issue) == (False, status)


def test_another_expectation_is_not_met(module_gateway: Gateway) -> None:
    headers = {**basic(account("editor")), "Content-Type": CONTENT_TYPE, "Expect": "miracles"}
    assert_refused(call(module_gateway, "POST", path(5), upload(b"x"), headers), 417)


def test_a_file_over_the_limit_is_refused_while_it_arrives(module_gateway: Gateway) -> None:
    """Nobody knows how long a body in chunks is: the answer comes when the limit is passed, not at its end."""
    parts = urlsplit(module_gateway.url)
    head = {**basic(account("editor")), "Content-Type": CONTENT_TYPE, "Transfer-Encoding": "chunked"}
    lines = [
        f"POST /{path(5)} HTTP/1.1",
        f"Host: {parts.netloc}",
        *(f"{name}: {value}" for name, value in head.items()),
    ]
    start = b"".join(opened([text("Description", "d"), file(b"")]))
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        for piece in (start, b"x" * SITE_LIMIT, b"x" * 1000):
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")
    assert BOUNDARY.encode() in start
