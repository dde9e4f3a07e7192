"""WADL: the document itself, and how it is served."""

import functools
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from fetching import fetch
from lxml import etree
from running import Gateway

from gateway.documents import endpoints, resources
from gateway.documents.library import Library
from gateway.methods.catalogue import ISSUES, METHODS
from gateway.methods.declaration import BOOLEAN, Route

NAMESPACES = {"w": "http://wadl.dev.java.net/2009/02"}
WADL = "application/vnd.sun.wadl+xml"
BASE = "http://bugs.example/bugzilla/"
GRAMMARS = f"{BASE}application.wadl/"
JSON_SCHEMA = "http://wadl.dev.java.net/2009/02/json-schema"
VALIDATOR = os.environ.get("GATEWAY_WADL_VALIDATOR", "")
"""A program that validates documents against the submission's schema, whose licence keeps it out of this project."""


ENDPOINTS = {"xmlrpc.cgi", "jsonrpc.cgi", "attachment.cgi"}
APIS = {resources.REST: METHODS, resources.KETURA: ISSUES}


@cache
def library() -> Library:
    return Library(METHODS, ISSUES)


def documents() -> dict[str, bytes]:
    """The whole, the whole with details, and one for each route."""
    alone = {
        f"{api}{route.template}": library().wadl_of(BASE, api, [route])
        for api, registry in APIS.items()
        for route in registry.routes()
    }
    return {"all": library().wadl(BASE), "detail": library().wadl(BASE, True), **alone}


DOCUMENTS = documents()


def find(document: bytes, path: str) -> list[etree._Element]:
    return etree.fromstring(document).xpath(path, namespaces=NAMESPACES)


@functools.cache
def resource_of(api: str, route: Route) -> etree._Element:
    """The one resource in the whole document that a route belongs to."""
    expected = resources.shape_of(api, route)
    [found] = [each for each in find(DOCUMENTS["all"], "//w:resource") if resources.shape(each.get("path")) == expected]
    return found


# ---- the document

