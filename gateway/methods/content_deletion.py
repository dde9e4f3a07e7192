"""`Attachment.delete_content`: delete the content of an attachment, such as a leaked key, on its page.

The attachment stays, as Bugzilla's do: obsolete, of plain text, no patch, without flags and without content. A comment
says why, the log of changes has what changed, and the audit log the hash of what was deleted.
"""

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access
from gateway.methods.attachments import ATTACHMENT, bug_of
from gateway.methods.changes import FLAGS, changes, log_change
from gateway.methods.declaration import INT, PAGES, STRING, Call, Login, Param, reads, writes
from gateway.methods.flags import flag_difference
from gateway.methods.params import cleaned, number
from gateway.model import Attachment, AuditEntry, Comment
from gateway.store.interface import Reader, Writer

MAX_REASON = 1000
"""The most characters of a reason."""


def may_delete(call: Call[Reader]) -> bool:
    """Tell whether the caller may delete content: an administrator, where `allow_attachment_deletion` says so."""
    return access.in_group(call.user, "admin") and call.site.parameters.get("allow_attachment_deletion") == "1"


@reads("Attachment.may_delete_content", registry=PAGES, login=Login.REQUIRED, errors=(errors.NOT_AUTHORISED,))
def require_right(call: Call[Reader]) -> None:
    """Raise NOT_AUTHORISED for a caller who may not delete content."""
    if not may_delete(call):
        raise errors.NOT_AUTHORISED(action="delete the content of attachments")


@writes(
    "Attachment.delete_content",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(
        Param("id", INT, "Number of the attachment.", required=True),
        Param("reason", STRING, "The reason, for a comment.", max_length=MAX_REASON),
    ),
    errors=(errors.NOT_NUMERIC, errors.ATTACHMENT_INVALID, errors.NOT_AUTHORISED, *access.BUG_ERRORS),
)
def delete_content(call: Call[Writer]) -> None:
    """Delete the content of an attachment for good."""
    require_right.run(call)
    attachment_id = number(call.params.value("id"), "id")
    found = call.tx.attachments([attachment_id])
    if not found:
        raise errors.ATTACHMENT_INVALID(attachment=attachment_id)
    bug_of(call, found[0])
    if found[0].size is not None:
        remove_content(call, found[0], cleaned(call.params.text("reason"))[:MAX_REASON])


def remove_content(call: Call[Writer], old: Attachment, reason: str, actor: str = "") -> None:
    """Delete the content of an attachment in the name of the caller, who may; `actor` is a user of the command line."""
    tx = call.tx
    for flag in old.flags:
        tx.remove_flag(flag.id)
    tx.delete_content(old.id)
    new = replace(old, content_type="text/plain", is_patch=False, is_obsolete=True, last_change_time=tx.now, flags=())
    tx.set_attachment(new)
    for name, change in changes(ATTACHMENT, old, new).items():
        log_change(call, old, ATTACHMENT[name].inner_name, change)
    if flags := flag_difference(old.flags, ()):
        log_change(call, old, FLAGS, flags)
    _audit(call, old, actor)
    text = f"The content of attachment {old.id} was deleted." + (f"\n\nReason: {reason}" if reason else "")
    tx.append_comment(
        Comment(
            id=0,
            bug_id=old.bug_id,
            count=0,
            creator=call.caller,
            text=text,
            type="normal",
            attachment_id=None,
            is_private=old.is_private,
            creation_time=tx.now,
        )
    )
    tx.touch_bug(old.bug_id)


def _audit(call: Call[Writer], old: Attachment, actor: str) -> None:
    call.tx.add_audit_entry(
        AuditEntry(
            id=0,
            user_id=None if actor else call.caller.id,
            class_name="Bugzilla::Attachment",
            object_id=old.id,
            field="data",
            removed=f"{old.size} bytes, SHA-256 {old.sha256}",
            added="",
            when=call.tx.now,
            actor=actor,
        )
    )
