"""Writing attachments, their content and flags."""

from gateway.content import Content, ExternalContent
from gateway.model import Attachment, Flag
from gateway.store.sql.rows import seconds
from gateway.store.sql.writing.session import Reference, WritingSession

ADD_ATTACHMENT = """
    INSERT INTO attachments (id, bug_id, file_name, summary, content_type, creator_id, size, sha256, is_patch,
        is_private, is_obsolete, creation_time, last_change_time, is_elsewhere)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
ADD_PIECE = "INSERT INTO pieces (attachment_id, start, data) VALUES (?, ?, ?)"
REMOVE_PIECES = "DELETE FROM pieces WHERE attachment_id = ?"
SET_ELSEWHERE = "UPDATE attachments SET is_elsewhere = ? WHERE id = ? AND size = ? AND sha256 = ?"
SET_ATTACHMENT = """
    UPDATE attachments SET file_name = ?, summary = ?, content_type = ?, is_patch = ?, is_private = ?, is_obsolete = ?,
        last_change_time = ?
    WHERE id = ?"""
ADD_FLAG = """
    INSERT INTO flags (id, type_id, status, bug_id, attachment_id, setter_id, requestee_id, creation_date,
        modification_date)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
SET_FLAG = """
    UPDATE flags SET status = ?, setter_id = ?, requestee_id = ?, modification_date = ? WHERE id = ?"""
REMOVE_FLAG = "DELETE FROM flags WHERE id = ?"


class AttachmentWriting(WritingSession):
    """The part of `gateway.store.interface.Writer` about attachments."""

    def add_attachment(self, attachment: Attachment, content: Content | ExternalContent | None) -> int:
        """Add an attachment with its content (None: it was deleted) and without flags.

        Size and hash are those of the content.
        """
        attachment_id = self._add(
            "attachment",
            attachment.file_name,
            ADD_ATTACHMENT,
            attachment.id or None,
            attachment.bug_id,
            attachment.file_name,
            attachment.summary,
            attachment.content_type,
            attachment.creator.id,
            content and content.size,
            content and content.sha256,
            attachment.is_patch,
            attachment.is_private,
            attachment.is_obsolete,
            seconds(attachment.creation_time),
            seconds(attachment.last_change_time),
            isinstance(content, ExternalContent),
            refers=[("bug", attachment.bug_id), ("user", attachment.creator.id)],
        )
        if content is not None and not isinstance(content, ExternalContent):
            self._add_pieces(attachment_id, content)
        return attachment_id

    def set_content(self, attachment_id: int, content: Content | ExternalContent) -> None:
        """Change where the content of an attachment is. Raises `ValueError` where it is not the same content."""
        is_elsewhere = isinstance(content, ExternalContent)
        wanted = (attachment_id, content.size, content.sha256)
        self._change("attachment of this content", attachment_id, SET_ELSEWHERE, is_elsewhere, *wanted)
        self._run(REMOVE_PIECES, attachment_id)
        if not isinstance(content, ExternalContent):
            self._add_pieces(attachment_id, content)

    def _add_pieces(self, attachment_id: int, content: Content) -> None:
        start = 0
        for piece in content.pieces():
            if piece:
                self._run(ADD_PIECE, attachment_id, start, piece)
                start += len(piece)
        if start != content.size:
            raise OSError(f"Of {content.size} bytes of content {start} could be read.")

    def set_attachment(self, attachment: Attachment) -> None:
        """Replace the metadata of an attachment, by its id; not its content, flags, bug, creator or creation time."""
        self._change(
            "attachment",
            attachment.id,
            SET_ATTACHMENT,
            attachment.file_name,
            attachment.summary,
            attachment.content_type,
            attachment.is_patch,
            attachment.is_private,
            attachment.is_obsolete,
            seconds(attachment.last_change_time),
            attachment.id,
        )

    def add_flag(self, flag: Flag) -> int:
        """Set a flag."""
        return self._add(
            "flag",
            flag.name,
            ADD_FLAG,
            flag.id or None,
            flag.type_id,
            flag.status,
            flag.bug_id,
            flag.attachment_id,
            flag.setter.id,
            flag.requestee and flag.requestee.id,
            seconds(flag.creation_date),
            seconds(flag.modification_date),
            refers=[
                ("flag type", flag.type_id),
                ("bug", flag.bug_id),
                ("attachment", flag.attachment_id),
                *_people(flag),
            ],
        )

    def set_flag(self, flag: Flag) -> None:
        """Replace a flag's status, setter, requestee and time of modification, by its id."""
        requestee_id = flag.requestee and flag.requestee.id
        values = (flag.status, flag.setter.id, requestee_id, seconds(flag.modification_date))
        self._change("flag", flag.id, SET_FLAG, *values, flag.id, refers=_people(flag))

    def remove_flag(self, flag_id: int) -> None:
        """Clear a flag."""
        self._change("flag", flag_id, REMOVE_FLAG, flag_id)


def _people(flag: Flag) -> list[Reference]:
    return [("user", person.id) for person in (flag.setter, flag.requestee) if person is not None]
