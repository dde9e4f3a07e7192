"""Transfers to and from a bucket, which happen between two runs of the work that needs them.

Work must not wait, and the bucket is far away. So work that is about to add content which is not known to be in the
bucket, or needs some of it in memory, is undone; the content is uploaded or fetched, and the work runs again. It is
undone before the first row is inserted: rows that are rolled back would use up ids of PostgreSQL's sequences.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from gateway.content import Content, ExternalContent, MemoryContent, StoredContent
from gateway.model import Attachment
from gateway.store.interface import Reader, Writer
from gateway.store.objects.bucket import Bucket

T = TypeVar("T")

HELD = 64 * 1024**2
"""Bytes of content that work may add before it is undone: a site file may be larger than memory."""


class PendingTransfers(Exception):  # noqa: N818 (not an error: the work is run again)
    """Raised to undo work until these contents are uploaded, fetched or found to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.to_upload: dict[str, Content] = {}
        self.to_fetch: dict[str, StoredContent] = {}
        self.to_require: dict[str, StoredContent] = {}
        self.to_prefetch: dict[str, StoredContent] = {}
        self.is_long = False

    def __bool__(self) -> bool:
        return bool(self.to_upload or self.to_fetch or self.to_require or self.to_prefetch or self.is_long)


class BucketView:
    """The contents of the bucket that one piece of work knows of, from run to run, by SHA-256."""

    def __init__(self, bucket: Bucket, *, read_only: bool, may_wait: bool, is_long: bool) -> None:
        self.bucket = bucket
        self.read_only = read_only
        self.may_wait = may_wait
        self.is_long = is_long
        self.beginnings: dict[str, bytes] = {}
        self.batch = 1
        self.there: set[str] = set()
        self.fetched: dict[str, MemoryContent] = {}

    def run(self, work: Callable[[Any], T], tx: Reader | Writer) -> T:
        """Run work inside of its transaction. Raises `PendingTransfers`.

        The second run adds two contents that are to be uploaded, the third four, and so on: work that adds a million
        runs twenty times, not a million times.
        """
        pending = PendingTransfers()
        try:
            result = work(_TransactionWithBucket(tx, self, pending))
        except Exception:
            if pending.to_prefetch:  # it read content as if it were empty
                raise pending from None
            raise
        if pending:
            raise pending
        return result


class _TransactionWithBucket:
    """A `Reader` or `Writer` that knows the bucket, and leaves everything but content to the store's own."""

    def __init__(self, tx: Reader | Writer, view: BucketView, pending: PendingTransfers) -> None:
        self._tx = tx
        self._view = view
        self._pending = pending
        self._held = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def contents(
        self, attachments: Iterable[Attachment], in_memory: int
    ) -> Mapping[int, MemoryContent | StoredContent]:
        """Return the content of those attachments that have any, by attachment id; load up to `in_memory` bytes."""
        contents = dict(self._tx.contents(attachments, in_memory))
        left = in_memory - sum(each.size for each in contents.values() if isinstance(each, MemoryContent))
        for attachment_id, content in contents.items():
            if not isinstance(content, StoredContent) or not content.external:
                continue
            if content.size <= left:
                left -= content.size
                contents[attachment_id] = self._fetched(content)
            elif content.sha256 not in self._view.there:
                self._pending.to_require[content.sha256] = content
        return contents

    def _fetched(self, content: StoredContent) -> MemoryContent | StoredContent:
        if content.sha256 not in self._view.fetched:
            self._pending.to_fetch[content.sha256] = content
            return content
        return self._view.fetched[content.sha256]

    def pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of one attachment in pieces."""
        content = self._tx.contents(self._tx.attachments([attachment_id]), 0).get(attachment_id)
        if isinstance(content, StoredContent) and content.external:
            return self._pieces(content)
        return self._tx.pieces(attachment_id)

    def _pieces(self, content: StoredContent) -> Iterator[bytes]:
        """Yield content from the bucket: the prefetched beginning without waiting, as pages show no more than that."""
        beginning = self._view.beginnings.get(content.sha256, b"")
        if beginning:
            yield from MemoryContent(beginning).pieces()
        elif not self._view.may_wait:
            self._pending.to_prefetch[content.sha256] = content
            return
        if not self._view.is_long:
            self._pending.is_long = True
            raise self._pending
        yield from self._view.bucket.pieces(content.sha256, content.size, first=len(beginning))

    def add_attachment(self, attachment: Attachment, content: Content | ExternalContent | None) -> int:
        """Add an attachment whose row only refers to its content, unless that is empty or must stay in the database."""
        if content is not None and content.size and not self._view.read_only:
            content = self._referred(content)
        return cast(Writer, self._tx).add_attachment(attachment, content)

    def _referred(self, content: Content | ExternalContent) -> ExternalContent:
        if isinstance(content, ExternalContent):
            return content
        sha256 = content.sha256
        if sha256 not in self._view.there and sha256 not in self._pending.to_upload:
            self._pending.to_upload[sha256] = content
            self._held += content.size
            if len(self._pending.to_upload) >= self._view.batch or self._held > HELD:
                raise self._pending
        return ExternalContent(content.size, sha256)
