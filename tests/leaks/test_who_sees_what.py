"""What may not be seen is in no answer, and whether it is there cannot be told but where Bugzilla tells.

Every method and every resource is asked about every kind of private thing, in every protocol, by every role. Each
answer is compared, whole, with that of a world in which the private things are others, and with that of a world
without them: what makes no difference at all, in no header and in no length, tells nothing.
"""

from typing import cast

import pytest
from asking import Findings, ask
from questions import QUESTIONS, VISITS
from ways import requests
from worlds import SEES, Kind

from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import Method
from gateway.settings import Settings
from gateway.store.interface import Store
from gateway.web.application import application

CLASSES = {sees: frozenset(role for role in SEES if SEES[role] == sees) for sees in dict.fromkeys(SEES.values())}
"""The roles that see the same."""

ALWAYS = frozenset({"anonymous", "editor", "insider"})
"""The roles that each run asks: of those who see nothing private, the one with the fewest rights and one with many; and
the one who sees most.
"""

ASKED = [
    *(pytest.param(asked) for roles in CLASSES.values() if (asked := roles & ALWAYS)),
    *(
        pytest.param(rest, marks=pytest.mark.long("half a minute"))
        for roles in CLASSES.values()
        if (rest := roles - ALWAYS)
    ),
]

CREDENTIALS = {"login", "password", "Bugzilla_login", "Bugzilla_password"}


# ---- the table is whole


def test_every_method_is_asked() -> None:
    assert {method.name for method in [*METHODS, *ISSUES]} == set(QUESTIONS)


@pytest.mark.parametrize("method", [*METHODS, *ISSUES], ids=lambda method: method.name)
def test_every_parameter_is_asked(method: Method) -> None:
    asked = {name for question in QUESTIONS[method.name] for name in question.params}
    assert set({param.name for param in method.params}) <= asked


@pytest.mark.parametrize("method", [*METHODS], ids=lambda method: method.name)
def test_every_route_is_asked(method: Method) -> None:
    ways = {way for question in QUESTIONS[method.name] for way, _ in requests(method, question, "stranger")}
    assert {f"rest {route.verb} {route.template}" for route in method.routes} <= ways
    assert {"xmlrpc", "xmlrpc in a multicall", "jsonrpc-1.0", "jsonrpc-1.1", "jsonrpc-2.0"} <= ways
    assert not method.read_only or {"jsonrpc-get", "jsonrpc-get with a callback"} <= ways


def test_every_resource_is_visited() -> None:
    app = application(cast("Store", None), Settings())
    assert {resource.canonical for resource in app.router.resources()} == set(VISITS)


# ---- what it finds


@pytest.fixture(scope="module", params=ASKED, ids=lambda roles: ", ".join(sorted(roles)))
def findings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return ask(request.param, tmp_path_factory.mktemp("worlds"))


def test_nothing_is_shown(findings: Findings) -> None:
    assert not findings.shown, "\n".join(findings.shown)


def test_what_it_is_makes_no_difference(findings: Findings) -> None:
    assert not findings.differing, "\n".join(findings.differing)


def test_whether_it_is_makes_none_but_where_bugzilla_tells(findings: Findings) -> None:
    assert not findings.telling, "\n".join(findings.telling)


def test_bugzilla_tells_where_it_is_said_to(findings: Findings) -> None:
    if "editor" in findings.roles:  # others may not do what tells them
        silent = [each for each in findings.may_tell if each not in findings.told]
        assert not silent, "\n".join(silent)


def test_who_may_see_it_does(findings: Findings) -> None:
    """Else the tests above would look for what is never there."""
    for kind in findings.sees:
        where = {way for way, seen in findings.seen if seen is kind}
        assert where >= {"xmlrpc", "xmlrpc in a multicall", "jsonrpc-1.0", "jsonrpc-1.1", "jsonrpc-2.0"}, kind
        assert where >= {"jsonrpc-get", "jsonrpc-get with a callback", "jsonrpc-2.0 in a batch"}, kind
        assert any(way.startswith("rest GET") for way in where), kind
    if {Kind.ATTACHMENT, Kind.BUG} & findings.sees:
        ways = {way for way, _ in findings.seen}
        assert ways >= {"/attachment.cgi", "/attachment.cgi, with a session", "/show_bug.cgi, with a session"}


def test_the_table_is_large(findings: Findings) -> None:
    print(f"{findings.cells} cells, {findings.requests} requests, {len(findings.ways)} ways")
    assert findings.cells > 900 * len(findings.roles)
