"""What forms change: files attached, fields and flags of attachments, API keys."""

import hashlib
import re
from base64 import b64encode
from urllib.parse import quote, urlsplit

import pytest
from calling import Caller
from running import Gateway, account
from visiting import Seen, Visitor

from gateway.methods.comments import MAX_LENGTH
from gateway.methods.uploads import MAX_FILES


@pytest.fixture
def caller(module_gateway: Gateway) -> Caller:
    return Caller(module_gateway.url)


def newest(caller: Caller, bug: int = 2) -> dict[str, object]:
    found: list[dict[str, object]] = caller.result("Bug.attachments", {"ids": [bug]}, "insider")["bugs"][str(bug)]
    return found[-1]


def alert(seen: Seen) -> str:
    return " ".join(each.text_content() for each in seen.page.xpath("//*[@role='alert']")).strip()


# ---- files


def test_files_are_attached_with_all_that_the_form_says(insider: Visitor, caller: Caller) -> None:
    data = bytes(range(256)) * 4
    seen = insider.attach(
        insider.get("show_bug.cgi?id=2"),
        ("größe.bin", "application/x-thing", data),
        ("next.patch", "application/octet-stream", b"--- a\n+++ b\n"),
        summary_1="what I found",
        comment="first line\r\nsecond line",
        is_private_1="1",
        content_type_2="text/x-diff",
        is_private_2="1",
    )
    assert urlsplit(seen.url).query == "id=2"
    assert "Attached: 2 files." in seen.said
    assert "Attached" not in insider.get("show_bug.cgi?id=2").said
    first, second = caller.result("Bug.attachments", {"ids": [2]}, "insider")["bugs"]["2"][-2:]
    assert (first["file_name"], first["content_type"], first["data"]) == ("größe.bin", "application/x-thing", data)
    assert (second["content_type"], second["is_patch"], first["is_patch"]) == ("text/plain", 1, 0)
    assert [each["summary"] for each in (first, second)] == ["what I found", "next.patch"]
    assert first["is_private"] == second["is_private"] == 1
    assert first["creator"] == account("insider").login
    texts = [each["text"] for each in caller.result("Bug.comments", {"ids": [2]}, "insider")["bugs"]["2"]["comments"]]
    assert texts[-2].endswith("first line\nsecond line")
    assert "line" not in texts[-1]


@pytest.mark.parametrize("name", ["report%20final.pdf", "https%3A%2F%2Fexample.com%2Fpage.html", "100%25.txt"])
def test_a_name_is_stored_as_browsers_send_it(editor: Visitor, caller: Caller, name: str) -> None:
    editor.attach(editor.get("show_bug.cgi?id=2"), (name, "text/plain", b"a"))
    assert newest(caller)["file_name"] == name


def test_without_a_summary_the_name_is_it(editor: Visitor, caller: Caller) -> None:
    editor.attach(editor.get("show_bug.cgi?id=2"), (r"C:\fakepath\a.txt", "text/plain", b"a"), summary_1=" ")
    shown = newest(caller)
    assert (shown["file_name"], shown["summary"]) == ("a.txt", "a.txt")


@pytest.mark.parametrize(
    ("sent", "stored", "is_patch"),
    [
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8", 0),
        ("nonsense", "text/plain", 0),
        ("", "text/plain", 0),
        ("text/x-patch", "text/plain", 1),
        ("application/octet-stream", "text/plain", 0),
    ],
)
def test_the_type_is_that_of_the_browser_or_found_out(
    editor: Visitor, caller: Caller, sent: str, stored: str, is_patch: int
) -> None:
    editor.attach(editor.get("show_bug.cgi?id=2"), ("a", sent, b"some text\n"))
    shown = newest(caller)
    assert (shown["content_type"], shown["is_patch"]) == (stored, is_patch)


def test_a_large_file_arrives_whole(editor: Visitor, caller: Caller) -> None:
    data = hashlib.shake_128(b"large").digest(1024 * 1024)
    editor.attach(editor.get("show_bug.cgi?id=2"), *((f"{number}.bin", "image/x-raw", data) for number in range(5)))
    assert newest(caller)["data"] == data


