"""Writing attachments, their content and flags."""

import time

from msgspec.structs import replace

from gateway.content import Content, ExternalContent
from gateway.model import Attachment, Flag
from gateway.store.sql.tables import ATTACHMENTS, FLAGS, IS_EXTERNAL
from gateway.store.sql.writing.writing_transaction import WritingTransaction, people_of

ADD_ATTACHMENT = ATTACHMENTS.insert
ADD_PIECE = "INSERT INTO pieces (attachment_id, start, data) VALUES (?, ?, ?)"
REMOVE_PIECES = "DELETE FROM pieces WHERE attachment_id = ?"
DELETE_CONTENT = f"UPDATE attachments SET size = NULL, sha256 = NULL, {IS_EXTERNAL} = FALSE WHERE id = ?"
SET_EXTERNAL = f"UPDATE attachments SET {IS_EXTERNAL} = ? WHERE id = ? AND size = ? AND sha256 = ?"
_METADATA = ATTACHMENTS.without("id", "bug_id", "creator", "size", "sha256", "creation_time", IS_EXTERNAL)
SET_ATTACHMENT = _METADATA.update
ADD_FLAG = FLAGS.insert
_FLAG_STATE = FLAGS.only("status", "setter", "requestee", "modification_date")
SET_FLAG = _FLAG_STATE.update
REMOVE_FLAG = "DELETE FROM flags WHERE id = ?"

_BRIEF_STORE = 64 * 1024
"""Bytes of content that are stored quickly."""


class AttachmentWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about attachments."""

    def add_attachment(self, attachment: Attachment, content: Content | ExternalContent | None) -> int:
        """Add an attachment with its content (None: it was deleted) and without flags.

        Size and hash are those of the content.
        """
        if content is not None and not isinstance(content, ExternalContent) and content.size > _BRIEF_STORE:
            self._statements.leave_event_loop()
        attachment = replace(attachment, size=content and content.size, sha256=content and content.sha256)
        values = ATTACHMENTS.values(attachment, **{IS_EXTERNAL: isinstance(content, ExternalContent)})
        refers = [("bug", attachment.bug_id), *people_of(ATTACHMENTS, attachment)]
        attachment_id = self._add("attachment", attachment.file_name, ADD_ATTACHMENT, *values, refers=refers)
        if content is not None and not isinstance(content, ExternalContent):
            self._add_pieces(attachment_id, content)
        return attachment_id

    def set_content(self, attachment_id: int, content: Content | ExternalContent) -> None:
        """Move the content of an attachment in or out. Raises `ValueError` if it is not the same content."""
        is_external = isinstance(content, ExternalContent)
        wanted = (attachment_id, content.size, content.sha256)
        self._change("attachment of this content", attachment_id, SET_EXTERNAL, is_external, *wanted)
        self._run(REMOVE_PIECES, attachment_id)
        if not isinstance(content, ExternalContent):
            self._add_pieces(attachment_id, content)

    def _add_pieces(self, attachment_id: int, content: Content) -> None:
        start, began = 0, time.monotonic()
        for piece in content.pieces():
            if piece:
                self.budget.charge_stored(len(piece))
                self._statements.change(ADD_PIECE, (attachment_id, start, piece))
                start += len(piece)
        self.budget.extend(time.monotonic() - began)
        if start != content.size:
            raise OSError(f"Of {content.size} bytes of content {start} could be read.")

    def delete_content(self, attachment_id: int) -> None:
        """Delete the content of an attachment for good. Content that is external stays where it is."""
        self._change("attachment", attachment_id, DELETE_CONTENT, attachment_id)
        self._run(REMOVE_PIECES, attachment_id)

    def set_attachment(self, attachment: Attachment) -> None:
        """Replace the metadata of an attachment, by its id; not its content, flags, bug, creator or creation time."""
        self._change("attachment", attachment.id, SET_ATTACHMENT, *_METADATA.values(attachment), attachment.id)

    def add_flag(self, flag: Flag) -> int:
        """Set a flag."""
        about = [("flag type", flag.type_id), ("bug", flag.bug_id), ("attachment", flag.attachment_id)]
        refers = [*about, *people_of(FLAGS, flag)]
        return self._add("flag", flag.name, ADD_FLAG, *FLAGS.values(flag), refers=refers)

    def set_flag(self, flag: Flag) -> None:
        """Replace a flag's status, setter, requestee and time of modification, by its id."""
        self._change("flag", flag.id, SET_FLAG, *_FLAG_STATE.values(flag), flag.id, refers=people_of(_FLAG_STATE, flag))

    def remove_flag(self, flag_id: int) -> None:
        """Clear a flag."""
        self._change("flag", flag_id, REMOVE_FLAG, flag_id)
