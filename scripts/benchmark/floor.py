"""The floor: the least that a server must do for a call, and nothing else.

One process of aiohttp, lxml and aiosqlite, on uvloop, that answers four calls over XML-RPC, JSON-RPC 1.0 and REST: the
listing of a bug with ten attachments, one attachment of 100 KiB with its data, an upload, and a new summary. No
credentials, no rights, no checks. Each call costs one hop to a SQLite thread, and writes that wait together share one
durable commit.
"""

import argparse
import asyncio
import base64
import sqlite3
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import aiosqlite
import msgspec
import uvloop
from aiohttp import web
from lxml import etree

COLUMNS = (
    "id, bug_id, file_name, summary, content_type, creator, size, "
    "is_private, is_obsolete, is_patch, creation_time, last_change_time"
)
NAMES = COLUMNS.split(", ")
WHEN = "20260102T03:04:05"
LISTING = f"SELECT {COLUMNS} FROM attachment WHERE bug_id = 5 ORDER BY id LIMIT 10"
WITH_DATA = f"SELECT {COLUMNS}, content FROM attachment WHERE id = 11"
ADDITION = (
    "INSERT INTO attachment (bug_id, file_name, summary, content_type, creator, size, is_private, is_obsolete, "
    "is_patch, creation_time, last_change_time, content) "
    f"VALUES (10, 'f', 's', 'application/octet-stream', 'me', ?, 0, 0, 0, '{WHEN}', '{WHEN}', ?)"
)
CHANGE = "UPDATE attachment SET summary = ? WHERE id = 12"

COMMITTING = web.AppKey("COMMITTING", asyncio.Task[None])

_encode = msgspec.json.Encoder().encode
decoded = msgspec.json.Decoder().decode


class Connection(aiosqlite.Connection):
    """A connection that runs a whole function in one hop."""

    async def run(self, function: Callable[..., Any], *values: Any) -> Any:
        """Run `function(connection, *values)` in the thread."""
        return await self._execute(function, self._conn, *values)


def connect(path: str, durable: bool) -> Connection:
    """A connection to the file, whose commits survive a power cut where it is durable."""

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        return connection

    return Connection(opened, 64)


class Document:
    """What lxml's parser tells of a call: the method, the content, and the texts by the name before them."""

    def __init__(self) -> None:
        self.method, self.content, self.named = "", b"", {}
        self._text: list[str] = []
        self._name = ""
        self.data = self._text.append

    def start(self, _tag: str, _attributes: Any) -> None:
        """An element begins."""
        self._text.clear()

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "base64":
            self.content = base64.b64decode("".join(self._text))
        elif tag == "string":
            self.named[self._name] = "".join(self._text)
        elif tag == "name":
            self._name = "".join(self._text)
            self.named[self._name] = ""
        elif tag == "methodName":
            self.method = "".join(self._text)

    def close(self) -> "Document":
        """The document ends."""
        return self


def _commit(connection: sqlite3.Connection, batch: list[tuple[str, tuple[Any, ...], Any]]) -> list[int | None]:
    connection.execute("BEGIN IMMEDIATE")
    made = [connection.execute(sql, values).lastrowid for sql, values, _ in batch]
    connection.execute("COMMIT")
    return made


