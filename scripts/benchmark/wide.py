"""Reading what is wide, compared with a floor of its own: history, comments, fields and products.

As for the parts of a request, everything runs in one process, without sockets, and what is told is the time of a core.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import uvloop

from gateway.settings import Settings
from gateway.store.sqlite import open_store
from gateway.web import application
from scripts.benchmark import wide_floor
from scripts.benchmark.load import UNIQUE
from scripts.benchmark.parts import cost, served
from scripts.benchmark.servers import Server, gateway
from scripts.benchmark.wide_floor import PATHS
from scripts.benchmark.workloads import API_KEY, PROTOCOLS, request, site

COMMENTS, CHANGES, COMPONENTS = 10, 10, 20
HEADINGS = ("method", "protocol", "gateway us", "floor us", "ratio", "spread")

_PARAMS: dict[str, dict[str, Any]] = {
    "Bug.history": {"ids": [5]},
    "Bug.comments": {"ids": [5]},
    "Bug.fields": {},
    "Product.get": {"ids": [1]},
}


def measure(folder: Path, rounds: int, only: str, show: Callable[[Sequence[str]], None]) -> None:
    """Measure each method over each protocol, asked the same again, and asked for something else each time."""
    database = folder / "wide.db"
    _fill(folder, database)
    with gateway(folder, database=database) as server:
        _use(server)
        answers = {method: _asked(server, "GET", _path(method)) for method in PATHS}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_measure(database, folder / "floor.db", answers, rounds, only, show))


async def _measure(
    database: Path,
    of_floor: Path,
    answers: dict[str, Any],
    rounds: int,
    only: str,
    show: Callable[[Sequence[str]], None],
) -> None:
    store = await open_store(database, durable=False)
    ours: Any = application(store, Settings(database=database))
    async with served(ours) as wide, served(await wide_floor.application(str(of_floor), answers)) as least:
        for name, protocol, asked in _requests():
            if only.lower() in f"{name} {protocol}".lower():
                pairs = [(await cost(wide, asked), await cost(least, asked)) for _ in range(rounds)]
                show([name, protocol, *_figures(pairs)])
    await store.close()


def _fill(folder: Path, database: Path) -> None:
    wide = site()
    more = [{"id": number, "name": f"Part {number}", "product": "Widgets"} for number in range(2, COMPONENTS + 1)]
    wide["components"] += more
    (folder / "wide.json").write_text(json.dumps(wide))
    command = [sys.executable, "-m", "gateway", "load", str(folder / "wide.json"), "--database", str(database)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _use(server: Server) -> None:
    """Make comments and changes."""
    for number in range(COMMENTS):
        _asked(server, "POST", "/rest/bug/5/comment", {"comment": f"Comment {number} has some words.\n" * 4})
    for number in range(CHANGES):
        _asked(server, "PUT", "/rest/bug/5", {"summary": f"summary {number}", "whiteboard": f"board {number}"})


def _asked(server: Server, verb: str, path: str, body: object = None) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json", "X-Bugzilla-API-Key": API_KEY}
    asked = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data, headers, method=verb)
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 (it is the server of this run)
        return json.load(answer)


def _path(method: str) -> str:
    return f"{PATHS[method]}{'?ids=1' if method == 'Product.get' else ''}"


def _requests() -> Iterator[tuple[str, str, bytes]]:
    for method, params in _PARAMS.items():
        for protocol in PROTOCOLS:
            for name, more in ((method, {}), (f"{method}, never the same", {"exclude_fields": [UNIQUE.decode()]})):
                if protocol == "REST":
                    path = _path(method)
                    path += f"{'&' if '?' in path else '?'}exclude_fields={UNIQUE.decode()}" if more else ""
                    yield name, protocol, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
                else:
                    yield name, protocol, request(protocol, method, {**params, **more})


def _figures(pairs: Sequence[tuple[float, float]]) -> list[str]:
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    least = [f"{min(each):.0f}" for each in zip(*pairs, strict=True)]
    return [*least, f"{statistics.median(ratios):.2f}", f"{ratios[0]:.2f} to {ratios[-1]:.2f}"]
