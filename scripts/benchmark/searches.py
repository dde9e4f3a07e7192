"""The time of searches in a store of many bugs, comments and attachments, and of a listing beside each of them."""

import asyncio
import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.model import Component, Product, User
from gateway.model.bug_query import BugQuery, Clause, Condition, Criterion, HasWords, Operator, Term, ValueTest
from gateway.store.interface import Store, Writer
from gateway.store.sqlite import open_store

BUGS, FEW_BUGS = 100_000, 10_000
COMMENTS_OF_BUG, ATTACHMENTS_OF_BUG = 10, 2
USERS, PRODUCTS, LIMIT = 500, 20, 20
ROUNDS = 30
_WORDS = [f"word{number}" for number in range(5_000)]
_SECONDS = 1_700_000_000
_STATUSES = ("CONFIRMED", "IN_PROGRESS", "RESOLVED", "VERIFIED")

ADD_BUG = """INSERT INTO bugs (id, component_id, summary, reporter_id, assigned_to_id, creation_time, last_change_time,
    status, resolution, severity, priority, platform, op_sys, version, target_milestone, url, whiteboard,
    reporter_accessible, cclist_accessible)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 'normal', '---', 'All', 'All', 'unspecified', '---', '', '', 1, 1)"""
ADD_COMMENT = """INSERT INTO comments (bug_id, creator_id, text, type, is_private, creation_time)
    VALUES (?, ?, ?, 'normal', 0, ?)"""
ADD_ATTACHMENT = """INSERT INTO attachments (bug_id, file_name, summary, content_type, creator_id, is_patch, is_private,
    is_obsolete, creation_time, last_change_time) VALUES (?, 'log.txt', ?, 'text/plain', ?, 0, 0, 0, ?, ?)"""


def measure(folder: Path, show: Callable[[str], None], *, full: bool) -> None:
    """Make a store, search it in several ways, and show the time of each, and of a listing beside it."""
    bugs = BUGS if full else FEW_BUGS
    show(f"making {bugs} bugs, {bugs * COMMENTS_OF_BUG} comments, {bugs * ATTACHMENTS_OF_BUG} attachments ...")
    database = folder / "searches.db"
    asyncio.run(_prepare(database))
    _fill(database, bugs)
    asyncio.run(_measured(database, bugs, show))


async def _prepare(database: Path) -> None:
    def write(tx: Writer) -> None:
        for number in range(1, USERS + 1):
            tx.add_user(User(number, f"user{number}@example.com", f"User {number}"), None)
        for number in range(1, PRODUCTS + 1):
            tx.add_product(Product(number, f"Product {number}", components=(Component(number, "Core"),)))

    store = await open_store(database, create=True)
    await store.write(write)
    await store.close()


def _fill(database: Path, bugs: int) -> None:
    chance = random.Random(1)  # noqa: S311 (the same store each time)

    def some(count: int) -> str:
        return " ".join(chance.choices(_WORDS, k=count))

    connection = sqlite3.connect(database)
    numbers = range(1, bugs + 1)
    people = range(1, USERS + 1)

    def bug(number: int) -> tuple[object, ...]:
        reporter, assignee, time = chance.choice(people), chance.choice(people), _SECONDS + number
        component, status = number % PRODUCTS + 1, chance.choice(_STATUSES)
        return number, component, some(8), reporter, assignee, time, time, status

    connection.executemany(ADD_BUG, map(bug, numbers))
    for add, count, words in ((ADD_COMMENT, COMMENTS_OF_BUG, 40), (ADD_ATTACHMENT, ATTACHMENTS_OF_BUG, 5)):
        is_comment = add == ADD_COMMENT
        connection.executemany(
            add,
            (
                (each, chance.choice(people), some(words), _SECONDS + each)
                if is_comment
                else (each, some(words), chance.choice(people), _SECONDS + each, _SECONDS + each)
                for each in numbers
                for _ in range(count)
            ),
        )
    connection.commit()
    connection.close()


def _is(field: str, operator: Operator, value: str | int | datetime) -> Condition:
    return Condition(field, (ValueTest((Term(operator, value),)),))


def _searches(bugs: int) -> dict[str, Criterion]:
    since = datetime.fromtimestamp(_SECONDS + bugs, UTC) - timedelta(seconds=100)
    half = datetime.fromtimestamp(_SECONDS + bugs // 2, UTC)
    return {
        "product": _is("product", Operator.EQUALS, "product 7"),
        "status": _is("bug_status", Operator.EQUALS, "CONFIRMED"),
        "product and status": Clause(
            (_is("product", Operator.EQUALS, "product 7"), _is("bug_status", Operator.EQUALS, "CONFIRMED"))
        ),
        "assignee": _is("assigned_to", Operator.CONTAINS, "user123@"),
        "reporter": _is("reporter", Operator.EQUALS, "user7@example.com"),
        "commenter": _is("commenter", Operator.EQUALS, "user7@example.com"),
        "since": _is("delta_ts", Operator.GREATER_OR_EQUAL, since),
        "the newer half": _is("creation_ts", Operator.GREATER_OR_EQUAL, half),
        "part of the URL": _is("bug_file_loc", Operator.CONTAINS, "example"),
        "part of the summary": _is("short_desc", Operator.CONTAINS, "rd4711 word"),
        "expression in the summary": _is("short_desc", Operator.MATCHES, "word47.1 word"),
        "words of the summary": HasWords("word4711"),
        "words of comments": HasWords("word4711", in_comments=True),
        "beginnings of words of comments": HasWords("word471", in_comments=True, is_prefix=True),
        "part of a comment": _is("longdesc", Operator.CONTAINS, "rd4711 word12"),
    }


async def _measured(database: Path, bugs: int, show: Callable[[str], None]) -> None:
    store = await open_store(database)
    show("| search | found | least ms | p50 ms | p99 ms | listing beside it, p50 ms | p99 ms |")
    show("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, criterion in _searches(bugs).items():
        query = BugQuery(Clause((criterion,)), 1, limit=LIMIT)
        times, found = [], 0
        beside: list[float] = []
        searching = asyncio.Event()
        listing = asyncio.create_task(_listings(store, searching, beside))
        for _ in range(ROUNDS):
            started = time.perf_counter()
            found = len(await store.read(lambda tx, query=query: tx.find_bugs(query)))  # type: ignore[misc]
            times.append(time.perf_counter() - started)
        searching.set()
        await listing
        show(f"| {name} | {found} | {1000 * min(times):.1f} | {_figures(times)} | {_figures(beside)} |")
    await store.close()


async def _listings(store: Store, ended: asyncio.Event, times: list[float]) -> None:
    while not ended.is_set() or not times:
        started = time.perf_counter()
        await store.read(lambda tx: tx.attachments_of_bug(77))
        times.append(time.perf_counter() - started)
        await asyncio.sleep(0.005)


def _figures(times: list[float]) -> str:
    ordered = sorted(times)
    p99 = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return f"{1000 * statistics.median(ordered):.1f} | {1000 * p99:.1f}"