class Floor:
    """The four calls."""

    def __init__(self, reader: Connection, writer: Connection) -> None:
        self._reader, self._writer = reader, writer
        self._waiting: list[tuple[str, tuple[Any, ...], asyncio.Future[int]]] = []
        self._wake = asyncio.Event()

    async def commit_together(self) -> None:
        """Commit for ever what waits."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch, self._waiting = self._waiting, []
                for (_, _, future), made in zip(batch, await self._writer.run(_commit, batch), strict=True):
                    future.set_result(made)

    async def _write(self, sql: str, *values: Any) -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((sql, values, future))
        self._wake.set()
        return await future

    async def listing(self) -> Any:
        """The ten attachments of a bug."""
        rows = await self._reader.run(lambda connection: connection.execute(LISTING).fetchall())
        return {"bugs": {"5": [{**dict(zip(NAMES, row, strict=True)), "flags": []} for row in rows]}, "attachments": {}}

    async def with_data(self) -> Any:
        """One attachment with its data."""
        *row, content = await self._reader.run(lambda connection: connection.execute(WITH_DATA).fetchone())
        shown = {**dict(zip(NAMES, row, strict=True)), "flags": [], "data": base64.b64encode(content).decode()}
        return {"bugs": {}, "attachments": {"11": shown}}

    async def add(self, content: bytes) -> Any:
        """An upload."""
        return {"ids": [await self._write(ADDITION, len(content), content)]}

    async def change(self, summary: str) -> Any:
        """A new summary."""
        await self._write(CHANGE, summary)
        changes = {"summary": {"removed": "s", "added": summary}}
        return {"attachments": [{"id": 12, "last_change_time": WHEN, "changes": changes}]}

    async def _answer(self, method: str, wants_data: bool, content: bytes, summary: str) -> Any:
        if method == "Bug.attachments":
            return await (self.with_data() if wants_data else self.listing())
        return await (self.add(content) if method == "Bug.add_attachment" else self.change(summary))

    async def xmlrpc(self, request: web.Request) -> web.Response:
        """Answer over XML-RPC."""
        parser = etree.XMLParser(target=Document(), resolve_entities=False, no_network=True)
        parser.feed(await request.read())
        call = parser.close()
        named = call.named
        result = await self._answer(call.method, "attachment_ids" in named, call.content, named.get("summary", ""))
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><methodResponse><params><param><value>'
            f"{xml(result)}</value></param></params></methodResponse>"
        )
        return web.Response(body=text.encode(), content_type="text/xml")

    async def jsonrpc(self, request: web.Request) -> web.Response:
        """Answer over JSON-RPC 1.0."""
        call = decoded(await request.read())
        (params,) = call["params"]
        content = base64.b64decode(params.get("data", ""))
        result = await self._answer(call["method"], "attachment_ids" in params, content, params.get("summary", ""))
        return json_answer({"result": result, "error": None, "id": call["id"]})

    async def rest_listing(self, _: web.Request) -> web.Response:
        """List over REST."""
        return json_answer(await self.listing())

    async def rest_with_data(self, _: web.Request) -> web.Response:
        """Show over REST."""
        return json_answer(await self.with_data())

    async def rest_add(self, request: web.Request) -> web.Response:
        """Upload over REST."""
        return json_answer(await self.add(base64.b64decode(decoded(await request.read())["data"])), 201)

    async def rest_change(self, request: web.Request) -> web.Response:
        """Change over REST."""
        return json_answer(await self.change(decoded(await request.read())["summary"]))


def json_answer(value: Any, status: int = 200) -> web.Response:
    """Return an answer in JSON."""
    return web.Response(status=status, body=_encode(value), content_type="application/json")


def xml(value: Any, name: str = "") -> str:
    """Return a value as XML-RPC writes it; `name` is that of the member with the value."""
    if type(value) is dict:
        members = [f"<member><name>{key}</name><value>{xml(each, key)}</value></member>" for key, each in value.items()]
        return f"<struct>{''.join(members)}</struct>"
    if type(value) is list:
        return f"<array><data>{''.join([f'<value>{xml(each)}</value>' for each in value])}</data></array>"
    if type(value) is int:
        return f"<int>{value}</int>"
    if name == "data":
        return f"<base64>{value}</base64>"
    if name.endswith("_time"):
        return f"<dateTime.iso8601>{value}</dateTime.iso8601>"
    return f"<string>{escape(value)}</string>"


async def _fill(writer: Connection) -> None:
    await writer.executescript(
        "DROP TABLE IF EXISTS attachment; CREATE TABLE attachment (id INTEGER PRIMARY KEY, bug_id INT, file_name TEXT, "
        "summary TEXT, content_type TEXT, creator TEXT, size INT, is_private INT, is_obsolete INT, is_patch INT, "
        "creation_time TEXT, last_change_time TEXT, content BLOB); CREATE INDEX by_bug ON attachment (bug_id)"
    )
    row = f"INSERT INTO attachment VALUES (?, ?, ?, ?, 'text/plain', 'me', ?, 0, 0, 0, '{WHEN}', '{WHEN}', ?)"
    ten = [(number, 5, f"ten{number}.txt", f"number {number}", 700, b"x" * 700) for number in range(1, 11)]
    large = (11, 6, "large.bin", "100 KiB", 102400, bytes(range(256)) * 400)
    await writer.executemany(row, [*ten, large, (12, 10, "b.txt", "to be changed", 1024, b"x" * 1024)])


async def application(database: str, durable: bool) -> web.Application:
    """The server."""
    reader, writer = await connect(database, durable), await connect(database, durable)
    await _fill(writer)
    floor = Floor(reader, writer)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/xmlrpc.cgi", floor.xmlrpc)
    app.router.add_post("/jsonrpc.cgi", floor.jsonrpc)
    app.router.add_get("/rest/bug/5/attachment", floor.rest_listing)
    app.router.add_get("/rest/bug/attachment/11", floor.rest_with_data)
    app.router.add_post("/rest/bug/10/attachment", floor.rest_add)
    app.router.add_put("/rest/bug/attachment/12", floor.rest_change)
    app[COMMITTING] = asyncio.create_task(floor.commit_together())

    async def close(_: web.Application) -> None:
        await reader.close()
        await writer.close()

    app.on_cleanup.append(close)
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True, help="a file to overwrite")
    parser.add_argument("--no-durable", action="store_true", help="let a power cut take the last commits")
    options = parser.parse_args()
    web.run_app(
        application(options.database, not options.no_durable),
        host="127.0.0.1",
        port=options.port,
        access_log=None,
        print=None,
        loop=uvloop.new_event_loop(),
    )
