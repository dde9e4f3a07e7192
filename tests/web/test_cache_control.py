"""Every answer says how long it may be kept; those that tell of one caller or one moment say `no-store`."""

import urllib.request

import pytest
from calling import Caller
from forms import CONTENT_TYPE, form, part, text
from running import Gateway, account

KEY = {"X-Bugzilla-API-Key": account("editor").api_key}


@pytest.fixture(scope="module")
def caller(standing_gateway: Gateway) -> Caller:
    return Caller(standing_gateway.url)


@pytest.mark.parametrize(
    ("verb", "path", "said"),
    [
        ("GET", "/healthz", "no-store"),
        ("GET", "/readyz", "no-store"),
        ("GET", "/metrics", "no-store"),
        ("GET", "/", "no-store"),
        ("GET", "/nowhere", "no-store"),
        ("OPTIONS", "/nowhere", "no-store"),
        ("PUT", "/docs", "no-store"),
        ("HEAD", "/xmlrpc.cgi", "no-store"),
        ("GET", "/xmlrpc.cgi", "no-store"),
        ("POST", "/xmlrpc.cgi", "no-store"),
        ("POST", "/jsonrpc.cgi", "no-store"),
        ("OPTIONS", "/rest/bug/1", "no-store"),
        ("GET", "/Ketura/API/Issues/1/Attachments", "no-store"),
        ("GET", "/Ketura/API/nowhere", "no-store"),
        ("POST", "/Ketura/API/Issues/1/Attachments", "no-store"),
        ("POST", "/Ketura/API/Issues/99999/Attachments", "no-store"),
        ("OPTIONS", "/Ketura/API/Issues/1/Attachments", "no-cache"),
        ("GET", "/docs", "no-cache"),
        ("GET", "/openapi.json", "no-cache"),
        ("GET", "/openrpc.json", "no-cache"),
        ("GET", "/application.wadl", "no-cache"),
        ("OPTIONS", "/attachment.cgi", "no-cache"),
        ("GET", "/attachment.cgi?id=99999", "no-store"),
    ],
)
def test_what_an_answer_says(caller: Caller, verb: str, path: str, said: str) -> None:
    assert caller.headers(verb, path, KEY)["Cache-Control"] == said


def test_what_an_upload_to_ketura_says(standing_gateway: Gateway) -> None:
    body = form(text("Description", "a"), part('name="File"; filename="a"', b"x"))
    asked = urllib.request.Request(f"{standing_gateway.url}Ketura/API/Issues/2/Attachments", body, KEY)
    asked.add_header("Content-Type", CONTENT_TYPE)
    with urllib.request.urlopen(asked) as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (204, "no-store")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "private, no-cache"),
        (',"Bugzilla_api_key":"k"', "no-store"),
        (',"Bugzilla_%61pi_key":"k"', "no-store"),
        (r',"Bugzilla_\u0061pi_key":"k"', "no-store"),
        (r',"\u0074oken":"1-k"', "no-store"),
    ],
)
def test_credentials_in_a_query_string_however_they_are_written(caller: Caller, query: str, said: str) -> None:
    path = '/jsonrpc.cgi?method=Bug.get&params=[{"ids":[1]' + query + "}]"
    assert caller.headers("GET", path.replace('"', "%22").replace("\\", "%5C"), {})["Cache-Control"] == said
