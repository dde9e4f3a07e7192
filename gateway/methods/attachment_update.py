"""`Bug.update_attachment`: change the metadata, the flags and the standing of attachments."""

from collections.abc import Mapping

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access, comments
from gateway.methods.attachment_fields import checked_content_type, checked_file_name, checked_summary
from gateway.methods.changes import log_change
from gateway.methods.declaration import (
    BOOLEAN,
    DATETIME,
    INT,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    Value,
    array,
    mapping,
    struct,
    writes,
)
from gateway.methods.fields import FIELDS_PARAMS
from gateway.methods.flags import FLAG_CHANGE, FLAG_ERRORS, FlagEditor, Wish, people
from gateway.methods.params import MAX_ID, number, trimmed
from gateway.model import Attachment, Bug
from gateway.store.interface import Writer

_FIELDS = ("summary", "file_name", "content_type", "is_patch", "is_private", "is_obsolete")
"""The fields that can change."""

_LOGGED_AS = {
    "summary": "attachments.description",
    "file_name": "attachments.filename",
    "content_type": "attachments.mimetype",
    "is_patch": "attachments.ispatch",
    "is_private": "attachments.isprivate",
    "is_obsolete": "attachments.isobsolete",
    "flagtypes.name": "flagtypes.name",
}
"""The names of changes in the log."""

_WITHOUT_RIGHTS = {"ids", "flags", "comment"}
"""What a call may hold of somebody who may change no more than their own flags."""

CHANGE = struct(
    Field("removed", STRING, "The old value; empty where there was none."),
    Field("added", STRING, "The new value; empty where there is none."),
)


@writes(
    "Bug.update_attachment",
    login=Login.REQUIRED,
    strict=True,
    params=(
        Param("ids", array(INT), "The numbers of the attachments.", required=True, example="1"),
        Param("file_name", STRING, "A new file name."),
        Param("summary", STRING, "A new summary.", example="A better greeting"),
        Param("comment", STRING, "A comment to add to their bugs, of at most 65,535 characters."),
        Param("content_type", STRING, "A new MIME type; ignored for patches."),
        Param("is_patch", BOOLEAN, "Whether they are patches."),
        Param("is_private", BOOLEAN, "Whether only insiders see them; only they may change it."),
        Param("is_obsolete", BOOLEAN, "Whether they are obsolete; pending requests are cleared."),
        Param("flags", array(FLAG_CHANGE), "Flags to set, change or clear."),
        Param("minor_update", BOOLEAN, "Accepted, and without effect: no mail is sent."),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field(
            "attachments",
            array(
                struct(
                    Field("id", INT, "The number of the attachment."),
                    Field("last_change_time", DATETIME, "When it was changed last; as before if nothing changed."),
                    Field("changes", mapping(CHANGE), "What changed, by field; flags as flagtypes.name."),
                )
            ),
            "One a number in ids, in order.",
        )
    ),
    routes=(Route("PUT", "/bug/attachment/{ids}"),),
    errors=(
        errors.PARAM_REQUIRED,
        errors.PARAM_INVALID,
        errors.NOT_NUMERIC,
        *access.BUG_ERRORS,
        errors.ATTACHMENT_INVALID,
        errors.ATTACHMENT_DENIED,
        errors.ATTACHMENT_BUG_DENIED,
        errors.CONTENT_TYPE_INVALID,
        errors.FILE_NAME_EMPTY,
        errors.ATTACHMENT_SUMMARY_REQUIRED,
        errors.NOT_INSIDER,
        *FLAG_ERRORS,
        errors.COMMENT_TOO_LONG,
    ),
)
def update_attachment(call: Call[Writer]) -> Value:
    """Change attachments: names, types, whether they are private or obsolete, and flags. All change or none does.

    Whoever submitted an attachment or has editbugs may change it. Who set a flag or is asked for it may change that
    flag on anybody's attachment, if flags are all that the call is about.
    """
    params = call.params
    references = params.scalars("ids")
    if not params.has("ids"):
        raise errors.PARAM_REQUIRED(param="ids")
    targets = [_target(call, reference) for reference in references]
    edits = {attachment.id: _Edit(call, bug, attachment) for bug, attachment in targets}
    comment = comments.checked_text(trimmed(params.text("comment")))
    return {"attachments": [edits[attachment.id].save(comment) for _, attachment in targets]}


