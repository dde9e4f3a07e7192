"""Credentials of clients in every form, as the site gets them."""

import asyncio
import base64
import time
import xmlrpc.client
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from scripted_site import ScriptedSite, fronted

from gateway.front import credentials_file, ended_tokens
from gateway.passwords import hash_password

COMMENTS = {"bugs": {"1": {"comments": []}}, "comments": {}}
UPDATED: dict[str, Any] = {"attachments": []}
KEY, OTHER_KEY = "k" * 40, "o" * 40
ADA, PASSWORD, WRONG = "ada@example.com", "the old password", "not her password"
READ, WRITE = "GET /bug/1/comment", "PUT /bug/attachment/0"
TOKEN_REFUSED = {"error": True, "code": 32000, "message": "The token is not valid."}
WRONG_LOGIN = {"error": True, "code": 300, "message": "Wrong."}


class Accounts:
    """Logins of a site: it gives tokens 7-1, 7-2, ... of which only those in `valid` are taken."""

    def __init__(self) -> None:
        self.valid: set[str] = set()
        self.made = 0

    async def login(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0)
        in_query = (request.query.get("login"), request.query.get("password"))
        in_headers = [unquote(request.headers.get(f"X-Bugzilla-{name}", "")) for name in ("Login", "Password")]
        if (ADA, PASSWORD) not in (in_query, tuple(in_headers)):
            return web.json_response(WRONG_LOGIN, status=401)
        self.made += 1
        token = f"7-{self.made}"
        self.valid.add(token)
        return web.json_response({"id": 7, "token": token})

    def checked(self, document: Any) -> Any:
        """The document for callers whose token is valid."""

        async def answer(request: web.Request) -> web.StreamResponse:
            body = await request.json() if request.method != "GET" else request.query
            valid = body.get("Bugzilla_token") in self.valid
            return web.json_response(document if valid else TOKEN_REFUSED, status=200 if valid else 400)

        return answer


@pytest.fixture
def site() -> ScriptedSite:
    accounts = Accounts()
    found = ScriptedSite(
        answers={
            "GET /login": accounts.login,
            "GET /valid_login": accounts.checked({"result": True}),
            READ: COMMENTS,
            WRITE: UPDATED,
            "GET /user": {"users": [{"id": 7}]},
            "GET /logout": {"result": None},
            "GET /whoami": {"id": 7},
        }
    )
    found.accounts = accounts  # type: ignore[attr-defined]
    return found


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    _change(path, KEY)
    return path


def _change(path: Path, key: str) -> None:
    path.write_text(f"# login key hash\n\n{ADA} {key} {hash_password(PASSWORD)}\n")


