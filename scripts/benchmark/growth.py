"""Requests a second on a store of 100 attachments and on one of 1,000,000, and how long each takes to start."""

import asyncio
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gateway.content import ExternalContent, MemoryContent
from gateway.model import Attachment, Bug, Comment, Component, Person, Product, User
from gateway.store.interface import Store, Writer
from gateway.store.sqlite import open_store
from scripts.benchmark.load import ONE_OF_MANY, UNIQUE
from scripts.benchmark.servers import Server, gateway
from scripts.benchmark.speed import drive
from scripts.benchmark.workloads import PROTOCOLS, request

SMALL, LARGE = 100, 1_000_000
OF_ONE_BUG = 10
CONNECTIONS = 8

_WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_AT_ONCE = 200
_LISTING = {"ids": [ONE_OF_MANY.decode()], "exclude_fields": ["data", UNIQUE.decode()]}


def measure(folder: Path, rounds: int, seconds: float, show: Callable[[str], None]) -> None:
    """Make both stores, and show what each protocol's listing of one bug after the other comes to."""
    databases = {}
    for attachments in (SMALL, LARGE):
        show(f"making a store of {attachments} attachments ...")
        databases[attachments] = folder / f"{attachments}.db"
        asyncio.run(_fill(databases[attachments], attachments // OF_ONE_BUG))
    started = time.perf_counter()
    with gateway(folder, database=databases[SMALL]) as small:
        until_small = time.perf_counter()
        with gateway(folder, database=databases[LARGE]) as large:
            until_large = time.perf_counter()
            show(f"start: {until_small - started:.2f} s with {SMALL}, {until_large - until_small:.2f} s with {LARGE}")
            for protocol in PROTOCOLS:
                show(_row(folder, protocol, small, large, rounds, seconds))


def _row(folder: Path, protocol: str, small: Server, large: Server, rounds: int, seconds: float) -> str:
    path = folder / "request"
    path.write_bytes(request(protocol, "Bug.attachments", _LISTING))
    pairs = []
    for _ in range(rounds):
        few = drive(small, path, CONNECTIONS, seconds, SMALL // OF_ONE_BUG)["rate"]
        many = drive(large, path, CONNECTIONS, seconds, LARGE // OF_ONE_BUG)["rate"]
        pairs.append((few, many))
    ratios = sorted(many / few for few, many in pairs)
    few, many = (statistics.median(each) for each in zip(*pairs, strict=True))
    return (
        f"listing, {protocol}: {few:.0f}/s with {SMALL}, {many:.0f}/s with {LARGE}, "
        f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    )


async def _fill(path: Path, bugs: int) -> None:
    store = await open_store(path, create=True, durable=False)
    await fill_store(store, bugs, lambda: MemoryContent(os.urandom(700)))
    await store.close()


async def fill_store(store: Store, bugs: int, content: Callable[[], MemoryContent | ExternalContent]) -> None:
    """Add so many bugs to an empty store, each with ten attachments that have such content."""
    person = await store.write(_people_and_product)
    for first in range(1, bugs + 1, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, bugs + 1))
        await store.write(lambda tx, numbers=numbers: _add_bugs(tx, numbers, person, content))


def _people_and_product(tx: Writer) -> Person:
    user = User(id=1, login="me@example.com", real_name="Me")
    tx.add_user(user, None)
    tx.add_product(Product(id=1, name="Widgets", components=(Component(id=1, name="Core"),)))
    return Person(1, user.login, user.real_name)


def _add_bugs(
    tx: Writer, numbers: range, person: Person, make_content: Callable[[], MemoryContent | ExternalContent]
) -> None:
    for number in numbers:
        tx.add_bug(Bug(number, "Widgets", "Core", f"bug {number}", person, person, _WHEN, _WHEN))
        for _ in range(OF_ONE_BUG):
            content = make_content()
            kind = (False, False, False)  # no patch, not private, not obsolete
            attachment = Attachment(
                0, number, "f.bin", "s", "a/b", person, content.size, content.sha256, *kind, _WHEN, _WHEN
            )
            added = tx.add_attachment(attachment, content)
            tx.add_comment(Comment(0, number, 0, person, "", "attachment_created", added, False, _WHEN))
