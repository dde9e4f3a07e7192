"""The floor for reading what is wide: history, comments, fields and products, over XML-RPC, JSON-RPC 1.0 and REST.

Like the other floor it has no credentials, rights or checks, and each call costs one hop to a SQLite thread. Its tables
are made of the answers of a gateway, a table for each list in them; a call reads them with a statement for each table,
and builds the same answer of the rows.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web
from lxml import etree

from scripts.benchmark.floor import Connection, Document, connect, decoded, json_answer, xml

Items = list[dict[str, Any]]

PATHS: Mapping[str, str] = {
    "Bug.history": "/rest/bug/5/history",
    "Bug.comments": "/rest/bug/5/comment",
    "Bug.fields": "/rest/field/bug",
    "Product.get": "/rest/product",
}
"""The methods, and their addresses over REST."""

_ITEMS: Mapping[str, Callable[[Any], Items]] = {
    "Bug.history": lambda answer: answer["bugs"][0]["history"],
    "Bug.comments": lambda answer: answer["bugs"]["5"]["comments"],
    "Bug.fields": lambda answer: answer["fields"],
    "Product.get": lambda answer: answer["products"],
}
_ANSWERS: Mapping[str, Callable[[Items], Any]] = {
    "Bug.history": lambda items: {"bugs": [{"id": 5, "alias": [], "history": items}]},
    "Bug.comments": lambda items: {"bugs": {"5": {"comments": items}}, "comments": {}},
    "Bug.fields": lambda items: {"fields": items},
    "Product.get": lambda items: {"products": items},
}


class Tree:
    """A table of items, and the tables of the lists that these have."""

    def __init__(self, name: str, items: Sequence[tuple[int, dict[str, Any]]]) -> None:
        self._name = name
        self._items = items
        first = items[0][1]
        lists = {key for key, value in first.items() if isinstance(value, list)}
        self._columns = [key for key, value in first.items() if not isinstance(value, list | dict)]
        self._constant = {key: value for key, value in first.items() if isinstance(value, dict)}
        self._children: dict[str, Tree] = {}
        self._plain: set[str] = set()
        for key in lists:
            found = [(number, each) for number, (_, item) in enumerate(items) for each in item.get(key, ())]
            if not found:
                self._constant[key] = []
                continue
            if not isinstance(found[0][1], dict):
                found = [(number, {"value": each}) for number, each in found]
                self._plain.add(key)
            self._children[key] = Tree(f"{name}_{key}", found)
        self._select = f"SELECT parent, {', '.join(self._quoted)} FROM {name} ORDER BY number"

    @property
    def _quoted(self) -> list[str]:
        return [f'"{column}"' for column in self._columns]

    def fill(self, connection: sqlite3.Connection) -> None:
        """Make the tables."""
        connection.execute(f"DROP TABLE IF EXISTS {self._name}")
        connection.execute(f"CREATE TABLE {self._name} (number INTEGER PRIMARY KEY, parent, {', '.join(self._quoted)})")
        places = ", ".join("?" * (len(self._columns) + 2))
        for number, (parent, item) in enumerate(self._items):
            values = ["" if item.get(column) is None else item[column] for column in self._columns]
            connection.execute(f"INSERT INTO {self._name} VALUES ({places})", (number, parent, *values))
        for child in self._children.values():
            child.fill(connection)

    def read(self, connection: sqlite3.Connection) -> dict[int, Items]:
        """Return the items by their parents."""
        children = {key: child.read(connection) for key, child in self._children.items()}
        found: dict[int, Items] = {}
        for number, (parent, *values) in enumerate(connection.execute(self._select)):
            item = {**dict(zip(self._columns, values, strict=True)), **self._constant}
            for key, of_parents in children.items():
                some = of_parents.get(number, [])
                item[key] = [each["value"] for each in some] if key in self._plain else some
            found.setdefault(parent, []).append(item)
        return found


class Floor:
    """The four calls."""

    def __init__(self, connection: Connection, trees: Mapping[str, Tree]) -> None:
        self._connection = connection
        self._trees = trees

    async def _answer(self, method: str) -> Any:
        return _ANSWERS[method]((await self._connection.run(self._trees[method].read))[0])

    async def xmlrpc(self, request: web.Request) -> web.Response:
        """Answer over XML-RPC."""
        parser = etree.XMLParser(target=Document(), resolve_entities=False, no_network=True)
        parser.feed(await request.read())
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><methodResponse><params><param><value>'
            f"{xml(await self._answer(parser.close().method))}</value></param></params></methodResponse>"
        )
        return web.Response(body=text.encode(), content_type="text/xml")

    async def jsonrpc(self, request: web.Request) -> web.Response:
        """Answer over JSON-RPC 1.0."""
        call = decoded(await request.read())
        return json_answer({"result": await self._answer(call["method"]), "error": None, "id": call["id"]})

    def rest(self, method: str) -> Callable[[web.Request], Any]:
        """Return what answers a method over REST."""

        async def answer(_: web.Request) -> web.Response:
            return json_answer(await self._answer(method))

        return answer


async def application(database: str, answers: Mapping[str, Any]) -> web.Application:
    """The server."""
    connection = await connect(database, durable=True)
    trees = {
        method: Tree(method.replace(".", "_"), [(0, item) for item in _ITEMS[method](answer)])
        for method, answer in answers.items()
    }
    for tree in trees.values():
        await connection.run(tree.fill)
    floor = Floor(connection, trees)
    app = web.Application()
    app.router.add_post("/xmlrpc.cgi", floor.xmlrpc)
    app.router.add_post("/jsonrpc.cgi", floor.jsonrpc)
    for method, path in PATHS.items():
        app.router.add_get(path, floor.rest(method))

    async def close(_: web.Application) -> None:
        await connection.close()

    app.on_cleanup.append(close)
    return app
