"""Calls as requests of the site's REST."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.errors import GatewayError
from gateway.front import site_requests
from gateway.front.families import Family
from gateway.front.site_requests import BugInPath, SiteRequest, requests_of
from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import (
    BOOLEAN,
    DATETIME,
    INT,
    STRING,
    Method,
    Param,
    Route,
    array,
)

RELEASES, MOZILLA = Family.RELEASES, Family.MOZILLA


def declared(*routes: Route, name: str = "Thing.get") -> Method:
    """A method that nobody knows but by its declaration."""
    params = (
        *(Param(each, array(STRING), "") for each in ("ids", "names")),
        *(Param(each, STRING, "") for each in ("product", "component")),
        Param("field", STRING, "", required=True),
        Param("numbers", array(INT), ""),
        Param("flag", BOOLEAN, ""),
        Param("since", DATETIME, ""),
    )
    return Method(name, lambda _: None, False, "Do.", params, routes=routes)


def asked(method: Method, params: dict[str, Any], family: Family = RELEASES, protocol: str = "jsonrpc") -> list[str]:
    """The verbs and addresses of a call."""
    requests = requests_of(method, params, family, protocol)
    assert not isinstance(requests, BugInPath)
    return [f"{each.verb} {each.address}" for each in requests or []]


LISTING = declared(Route("GET", "/thing"), Route("GET", "/thing/{ids}"))
OF_A_BUG = declared(Route("GET", "/bug/{ids}/thing"), Route("GET", "/bug/thing/{numbers}"))
IN_PATHS = declared(Route("GET", "/kind/{product}"), Route("GET", "/kind/{product}/{component}"))
BY_FIELD = declared(Route("GET", "/field/{field}/values"))
DAY = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "params", "address"),
    [
        (LISTING, {}, "/thing"),
        (LISTING, {"ids": [1, "a b", None]}, "/thing?ids=1&ids=a+b&ids="),
        (LISTING, {"ids": "x/y"}, "/thing?ids=x%2Fy"),
        (LISTING, {"names": ["ünï"], "other": "1", "nested": {"a": 1}}, "/thing?names=%C3%BCn%C3%AF&other=1"),
        (LISTING, {"flag": True}, "/thing?flag=1"),
        (LISTING, {"flag": False}, "/thing?flag=0"),
        (LISTING, {"names": [True, False]}, "/thing?names=1&names=0"),
        (LISTING, {"product": ["a", "b"]}, "/thing?product=a&product=b"),
        (LISTING, {"flag": "false"}, "/thing?flag=1"),
        (LISTING, {"flag": None, "product": None}, "/thing"),
        (LISTING, {"product": b"caf\xc3\xa9"}, "/thing?product=caf%C3%A9"),
        (LISTING, {"since": DAY}, "/thing?since=2026-01-02T03%3A04%3A05Z"),
        (LISTING, {"since": "2026-01-02"}, "/thing?since=2026-01-02"),
        (LISTING, {"since": "2026-01-02T03:04:05+01:00"}, "/thing?since=2026-01-02T02%3A04%3A05Z"),
        (LISTING, {"include_fields": ["id", "a,b"]}, "/thing?include_fields=id&include_fields=-"),
        (LISTING, {"include_fields": []}, "/thing"),
        (LISTING, {"numbers": [True, "4"]}, "/thing?numbers=1&numbers=4"),
        (OF_A_BUG, {"ids": [1, 2]}, "/bug/1/thing?ids=2"),
        (OF_A_BUG, {"ids": [1], "numbers": [5]}, "/bug/1/thing?numbers=5"),
        (OF_A_BUG, {"numbers": [5, 6]}, "/bug/thing/5?numbers=6"),
        (IN_PATHS, {"product": "Widgets"}, "/kind/Widgets"),
        (IN_PATHS, {"product": "a b", "component": "c"}, "/kind/a%20b/c"),
        (BY_FIELD, {"field": "op_sys", "product": "1"}, "/field/op_sys/values?product=1"),
        (BY_FIELD, {"field": ""}, "/field/%20/values"),
    ],
)
def test_a_read_is_a_get(method: Method, params: dict[str, Any], address: str) -> None:
    assert asked(method, params) == [f"GET {address}"]


def test_a_time_without_a_zone_is_in_utc_over_xmlrpc_alone() -> None:
    assert asked(LISTING, {"since": "2026-01-02T03:04:05"}, protocol="xmlrpc") == [
        "GET /thing?since=2026-01-02T03%3A04%3A05Z"
    ]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        (OF_A_BUG, {}, 50),
        (BY_FIELD, {}, 50),
        (LISTING, {"ids": [[1]]}, 58),
        (LISTING, {"ids": [True]}, 58),
        (LISTING, {"numbers": [{}]}, 52),
        (LISTING, {"product": {}}, 53),
        (declared(), {}, -32601),
        (declared(Route("GET", "/thing/{ids}")), {}, -32601),
    ],
)
def test_what_cannot_be_said_is_refused(method: Method, params: dict[str, Any], code: int) -> None:
    with pytest.raises(GatewayError) as raised:
        requests_of(method, params, RELEASES, "xmlrpc")
    assert raised.value.kind.code == code


def test_the_routes_of_a_read_are_tried_in_turn() -> None:
    params = {"ids": [1], "product": "p"}
    method = declared(Route("GET", "/thing/{ids}"), Route("GET", "/thing/{ids}/{product}"), Route("GET", "/thing"))
    sent = [requests_of(method, params, RELEASES, "xmlrpc", skipped) for skipped in range(3)]
    assert [each[0].path for each in sent if isinstance(each, list)] == ["/thing", "/thing/1/p", "/thing/1"]
    with pytest.raises(GatewayError) as raised:
        requests_of(method, params, RELEASES, "xmlrpc", 3)
    assert raised.value.kind.code == -32601


@pytest.mark.parametrize("alias", ["ünï", "a/b", "", "50%", "?"])
def test_an_alias_that_a_path_cannot_have_is_looked_up(alias: str) -> None:
    assert requests_of(OF_A_BUG, {"ids": [alias, 2]}, RELEASES, "xmlrpc") == BugInPath(alias)


@pytest.mark.parametrize("params", [{"ids": []}, {"ids": [], "numbers": []}, {"ids": [], "include_fields": ["id"]}])
def test_a_call_for_nothing_needs_no_request(params: dict[str, Any]) -> None:
    assert requests_of(OF_A_BUG, params, RELEASES, "xmlrpc") is None


@pytest.mark.parametrize(
    ("routes", "params", "request_"),
    [
        ((Route("PUT", "/bug/{ids}"),), {"ids": ["x/y", 7]}, "PUT /bug/0"),
        ((Route("POST", "/bug"),), {}, "POST /bug"),
        ((Route("PUT", "/user/{ids:[0-9]+}"), Route("PUT", "/user/{names}")), {"names": ["a"]}, "PUT /user/x"),
        ((Route("PUT", "/user/{ids:[0-9]+}"), Route("PUT", "/user/{names}")), {"ids": [1]}, "PUT /user/0"),
        ((Route("POST", "/bug/{ids}/attachment"),), {"ids": None}, "POST /bug/0/attachment"),
    ],
)
def test_a_write_is_its_body(routes: tuple[Route, ...], params: dict[str, Any], request_: str) -> None:
    (request,) = requests_of(declared(*routes), params, RELEASES, "xmlrpc") or []  # type: ignore[misc]
    assert isinstance(request, SiteRequest)
    assert (f"{request.verb} {request.address}", request.body, request.retries) == (request_, params, False)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (LISTING, {"ids": [str(each) for each in range(3000)], "product": "p"}),
        (OF_A_BUG, {"ids": list(range(2000)), "numbers": list(range(1500)), "flag": True}),
        (declared(Route("GET", "/thing")), {"names": ["ü" * 20 + str(each) for each in range(300)]}),
    ],
)
def test_a_long_list_is_asked_for_in_parts(method: Method, params: dict[str, Any]) -> None:
    requests = requests_of(method, params, RELEASES, "xmlrpc")
    assert isinstance(requests, list)
    assert len(requests) > 1
    assert all(len(each.address) <= site_requests.MAX_ADDRESS for each in requests)
    for name, values in params.items():
        if isinstance(values, list):
            sent = [value for each in requests for value in _values(each, name)]
            assert sent == list(map(str, values))
        else:
            assert all(_values(each, name) for each in requests)


def _values(request: SiteRequest, name: str) -> list[str]:
    in_path = request.path.split("/")
    first = {"ids": in_path[2:3] if in_path[1] == "bug" else [], "numbers": in_path[3:4]}.get(name, [])
    return [*(each for each in first if each.isdigit()), *(value for key, value in request.query if key == name)]


def test_a_search_with_a_limit_is_not_asked_for_in_parts() -> None:
    with pytest.raises(GatewayError, match="too long an address"):
        requests_of(LISTING, {"ids": list(range(3000)), "limit": 1}, RELEASES, "xmlrpc")


def test_a_search_is_asked_for_in_parts_that_find_different_bugs() -> None:
    search = METHODS.get("Bug.search")
    assert search is not None
    requests = requests_of(search, {"id": [*range(3000), *range(3000)]}, RELEASES, "xmlrpc")
    assert isinstance(requests, list)
    assert [int(value) for each in requests for value in _values(each, "id")] == [*range(3000)]
    for name in ("keywords", "summary", "cc"):
        with pytest.raises(GatewayError, match="too long an address"):
            requests_of(search, {name: [f"word{number}" for number in range(1000)]}, RELEASES, "xmlrpc")


@pytest.mark.parametrize(
    ("name", "params", "family", "request_"),
    [
        ("Bug.attachments", {"ids": [1], "attachment_ids": [2]}, RELEASES, "/bug/attachment/0?ids=1&attachment_ids=2"),
        ("Bug.attachments", {"ids": ["a/ü"]}, MOZILLA, "/bug/attachment/0?ids=a%2F%C3%BC"),
        ("Bug.get", {"ids": ["ü"]}, RELEASES, "/bug/?ids=%C3%BC"),
        ("Bug.comments", {"ids": ["a"], "comment_ids": [7]}, RELEASES, "/bug/comment/7?ids=a"),
        ("User.get", {"names": ["a@b"]}, RELEASES, "/user?names=a%40b"),
        ("Bug.get", {"ids": [1], "include_fields": ["_all"]}, RELEASES, "/bug/?ids=1&include_fields=_all"),
        (
            *("Bug.get", {"ids": [1], "include_fields": ["_all", "_extra", "id"]}, MOZILLA),
            "/bug/?ids=1&include_fields=_default&include_fields=_custom&include_fields=-&include_fields=id",
        ),
        ("Bug.search", {"limit": {"a": 1}, "quicksearch": None}, RELEASES, "/bug?limit=%28struct%29&quicksearch="),
        ("Bug.search_comment_tags", {"query": ""}, RELEASES, "/bug/comment/tags/_"),
    ],
)
def test_methods_of_bugzilla(name: str, params: dict[str, Any], family: Family, request_: str) -> None:
    method = METHODS.get(name)
    assert method is not None
    assert asked(method, params, family) == [f"GET {request_}"]
