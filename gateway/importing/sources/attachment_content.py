"""The content of attachments, wherever a Bugzilla keeps it: in the table attach_data, or in local files.

A local file has an empty row in attach_data, or none; a file beside an attachment with bytes in the table is ignored. A
row in attach_data that is empty, without a file, may be a file that was lost: Bugzilla answers with empty content.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from gateway.content import PIECE
from gateway.importing.sources.source import Source

CLASS_TABLE = "attachment_storage_class"
"""The table of BMO and harmony that says where the content of each attachment is."""


class ContentState(Enum):
    """Where the content of an attachment is."""

    TABLE = "in the table"
    FILE = "in a local file"
    EMPTY = "empty: it may be a local file that was lost"
    DELETED = "deleted"
    MISSING = "not here"


@dataclass(frozen=True, slots=True)
class FoundContent:
    """The content of an attachment: where it is, and its size in bytes (0 if there is none)."""

    state: ContentState
    size: int = 0
    storage_class: str = ""


class AttachmentContents:
    """The content of all attachments of a source; `files` is the folder data/attachments."""

    def __init__(self, source: Source, files: Path | None, file_digits: int) -> None:
        self._source = source
        self._files = files
        self._file_digits = file_digits
        self._has_classes = CLASS_TABLE in source.tables
        self._small: Mapping[int, bytes] = {}

    def find(self, attachment_ids: list[int]) -> dict[int, FoundContent]:
        """Return where the content of attachments is, whose ids should be near each other."""
        self._small = {}
        if not attachment_ids:
            return {}
        sizes = self._source.content_sizes(attachment_ids)
        classes: dict[int, str] = {}
        if self._has_classes:
            rows = self._source.between(CLASS_TABLE, "id", min(attachment_ids), max(attachment_ids))
            classes = {int(str(row["id"])): str(row["storage_class"]) for row in rows}
        return {each: self._found(each, sizes.get(each), classes.get(each)) for each in attachment_ids}

    def _found(self, attachment_id: int, size: int | None, storage_class: str | None) -> FoundContent:
        if size:
            return FoundContent(ContentState.TABLE, size)
        if (path := self.path(attachment_id)) is not None:
            return FoundContent(ContentState.FILE, path.stat().st_size)
        if storage_class not in (None, "database"):
            return FoundContent(ContentState.MISSING, storage_class=storage_class or "")
        return FoundContent(ContentState.DELETED if size is None else ContentState.EMPTY)

    def path(self, attachment_id: int) -> Path | None:
        """Return the local file of an attachment, if there is one."""
        if self._files is None:
            return None
        group = attachment_id % 10**self._file_digits
        path = self._files / f"group.{group:0{self._file_digits}}" / f"attachment.{attachment_id}"
        return path if path.is_file() else None

    def read_small(self, attachment_ids: Sequence[int]) -> None:
        """Read the small contents of attachments together: `pieces` has them until others are looked for."""
        self._small = self._source.small_contents(attachment_ids)

    def pieces(self, attachment_id: int, state: ContentState) -> Iterator[bytes]:
        """Yield the content of an attachment from where it was found."""
        if state is ContentState.TABLE and attachment_id in self._small:
            yield self._small[attachment_id]
        elif state is ContentState.TABLE:
            yield from self._source.content_pieces(attachment_id)
        elif state is ContentState.FILE and (path := self.path(attachment_id)):
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
