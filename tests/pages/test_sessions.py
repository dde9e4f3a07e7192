"""Sessions: what their cookies are, where they are good, and forms that others have one send."""

import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from calling import Caller
from programs import run
from running import Gateway, account, copied, running
from visiting import Visitor
from wire import PROTOCOLS, Request, jsonrpc

from gateway.methods.catalogue import PAGES
from gateway.methods.identity import MAX_FAILURES
from gateway.pages.page_session import FORM_TOKEN, SESSION

FORM = "application/x-www-form-urlencoded"


# ---- logging in and out


def test_a_login_lasts_until_the_logout(anybody: Visitor) -> None:
    assert "Log in" in anybody.get("./").said
    seen = anybody.login("editor")
    assert seen.url == anybody.url
    assert "Log out" in seen.said
    cookie = anybody.cookies[SESSION]
    assert anybody.get("keys").status == 200
    left = anybody.submit(anybody.get("keys"), "logout")
    assert "Log out" not in left.said
    assert SESSION not in anybody.cookies
    again = anybody.get("keys", {"Cookie": f"{SESSION}={cookie}"})
    assert urlsplit(again.url).path == "/login"


def test_a_wrong_password_is_told_and_the_login_kept(anybody: Visitor) -> None:
    for login in ("editor@example.com", "nobody@example.com"):
        seen = anybody.submit(anybody.get("login"), "login", login=login, password="wrong")
        assert seen.status == 403
        assert "The login or the password is wrong." in seen.said
        assert seen.form("login").fields["login"] == login
        assert not seen.form("login").fields["password"]
        assert SESSION not in anybody.cookies


def test_too_many_wrong_passwords_lock_as_everywhere(anybody: Visitor, module_gateway: Gateway) -> None:
    user = account("lockme")
    for _ in range(MAX_FAILURES):
        seen = anybody.submit(anybody.get("login"), "login", login=user.login, password="wrong")
    assert "is locked" in seen.said
    assert "is locked" in anybody.submit(anybody.get("login"), "login", login=user.login, password=user.password).said
    answer = Caller(module_gateway.url).through("rest", "User.login", {"login": user.login, "password": user.password})
    assert answer is not None
    assert "is locked" in answer.message


def test_a_disabled_account_is_told_so(anybody: Visitor) -> None:
    assert "This account is disabled" in anybody.login("disabled").said
    assert SESSION not in anybody.cookies


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("show_bug.cgi%3Fid%3D1", "show_bug.cgi?id=1"),
        ("attachment.cgi%3Fid%3D3%26action%3Ddiff", "attachment.cgi?id=3&action=diff"),
        ("keys", "keys"),
        ("%2F%2Fexample.com", ""),
        ("https%3A%2F%2Fexample.com", ""),
        ("%5C%5Cexample.com", ""),
        ("keys%0D%0ASet-Cookie%3A+a%3Db", ""),
        ("javascript%3Aalert(1)", ""),
    ],
)
def test_a_login_leads_to_pages_of_this_site_only(anybody: Visitor, wanted: str, led_to: str) -> None:
    user = account("editor")
    seen = anybody.submit(anybody.get(f"login?to={wanted}"), "login", login=user.login, password=user.password)
    assert seen.url == anybody.url + led_to


@pytest.mark.parametrize("change", [("disable", "--reason", "gone"), ("password", "--generate-password")])
def test_a_disabled_account_or_a_new_password_ends_sessions(gateway: Gateway, change: tuple[str, ...]) -> None:
    visitor = Visitor(gateway.url)
    assert "Log out" in visitor.login("stranger").said
    command, *options = change
    words = ["user", command, account("stranger").login, *options, "--database", str(gateway.database)]
    run([sys.executable, "-m", "gateway", *words])
    assert "Log out" not in visitor.get("./").said


# ---- the cookie


