"""Copying the content of attachments, and reading it back.

Content never changes once it is there, so the destination's copy need not be compared, only hashed.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.move import copy_statements
from gateway.store.interface import StoreUnavailable
from gateway.store.move_endpoints import Destination, MoveEndpoint, MoveSource
from gateway.store.sql import tables
from gateway.store.sql.conversions import AMONG, id_list
from gateway.store.sql.reading.attachment_reader import PIECE

BATCH = 8 * 1024**2
"""Bytes in one transaction, and in memory, about."""

AT_ONCE = 500
"""Attachments in one transaction at most."""

# What is in a bucket stays there: the rows that say so are copied as all others are, and the database has no content.
_HERE = (
    f"SELECT id, CASE WHEN {tables.IS_EXTERNAL} THEN NULL ELSE size END, "  # noqa: S608 (names of ours)
    f"CASE WHEN {tables.IS_EXTERNAL} THEN NULL ELSE sha256 END "
    "FROM attachments "
)
ATTACHMENTS_AFTER = _HERE + "WHERE id > ? ORDER BY id LIMIT 500"
ATTACHMENTS = _HERE + f"WHERE id IN {AMONG} ORDER BY id"
COUNT = "SELECT count(*) FROM attachments"
BYTES = f"SELECT coalesce(sum(size), 0) FROM attachments WHERE NOT {tables.IS_EXTERNAL}"  # noqa: S608 (a name of ours)
PIECE_SPANS = f"SELECT attachment_id, start, length(data) FROM pieces WHERE attachment_id IN {AMONG}"  # noqa: S608
PIECES_OF = (
    f"SELECT attachment_id, start, data FROM pieces WHERE attachment_id IN {AMONG} "  # noqa: S608
    "ORDER BY attachment_id, start"
)
ADD = copy_statements.insert(tables.PIECES, ("attachment_id", "start", "data"))
REMOVE_ALL = copy_statements.delete(tables.PIECES, ("attachment_id",))
REMOVE = copy_statements.delete(tables.PIECES, ("attachment_id", "start"))

AttachedContent = tuple[int, int | None, str | None]
"""An attachment's id, the size of its content in bytes, and its SHA-256; None where the database has no content."""

Span = tuple[int, int, int]
"""The position of a piece: the attachment's id, the first byte, and the number of bytes."""

CopiedPiece = tuple[int, int, bytes]


@dataclass(slots=True)
class CopiedBytes:
    """Bytes of content that were copied, and read back."""

    copied: int = 0
    read_back: int = 0


def total(source: MoveSource) -> int:
    """Return the size of all content in bytes."""
    return int(source.query(BYTES, ())[0][0])


def count(side: MoveEndpoint) -> int:
    """Return the number of attachments."""
    return int(side.query(COUNT, ())[0][0])


def all_attachments(side: MoveEndpoint) -> Iterator[AttachedContent]:
    """Yield the contents of all attachments of a database, by id."""
    last = 0
    while found := side.query(ATTACHMENTS_AFTER, (last,)):
        yield from found
        last = found[-1][0]


def attachments(side: MoveEndpoint, ids: Sequence[int]) -> Iterator[AttachedContent]:
    """Yield the contents of some attachments of a database."""
    for start in range(0, len(ids), AT_ONCE):
        yield from side.query(ATTACHMENTS, (id_list(ids[start : start + AT_ONCE]),))


def synchronise(
    source: MoveSource, destination: Destination, those: Iterable[AttachedContent], done: Callable[[int], None]
) -> CopiedBytes:
    """Copy what the destination lacks of the content of attachments, and hash all of it there.

    `done` is called with the number of bytes verified so far. Raises `StoreUnavailable` for content that does not have
    the hash of its attachment, after removing it.
    """
    result = CopiedBytes()
    for batch in _batches(those):
        ids = id_list(attachment_id for attachment_id, _, _ in batch)
        wanted, present = (set[Span](side.query(PIECE_SPANS, (ids,))) for side in (source, destination))
        if surplus := present - wanted:
            with destination.transaction():
                destination.change(REMOVE, [span[:2] for span in surplus])
        few = sum(length for _, _, length in wanted) <= BATCH
        for pieces in _together(_pieces(source, sorted(wanted - present), at_once=few)):
            with destination.transaction():
                destination.change(ADD, pieces)
            result.copied += sum(len(data) for _, _, data in pieces)
        result.read_back += _verify(destination, batch, _pieces(destination, sorted(wanted), at_once=few))
        done(result.read_back)
    return result


def _batches(those: Iterable[AttachedContent]) -> Iterator[list[AttachedContent]]:
    batch: list[AttachedContent] = []
    held = 0
    for attachment in those:
        if batch and (held + (attachment[1] or 0) > BATCH or len(batch) == AT_ONCE):
            yield batch
            batch, held = [], 0
        batch.append(attachment)
        held += attachment[1] or 0
    if batch:
        yield batch


def _pieces(side: MoveEndpoint, spans: list[Span], *, at_once: bool) -> Iterator[CopiedPiece]:
    """Yield these pieces in their order, with one query for all pieces of their attachments, or one for each."""
    if at_once:
        expected = {span[:2] for span in spans}
        ids = {attachment_id for attachment_id, _, _ in spans}
        found = side.query(PIECES_OF, (id_list(ids),)) if ids else []
        yield from ((*row[:2], row[2]) for row in found if row[:2] in expected)
        return
    for attachment_id, start, _ in spans:
        for (data,) in side.query(PIECE, (attachment_id, start)):
            yield attachment_id, start, data


def _together(pieces: Iterator[CopiedPiece]) -> Iterator[list[CopiedPiece]]:
    together: list[CopiedPiece] = []
    held = 0
    for piece in pieces:
        together.append(piece)
        held += len(piece[2])
        if held >= BATCH:
            yield together
            together, held = [], 0
    if together:
        yield together


def _verify(destination: Destination, batch: list[AttachedContent], pieces: Iterator[CopiedPiece]) -> int:
    """Hash the content of these attachments in the destination, and return its size in bytes."""
    digests = {attachment_id: hashlib.sha256() for attachment_id, _, _ in batch}
    sizes = dict.fromkeys(digests, 0)
    for attachment_id, _, data in pieces:
        digests[attachment_id].update(data)
        sizes[attachment_id] += len(data)
    for attachment_id, size, sha256 in batch:
        found = None if size is None else digests[attachment_id].hexdigest()
        if (sizes[attachment_id], found) != (size or 0, sha256):
            with destination.transaction():
                destination.change(REMOVE_ALL, [(attachment_id,)])
            raise StoreUnavailable(
                f"the content of attachment {attachment_id} arrived damaged. Run `gateway check`, then "
                "run `gateway move` again"
            )
    return sum(sizes.values())
