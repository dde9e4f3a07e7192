"""`Bug.update_attachment`: change the metadata and the flags of attachments."""

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access, comments
from gateway.methods.attachment_fields import checked_content_type, checked_file_name, checked_summary
from gateway.methods.attachments import ATTACHMENT
from gateway.methods.changes import CHANGE, FLAGS, Changes, changes, log_change
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
    array,
    mapping,
    struct,
    writes,
)
from gateway.methods.flags import FLAG_CHANGE, FLAG_ERRORS, FlagEditor, FlagRequest, owner_ids
from gateway.methods.include_fields import FIELDS_PARAMS
from gateway.methods.params import MAX_ID, number, trimmed
from gateway.model import Attachment, Bug
from gateway.store.interface import Writer
from gateway.values import Value

_WITHOUT_RIGHTS = {"ids", "flags", "comment"}
"""The parameters of a caller who may change only their own flags."""


@writes(
    "Bug.update_attachment",
    login=Login.REQUIRED,
    strict=True,
    params=(
        Param("ids", array(INT), "Numbers of the attachments.", required=True, example="1"),
        Param("file_name", STRING, "A new file name."),
        Param("summary", STRING, "A new summary.", example="A better greeting"),
        Param("comment", STRING, "A comment to add to their bugs, of at most 65,535 characters."),
        Param("content_type", STRING, "A new MIME type; ignored for patches."),
        Param("is_patch", BOOLEAN, "True if they are patches."),
        Param("is_private", BOOLEAN, "True if only insiders see them; only insiders may change it."),
        Param("is_obsolete", BOOLEAN, "True if they are obsolete; this clears pending requests."),
        Param("flags", array(FLAG_CHANGE), "Flags to set, change or clear."),
        Param("minor_update", BOOLEAN, "Accepted without effect: no mail is sent."),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field(
            "attachments",
            array(
                struct(
                    Field("id", INT, "Number of the attachment."),
                    Field("last_change_time", DATETIME, "Time of its last change; unchanged if nothing changed."),
                    Field("changes", mapping(CHANGE), "The changes by field; flags are flagtypes.name."),
                )
            ),
            "One for each number in ids, in order.",
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
    """Change the metadata and flags of attachments. Either all of them change or none does.

    The submitter of an attachment and members of editbugs may change it. The setter and the requestee of a flag may
    change that flag on any attachment, if the call changes nothing else.
    """
    params = call.params
    references = params.scalars("ids")
    if not params.has("ids"):
        raise errors.PARAM_REQUIRED(param="ids")
    ids, targets = [], {}
    for reference in references:
        ids.append(number(reference, "ids"))
        if ids[-1] not in targets:
            targets[ids[-1]] = _target(call, ids[-1])
    edits = {attachment_id: _Edit(call, *target) for attachment_id, target in targets.items()}
    comment = comments.checked_text(trimmed(params.text("comment")))
    saved = {attachment_id: edit.save(comment) for attachment_id, edit in edits.items()}
    return {"attachments": [saved.pop(each, None) or edits[each].answer({}) for each in ids]}


def _target(call: Call[Writer], attachment_id: int) -> tuple[Bug, Attachment]:
    found = call.tx.attachments([attachment_id]) if attachment_id <= MAX_ID else []
    if not found:
        raise errors.ATTACHMENT_INVALID(attachment=attachment_id)
    bug = access.find_bug(call.tx, found[0].bug_id)
    product = call.tx.product(bug.product)
    if not access.can_see_bug(call.user, bug) or not access.can_edit_product(call.user, product):
        raise errors.ATTACHMENT_BUG_DENIED(bug=bug.id)
    return bug, found[0]


class _Edit:
    """The change of one attachment by a call: checked when it is made, stored by `save`."""

    def __init__(self, call: Call[Writer], bug: Bug, attachment: Attachment) -> None:
        self._call = call
        self._bug = bug
        self._old = attachment
        self._new = attachment
        self._flags = FlagEditor(call, bug, _as_known(call, attachment))
        requests = self._flags.requests()
        if access.can_edit_attachment(call.caller, call.site, attachment):
            self._new = self._changed()
            if self._new.is_obsolete and not attachment.is_obsolete:
                self._flags.drop_requests()
            self._flags.apply(requests)
        else:
            self._flags.apply(self._own(requests))
        self._pending = self._changes()

    def _changed(self) -> Attachment:
        """Return the attachment with the fields that the call sets. A patch keeps its content type."""
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

    def _own(self, requests: list[FlagRequest]) -> list[FlagRequest]:
        """Return the requests of a caller who may only change the flags that they set or are asked for."""
        own = [request for request in requests if request.flag and self._call.caller.id in owner_ids(request.flag)]
        sets_new = any(request.flag is None for request in requests)
        if not own or sets_new or not set(self._call.params) <= _WITHOUT_RIGHTS:
            raise errors.ATTACHMENT_DENIED(attachment=self._old.id)
        return own

    def save(self, comment: str) -> Value:
        """Store and log the changes, add the comment, and return the changes."""
        pending = self._pending
        self._store(pending)
        if comment:
            comments.add_about(self._call, self._bug, self._new, "attachment_updated", comment)
        if pending or comment:
            self._call.tx.touch_bug(self._bug.id)
        return self.answer(pending)

    def answer(self, pending: Changes) -> Value:
        """Return what the call answers for the attachment with these changes: none where it is named once more."""
        return {
            "id": self._new.id,
            "last_change_time": self._new.last_change_time,
            "changes": {name: {"removed": removed, "added": added} for name, (removed, added) in pending.items()},
        }

    def _store(self, pending: Changes) -> None:
        if not pending:
            return
        self._new = replace(self._new, last_change_time=self._call.tx.now)
        self._call.tx.set_attachment(self._new)
        self._flags.save(self._call.tx)
        for name, change in pending.items():
            log_change(self._call, self._old, FLAGS if name == FLAGS else ATTACHMENT[name].inner_name, change)

    def _changes(self) -> Changes:
        """Return the old and the new value of each field that changes."""
        found = changes(ATTACHMENT, self._old, self._new)
        flags = self._flags.difference()
        return found if flags is None else {**found, FLAGS: flags}


def _as_known(call: Call[Writer], attachment: Attachment) -> Attachment:
    """Return the attachment with the flags that the caller may know: if they may not see it, only their own.

    Bugzilla searches all flags, so that its errors reveal those of a private attachment.
    """
    if access.can_see_attachment(call.user, call.site, attachment):
        return attachment
    return replace(attachment, flags=tuple(each for each in attachment.flags if call.caller.id in owner_ids(each)))