@pytest.mark.parametrize(
    ("flags", "headers", "secure"),
    [
        ((), {}, False),
        ((), {"X-Forwarded-Proto": "https"}, False),
        (("--trusted-proxies", "127.0.0.1"), {"X-Forwarded-Proto": "https"}, True),
        (("--url-base", "https://bugs.example.com/"), {}, True),
    ],
)
def test_the_cookie_is_for_this_site_alone(
    loaded_database: Path, tmp_path: Path, flags: tuple[str, ...], headers: dict[str, str], secure: bool
) -> None:
    with running(copied(loaded_database, tmp_path / "gateway.db"), *flags) as gateway:
        visitor = Visitor(gateway.url, follow=False)
        page = visitor.get("login", headers)
        guest = page.headers["Set-Cookie"].partition(";")[0]
        user = account("editor")
        sent = {**headers, "Cookie": guest}
        seen = visitor.submit(page, "login", sent, login=user.login, password=user.password)
    assert seen.status == 303
    given = next(each for each in seen.headers.get_all("Set-Cookie", []) if each.startswith(f"{SESSION}={user.id}-"))
    for cookie in (given, page.headers["Set-Cookie"]):
        attributes = {each.strip().lower() for each in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax"} <= attributes
        assert ("secure" in attributes) == secure
        assert not any(each.startswith(("domain", "path")) for each in attributes)


def test_the_cookie_holds_nothing_that_programs_could_show(insider: Visitor, module_gateway: Gateway) -> None:
    """It is no login token, no API key and no password, in whatever parameter or header it is shown."""
    cookie, caller = insider.cookies[SESSION], Caller(module_gateway.url)
    shown = {"attachment_ids": [4]}
    for name, code in (("Bugzilla_token", 32000), ("token", 32000), ("Bugzilla_api_key", 306), ("api_key", 306)):
        for value in (cookie, cookie.partition("-")[2]):
            answer = caller.agreed("Bug.attachments", {**shown, name: value})
            assert answer.code in (code, 304), (name, answer)
    login = {"Bugzilla_login": account("insider").login, "Bugzilla_password": cookie}
    answer = caller.through("rest", "Bug.attachments", {**shown, **login})
    assert answer is not None
    assert answer.code == 300
    for headers in (
        {"X-Bugzilla-Token": cookie},
        {"X-Bugzilla-API-Key": cookie},
        {"Authorization": f"Bearer {cookie}"},
    ):
        assert caller.agreed("Bug.attachments", shown, headers=headers).code in (32000, 306, 304)


def test_no_protocol_looks_at_the_cookie(insider: Visitor, module_gateway: Gateway) -> None:
    headers = {"Cookie": f"{SESSION}={insider.cookies[SESSION]}"}
    caller, login = Caller(module_gateway.url), account("insider").login
    assert len(PROTOCOLS) == 5
    for method, params, code in (
        ("Bug.attachments", {"attachment_ids": [4]}, 304),
        ("Bug.comments", {"comment_ids": [10]}, 110),
        ("Bug.update_attachment", {"ids": [1], "summary": "changed"}, 410),
        ("Bug.add_attachment", {"ids": [1], "data": b"x", "file_name": "x", "summary": "x", "is_patch": 1}, 410),
        ("User.get", {"ids": [1]}, 505),
    ):
        answers = list(caller.everywhere(method, params, headers=headers))
        assert answers
        assert {each.code for each in answers} == {code}, method
    assert caller.agreed("User.valid_login", {"login": login}, headers=headers).result is False


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/rest.cgi/bug/attachment/4"),
        Request("GET", "/rest/user?ids=1"),
        Request("GET", "/jsonrpc.cgi?method=Bug.attachments&params=[{%22attachment_ids%22:[4]}]&callback=f"),
    ],
    ids=lambda each: each.path,
)
def test_no_other_address_of_a_protocol_does(insider: Visitor, module_gateway: Gateway, request_: Request) -> None:
    headers = {"Cookie": f"{SESSION}={insider.cookies[SESSION]}"}
    _, _, body = Caller(module_gateway.url).send(request_, headers)
    assert b"error" in body
    assert b"private.txt" not in body


