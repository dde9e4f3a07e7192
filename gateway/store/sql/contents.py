"""Verifying that the content of attachments is what was stored: a part of `gateway check`."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from gateway.store.interface import Finding
from gateway.store.sql.reading.attachments import PIECE
from gateway.store.sql.statements import Row

COUNT_PIECES = "SELECT count(*) FROM pieces"
ATTACHMENTS_AFTER = "SELECT id, size, sha256, is_elsewhere FROM attachments WHERE id > ? ORDER BY id LIMIT 500"
COUNT_PIECES_OF_ATTACHMENT = "SELECT count(*) FROM pieces WHERE attachment_id = ?"

_NOTHING = hashlib.sha256().hexdigest()
"""The SHA-256 of what the database holds of content that is elsewhere."""


class Query(Protocol):
    """Answers a question with rows."""

    def __call__(self, sql: str, values: Sequence[object], /) -> list[Row]:
        """The rows of an answer."""
        ...


def count_pieces(query: Query) -> int:
    """How many pieces there are to verify."""
    return int(query(COUNT_PIECES, ())[0][0])


def verify_contents(query: Query, *, unreadable: type[Exception]) -> Iterator[Finding | None]:
    """Verify the content of every attachment; each step is a piece (None) or a finding.

    Content never changes once it is there, so each question may be asked in a transaction of its own. One that raises
    `unreadable` is the last finding.
    """
    last = 0
    try:
        while attachments := query(ATTACHMENTS_AFTER, (last,)):
            for attachment_id, size, sha256, is_elsewhere in attachments:
                expected = (0, _NOTHING) if is_elsewhere else (size, sha256)
                yield from _verify_content(query, attachment_id, *expected)
                last = attachment_id
    except unreadable as error:
        yield Finding(f"attachments after {last}", f"cannot be read: {error}")


def _verify_content(query: Query, attachment_id: int, size: int | None, sha256: str | None) -> Iterator[Finding | None]:
    digest = hashlib.sha256()
    end = count = 0
    while rows := query(PIECE, (attachment_id, end)):
        ((piece,),) = rows
        digest.update(piece)
        end += len(piece)
        count += 1
        yield None
    ((stored,),) = query(COUNT_PIECES_OF_ATTACHMENT, (attachment_id,))
    wrong = _wrong(size, sha256, end, digest.hexdigest(), surplus=stored - count)
    if wrong:
        yield Finding(f"attachment {attachment_id}", wrong)


def _wrong(size: int | None, sha256: str | None, end: int, digest: str, *, surplus: int) -> str:
    if size is None:
        return "has content that should be deleted" if end or surplus else ""
    if end < size:
        return f"has {size} bytes of content, but no piece from byte {end} on"
    if end > size or surplus:
        return f"has {size} bytes of content, but more is stored"
    return "" if digest == sha256 else f"has content with the SHA-256 {digest} instead of {sha256}"