def _target(call: Call[Writer], reference: Value) -> tuple[Bug, Attachment]:
    attachment_id = number(reference, "ids")
    found = call.tx.attachments([attachment_id]) if attachment_id <= MAX_ID else []
    if not found:
        raise errors.ATTACHMENT_INVALID(attachment=attachment_id)
    bug = access.find_bug(call.tx, found[0].bug_id)
    product = call.tx.product(bug.product)
    if not access.can_see_bug(call.user, bug) or not access.can_edit_product(call.user, product):
        raise errors.ATTACHMENT_BUG_DENIED(bug=bug.id)
    return bug, found[0]


class _Edit:
    """What a call makes of one attachment: everything is checked when it is made, and stored by `save`."""

    def __init__(self, call: Call[Writer], bug: Bug, attachment: Attachment) -> None:
        self._call = call
        self._bug = bug
        self._old = attachment
        self._new = attachment
        self._flags = FlagEditor(call, bug, _as_known(call, attachment))
        wishes = self._flags.wishes()
        if access.can_edit_attachment(call.caller, call.site, attachment):
            self._new = self._changed()
            if self._new.is_obsolete and not attachment.is_obsolete:
                self._flags.drop_requests()
            self._flags.apply(wishes)
        else:
            self._flags.apply(self._own(wishes))
        self._pending = self._changes()

    def _changed(self) -> Attachment:
        """The attachment with the fields that the call names. A patch keeps its content type, whatever is said."""
        params, old = self._call.params, self._old
        new = old
        if params.has("is_patch"):
            new = replace(new, is_patch=params.truth("is_patch"))
        if params.has("content_type") and not new.is_patch:
            new = replace(new, content_type=checked_content_type(params.text("content_type")))
        if params.has("file_name"):
            new = replace(new, file_name=checked_file_name(params.text("file_name"), errors.FILE_NAME_EMPTY))
        if params.has("summary"):
            new = replace(new, summary=checked_summary(params.text("summary")))
        if params.has("is_obsolete"):
            new = replace(new, is_obsolete=params.truth("is_obsolete"))
        if params.has("is_private"):
            new = replace(new, is_private=params.truth("is_private"))
        if new.is_private != old.is_private and not access.is_insider(self._call.user, self._call.site):
            raise errors.NOT_INSIDER()
        return new

    def _own(self, wishes: list[Wish]) -> list[Wish]:
        """The wishes of somebody who may only change the flags that they set or are asked for."""
        own = [wish for wish in wishes if wish.flag and self._call.caller.id in people(wish.flag)]
        sets_new = any(wish.flag is None for wish in wishes)
        if not own or sets_new or not set(self._call.params) <= _WITHOUT_RIGHTS:
            raise errors.ATTACHMENT_DENIED(attachment=self._old.id)
        return own

    def save(self, comment: str) -> Value:
        """Store and log what changed, add the comment, and say what changed: nothing the second time."""
        changes, self._pending = self._pending, {}
        self._store(changes)
        if comment:
            comments.add_about(self._call, self._bug, self._new, "attachment_updated", comment)
        if changes or comment:
            self._call.tx.touch_bug(self._bug.id)
        return {
            "id": self._new.id,
            "last_change_time": self._new.last_change_time,
            "changes": {name: {"removed": removed, "added": added} for name, (removed, added) in changes.items()},
        }

    def _store(self, changes: Mapping[str, tuple[str, str]]) -> None:
        if not changes:
            return
        self._new = replace(self._new, last_change_time=self._call.tx.now)
        self._call.tx.set_attachment(self._new)
        self._flags.save(self._call.tx)
        for name, (removed, added) in changes.items():
            log_change(self._call, self._old, _LOGGED_AS[name], removed, added)

    def _changes(self) -> dict[str, tuple[str, str]]:
        """The old and the new value of what changes, by field."""
        pairs = {name: (_word(getattr(self._old, name)), _word(getattr(self._new, name))) for name in _FIELDS}
        changes = {name: (removed, added) for name, (removed, added) in pairs.items() if removed != added}
        flags = self._flags.difference()
        return changes if flags is None else {**changes, "flagtypes.name": flags}


def _as_known(call: Call[Writer], attachment: Attachment) -> Attachment:
    """The attachment with the flags that the caller may know of: on one that they may not see, only their own.

    Bugzilla looks among all flags, and so tells by its errors which ones a private attachment has.
    """
    if access.can_see_attachment(call.user, call.site, attachment):
        return attachment
    return replace(attachment, flags=tuple(each for each in attachment.flags if call.caller.id in people(each)))


def _word(value: Value) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