def test_the_methods_of_pages_are_no_protocols(module_gateway: Gateway) -> None:
    caller = Caller(module_gateway.url)
    listed = caller.result("system.listMethods", {})
    for method in PAGES:
        assert method.name not in listed
        call = jsonrpc({"method": method.name, "params": [{"id": 1, "api_key": account("insider").api_key}], "id": 1})
        assert b"There is no method" in caller.send(call)[2]
    assert len(list(PAGES)) >= 8


def test_neither_do_uploads_to_ketura(insider: Visitor) -> None:
    seen = insider.post("Ketura/API/Issues/1/Attachments", b"--b--\r\n", "multipart/form-data; boundary=b")
    assert seen.status == 401


def test_files_take_the_cookie_and_other_credentials_before_it(anybody: Visitor, insider: Visitor) -> None:
    assert anybody.get("attachment.cgi?id=4").status == 404
    seen = insider.get("attachment.cgi?id=4")
    assert (seen.status, seen.headers["Cache-Control"]) == (200, "no-store")
    assert insider.get("attachment.cgi?id=4", {"X-Bugzilla-API-Key": account("stranger").api_key}).status == 404
    assert insider.get("attachment.cgi?id=4&Bugzilla_api_key=wrong").status == 400


@pytest.mark.parametrize("cookie", ["", "x", "1-", "4-" + "x" * 24, "99999999999-x", '"', "4-\u00e9"])
def test_a_cookie_that_is_no_session_is_nobodys(anybody: Visitor, cookie: str) -> None:
    seen = anybody.get("show_bug.cgi?id=1", {"Cookie": f"{SESSION}={cookie}"})
    assert seen.status == 200
    assert "Log out" not in seen.said


# ---- forms


def test_a_form_needs_its_token(editor: Visitor) -> None:
    before = editor.get("keys")
    for token in ("", "0" * 64, None, "\u00fc"):
        seen = editor.submit(before, "keys", description="forged", **{FORM_TOKEN: token})
        assert seen.status == 403
        assert "This form has expired" in seen.said
    assert "forged" not in editor.get("keys").said


def test_the_token_of_another_is_none(editor: Visitor, stranger: Visitor, anybody: Visitor) -> None:
    for other in (stranger.get("keys").form("logout"), anybody.get("login").form("login")):
        token = other.fields[FORM_TOKEN]
        assert editor.submit(editor.get("keys"), "keys", description="forged", **{FORM_TOKEN: token}).status == 403


def test_a_form_from_another_site_is_none(editor: Visitor) -> None:
    page = editor.get("keys")
    for site, code in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        assert editor.submit(page, "keys", {"Sec-Fetch-Site": site}, description="a key").status == code


def test_every_form_that_changes_something_needs_a_token(editor: Visitor) -> None:
    """Also that for files, which come in another form, and that of the login."""
    bug, attachment = editor.get("show_bug.cgi?id=2"), editor.get("attachment.cgi?id=10&action=edit")
    assert editor.attach(bug, ("a.txt", "text/plain", b"a"), **{FORM_TOKEN: "0" * 64}).status == 403
    assert editor.submit(attachment, "change", summary="forged", **{FORM_TOKEN: "0" * 64}).status == 403
    assert editor.submit(bug, "logout", **{FORM_TOKEN: "0" * 64}).status == 403
    user, guest = account("stranger"), Visitor(editor.url)
    forged = guest.submit(guest.get("login"), "login", login=user.login, password=user.password, **{FORM_TOKEN: "0"})
    assert forged.status == 403
    assert SESSION not in guest.cookies
    assert "a.txt" not in editor.get("show_bug.cgi?id=2").said
    assert "Log out" in editor.get("./").said


def test_a_guest_without_a_cookie_has_no_token(anybody: Visitor) -> None:
    page = anybody.get("login")
    anybody.jar.clear()
    user = account("editor")
    seen = anybody.submit(page, "login", login=user.login, password=user.password)
    assert (seen.status, seen.form("login").fields["login"]) == (403, user.login)
    assert user.password not in seen.text
    assert SESSION not in anybody.cookies
    assert "Log out" in anybody.submit(seen, "login", password=user.password).said


