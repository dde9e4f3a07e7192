"""`Bug.attachments`: show attachments with their content and flags."""

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import (
    BASE64,
    DATETIME,
    INT,
    STRING,
    Call,
    Field,
    Param,
    Route,
    Value,
    array,
    mapping,
    reads,
    struct,
)
from gateway.methods.fields import FIELDS_PARAMS, Fields
from gateway.model import Attachment, Bug, Flag
from gateway.store.interface import Reader

IN_MEMORY = 1024 * 1024
"""Bytes of content that one answer holds; what is beyond is streamed."""

FLAG = struct(
    Field("id", INT, "The number of the flag."),
    Field("name", STRING, "The name of its type."),
    Field("type_id", INT, "The number of its type."),
    Field("creation_date", DATETIME, "When it was set first."),
    Field("modification_date", DATETIME, "When it was changed last."),
    Field("status", STRING, "Its status: ?, + or -."),
    Field("setter", STRING, "The login of who set or changed it last."),
    Field("requestee", STRING, "The login of whom it is asked of; absent where that is nobody.", optional=True),
)

ATTACHMENT = struct(
    Field("id", INT, "The number of the attachment."),
    Field("bug_id", INT, "The bug that it is on."),
    Field("file_name", STRING, "Its file name."),
    Field("summary", STRING, "What it is, in a few words."),
    Field("content_type", STRING, "Its MIME type."),
    Field("creator", STRING, "The login of who attached it."),
    Field("size", INT, "Its length in bytes.", optional=True),
    Field("data", BASE64, "The content; absent or null once it was deleted.", optional=True),
    Field("is_patch", INT, "1 for a patch, else 0."),
    Field("is_private", INT, "1 where only insiders see it, else 0."),
    Field("is_obsolete", INT, "1 for an obsolete one, else 0."),
    Field("creation_time", DATETIME, "When it was attached."),
    Field("last_change_time", DATETIME, "When it was changed last."),
    Field("flags", array(FLAG), "The flags that are set."),
)


@reads(
    "Bug.attachments",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs, all of whose attachments are wanted.", example="1"),
        Param(
            "attachment_ids",
            array(INT),
            "Numbers of single attachments; one that does not exist is left out.",
            example="1",
        ),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field("bugs", mapping(array(ATTACHMENT)), "The attachments of the bugs in ids, by bug number."),
        Field("attachments", mapping(ATTACHMENT), "Those in attachment_ids, by attachment number."),
    ),
    routes=(
        Route("GET", "/bug/attachment/{attachment_ids}"),
        Route("GET", "/bug/{ids}/attachment"),
    ),
    errors=(errors.PARAMS_REQUIRED, *access.BUG_ERRORS, errors.NOT_NUMERIC, errors.NOT_AUTHORISED),
)
def attachments(call: Call[Reader]) -> Value:
    """Show attachments with their content: those of whole bugs, and single ones.

    Private attachments of a bug are shown to insiders and to who submitted them; asked for one by one they are shown
    to insiders only.
    """
    params = call.params
    if not params.has("ids") and not params.has("attachment_ids"):
        raise errors.PARAMS_REQUIRED(params="ids, attachment_ids")
    fields = Fields(params)
    of_bugs: dict[int, list[Attachment]] = {}
    for reference in params.scalars("ids"):
        bug = access.visible_bug(call, reference)
        if bug.id not in of_bugs:
            of_bugs[bug.id] = of_bug(call, bug)
    single = _single_attachments(call)
    shown = _shown(call, [*(each for found in of_bugs.values() for each in found), *single], fields)
    return {
        "bugs": {str(bug_id): [shown[each.id] for each in found] for bug_id, found in of_bugs.items()},
        "attachments": {str(each.id): shown[each.id] for each in single},
    }


def of_bug(call: Call[Reader], bug: Bug) -> list[Attachment]:
    """The attachments of a bug that a list of them shows to the caller, who sees the bug."""
    found = call.tx.attachments_of_bug(bug.id)
    return [each for each in found if access.can_see_attachment(call.user, call.site, each)]


def _single_attachments(call: Call[Reader]) -> list[Attachment]:
    if not call.params.has("attachment_ids"):
        return []
    found = call.tx.attachments(call.params.numbers("attachment_ids"))
    for attachment in found:
        bug_of(call, attachment)
    return found


def bug_of(call: Call[Reader], attachment: Attachment) -> Bug:
    """The bug of an attachment that is asked for by its number. Raises BUG_DENIED, NOT_AUTHORISED."""
    bug = access.visible_bug(call, attachment.bug_id)
    if attachment.is_private and not access.is_insider(call.user, call.site):
        raise errors.NOT_AUTHORISED(action=f"see attachment {attachment.id}")
    return bug


def _shown(call: Call[Reader], found: list[Attachment], fields: Fields) -> dict[int, dict[str, Value]]:
    """Each attachment as the caller wants it, by number."""
    with_data = fields.wants("data")
    contents = call.tx.contents(found, IN_MEMORY) if with_data else {}
    members = [_members(each) for each in found]
    for shown in members:
        if with_data:
            shown["data"] = contents.get(shown["id"])
        elif shown["size"] is None:
            shown["size"] = 0
    return dict(zip((each.id for each in found), fields.pick_each(members), strict=True))


def _members(attachment: Attachment) -> dict[str, Value]:
    return {
        "id": attachment.id,
        "bug_id": attachment.bug_id,
        "file_name": attachment.file_name,
        "summary": attachment.summary,
        "content_type": attachment.content_type,
        "creator": attachment.creator.login,
        "size": attachment.size,
        "is_patch": int(attachment.is_patch),
        "is_private": int(attachment.is_private),
        "is_obsolete": int(attachment.is_obsolete),
        "creation_time": attachment.creation_time,
        "last_change_time": attachment.last_change_time,
        "flags": [_flag(each) for each in attachment.flags],
    }


def _flag(flag: Flag) -> dict[str, Value]:
    shown = {
        "id": flag.id,
        "name": flag.name,
        "type_id": flag.type_id,
        "creation_date": flag.creation_date,
        "modification_date": flag.modification_date,
        "status": flag.status,
        "setter": flag.setter.login,
    }
    if flag.requestee is not None:
        shown["requestee"] = flag.requestee.login
    return shown