CHILDREN = {
    "application": ("doc", "grammars", "resources"),
    "grammars": ("include",),
    "include": (),
    "resources": ("resource",),
    "resource": ("param", "method"),
    "method": ("doc", "request", "response"),
    "request": ("param", "representation"),
    "response": ("doc", "param", "representation"),
    "representation": ("param",),
    "param": ("doc", "option"),
    "option": (),
    "doc": (),
}
"""The elements in each element, in order. A `doc` in resources or a resource without a path stops some readers."""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_elements_are_where_readers_look_for_them(name: str) -> None:
    for element in etree.fromstring(DOCUMENTS[name]).iter():
        tag = etree.QName(element)
        assert tag.namespace == NAMESPACES["w"]
        places = [CHILDREN[tag.localname].index(etree.QName(child).localname) for child in element]
        assert places == sorted(places)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_part_is_told_as_readers_need_it(name: str) -> None:
    document = DOCUMENTS[name]
    ids = [each.get("id") for each in find(document, "//w:method")]
    assert len(ids) == len(set(ids))
    for identifier in ids:
        assert etree.fromstring(f'<!DOCTYPE a [<!ATTLIST a id ID #IMPLIED>]><a id="{identifier}"/>') is not None
    for param in find(document, "//w:param"):
        assert param.get("style") in ("template", "query", "header", "plain")
        prefix, _, kind = param.get("type").rpartition(":")
        assert (prefix, kind) == ("", "binary") or (prefix == "xs" and kind)
        assert param.find("w:doc", NAMESPACES).text
    for resource in find(document, "//w:resource"):
        places = {param.get("name") for param in resource.findall("w:param", NAMESPACES)}
        assert places == {part[1:-1] for part in resource.get("path").split("/") if part.startswith("{")}
    for method in find(document, "//w:method"):
        assert method.findall("w:response", NAMESPACES)
        assert method.find("w:doc", NAMESPACES).text
    for representation in find(document, "//w:representation"):
        assert representation.get("mediaType")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_grammars_in_xml_are_included(name: str) -> None:
    """Readers parse what is included as XML, as WADL2Java and CXF do."""
    included = {each.get("href").removeprefix(GRAMMARS) for each in find(DOCUMENTS[name], "//w:include")}
    for grammar in included:
        etree.fromstring(library().grammars[grammar])
    is_xml = find(DOCUMENTS[name], "//w:representation[contains(@mediaType, 'xml')]")
    assert included == ({"xmlrpc.xsd"} if is_xml else set())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_bodies_in_json_name_their_schema(name: str) -> None:
    described_by = f"{{{JSON_SCHEMA}}}describedby"
    for each in find(DOCUMENTS[name], "//w:representation[w:param[@style = 'plain']]"):
        grammar, _, part = each.get(described_by).removeprefix(GRAMMARS).partition("#/$defs/")
        schema = json.loads(library().grammars[grammar])
        assert not part or part in schema["$defs"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_path_is_one_resource(name: str) -> None:
    """No two resources have the same path but for the names of their places."""
    shapes = [resources.shape(each.get("path")) for each in find(DOCUMENTS[name], "//w:resource")]
    assert sorted(shapes) == sorted(set(shapes))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_place_in_a_path_has_the_name_of_a_parameter_in_the_query_string(name: str) -> None:
    for resource in find(DOCUMENTS[name], "//w:resource"):
        places = {each.get("name") for each in resource.findall("w:param", NAMESPACES)}
        in_query = resource.xpath("w:method/w:request/w:param[@style = 'query']/@name", namespaces=NAMESPACES)
        assert not places & set(in_query)


def test_every_route_and_every_endpoint_is_described() -> None:
    routes = {resources.shape_of(api, route) for api, registry in APIS.items() for route in registry.routes()}
    expected = routes | ENDPOINTS
    described = {resources.shape(each.get("path")) for each in find(DOCUMENTS["all"], "//w:resource")}
    assert described == expected
    detailed = {resources.shape(each.get("path")) for each in find(DOCUMENTS["detail"], "//w:resource")}
    assert detailed == expected | {resources.shape(each.path) for each in endpoints.of_documents()}
    with_options = find(DOCUMENTS["detail"], "//w:resource[w:method/@name = 'OPTIONS']")
    assert {resources.shape(each.get("path")) for each in with_options} == expected


def test_every_parameter_of_a_method_is_described() -> None:
    for route, method in METHODS.routes().items():
        resource = resource_of(resources.REST, route)
        in_path = {
            name: place
            for alike in METHODS.routes()
            if (alike.verb, resources.shape(alike.template)) == (route.verb, resources.shape(route.template))
            for name, place in zip(alike.places, resource.findall("w:param", NAMESPACES), strict=True)
        }
        requests = resource.xpath(f"w:method[@name = '{route.verb}']/w:request//w:param", namespaces=NAMESPACES)
        described = {each.get("name"): each for each in requests} | in_path
        for param in method.params:
            assert param.name in described, (route, param.name)
            docs = {each.get("title"): each.text for each in described[param.name].findall("w:doc", NAMESPACES)}
            assert param.doc in docs.get(None, docs.get(route.verb)), (route, param.name)


def test_a_boolean_outside_of_json_is_zero_or_one() -> None:
    """There any other text is true, "false" too; and what has a default is sent by clients."""
    texts = {param.name for method in METHODS for param in method.params if param.type is not BOOLEAN}
    declared = {param.name for method in METHODS for param in method.params if param.type is BOOLEAN} - texts
    assert len(declared) > 5
    found = [each for each in find(DOCUMENTS["all"], "//w:request//w:param") if each.get("name") in declared]
    for param in found:
        options = [each.get("value") for each in param.findall("w:option", NAMESPACES)]
        if param.get("style") == "query":
            assert (param.get("type"), param.get("default"), options) == ("xs:int", None, ["0", "1"])
        else:
            assert (param.get("style"), param.get("type"), options) == ("plain", "xs:boolean", [])
    assert {each.get("style") for each in found} == {"query", "plain"}


def test_options_and_defaults_are_described() -> None:
    for route, method in METHODS.routes().items():
        request = f"w:method[@name = '{route.verb}']/w:request//w:param"
        for param in resource_of(resources.REST, route).xpath(request, namespaces=NAMESPACES):
            [declared] = [each for each in method.params if each.name == param.get("name")] or [None]
            if declared and declared.type is not BOOLEAN:
                assert param.get("default") == declared.default
                assert tuple(each.get("value") for each in param.findall("w:option", NAMESPACES)) == declared.options


def test_every_error_of_a_method_is_described() -> None:
    for api, registry in APIS.items():
        for route, method in registry.routes().items():
            for kind in method.errors:
                status = kind.http_status if api == resources.REST else kind.ketura_status
                docs = f"w:method[@name = '{route.verb}']/w:response[@status = '{status}']/w:doc/text()"
                assert kind.text in resource_of(api, route).xpath(docs, namespaces=NAMESPACES)


@pytest.mark.skipif(not VALIDATOR, reason="GATEWAY_WADL_VALIDATOR names no validator")
def test_the_documents_are_valid(tmp_path: Path) -> None:
    for number, document in enumerate(DOCUMENTS.values()):
        (tmp_path / f"{number}.wadl").write_bytes(document)
    done = subprocess.run([sys.executable, VALIDATOR, *tmp_path.iterdir()], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# ---- over HTTP


def test_the_whole_is_at_its_address(standing_gateway: Gateway) -> None:
    answer = fetch(standing_gateway, "GET", "application.wadl")
    assert (answer.status, answer.headers["Content-Type"]) == (200, WADL)
    assert answer.body == library().wadl(standing_gateway.url)
    head = fetch(standing_gateway, "HEAD", "application.wadl")
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])


