"""Reading attachments, their content and flags."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.content import MemoryContent, StoredContent
from gateway.model import Attachment, Flag
from gateway.store.interface import StoreUnavailable
from gateway.store.sql.conversions import AMONG, id_list
from gateway.store.sql.statements import Row
from gateway.store.sql.tables import ATTACHMENTS, FLAGS, IS_EXTERNAL
from gateway.store.sql.transaction import Transaction

# Flags, which most attachments do not have, are only looked for where `has_flags` says so. (EXISTS might make
# PostgreSQL read all flags.)
_ATTACHMENT = f"""
    SELECT {ATTACHMENTS.selected()},
           (SELECT 1 FROM flags WHERE attachment_id = attachments.id LIMIT 1) AS has_flags
    FROM attachments {ATTACHMENTS.joins}"""
ATTACHMENTS_OF_BUG = _ATTACHMENT + "WHERE bug_id = ? ORDER BY attachments.id"
ATTACHMENTS_OF_CREATOR = _ATTACHMENT + "WHERE attachments.creator_id = ? ORDER BY attachments.id DESC LIMIT ?"
ATTACHMENTS_BY_ID = _ATTACHMENT + f"WHERE attachments.id IN {AMONG} ORDER BY attachments.id"

_FLAG = f"""
    SELECT {FLAGS.selected()}, flag_types.name AS name
    FROM flags JOIN flag_types ON flag_types.id = flags.type_id {FLAGS.joins}"""
_FLAG_ORDER = "ORDER BY flag_types.sortkey, flag_types.name, flags.id"
FLAGS_OF_BUGS = _FLAG + f"WHERE flags.bug_id IN {AMONG} AND flags.attachment_id IS NULL ORDER BY flags.id"
FLAGS_OF_ITS_ATTACHMENTS = _FLAG + "WHERE flags.bug_id = ? AND flags.attachment_id IS NOT NULL " + _FLAG_ORDER
FLAGS_OF_ATTACHMENTS = _FLAG + f"WHERE flags.attachment_id IN {AMONG} " + _FLAG_ORDER

_REQUEST = _FLAG + "WHERE flags.{column} = ? AND flags.status = ? AND flags.attachment_id IS NOT NULL "
_NEWEST_FLAGS = "ORDER BY flags.id DESC LIMIT ?"
REQUESTS_OF_USER = _REQUEST.format(column="requestee_id") + _NEWEST_FLAGS
REQUESTS_BY_USER = _REQUEST.format(column="setter_id") + _NEWEST_FLAGS

PIECE = "SELECT data FROM pieces WHERE attachment_id = ? AND start = ?"
_PIECES = "SELECT attachment_id, data FROM pieces "
PIECES = _PIECES + f"WHERE attachment_id IN {AMONG} ORDER BY attachment_id, start"

TOTALS = "SELECT count(*), coalesce(sum(size), 0) FROM attachments"
CONTENTS_AFTER = f"""
    SELECT id, size, sha256, {IS_EXTERNAL} AS is_external FROM attachments
    WHERE size > 0 AND id > ? ORDER BY id LIMIT ?"""
EXTERNAL_AMONG = f"SELECT id FROM attachments WHERE {IS_EXTERNAL} AND id IN {AMONG}"
EXTERNAL_BY_HASH = f"SELECT 1 FROM attachments WHERE {IS_EXTERNAL} AND sha256 = ? LIMIT 1"
EXTERNAL_AFTER = f"""
    SELECT min(id) AS id, max(size) AS size, sha256 FROM attachments WHERE {IS_EXTERNAL} AND sha256 > ?
    GROUP BY sha256 ORDER BY sha256 LIMIT ?"""

_read_attachments = ATTACHMENTS.reader("flags")
_read_flags = FLAGS.reader()

_BRIEF_LOAD = 32 * 1024
"""Bytes of content that are read quickly even from a slow disk, because they are in a few of its pages."""


class AttachmentReader(Transaction):
    """The part of `gateway.store.interface.Reader` about attachments."""

    def attachments_of_bug(self, bug_id: int) -> list[Attachment]:
        """Return the attachments of a bug by id; their flags by sort key, name, then id."""
        return self._with_flags(self._rows(ATTACHMENTS_OF_BUG, bug_id), FLAGS_OF_ITS_ATTACHMENTS, bug_id)

    def attachments(self, ids: Sequence[int]) -> list[Attachment]:
        """Return those of the attachments that exist, by id, without repetition; flags as in `attachments_of_bug`."""
        among = id_list(ids)
        return self._with_flags(self._rows(ATTACHMENTS_BY_ID, among), FLAGS_OF_ATTACHMENTS, among) if ids else []

    def attachments_by(self, user_id: int, limit: int) -> list[Attachment]:
        """Return the newest attachments of a user, at most `limit`, newest first, without their flags."""
        return _read_attachments(self._rows(ATTACHMENTS_OF_CREATOR, user_id, limit), flags=lambda _: ())

    def requests(self, user_id: int, limit: int, *, by_setter: bool) -> list[Flag]:
        """Return requests about attachments, newest first: those of the user, or those that the user made."""
        return _read_flags(self._rows(REQUESTS_BY_USER if by_setter else REQUESTS_OF_USER, user_id, "?", limit))

    def _with_flags(self, rows: list[Row], flags: str, value: object) -> list[Attachment]:
        if not any(row.has_flags for row in rows):
            return _read_attachments(rows, flags=lambda _: ())
        by_attachment: dict[int | None, list[Flag]] = defaultdict(list)
        for flag in _read_flags(self._rows(flags, value)):
            by_attachment[flag.attachment_id].append(flag)
        return _read_attachments(rows, flags=lambda row: tuple(by_attachment.get(row.id, ())))

    def contents(
        self, attachments: Iterable[Attachment], in_memory: int
    ) -> Mapping[int, MemoryContent | StoredContent]:
        """Return the content of those attachments that have any, by attachment id.

        Up to `in_memory` bytes in all come along; the rest is to be streamed (`Store.stream`).
        """
        contents: dict[int, MemoryContent | StoredContent] = {}
        small: dict[int, int] = {}
        attachments = list(attachments)
        external = self._external_ids(attachments)
        for attachment in attachments:
            if attachment.size is None or attachment.sha256 is None:
                continue
            is_external = attachment.id in external
            contents[attachment.id] = StoredContent(
                attachment.id, attachment.size, attachment.sha256, external=is_external
            )
            if attachment.size <= in_memory and not is_external:
                small[attachment.id] = attachment.size
                in_memory -= attachment.size
        return contents | self._load(small)

    def _external_ids(self, attachments: Sequence[Attachment]) -> set[int]:
        """Return the ids of those attachments whose content was added as `ExternalContent`."""
        ids = [attachment.id for attachment in attachments]
        return {row[0] for row in self._rows(EXTERNAL_AMONG, id_list(ids))} if ids else set()

    def _load(self, sizes: Mapping[int, int]) -> dict[int, MemoryContent]:
        if sum(sizes.values()) > _BRIEF_LOAD:
            self._statements.leave_event_loop()
        pieces: dict[int, list[bytes]] = {attachment_id: [] for attachment_id in sizes}
        for attachment_id, data in self._rows(PIECES, id_list(sizes)) if sizes else ():
            pieces[attachment_id].append(data)
        loaded = {attachment_id: MemoryContent(b"".join(parts)) for attachment_id, parts in pieces.items()}
        for attachment_id, content in loaded.items():
            if content.size != sizes[attachment_id]:
                raise StoreUnavailable(f"The content of attachment {attachment_id} is damaged.")
        return loaded

    def pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of one attachment in pieces, for work that reads it inside its transaction."""
        self._statements.leave_event_loop()
        start = 0
        while row := self._row(PIECE, attachment_id, start):
            yield row[0]
            start += len(row[0])
        if start == 0 and self._rows(EXTERNAL_AMONG, id_list([attachment_id])):
            raise StoreUnavailable(f"The content of attachment {attachment_id} is not in the database.")

    def contents_after(self, attachment_id: int, limit: int) -> list[StoredContent]:
        """Return the contents of the next attachments after this one, by id, leaving out empty ones."""
        found = self._rows(CONTENTS_AFTER, attachment_id, limit)
        return [StoredContent(row.id, row.size, row.sha256, external=row.is_external == 1) for row in found]

    def external_contents(self, after: str, limit: int) -> list[StoredContent]:
        """Return contents that were added as `ExternalContent`, each SHA-256 once, in their order."""
        found = self._rows(EXTERNAL_AFTER, after, limit)
        return [StoredContent(row.id, row.size, row.sha256, external=True) for row in found]

    def is_external(self, sha256: str) -> bool:
        """Tell whether an attachment has content of this SHA-256 (hex) that was added as `ExternalContent`."""
        return self._row(EXTERNAL_BY_HASH, sha256) is not None

    def bug_flags(self, ids: Sequence[int]) -> Mapping[int, tuple[Flag, ...]]:
        """Return the flags of bugs themselves, not those of their attachments, by id, for bugs that have any."""
        found: dict[int, tuple[Flag, ...]] = {}
        for flag in _read_flags(self._rows(FLAGS_OF_BUGS, id_list(ids))):
            found[flag.bug_id] = (*found.get(flag.bug_id, ()), flag)
        return found

    def attachment_totals(self) -> tuple[int, int]:
        """Return how many attachments there are, and the bytes of their content."""
        count, size = self._rows(TOTALS)[0]
        return int(count), int(size)

    def flags_of_bug(self, bug_id: int) -> list[Flag]:
        """Return the flags of one bug itself, by id."""
        return list(self.bug_flags([bug_id]).get(bug_id, ()))
