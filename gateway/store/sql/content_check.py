"""Verifying that the content of attachments is what was stored: a part of `gateway check`."""

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from gateway.store.interface import Finding
from gateway.store.sql.reading.attachment_reader import PIECE
from gateway.store.sql.statements import Row
from gateway.store.sql.tables import IS_EXTERNAL

COUNT_PIECES = "SELECT count(*) FROM pieces"
ATTACHMENTS_AFTER = f"""
    SELECT id, size, sha256, {IS_EXTERNAL} AS is_external FROM attachments WHERE id > ? ORDER BY id LIMIT 500"""
EXTERNAL_NOW = f"SELECT {IS_EXTERNAL} AS is_external FROM attachments WHERE id = ?"
COUNT_PIECES_OF_ATTACHMENT = "SELECT count(*) FROM pieces WHERE attachment_id = ?"

_AT_ONCE = 16
"""Steps (mostly pieces of content) in one hop to the connection's thread."""

_NOTHING = hashlib.sha256().hexdigest()
"""The SHA-256 of nothing, which is what the database holds of external content."""


T = TypeVar("T")


class QueryRunner(Protocol):
    """Runs a query."""

    def __call__(self, sql: str, values: Sequence[object], /) -> list[Row]:
        """Return the rows."""
        ...


class InThread(Protocol):
    """Calls a function in the thread of a connection, with a `QueryRunner` on it."""

    def __call__(self, function: Callable[[QueryRunner], T], /) -> Awaitable[T]:
        """Return what the function returns."""
        ...


async def verify(
    in_thread: InThread, unreadable: type[Exception], progress: Callable[[int, int], None]
) -> list[Finding]:
    """Verify the content of every attachment, piece by piece; `progress` is as for `Store.check`.

    Each query may run in a transaction of its own: content never changes once it is there. Content that is not as
    expected may have been taken out of the database meanwhile, or brought back; so that is looked up again. A query
    that raises `unreadable` makes the last finding.
    """
    findings: list[Finding] = []
    done, total = 0, await in_thread(lambda query: _count_pieces(query, unreadable))
    progress(done, total)
    steps = await in_thread(lambda query: _steps(query, unreadable))
    while taken := await in_thread(lambda _: list(islice(steps, _AT_ONCE))):
        findings += [finding for finding in taken if finding]
        done += taken.count(None)
        progress(done, max(done, total))  # more may have come meanwhile
    return findings


def _count_pieces(query: QueryRunner, unreadable: type[Exception]) -> int:
    try:
        return int(query(COUNT_PIECES, ())[0][0])
    except unreadable:
        return 0  # `_steps` finds out


def _steps(query: QueryRunner, unreadable: type[Exception]) -> Iterator[Finding | None]:
    """Verify one piece after the other, yielding None for a correct one, or a finding."""
    last = 0
    try:
        while attachments := query(ATTACHMENTS_AFTER, (last,)):
            for row in attachments:
                if row.id <= last:
                    yield Finding(f"attachments after {last}", "cannot be read: they are out of order")
                    return  # a damaged index leads back, and would do so for ever
                yield from _verify_content(query, row.id, row.size, row.sha256, row.is_external)
                last = row.id
    except unreadable as error:
        yield Finding(f"attachments after {last}", f"cannot be read: {error}")


def _verify_content(
    query: QueryRunner, attachment_id: int, size: int | None, sha256: str | None, is_external: int
) -> Iterator[Finding | None]:
    digest = hashlib.sha256()
    end = count = 0
    while rows := query(PIECE, (attachment_id, end)):
        ((piece,),) = rows
        if not (isinstance(piece, bytes) and piece):
            yield Finding(f"attachment {attachment_id}", f"has a piece from byte {end} on that holds no bytes")
            return
        digest.update(piece)
        end += len(piece)
        count += 1
        yield None
    ((stored,),) = query(COUNT_PIECES_OF_ATTACHMENT, (attachment_id,))
    if not isinstance(size, int | None):
        yield Finding(f"attachment {attachment_id}", "has a size that is no number")
        return
    expected = (0, _NOTHING) if is_external else (size, sha256)
    wrong = _wrong(*expected, end, digest.hexdigest(), surplus=stored - count)
    if not wrong:
        return
    now = query(EXTERNAL_NOW, (attachment_id,))
    if now and now[0].is_external != is_external:
        yield from _verify_content(query, attachment_id, size, sha256, now[0].is_external)
    else:
        yield Finding(f"attachment {attachment_id}", wrong)


def _wrong(size: int | None, sha256: str | None, end: int, digest: str, *, surplus: int) -> str:
    if size is None:
        return "has content that should be deleted" if end or surplus else ""
    if end < size:
        return f"has {size} bytes of content, but no piece from byte {end} on"
    if end > size or surplus:
        return f"has {size} bytes of content, but more is stored"
    return "" if digest == sha256 else f"has content with the SHA-256 {digest} instead of {sha256}"
