"""Addresses at which there is nothing: people are led on or told what is there instead, programs get their form."""

import xmlrpc.client

import pytest
from calling import Caller
from running import Gateway
from wire import Request

CALL = b"<methodCall><methodName>Bugzilla.version</methodName></methodCall>"


@pytest.fixture(scope="module")
def caller(standing_gateway: Gateway) -> Caller:
    return Caller(standing_gateway.url)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/index.cgi", "./"),
        ("//index.cgi", "./"),
        ("/attachment.cgi?bugid=1&action=enter", "show_bug.cgi?id=1&attach=1#attach"),
        ("/attachment.cgi?action=enter;bugid=1", "show_bug.cgi?id=1&attach=1#attach"),
        ("/attachment.cgi?bugid=a%26b&action=enter", "show_bug.cgi?id=a%26b&attach=1#attach"),
        ("/attachment.cgi?bugid=1&action=viewall", "show_bug.cgi?id=1#attachments"),
        ("/show_bug.cgi", "./"),
        ("/showattachment.cgi?attach_id=5", "attachment.cgi?id=5"),
        ("/showattachment.cgi?x=1;attach_id=5%26a", "attachment.cgi?id=5%26a"),
        ("/userprefs.cgi?tab=apikey", "account"),
        ("/request.cgi?action=queue", "requests"),
        ("/xml.cgi?id=1", "show_bug.cgi?ctype=xml&id=1"),
        ("/change?id=1", "attachment.cgi?action=edit&id=1"),
        ("/delete_content?id=1", "attachment.cgi?action=edit&id=1"),
        ("/attach?bugid=1", "show_bug.cgi?id=1"),
        ("/comment?bugid=1", "show_bug.cgi?id=1"),
        ("/password", "account"),
        ("/sessions", "account"),
        ("/logout", "./"),
        ("/language", "./"),
    ],
)
def test_an_address_of_bugzilla_or_of_a_form_leads_on(caller: Caller, path: str, leads_to: str) -> None:
    assert caller.headers("GET", path)["Location"] == leads_to
    assert caller.headers("HEAD", path)["Location"] == leads_to


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nowhere", "There is no such page here"),
        ("/no/where", "There is no such page here"),
        ("/<script>", "There is no such page here"),
        ("/enter_bug.cgi", "Bug.create"),
        ("/process_bug.cgi", "Bug.create"),
        ("/createaccount.cgi", "administrators"),
        ("/attachment.cgi?oldid=1&action=interdiff", "action=interdiff"),
        ("/relogin.cgi", "logs you out"),
        ("/editparams.cgi", "gateway"),
        ("/describecomponents.cgi?product=Widgets", "not served"),
        ("/page.cgi?id=quicksearch.html", "not served"),
        ("/no/where.cgi", "not served"),
        ("/show_bug.cgi?id=1&ctype=xml", "rest/bug/1"),
        ("/show_bug.cgi?ctype=xml;id=1", "rest/bug/1"),
        ("/show_bug.cgi?id=%3Cscript%3E&ctype=rdf", "rest/bug/&lt;script&gt;"),
    ],
)
def test_a_page_says_what_is_there_instead(caller: Caller, path: str, says: str) -> None:
    status, content_type, body = caller.send(Request("GET", path))
    assert (status, content_type) == (404, "text/html")
    assert says in body.decode()
    assert b"To the front page" in body
    assert b"<script>" not in body.replace(b"<script src", b"")
    assert caller.send(Request("HEAD", path))[0] == 404


@pytest.mark.parametrize("path", ["/attachment.cgi?action=enter", "/attachment.cgi?action=viewall&bugid="])
def test_a_bug_has_to_be_named(caller: Caller, path: str) -> None:
    status, content_type, body = caller.send(Request("GET", path))
    assert (status, content_type) == (400, "text/html")
    assert b"bugid" in body


@pytest.mark.parametrize("path", ["/", "//", "/RPC2", "/bugzilla/xmlrpc.cgi", "/show_bug.cgi"])
@pytest.mark.parametrize("content_type", ["text/xml", "application/xml; charset=utf-8"])
def test_xml_rpc_elsewhere_hears_where_it_is_spoken(
    caller: Caller, standing_gateway: Gateway, path: str, content_type: str
) -> None:
    status, answered, body = caller.send(Request("POST", path, CALL, {"Content-Type": content_type}))
    assert (status, answered) == (200, "text/xml")
    with pytest.raises(xmlrpc.client.Fault, match=f"{standing_gateway.url}xmlrpc.cgi"):
        xmlrpc.client.loads(body)


@pytest.mark.parametrize(
    ("verb", "path", "status"), [("POST", "/nowhere", 404), ("PUT", "/", 405), ("POST", "/attachment.cgi", 405)]
)
def test_programs_are_answered_in_a_line(caller: Caller, verb: str, path: str, status: int) -> None:
    answer = caller.send(Request(verb, path, b"{}", {"Content-Type": "application/json"}))
    assert answer[:2] == (status, "text/plain")
    assert answer[2].endswith(b".\n")