def basic(login: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


FORMS: list[tuple[dict[str, str], dict[str, str], dict[str, str]]] = [
    ({}, {}, {}),
    ({"Bugzilla_api_key": KEY}, {}, {"api_key": KEY}),
    ({"api_key": KEY}, {}, {"api_key": KEY}),
    ({}, {"X-BUGZILLA-API-KEY": KEY}, {"api_key": KEY}),
    ({}, {"Authorization": f"Bearer {KEY}"}, {"api_key": KEY}),
    ({"Bugzilla_token": "7-abc"}, {}, {"token": "7-abc"}),
    ({"token": "7-abc"}, {}, {"token": "7-abc"}),
    ({"token": "of no form"}, {}, {}),
    ({}, {"X-Bugzilla-Token": "7-abc"}, {"token": "7-abc"}),
    ({"Bugzilla_login": ADA, "Bugzilla_password": PASSWORD}, {}, {"token": "7-1"}),
    ({"login": ADA, "password": PASSWORD}, {}, {"token": "7-1"}),
    ({}, {"X-Bugzilla-Login": ADA, "X-Bugzilla-Password": PASSWORD}, {"token": "7-1"}),
    ({}, {"Authorization": basic(ADA, PASSWORD)}, {"token": "7-1"}),
    ({"api_key": KEY}, {"X-BUGZILLA-API-KEY": OTHER_KEY}, {"api_key": KEY}),
    ({"api_key": KEY, "Bugzilla_token": "7-abc"}, {}, {"api_key": KEY}),
]


@pytest.mark.parametrize(("params", "headers", "sent"), FORMS)
@pytest.mark.parametrize("version", ["5.2", "20260820.1"])
async def test_every_form_reaches_the_site_in_its_own(
    site: ScriptedSite,
    tmp_path: Path,
    version: str,
    params: dict[str, str],
    headers: dict[str, str],
    sent: dict[str, str],
) -> None:
    site.version = version
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", {"ids": [1], **params}, headers) == COMMENTS
        written = await front.xmlrpc("Bug.update_attachment", {"ids": [1], **params}, headers)
    (read,) = site.sent(READ)
    received = [_received(version, read.query, read.headers)]
    if sent:
        assert written == UPDATED
        (write,) = site.sent(WRITE)
        received.append(_received(version, write.body, write.headers))
    else:
        assert written.faultCode == 410
    assert received == [sent] * len(received)


def _received(version: str, params: dict[str, str], headers: dict[str, str]) -> dict[str, str]:
    """The credentials that the site got: Mozilla's in headers alone, and the key of a read by others in both places."""
    in_params = {name[9:]: value for name, value in params.items() if name.startswith("Bugzilla_")}
    upper = {name.upper(): value for name, value in headers.items()}
    names = {"X-BUGZILLA-API-KEY": "api_key", "X-BUGZILLA-TOKEN": "token"}
    in_headers = {names[name]: value for name, value in upper.items() if name.startswith("X-BUGZILLA")}
    assert "AUTHORIZATION" not in upper
    if version.startswith("5"):
        is_read = "ids" not in params  # they are in the path
        assert in_headers == ({"api_key": in_params["api_key"]} if is_read and "api_key" in in_params else {})
        return in_params
    assert not in_params
    return in_headers


@pytest.mark.parametrize("version", ["5.2", "20260820.1"])
@pytest.mark.parametrize(
    ("params", "code"), [({"api_key": ["a"]}, 306), ({"api_key": "ü"}, 306), ({"token": "7-ü"}, 32000)]
)
async def test_what_no_header_can_have_is_no_key(
    site: ScriptedSite, tmp_path: Path, version: str, params: dict[str, Any], code: int
) -> None:
    site.version = version
    site.answers[READ] = {"error": True, "code": code, "message": "No."}
    async with fronted(site, tmp_path) as front:
        assert (await front.xmlrpc("Bug.comments", {"ids": [1], **params})).faultCode == code


async def test_a_token_goes_into_a_parameter_where_the_site_does_not_know_its_header(
    site: ScriptedSite, tmp_path: Path
) -> None:
    site.version = "20260820.1"
    site.answers["GET /whoami"] = {"error": True, "code": 410, "message": "Log in."}
    async with fronted(site, tmp_path) as front:
        for _ in range(2):
            await front.xmlrpc("Bug.comments", {"ids": [1], "token": "7-abc"})
            await front.xmlrpc("Bug.comments", {"ids": [1], "api_key": KEY})
    assert [each.query for each in site.sent(READ)] == [{"Bugzilla_token": "7-abc"}, {}] * 2
    assert len(site.sent("GET /whoami")) == 1


WITH_PASSWORD = {"ids": [1], "Bugzilla_login": ADA, "Bugzilla_password": PASSWORD}


async def test_a_password_is_shown_to_the_site_once(site: ScriptedSite, tmp_path: Path) -> None:
    async with fronted(site, tmp_path) as front:
        await asyncio.gather(*(front.xmlrpc("Bug.comments", WITH_PASSWORD) for _ in range(10)))
        for _ in range(3):
            assert await front.xmlrpc("Bug.update_attachment", WITH_PASSWORD) == UPDATED
    assert len(site.sent("GET /login")) == 1
    assert {each.query["Bugzilla_token"] for each in site.sent(READ)} == {"7-1"}


async def test_a_token_is_bound_to_its_password(site: ScriptedSite, tmp_path: Path) -> None:
    async with fronted(site, tmp_path) as front:
        await front.xmlrpc("Bug.comments", WITH_PASSWORD)
        for other in (WRONG, "", PASSWORD + " ", PASSWORD.upper()):
            assert (await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_password": other})).faultCode == 300
        assert (await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_login": "bob"})).faultCode == 300
    assert len(site.sent(READ)) == 1


async def test_a_right_password_after_a_wrong_one_is_shown_again_to_clear_the_count(
    site: ScriptedSite, tmp_path: Path
) -> None:
    async with fronted(site, tmp_path) as front:
        await front.xmlrpc("Bug.comments", WITH_PASSWORD)
        await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_password": WRONG})
        await front.xmlrpc("Bug.comments", WITH_PASSWORD)
        await front.xmlrpc("Bug.comments", WITH_PASSWORD)
    assert [each.query["password"] for each in site.sent("GET /login")] == [PASSWORD, WRONG, PASSWORD]


async def test_a_refused_token_is_made_anew(site: ScriptedSite, tmp_path: Path) -> None:
    accounts: Accounts = site.accounts  # type: ignore[attr-defined]
    site.answers[READ] = accounts.checked(COMMENTS)
    site.answers[WRITE] = accounts.checked(UPDATED)
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", WITH_PASSWORD) == COMMENTS
        accounts.valid.clear()
        assert await front.xmlrpc("Bug.update_attachment", WITH_PASSWORD) == UPDATED
        accounts.valid.clear()
        assert await front.xmlrpc("Bug.comments", WITH_PASSWORD) == COMMENTS
    assert [each.body["Bugzilla_token"] for each in site.sent(WRITE)] == ["7-1", "7-2"]
    assert len(site.sent("GET /login")) == 3


async def test_another_error_does_not_make_a_token_anew(site: ScriptedSite, tmp_path: Path) -> None:
    site.answers[WRITE] = {"error": True, "code": 32000, "message": "The attachment is not yours."}
    async with fronted(site, tmp_path) as front:
        fault = await front.xmlrpc("Bug.update_attachment", WITH_PASSWORD)
    assert (fault.faultCode, fault.faultString) == (32000, "The attachment is not yours.")
    assert len(site.sent("GET /login")) == len(site.sent(WRITE)) == 1


async def test_logging_in_gives_a_token_of_the_site(site: ScriptedSite, tmp_path: Path) -> None:
    async with fronted(site, tmp_path) as front:
        made = await front.xmlrpc("User.login", {"login": ADA, "password": PASSWORD})
        assert made == {"id": 7, "token": "7-1"}
        await front.xmlrpc("User.logout", {"token": made["token"]})
        assert (await front.xmlrpc("User.login", {"login": ADA})).faultCode == 50
        assert (await front.xmlrpc("User.login", {"login": ADA, "password": WRONG})).faultCode == 300
    (logged_out,) = site.sent("GET /logout")
    assert logged_out.query == {"Bugzilla_token": "7-1"}


async def test_a_lock_of_the_site_does_not_shut_out_a_caller_whose_password_was_right(
    site: ScriptedSite, tmp_path: Path
) -> None:
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.update_attachment", WITH_PASSWORD) == UPDATED
        assert (await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_password": WRONG})).faultCode == 300
        locked = {"error": True, "code": 32000, "message": "Your IP has been locked out of this account."}
        site.answers["GET /login"] = locked
        assert await front.xmlrpc("Bug.update_attachment", WITH_PASSWORD) == UPDATED
        fault = await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_password": WRONG})
    assert (fault.faultCode, "locked out" in fault.faultString) == (32000, True)


# ---- a file with keys


@pytest.mark.parametrize("version", ["5.2", "20260820.1"])
async def test_a_password_in_the_file_stands_for_a_key(
    site: ScriptedSite, tmp_path: Path, keys: Path, version: str
) -> None:
    site.version = version
    async with fronted(site, tmp_path, credentials=keys) as front:
        assert await front.xmlrpc("Bug.update_attachment", WITH_PASSWORD) == UPDATED
        upper = {**WITH_PASSWORD, "Bugzilla_login": ADA.upper()}
        assert await front.xmlrpc("Bug.update_attachment", upper) == UPDATED
        for _ in range(credentials_file.MAX_FAILURES):
            fault = await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_password": WRONG})
            assert fault.faultCode == 300
        fault = await front.xmlrpc("Bug.comments", WITH_PASSWORD)
        assert (fault.faultCode, "locked" in fault.faultString) == (32000, True)
        stranger = await front.xmlrpc("Bug.comments", {**WITH_PASSWORD, "Bugzilla_login": "bob@example.com"})
        assert stranger.faultCode == 300
    assert [_received(version, each.body, each.headers) for each in site.sent(WRITE)] == [{"api_key": KEY}] * 2
    (stranger,) = site.sent("GET /login")
    assert "bob@example.com" in (stranger.query.get("login"), stranger.headers.get("X-BUGZILLA-LOGIN"))


async def test_a_token_of_the_front_is_valid_in_every_worker(site: ScriptedSite, tmp_path: Path, keys: Path) -> None:
    site.version = "20260820.1"
    async with fronted(site, tmp_path, credentials=keys) as one, fronted(site, tmp_path, credentials=keys) as other:
        made = await one.xmlrpc("User.login", {"login": ADA, "password": PASSWORD})
        assert made["id"] == 7
        assert KEY not in made["token"]
        assert await other.xmlrpc("Bug.update_attachment", {"ids": [1], "token": made["token"]}) == UPDATED
        for spoilt in (
            made["token"][:-1] + ("0" if made["token"][-1] != "0" else "1"),
            made["token"].replace("7-", "8-"),
        ):
            assert (await other.xmlrpc("Bug.comments", {"ids": [1], "token": spoilt})).faultCode == 32000
        _change(keys, OTHER_KEY)
        assert (await other.xmlrpc("Bug.comments", {"ids": [1], "token": made["token"]})).faultCode == 32000
        assert await other.xmlrpc("Bug.update_attachment", WITH_PASSWORD) == UPDATED
    assert [each.headers["X-BUGZILLA-API-KEY"] for each in site.sent(WRITE)] == [KEY, OTHER_KEY]
    assert site.sent("GET /logout") == site.sent("GET /login") == []


async def test_a_token_of_the_front_is_ended_in_every_process(site: ScriptedSite, tmp_path: Path, keys: Path) -> None:
    async with (
        fronted(site, tmp_path, credentials=keys) as one,
        fronted(site, tmp_path, credentials=keys) as other,
    ):
        login = {"login": ADA, "password": PASSWORD}
        ended, left = [(await one.xmlrpc("User.login", login))["token"] for _ in range(2)]
        assert await other.xmlrpc("Bug.comments", {"ids": [1], "token": ended}) == COMMENTS
        await one.xmlrpc("User.logout", {"token": ended})
        user_id, rest = ended.split("-", 1)
        expires, _, signature = rest.split(".")
        in_other_letters = base64.urlsafe_b64encode(ADA.upper().encode()).decode().rstrip("=")
        for token in (ended, f"0{user_id}-{rest}", f"{user_id}-{expires}.{in_other_letters}.{signature}"):
            for front in (one, other):
                assert (await front.xmlrpc("Bug.comments", {"ids": [1], "token": token})).faultCode == 32000
        assert (await other.xmlrpc("User.logout", {"token": ended})).faultCode == 32000
        assert await other.xmlrpc("Bug.comments", {"ids": [1], "token": left}) == COMMENTS
        status, document = await other.rest("/logout", params={"token": left})
        assert (status, document) == (200, {"result": None})
        assert (await one.xmlrpc("Bug.comments", {"ids": [1], "token": left})).faultCode == 32000
    async with fronted(site, tmp_path, credentials=keys) as restarted:
        assert (await restarted.xmlrpc("Bug.comments", {"ids": [1], "token": ended})).faultCode == 32000
    assert site.sent("GET /logout") == []
    file = credentials_file.ended_tokens_file(keys)
    assert file.stat().st_mode & 0o777 == 0o600
    assert signature[16:] not in file.read_text()


async def test_a_token_that_cannot_be_ended_is_told(site: ScriptedSite, tmp_path: Path, keys: Path) -> None:
    async with fronted(site, tmp_path, credentials=keys) as front:
        made = await front.xmlrpc("User.login", {"login": ADA, "password": PASSWORD})
        credentials_file.ended_tokens_file(keys).mkdir()
        fault = await front.xmlrpc("User.logout", {"token": made["token"]})
    assert "file of ended tokens cannot be" in fault.faultString


def test_ended_tokens_that_have_expired_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "ended"
    path.write_text("damaged\n" + "".join(f"1 {number:032x}\n" for number in range(ended_tokens.TIDIED)))
    ended, later = ended_tokens.EndedTokens(path), int(time.time()) + 100
    ended.add("one", later)
    ended.add("another", later)
    assert len(path.read_text().splitlines()) == 2
    assert ["one" in ended, "another" in ended, "a third" in ended] == [True, True, False]
    assert "one" in ended_tokens.EndedTokens(path)


def test_a_token_of_the_front_expires(keys: Path) -> None:
    by_password = credentials_file.KeysByPassword(keys, -1.0, 1)
    entry = by_password.entry(ADA)
    assert entry is not None
    with pytest.raises(Exception, match="expired"):
        by_password.by_token(by_password.new_token(entry, 7))
    by_password.close()


@pytest.mark.parametrize("text", ["ada@example.com key", "a b c d", "\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(credentials_file.CredentialsFileError, match="keys"):
        credentials_file.read_entries(path)


# ---- keys


@pytest.mark.parametrize("version", ["5.2", "20260820.1"])
@pytest.mark.parametrize(
    ("credentials", "code"),
    [
        ({"api_key": "k" * 9000}, 306),
        ({"api_key": "k\r\nX: y"}, 306),
        ({"api_key": "ü"}, 306),
        ({"token": f"7-{'t' * 9000}"}, 32000),
    ],
)
async def test_what_no_site_has_given_is_not_sent(
    site: ScriptedSite, tmp_path: Path, version: str, credentials: dict[str, str], code: int
) -> None:
    site.version = version
    async with fronted(site, tmp_path) as front:
        assert (await front.xmlrpc("Bug.comments", {"ids": [1], **credentials})).faultCode == code
    assert not site.asked


async def test_the_key_of_the_operator_is_for_calls_without_credentials(site: ScriptedSite, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    async with fronted(site, tmp_path, api_key_file=file) as front:
        await front.xmlrpc("Bug.comments", {"ids": [1]})
        await front.xmlrpc("Bug.comments", {"ids": [1], "api_key": OTHER_KEY})
        await front.xmlrpc("Bugzilla.version", {})
    assert [each.query.get("Bugzilla_api_key") for each in site.sent(READ)] == [KEY, OTHER_KEY]


@pytest.mark.parametrize(
    ("path", "headers", "key"),
    [
        ("/rest/bug/1/comment", {}, KEY),
        ("/rest/bug/1/comment", {"Sec-Fetch-Site": "none"}, KEY),
        ("/rest/bug/1/comment", {"Host": "localhost:8080"}, KEY),
        ("/rest/bug/1/comment", {"Host": "bugs.example.com"}, KEY),
        ("/rest/bug/1/comment", {"Host": "rebound.example.net"}, None),
        ("/rest/bug/1/comment", {"Origin": "https://evil.example"}, None),
        ("/rest/bug/1/comment", {"Sec-Fetch-Site": "cross-site"}, None),
        ("/jsonrpc.cgi?method=Bug.comments&params=[{%22ids%22:[1]}]&callback=f", {}, None),
    ],
)
async def test_a_page_in_a_browser_does_not_get_the_key_of_the_operator(
    site: ScriptedSite, tmp_path: Path, path: str, headers: dict[str, str], key: str | None
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    settings = {"url_base": "https://bugs.example.com/"}
    async with (
        fronted(site, tmp_path, settings=settings, api_key_file=file) as front,
        front.client.get(path, headers=headers) as response,
    ):
        assert response.status == 200
    (asked,) = site.sent(READ)
    assert asked.query.get("Bugzilla_api_key") == key


async def test_a_bearers_key_that_is_unknown_is_ignored(site: ScriptedSite, tmp_path: Path) -> None:
    async def known(request: web.Request) -> web.StreamResponse:
        refused = {"error": True, "code": 306, "message": "Invalid."}
        return web.json_response(refused if "Bugzilla_api_key" in request.query else COMMENTS)

    site.answers[READ] = known
    async with fronted(site, tmp_path) as front:
        assert await front.xmlrpc("Bug.comments", {"ids": [1]}, {"Authorization": "Bearer of news"}) == COMMENTS
        assert (await front.xmlrpc("Bug.comments", {"ids": [1], "api_key": "of news"})).faultCode == 306


@pytest.mark.parametrize("params", [{"api_key": KEY}, {"token": "7-secretsecret"}, WITH_PASSWORD])
async def test_a_secret_that_the_site_names_is_not_passed_on(
    site: ScriptedSite, tmp_path: Path, params: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    named = f"{KEY} 7-secretsecret {PASSWORD}"
    site.answers["*"] = site.answers[READ] = {"error": True, "code": 306, "message": f"{named} is wrong."}
    async with fronted(site, tmp_path) as front:
        fault = await front.xmlrpc("Bug.comments", {"ids": [1], **params})
    secret = str(params.get("Bugzilla_password") or next(value for name, value in params.items() if name != "ids"))
    assert isinstance(fault, xmlrpc.client.Fault)
    assert secret not in fault.faultString
    ours = [each for each in caplog.records if each.name != "aiohttp.access"]  # the log of the test's own server
    assert not [each for each in ours if secret in str(each.__dict__)]


async def test_an_unchanged_answer_is_kept_per_credentials(site: ScriptedSite, tmp_path: Path) -> None:
    tags: list[str | None] = []

    async def tagged(request: web.Request) -> web.StreamResponse:
        tags.append(request.headers.get("If-None-Match"))
        if tags[-1]:
            return web.Response(status=304)
        return web.json_response(COMMENTS, headers={"ETag": f"of-{request.query.get('Bugzilla_api_key')}"})

    site.answers[READ] = tagged
    async with fronted(site, tmp_path) as front:
        for key in (KEY, KEY, OTHER_KEY, KEY):
            assert await front.xmlrpc("Bug.comments", {"ids": [1], "api_key": key}) == COMMENTS
    assert tags == [None, f"of-{KEY}", None, f"of-{KEY}"]
