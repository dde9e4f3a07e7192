"""A site that answers as bugzilla.mozilla.org does, made from one that answers as Bugzilla 5.2.

It has REST alone, takes keys in a header alone, tells its version as a date, answers `Bug.add_attachment` with the
attachments, gives a bug one alias, and shows members that 5.2 has not. As a program, before the site at a URL:

    python tests/front/mozilla_site.py http://127.0.0.1:8080/ --port 8081
"""

import argparse
import asyncio
import re
from typing import Any

from aiohttp import ClientSession, web

VERSION = "20260820.1"
_SECRETS = {"Bugzilla_login", "Bugzilla_password", "Bugzilla_token", "Bugzilla_api_key", "api_key", "token", "password"}
_MISSING = re.compile(r"/(parameters|last_audit_time|flag_type(/.*)?)")
_ATTACHING = re.compile(r"/bug/[^/]+/attachment")


def _error(status: int, code: int, message: str) -> web.Response:
    return web.json_response({"error": True, "code": code, "message": message}, status=status)


def _attachment(shown: dict[str, Any]) -> dict[str, Any]:
    more = {"description": shown.get("summary"), "attacher": shown.get("creator"), "creator_detail": {"nick": "n"}}
    return {**shown, **(more if "summary" in shown else {})}


def _bug(shown: dict[str, Any]) -> dict[str, Any]:
    if "alias" in shown:
        shown["alias"] = shown["alias"][0] if shown["alias"] else None
    if "product" in shown:
        shown |= {"type": "defect", "regressions": [], "votes": 0, "mentors": [], "comment_count": 1}
    return shown


def mozillas(document: Any) -> Any:
    """A document of 5.2 as Mozilla has it."""
    if not isinstance(document, dict) or document.get("error"):
        return document
    if isinstance(document.get("attachments"), dict):
        document["attachments"] = {number: _attachment(each) for number, each in document["attachments"].items()}
        document["bugs"] = {number: [*map(_attachment, of_bug)] for number, of_bug in document["bugs"].items()}
    elif isinstance(document.get("bugs"), list):
        document["bugs"] = [_bug(each) for each in document["bugs"]]
    elif isinstance(document.get("comments"), dict):
        for each in document["comments"].values():
            each |= {"author": each.get("creator"), "raw_text": each.get("text"), "reactions": {}}
    elif document.keys() == {"result"}:
        return document["result"]
    return document


class MozillaSite:
    """The site; `url` is that of the other one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session: ClientSession | None = None

    def application(self) -> web.Application:
        """Its application."""
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/rest{path:/.*}", self.answer)
        app.cleanup_ctx.append(self._connected)
        return app

    async def _connected(self, _: web.Application) -> Any:
        async with ClientSession() as self.session:
            yield

    async def answer(self, request: web.Request) -> web.Response:
        """Answer a request of any verb."""
        path, key = request.match_info["path"], request.headers.get("X-BUGZILLA-API-KEY")
        body = await request.json() if request.can_read_body else {}
        if _SECRETS & (request.query.keys() | body.keys()):
            return _error(401, 300, "Credentials are taken in a header alone.")
        if path == "/version":
            return web.json_response({"version": VERSION})
        if _MISSING.fullmatch(path):
            return _error(404, 32614, "There is no such resource.")
        path = path.replace("/flag_types/", "/flag_type/")
        is_attaching = request.method == "POST" and _ATTACHING.fullmatch(path)
        chosen = {
            name: body.pop(name) for name in ("include_fields", "exclude_fields") if is_attaching and name in body
        }
        status, document = await self._ask(request.method, path, [*request.query.items()], body, key)
        if is_attaching and "ids" in document:
            query = [("attachment_ids", str(each)) for each in document["ids"]]
            query += [(name, each) for name, found in chosen.items() for each in found]
            _, document = await self._ask("GET", "/bug/attachment/0", query, {}, key)
            del document["bugs"]
            return web.json_response(document, status=status)
        return web.json_response(mozillas(document), status=status)

    async def _ask(
        self, verb: str, path: str, query: list[tuple[str, str]], body: dict[str, Any], key: str | None
    ) -> tuple[int, Any]:
        assert self.session is not None
        secret = {"Bugzilla_api_key": key} if key else {}
        if verb == "GET":
            query = [*query, *secret.items()]
        json = None if verb == "GET" else {**body, **secret}
        async with self.session.request(verb, f"{self.url}rest{path}", params=query, json=json) as answer:
            return answer.status, await answer.json()


async def _serve(url: str, port: int) -> None:
    runner = web.AppRunner(MozillaSite(url).application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    print(f"Listening on {site.name}/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(_serve(options.url, options.port))