@pytest.mark.parametrize(("written", "detailed"), [("true", True), ("True", True), ("false", False), ("", False)])
def test_details_are_given_on_demand(standing_gateway: Gateway, written: str, detailed: bool) -> None:
    answer = fetch(standing_gateway, "GET", f"application.wadl?detail={written}")
    assert answer.body == library().wadl(standing_gateway.url, detailed)


def test_the_grammars_are_served_below_it(standing_gateway: Gateway) -> None:
    whole = fetch(standing_gateway, "GET", "application.wadl")
    described_by = "//w:representation/@json:describedby"
    schemas = etree.fromstring(whole.body).xpath(described_by, namespaces={**NAMESPACES, "json": JSON_SCHEMA})
    addresses = {each.partition("#")[0] for each in schemas}
    assert len(addresses) > 10
    for address in [*addresses, *(each.get("href") for each in find(whole.body, "//w:include"))]:
        name = address.rpartition("/")[2]
        answer = fetch(standing_gateway, "GET", address.removeprefix(standing_gateway.url))
        assert (answer.status, answer.body) == (200, library().grammars[name])
        kind = "application/xml" if name.endswith(".xsd") else "application/schema+json"
        assert answer.headers["Content-Type"] == kind
    assert fetch(standing_gateway, "GET", "application.wadl/none.json").status == 404


