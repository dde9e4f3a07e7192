"""Methods for which Bugzilla 5 has no resource, made of others.

`test_every_method.py` tests that they answer as the rule of a site does.
"""

from pathlib import Path
from typing import Any

from aiohttp import web
from scripted_site import ScriptedSite, fronted

DENIED = {"error": True, "code": 304, "message": "Not yours."}


def a_bug(number: int, summary: str, dupe_of: int | None = None) -> dict[str, Any]:
    return {"id": number, "summary": summary, "dupe_of": dupe_of}


BUGS = {
    each["id"]: each
    for each in (
        a_bug(1, "An old report"),
        a_bug(2, "Crash of the printer", dupe_of=1),
        a_bug(3, "crash, crash and crash"),
        a_bug(4, "Printer crash"),
        a_bug(5, "Printers crashed"),
        a_bug(6, "A crash of what is hidden", dupe_of=99),
        a_bug(7, "A crash that goes around", dupe_of=8),
        a_bug(8, "A crash that comes around", dupe_of=7),
    )
}


async def search(request: web.Request) -> web.StreamResponse:
    """A site that takes any word in a summary for one that was looked for."""
    numbers = [int(each) for each in request.query.getall("id", [])]
    found = (
        [BUGS[each] for each in numbers if each in BUGS] if numbers else [each for at, each in BUGS.items() if at > 1]
    )
    return web.json_response({"bugs": found})


async def get(request: web.Request) -> web.StreamResponse:
    return web.json_response({"bugs": [BUGS[int(each)] for each in request.query.getall("ids")], "faults": []})


async def test_duplicates_are_those_with_most_words_and_originals_stand_for_them(tmp_path: Path) -> None:
    site = ScriptedSite(answers={"GET /bug": search, "GET /bug/": get})
    wanted = {"summary": "The PRINTER: a crash!", "include_fields": ["id"]}
    async with fronted(site, tmp_path) as front:
        found = (await front.xmlrpc("Bug.possible_duplicates", wanted))["bugs"]
        (best,) = (await front.xmlrpc("Bug.possible_duplicates", {**wanted, "limit": 1}))["bugs"]
        nothing = await front.xmlrpc("Bug.possible_duplicates", {"summary": "of the"})
    assert [each["id"] for each in found] == [4, 1, 3, 7, 8]
    assert best["id"] == 4
    assert nothing == {"bugs": []}
    searched = site.sent("GET /bug")[0].query
    assert (searched["short_desc"], searched["short_desc_type"]) == ("printer crash", "anywords")


async def test_a_product_that_the_caller_may_not_enter_is_an_error(tmp_path: Path) -> None:
    products = {"products": [{"name": "Widget"}]}
    site = ScriptedSite(answers={"GET /product": products, "GET /bug": search, "GET /bug/": get})
    async with fronted(site, tmp_path) as front:
        wanted = {"summary": "printer", "products": ["widget"]}
        assert (await front.xmlrpc("Bug.possible_duplicates", wanted))["bugs"]
        fault = await front.xmlrpc("Bug.possible_duplicates", {**wanted, "products": ["Gadget"]})
    assert fault.faultCode == 106


async def test_a_text_has_links_to_what_the_caller_sees(tmp_path: Path) -> None:
    async def attachments(request: web.Request) -> web.StreamResponse:
        wanted = request.query.getall("attachment_ids")
        if "3" in wanted:
            return web.json_response(DENIED, status=401)
        shown = {each: {"id": int(each), "summary": "s", "is_obsolete": 1} for each in wanted}
        return web.json_response({"bugs": {}, "attachments": shown})

    async def bugs(request: web.Request) -> web.StreamResponse:
        seen = {"id": 1, "status": "RESOLVED", "resolution": "FIXED", "is_open": False, "summary": "one"}
        return web.json_response({"bugs": [seen] if "1" in request.query.getall("id") else []})

    site = ScriptedSite(answers={"GET /bug/attachment/0": attachments, "GET /bug": bugs})
    text = "bug 1, bug 9, attachment 2, attachment 3, attachment 4"
    async with fronted(site, tmp_path) as front:
        html = (await front.xmlrpc("Bug.render_comment", {"text": text}))["html"]
        many = " ".join(f"attachment {number}" for number in range(10, 2000))
        assert (await front.xmlrpc("Bug.render_comment", {"text": many}))["html"].count("<a ") == 200
    assert [html.count(each) for each in ("bz_closed", "id=9", "?id=2", "?id=3", "?id=4")] == [1, 0, 2, 0, 2]