@pytest.mark.parametrize(
    ("files", "changed", "told"),
    [
        ([("a.bin", "text/plain", bytes(1024 * 1024 + 1))], {}, "a.bin: The attachment is too large; at most 1048576"),
        ([("good", "text/plain", b"a"), ("empty", "text/plain", b"")], {}, "empty: The attachment is empty."),
        ([("", "application/octet-stream", b"")], {}, "Choose a file first."),
        ([("a", "text/plain", b"a")], {"is_private_1": "1"}, "a: Only members of the insider group"),
        ([("a", "text/plain", b"a")], {"content_type_1": "nonsense"}, "a: 'nonsense' is not a valid"),
        ([("a", "text/plain", b"a")], {"comment": "c" * (MAX_LENGTH + 1)}, "The comment is too long"),
        ([("a", "text/plain", b"a")], {"summary_1": "s" * 2000}, "a: The summary is too long; at most 255"),
        ([("a", "text/plain", b"a")], {"type-1": "?", "asked-type-1": "x"}, "a: There is no user x"),
        ([("a", "text/plain", b"a")], {"obsoletes": "1"}, "This page does not exist, or you may not see it."),
        ([(f"{number}", "text/plain", b"a") for number in range(MAX_FILES + 1)], {}, "At most 20 files can"),
    ],
)
def test_all_files_are_attached_or_none(
    editor: Visitor, caller: Caller, files: list[tuple[str, str, bytes]], changed: dict[str, str], told: str
) -> None:
    before = newest(caller)["id"]
    seen = editor.attach(editor.get("show_bug.cgi?id=2"), *files, **changed)
    assert 400 <= seen.status < 500
    assert told in alert(seen)
    for row in seen.page.xpath("//fieldset[p[@class='alert']]"):
        assert f"{row.xpath('string(legend)')}: {row.xpath('string(p)')}" in alert(seen)
    assert newest(caller)["id"] == before
    form = seen.form("attach?")
    for name, value in changed.items():
        if name != "obsoletes":
            assert form.fields.get(re.sub(r"_(?=[0-9]+$)", "-", name), value) == value
    for _, _, data in files[:1]:
        assert [each.value for each in form.xpath(".//input[@name='kept-1']")] in ([b64encode(data).decode()], [])


def test_who_may_not_attach_has_no_form_and_cannot_do_without(
    anybody: Visitor, editor: Visitor, caller: Caller
) -> None:
    for visitor, bug, code in ((anybody, 1, 403), (editor, 4, 403)):
        seen = visitor.get(f"show_bug.cgi?id={bug}")
        assert not [each for each in seen.page.forms if (each.get("action") or "").startswith(("attach", "comment"))]
        before = caller.result("Bug.attachments", {"ids": [bug]}, "insider")
        sent = visitor.post(f"attach?bugid={bug}", b"--b--\r\n", "multipart/form-data; boundary=b")
        assert sent.status == code
        assert caller.result("Bug.attachments", {"ids": [bug]}, "insider") == before
    for bug in ("3", "9999", "", "x"):
        sent = editor.post(f"attach?bugid={bug}", b"--b--", "multipart/form-data; boundary=b")
        assert sent.status == 404


# ---- fields and flags


def edit(visitor: Visitor, number: int, **changed: str | None) -> Seen:
    return visitor.submit(visitor.get(f"attachment.cgi?id={number}&action=edit"), "change", **changed)


def test_fields_are_changed(insider: Visitor, caller: Caller) -> None:
    number = caller.attach("editor", bug=2, summary="before")
    seen = edit(
        insider,
        number,
        summary="after <b>",
        file_name="b.txt",
        content_type="text/csv",
        is_obsolete="1",
        is_private="1",
        comment="look again",
    )
    assert "Saved: file name, summary, content type, private mark, obsolete mark, comment." in seen.said
    assert "Saved" not in insider.get(seen.url).said
    assert "after <b>" in seen.said
    shown = caller.attachment(number)
    assert (shown["summary"], shown["file_name"], shown["content_type"]) == ("after <b>", "b.txt", "text/csv")
    assert (shown["is_obsolete"], shown["is_private"], shown["is_patch"]) == (1, 1, 0)
    comments = caller.result("Bug.comments", {"ids": [2]}, "insider")["bugs"]["2"]["comments"]
    assert comments[-1]["text"].endswith("look again")
    edit(insider, number, is_private=None, is_obsolete=None)
    shown = caller.attachment(number)
    assert (shown["is_obsolete"], shown["is_private"], shown["summary"]) == (0, 0, "after <b>")


def test_a_form_that_changes_nothing_changes_nothing(editor: Visitor, caller: Caller) -> None:
    number = caller.attach("editor", bug=2, flags=[{"name": "review", "status": "?"}])
    before = caller.attachment(number)
    assert "Nothing was changed." in edit(editor, number).said
    assert caller.attachment(number) == before