@pytest.mark.parametrize("path", ["login", "logout", "keys", "change?id=1"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", FORM])
def test_what_is_no_form_is_refused(editor: Visitor, path: str, content_type: str) -> None:
    assert editor.post(path, b'{"a": 1}', content_type).status in (400, 403)


# ---- sessions that end while a form is open


def test_nothing_typed_is_lost_when_a_session_ends(editor: Visitor, module_gateway: Gateway) -> None:
    """The form comes again with a login in it: of a comment, of an attachment, of a key."""
    caller, user = Caller(module_gateway.url), account("editor")
    number = caller.attach("editor", bug=2)
    bug, attachment = editor.get("show_bug.cgi?id=2"), editor.get(f"attachment.cgi?id={number}&action=edit")
    keys = editor.get("keys")
    for page, action, typed, told in (
        (bug, "comment", {"comment": "typed\nat length <b>"}, "Your comment was added."),
        (attachment, "change", {"summary": "typed", "comment": "kept"}, "Saved: summary, comment."),
        (keys, "keys", {"description": "typed"}, "This is your new API key."),
    ):
        editor.jar.clear()
        seen = editor.submit(page, action, **typed)
        assert seen.status == 403
        assert "Log in here to send it: nothing of it is lost." in seen.said
        assert {name: seen.form(action).fields[name] for name in typed} == typed
        wrong = editor.submit(seen, action, again_login=user.login, again_password="wrong")
        assert "The login or the password is wrong." in wrong.said
        assert {name: wrong.form(action).fields[name] for name in typed} == typed
        done = editor.submit(wrong, action, again_login=user.login, again_password=user.password)
        assert (done.status, told in done.said, SESSION in editor.cookies) == (200, True, True)
    assert caller.attachment(number)["summary"] == "typed"
    comments = caller.result("Bug.comments", {"ids": [2]}, "insider")["bugs"]["2"]["comments"]
    assert [each["text"] for each in comments].count("typed\nat length <b>") == 1


def test_files_are_kept_when_a_session_ends(editor: Visitor, module_gateway: Gateway) -> None:
    caller, user, data = Caller(module_gateway.url), account("editor"), bytes(range(256)) * 400
    page = editor.get("show_bug.cgi?id=2")
    editor.jar.clear()
    typed = {"summary-1": "kept", "summary-2": "text", "comment": "kept too", "type-1": "?", "obsoletes": "10"}
    files = ("bytes.bin", "application/x-thing", data), ("größe.txt", "text/plain", b"text")
    seen = editor.attach(page, *files, **typed)
    assert seen.status == 403
    fields = seen.form("attach").fields
    assert {name: fields[name] for name in typed} == typed
    done = editor.attach(seen, again_login=user.login, again_password=user.password)
    assert "Attached: 2 files." in done.said
    first, second = caller.result("Bug.attachments", {"ids": [2]}, "insider")["bugs"]["2"][-2:]
    assert (first["file_name"], first["content_type"], first["data"]) == ("bytes.bin", "application/x-thing", data)
    assert (second["file_name"], second["summary"], second["data"]) == ("größe.txt", "text", b"text")
    assert [each["name"] for each in first["flags"]] == ["review"]
    assert caller.attachment(10)["is_obsolete"] == 1


def test_a_form_in_another_session_is_shown_again(editor: Visitor, stranger: Visitor) -> None:
    """As when somebody logged out and in again in another tab."""
    page = editor.get("show_bug.cgi?id=2")
    editor.jar.clear()
    editor.login("insider")
    seen = editor.submit(page, "comment", comment="typed")
    assert (seen.status, seen.form("comment").fields["comment"]) == (403, "typed")
    assert "again_login" not in seen.form("comment").fields
    assert "You are logged in as insider@example.com" in seen.said
    assert "Your comment was added." in editor.submit(seen, "comment").said


def test_what_another_site_fills_in_is_not_shown(editor: Visitor) -> None:
    page = editor.get("show_bug.cgi?id=2")
    editor.jar.clear()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        seen = editor.submit(page, "comment", headers, comment="forged")
        assert seen.status == 403
        assert ("forged" in seen.text) == (headers == {"Origin": "null"})
        seen = editor.attach(page, ("forged.txt", "text/plain", b"forged"), headers=headers)
        assert ("forged" in seen.text) == (headers == {"Origin": "null"})


# ---- the account


def test_a_password_is_changed_and_other_sessions_end(gateway: Gateway) -> None:
    user, new = account("stranger"), "a new password"
    here, elsewhere = Visitor(gateway.url), Visitor(gateway.url)
    here.login("stranger", {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"})
    elsewhere.login("stranger")
    page = here.get("account")
    assert page.said.count("This one") == 1
    assert "Firefox on Linux" in page.said
    typed = {"password": user.password, "new_password": new, "new_password_again": new}
    for changed, told in (
        ({"password": "wrong"}, "The login or the password is wrong."),
        ({"new_password_again": "another"}, "it was typed differently the second time"),
        ({"new_password": "short", "new_password_again": "short"}, "it needs 8 to 1000 characters"),
    ):
        seen = here.submit(page, "password", **{**typed, **changed})
        assert told in seen.said
        assert user.password not in seen.text
    done = here.submit(page, "password", **typed)
    assert "Your password is changed" in done.said
    assert "Log out" in here.get("./").said
    assert "Log out" not in elsewhere.get("./").said
    again = elsewhere.submit(elsewhere.get("login"), "login", login=user.login, password=new)
    assert "Log out" in again.said


def test_sessions_are_seen_and_ended(gateway: Gateway) -> None:
    visitors = [Visitor(gateway.url) for _ in range(4)]
    for visitor in visitors:
        visitor.login("stranger")
    mine, first, *others = visitors
    page = mine.get("account")
    buttons = page.page.xpath("//button[@name='session']/@value")
    assert len(buttons) == 4
    assert "Ended: 1 session." in mine.submit(page, "sessions", session=buttons[0]).said
    assert sum("Log out" in each.get("./").said for each in (first, *others)) == 2
    assert "Ended: 2 sessions." in mine.submit(page, "sessions", session="others").said
    assert not any("Log out" in each.get("./").said for each in (first, *others))
    assert "Log out" in mine.get("./").said
    someone, someone_else = Visitor(gateway.url), Visitor(gateway.url)
    for visitor in (someone, someone_else):
        visitor.login("editor")
    for wanted in (buttons[0], "", "others"):
        someone.submit(someone.get("account"), "sessions", session=wanted)
    assert "Log out" in mine.get("./").said


def test_keys_expire_and_show_their_last_use(gateway: Gateway) -> None:
    visitor, caller = Visitor(gateway.url), Caller(gateway.url)
    visitor.login("stranger")
    made = visitor.submit(visitor.get("keys"), "keys", description="for a while", days="30")
    assert "not used yet, expires" in made.said
    key = made.page.xpath("//div[@role='status']//code")[0].text
    login = {"login": account("stranger").login, "api_key": key}
    assert caller.result("User.valid_login", login) is True
    assert "last used" in visitor.get("keys").said
    with sqlite3.connect(gateway.database) as database:
        database.execute("UPDATE api_keys SET expires = 1 WHERE description = 'for a while'")
    answer = caller.agreed("User.valid_login", login)
    assert (answer.code, answer.message) == (306, "This API key has expired.")
    assert "expired" in visitor.get("keys").said


def test_a_link_to_a_private_attachment_asks_for_a_login(anybody: Visitor) -> None:
    """And so does one to an attachment that does not exist."""
    html = {"Accept": "text/html,*/*"}
    hidden, missing = (anybody.get(f"attachment.cgi?id={number}", html) for number in (4, 9999))
    assert hidden.status == missing.status == 404
    assert hidden.said == missing.said
    user = account("insider")
    asked = anybody.get(hidden.page.xpath("//main//a/@href")[0])
    assert anybody.submit(asked, "login", login=user.login, password=user.password).body == b"private"
