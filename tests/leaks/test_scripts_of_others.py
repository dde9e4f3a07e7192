"""A page of another site can have a browser call the gateway by a script element, but not as whoever has logged in.

The headers of such a call are the browser's: it may add a login and a password that were typed in for Ketura's API.
"""

import base64

import pytest
from lines import ask
from running import Gateway, account

MEMBER = account("secret-member")
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{MEMBER.login}:{MEMBER.password}".encode()).decode()}


@pytest.mark.parametrize("path", ["/rest/bug/3?", "/jsonrpc.cgi?method=Bug.get&version=1.1&params={%22ids%22:[3]}&"])
@pytest.mark.parametrize("headers", [BASIC, {"X-Bugzilla-API-Key": MEMBER.api_key}])
def test_credentials_in_headers_do_not_count(standing_gateway: Gateway, path: str, headers: dict[str, str]) -> None:
    assert b"a restricted bug" in ask(standing_gateway, "GET", path, headers).body
    called = ask(standing_gateway, "GET", f"{path}callback=take", headers)
    assert called.body.startswith(b"/**/take(")
    assert b"a restricted bug" not in called.body
    assert called == ask(standing_gateway, "GET", f"{path}callback=take", {})


def test_a_page_may_show_a_key_that_it_knows(standing_gateway: Gateway) -> None:
    shown = ask(standing_gateway, "GET", f"/rest/bug/3?callback=take&Bugzilla_api_key={MEMBER.api_key}", {})
    assert b"a restricted bug" in shown.body