def test_flags_are_asked_for_changed_and_cleared(editor: Visitor, caller: Caller) -> None:
    number, asked = caller.attach("editor", bug=2), account("insider").login
    form = editor.get(f"attachment.cgi?id={number}&action=edit").form("change")
    assert {name for name in form.fields if name.startswith("type-")} == {
        f"type-{each}" for each in (1, 2, 3, 5, 6, 7, 9)
    }
    edit(editor, number, **{"type-1": "?", "asked-type-1": asked, "type-3": "+"})
    review, once = caller.attachment(number)["flags"]
    assert (review["name"], review["status"], review["requestee"]) == ("review", "?", asked)
    assert (once["name"], once["status"]) == ("once", "+")
    edit(editor, number, **{f"flag-{review['id']}": "+", f"flag-{once['id']}": ""})
    [review] = caller.attachment(number)["flags"]
    assert (review["status"], "requestee" in review) == ("+", False)


def test_who_asks_sees_only_what_they_may_set(stranger: Visitor, editor: Visitor, caller: Caller) -> None:
    """`approval` is granted by insiders and asked for by editors; `statement` cannot be asked for."""
    number = caller.attach("editor", bug=2)
    form = editor.get(f"attachment.cgi?id={number}&action=edit").form("change")
    assert form.inputs["type-1"].value_options == ["", "?", "+", "-"]
    assert form.inputs["type-2"].value_options == ["", "?"]
    assert form.inputs["type-7"].value_options == ["", "+", "-"]
    seen = stranger.get(f"attachment.cgi?id={number}&action=edit")
    assert not [each for each in seen.page.forms if "update" in each.get("action", "")]


def test_ones_own_flag_can_be_changed_on_anybodys_attachment(stranger: Visitor, caller: Caller) -> None:
    asked = {"name": "review", "status": "?", "requestee": account("stranger").login}
    number = caller.attach("editor", bug=2, flags=[asked, {"name": "once", "status": "?"}])
    [flag, other] = caller.attachment(number)["flags"]
    page = stranger.get(f"attachment.cgi?id={number}&action=edit")
    form = page.form("change")
    assert f"flag-{flag['id']}" in form.fields
    assert not {f"flag-{other['id']}", "summary", "is_obsolete", "type-1"} & set(form.fields)
    seen = stranger.submit(page, "change", **{f"flag-{flag['id']}": "+", "summary": "mine now"})
    assert "Saved: flags." in seen.said
    shown = caller.attachment(number)
    assert {each["name"]: each["status"] for each in shown["flags"]} == {"review": "+", "once": "?"}
    assert shown["summary"] == "a"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"summary": " "}, "An attachment needs a summary."),
        ({"content_type": "nonsense"}, "'nonsense' is not a valid attachment content type"),
        ({"type-1": "?", "asked-type-1": "nobody@example.com"}, "nobody@example.com"),
        ({"type-2": "+"}, "You may not change the flag approval"),
        ({"type-1": "!"}, "'!' is not a valid status for this flag."),
        ({"comment": "c" * (MAX_LENGTH + 1)}, "The comment is too long"),
        ({"comment": "c" * (MAX_LENGTH * 5)}, "The comment is too long"),
    ],
)
def test_what_cannot_be_done_is_told_and_the_form_kept(
    editor: Visitor, caller: Caller, changed: dict[str, str], told: str
) -> None:
    number = caller.attach("editor", bug=2)
    before = caller.attachment(number)
    seen = edit(editor, number, **{"file_name": "kept.txt", **changed})
    assert 400 <= seen.status < 500
    assert told in alert(seen)
    if len(changed.get("comment", "")) <= MAX_LENGTH + 1:
        assert seen.form("change").fields["file_name"] == "kept.txt"
    assert caller.attachment(number) == before


REVIEW, ONCE = {"name": "review", "status": "?"}, {"name": "once", "status": "?"}


