"""The log of who changed what when."""

from gateway.methods.declaration import Call
from gateway.model import Attachment, Change
from gateway.store.interface import Writer


def log_change(call: Call[Writer], attachment: Attachment, field: str, removed: str, added: str) -> None:
    """Add a line about an attachment to the log of changes."""
    call.tx.add_change(
        Change(
            id=0,
            user_id=call.caller.id,
            bug_id=attachment.bug_id,
            attachment_id=attachment.id,
            field=field,
            removed=removed,
            added=added,
            when=call.tx.now,
        )
    )