@pytest.mark.parametrize("path", ["application.wadl", "application.wadl/xmlrpc.xsd", "openapi.json", "docs"])
def test_what_a_client_has_is_not_sent_again(standing_gateway: Gateway, path: str) -> None:
    answer = fetch(standing_gateway, "GET", path)
    tag, since = answer.headers["ETag"], answer.headers["Last-Modified"]
    later = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    earlier = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    for headers, status in (
        ({"If-None-Match": tag}, 304),
        ({"If-None-Match": f'"other", W/{tag}'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": since}, 304),
        ({"If-Modified-Since": later}, 304),
        ({"If-Modified-Since": earlier}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": later}, 200),
        ({"If-None-Match": tag, "If-Modified-Since": earlier}, 304),
    ):
        again = fetch(standing_gateway, "GET", path, headers)
        assert again.status == status, headers
        assert again.headers["ETag"] == tag
        assert (again.body == b"") == (status == 304)


# ---- OPTIONS

ASKED = [WADL, f"{WADL};q=0.5", f"text/html, {WADL}", f"{WADL}, application/json;q=0.9", WADL.upper()]
NOT_ASKED = ["", "*/*", "application/json", "application/xml", f"{WADL};q=0", f"{WADL};q=0.1, application/json"]


@pytest.mark.parametrize("accept", ASKED)
def test_a_rest_resource_describes_itself_where_wadl_is_asked_for(standing_gateway: Gateway, accept: str) -> None:
    answer = fetch(standing_gateway, "OPTIONS", "rest/bug/1/attachment", {"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, WADL)
    assert answer.headers["Allow"] == "GET, POST"
    assert answer.headers["Vary"] == "Accept"
    assert {"ETag", "Last-Modified", "Access-Control-Allow-Origin"} <= answer.headers.keys()
    assert [each.get("path") for each in find(answer.body, "//w:resource")] == ["rest/bug/{ids}/attachment"]
    assert [each.get("name") for each in find(answer.body, "//w:method")] == ["GET", "POST"]


@pytest.mark.parametrize("accept", NOT_ASKED)
def test_a_rest_resource_answers_as_bugzilla_does_otherwise(standing_gateway: Gateway, accept: str) -> None:
    answer = fetch(standing_gateway, "OPTIONS", "rest/bug/1/attachment", {"Accept": accept} if accept else {})
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.headers["Allow"] == answer.headers["Access-Control-Allow-Methods"] == "GET, POST"


@pytest.mark.parametrize("accept", [*ASKED, *NOT_ASKED])
@pytest.mark.parametrize("issue", ["1", "3", "99999", "none"])
def test_a_ketura_resource_always_describes_itself(standing_gateway: Gateway, accept: str, issue: str) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = fetch(standing_gateway, "OPTIONS", f"Ketura/API/Issues/{issue}/Attachments", headers)
    assert (answer.status, answer.headers["Content-Type"], answer.headers["Allow"]) == (200, WADL, "POST, OPTIONS")
    assert {"ETag", "Last-Modified"} <= answer.headers.keys()
    assert answer.body == library().wadl_of(standing_gateway.url, resources.KETURA, ISSUES.routes())


@pytest.mark.parametrize("path", sorted(ENDPOINTS))
@pytest.mark.parametrize("accept", ["", "*/*", WADL])
def test_what_no_method_declares_describes_itself(standing_gateway: Gateway, path: str, accept: str) -> None:
    answer = fetch(standing_gateway, "OPTIONS", path, {"Accept": accept} if accept else {})
    assert (answer.status, answer.headers["Content-Type"]) == (200, WADL)
    [resource] = find(answer.body, "//w:resource")
    assert resource.get("path") == path
    verbs = [each.get("name") for each in resource.findall("w:method", NAMESPACES)]
    assert answer.headers["Allow"] == ", ".join([*verbs, "OPTIONS"])


def test_options_are_never_what_a_client_has_already(standing_gateway: Gateway) -> None:
    """RFC 9110 section 13.2.1: conditions mean nothing to OPTIONS."""
    path = "Ketura/API/Issues/1/Attachments"
    tag = fetch(standing_gateway, "OPTIONS", path).headers["ETag"]
    assert fetch(standing_gateway, "OPTIONS", path, {"If-None-Match": tag}).status == 200


def test_a_path_that_leads_nowhere_has_no_description(standing_gateway: Gateway) -> None:
    assert fetch(standing_gateway, "OPTIONS", "rest/nowhere", {"Accept": WADL}).status == 404
    assert fetch(standing_gateway, "OPTIONS", "Ketura/API/nowhere").status == 404


def test_resources_that_share_a_path_are_described_together(standing_gateway: Gateway) -> None:
    answer = fetch(standing_gateway, "OPTIONS", "rest/bug/attachment/1", {"Accept": WADL})
    assert answer.headers["Allow"] == "GET, PUT"
    assert [each.get("name") for each in find(answer.body, "//w:method")] == ["GET", "PUT"]
    assert Route("GET", "/bug/attachment/{attachment_ids}") in METHODS.routes()


@pytest.mark.parametrize("host", ["bugs.example", "bugs.example:8443", 'a"><b', "a&b"])
def test_the_site_has_the_address_by_which_it_was_asked(standing_gateway: Gateway, host: str) -> None:
    answer = fetch(standing_gateway, "GET", "application.wadl", {"Host": host})
    if answer.status == 200:
        assert find(answer.body, "string(//w:resources/@base)") == f"http://{quote(host, safe=':')}/"
    else:
        assert answer.status == 400