@pytest.mark.parametrize(
    ("theirs", "mine", "stored", "conflict"),
    [
        ({"summary": "theirs", "is_obsolete": True}, {"comment": "mine"}, {"summary": "theirs", "is_obsolete": 1}, ""),
        ({"summary": "theirs"}, {"file_name": "mine"}, {"summary": "theirs", "file_name": "mine"}, ""),
        ({"summary": "same"}, {"summary": "same"}, {"summary": "same"}, ""),
        ({"summary": "theirs"}, {"summary": "mine"}, {"summary": "theirs"}, "It is stored as: theirs"),
        ({"is_patch": True}, {"is_obsolete": "1"}, {"is_patch": 1, "is_obsolete": 1}, ""),
        ({"flags": [{**REVIEW, "status": "+"}]}, {"summary": "mine"}, {"summary": "mine", "review": "+"}, ""),
        ({"flags": [{**REVIEW, "status": "+"}]}, {"review": "-"}, {"review": "+"}, "It is stored as: +"),
        ({"flags": [{**REVIEW, "status": "X"}]}, {"review": "+"}, {"review": None}, "The flags are now: cleared"),
        ({"flags": [ONCE]}, {"type-3": "+"}, {"once": "?"}, "The flags are now: once?"),
        ({"flags": [ONCE]}, {"type-1": "+"}, {"once": "?"}, ""),
        ({"flags": [ONCE]}, {"is_obsolete": "1"}, {"once": "?", "is_obsolete": 0}, "once?"),
    ],
)
def test_what_others_change_meanwhile_stays(
    editor: Visitor,
    caller: Caller,
    theirs: dict[str, object],
    mine: dict[str, str],
    stored: dict[str, object],
    conflict: str,
) -> None:
    number = caller.attach("editor", bug=2, flags=[REVIEW])
    [review] = caller.attachment(number)["flags"]
    mine = {f"flag-{review['id']}" if name == "review" else name: value for name, value in mine.items()}
    page = editor.get(f"attachment.cgi?id={number}&action=edit")
    caller.result("Bug.update_attachment", {"ids": [number], **theirs}, "insider")
    seen = editor.submit(page, "change", **mine)
    if conflict:
        assert seen.status == 409
        assert "Someone else changed this attachment in the meantime" in alert(seen)
        assert conflict in " ".join(seen.said.split())
        still = {name: value for name, value in mine.items() if name in seen.form("change").fields}
        assert {name: seen.form("change").fields[name] for name in still} == still
    else:
        assert "Meanwhile others changed" in seen.said or theirs.get("summary") == "same" or "type-1" in mine
    shown = caller.attachment(number)
    now = {
        **dict.fromkeys(("review", "once")),
        **shown,
        **{each["name"]: each["status"] for each in shown["flags"]},
    }
    assert {name: now[name] for name in stored} == stored
    if conflict and set(mine) <= set(seen.form("change").fields):
        assert editor.submit(seen, "change").status == 200
        again = caller.attachment(number)
        for name in {"summary", "is_obsolete"} & set(mine):
            assert str(again[name]) == mine[name]


@pytest.mark.parametrize("number", ["4", "8", "9999", "", "x"])
def test_what_cannot_be_seen_cannot_be_changed(editor: Visitor, number: str) -> None:
    page = editor.get("attachment.cgi?id=10&action=edit")
    page.form("change").set("action", f"change?id={number}")
    assert editor.submit(page, "change", summary="x").status in (400, 404)


# ---- API keys


def test_a_key_is_shown_once_works_and_is_revoked(stranger: Visitor, caller: Caller) -> None:
    seen = stranger.submit(stranger.get("keys"), "keys", description="a <b>new</b> key")
    assert "a <b>new</b> key" in seen.said
    assert urlsplit(seen.url).path == "/keys"
    [key] = re.findall(r"\b[A-Za-z0-9]{40}\b", seen.said)
    assert key not in stranger.get("keys").text
    login = {"login": account("stranger").login, "api_key": key}
    assert caller.agreed("User.valid_login", login).result is True
    revoked = stranger.submit(stranger.get("keys"), "keys", description=None, revoke=number_of(seen))
    assert "is revoked." in revoked.said
    assert caller.agreed("User.valid_login", login).code == 306


def number_of(seen: Seen) -> str:
    return str(seen.page.xpath("//button[@name='revoke']/@value")[0])


def test_the_keys_of_others_are_theirs(stranger: Visitor, editor: Visitor, caller: Caller) -> None:
    number = number_of(editor.get("keys"))
    for wanted in (number, "9999", "x", ""):
        seen = stranger.submit(stranger.get("keys"), "keys", description=None, revoke=wanted)
        assert 400 <= seen.status < 500
    key = {"login": account("editor").login, "api_key": account("editor").api_key}
    assert caller.agreed("User.valid_login", key).result is True


def test_keys_are_for_who_is_logged_in(anybody: Visitor) -> None:
    assert anybody.get("keys").url == f"{anybody.url}login?to={quote('keys')}"
    assert anybody.post("keys", b"description=x", "application/x-www-form-urlencoded").status == 403


def test_a_key_says_briefly_what_it_is_for(editor: Visitor) -> None:
    assert editor.submit(editor.get("keys"), "keys", description="d" * 256).status == 400
