"""The attachment API: `Bug.attachments`, `Bug.add_attachment` and `Bug.update_attachment`."""

from msgspec.structs import replace

from gateway import errors
from gateway.content import Content
from gateway.methods import access, comments
from gateway.methods.attachment_fields import (
    checked_content_type,
    checked_file_name,
    checked_summary,
    detected_content_type,
)
from gateway.methods.declaration import (
    BASE64,
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
    reads,
    struct,
    writes,
)
from gateway.methods.fields import FIELDS_PARAMS, Fields
from gateway.methods.flags import FLAG_CHANGE, FlagEditor
from gateway.model import Attachment, Bug, Change, Flag
from gateway.store.interface import Reader, Writer

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

BUG_ERRORS = (errors.NOT_SCALARS, errors.BUG_ID_INVALID, errors.BUG_NOT_FOUND, errors.BUG_DENIED)
FLAG_ERRORS = (
    errors.OBJECT_NOT_FOUND,
    errors.FLAG_STATUS_INVALID,
    errors.FLAG_DENIED,
    errors.REQUESTEE_NOT_ALLOWED,
    errors.FLAG_NOT_UNIQUE,
    errors.FLAG_TYPE_NOT_UNIQUE,
    errors.FLAG_TYPE_INACTIVE,
    errors.FLAG_NOT_MULTIPLICABLE,
)


# ---- listing


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
    errors=(errors.PARAMS_REQUIRED, *BUG_ERRORS, errors.NOT_NUMERIC, errors.NOT_AUTHORISED),
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
    of_bugs = {}
    for reference in params.scalars("ids"):
        bug = access.visible_bug(call, reference)
        of_bugs[bug.id] = _attachments_of(call, bug)
    single = _single_attachments(call)
    shown = _shown(call, [*(each for found in of_bugs.values() for each in found), *single], fields)
    return {
        "bugs": {str(bug_id): [shown[each.id] for each in found] for bug_id, found in of_bugs.items()},
        "attachments": {str(each.id): shown[each.id] for each in single},
    }


def _attachments_of(call: Call[Reader], bug: Bug) -> list[Attachment]:
    found = call.tx.attachments_of_bug(bug.id)
    return [each for each in found if access.can_see_attachment(call.user, call.site, each)]


def _single_attachments(call: Call[Reader]) -> list[Attachment]:
    if not call.params.has("attachment_ids"):
        return []
    found = call.tx.attachments(call.params.numbers("attachment_ids"))
    for attachment in found:
        access.visible_bug(call, attachment.bug_id)
        if attachment.is_private and not access.is_insider(call.user, call.site):
            raise errors.NOT_AUTHORISED(action=f"see attachment {attachment.id}")
    return found


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


# ---- adding


@writes(
    "Bug.add_attachment",
    login=Login.REQUIRED,
    params=(
        Param(
            "ids",
            array(STRING),
            "Numbers or aliases of the bugs that each get the attachment.",
            required=True,
            example="1",
        ),
        Param("data", BASE64, "The content.", required=True, example="SGVsbG8sIHdvcmxkIQo="),
        Param(
            "file_name",
            STRING,
            "The file name; of a path only the last component is kept.",
            required=True,
            example="hello.txt",
        ),
        Param("summary", STRING, "What the attachment is, in a few words.", required=True, example="A greeting"),
        Param("content_type", STRING, "The MIME type; a patch needs none, it is text/plain.", example="text/plain"),
        Param("comment", STRING, "A comment to add with it, of at most 65,535 characters."),
        Param("is_patch", BOOLEAN, "Whether it is a patch.", default="false"),
        Param("is_private", BOOLEAN, "Whether only insiders see it; only they may say so.", default="false"),
        Param("flags", array(FLAG_CHANGE), "Flags to set on it."),
        Param("contenttypemethod", STRING, "'autodetect': work out what application/octet-stream really is."),
    ),
    result=struct(
        Field("ids", array(INT), "The numbers of the new attachments, one a bug, in order."),
        Field(
            "attachments",
            mapping(struct()),
            "The new attachments by number; only in REST, for who shows a key or a token in an X-Bugzilla- header.",
            optional=True,
        ),
    ),
    routes=(Route("POST", "/bug/{ids}/attachment", status=201),),
    errors=(
        errors.PARAM_REQUIRED,
        *BUG_ERRORS,
        errors.PRODUCT_EDIT_DENIED,
        errors.PARAM_INVALID,
        errors.FILE_EMPTY,
        errors.FILE_TOO_LARGE,
        errors.CONTENT_TYPE_INVALID,
        errors.FILE_NAME_REQUIRED,
        errors.ATTACHMENT_SUMMARY_REQUIRED,
        errors.NOT_INSIDER,
        *FLAG_ERRORS,
        errors.COMMENT_TOO_LONG,
    ),
)
def add_attachment(call: Call[Writer]) -> Value:
    """Attach one file to one bug or several; either every bug gets it or none."""
    params = call.params
    references = params.scalars("ids")
    for name in ("ids", "data"):
        if not params.has(name) or (name == "data" and params.value(name) is None):
            raise errors.PARAM_REQUIRED(param=name)
    bugs = [access.editable_bug(call, reference) for reference in references]
    if not bugs:
        return {"ids": []}
    content = _checked_content(call)
    draft = _draft(call, content)
    return {"ids": [_attach(call, bug, draft, content) for bug in bugs]}


def _checked_content(call: Call[Writer]) -> Content:
    content = call.params.content("data")
    if not content.size:
        raise errors.FILE_EMPTY()
    if content.size > call.max_attachment_size:
        raise errors.FILE_TOO_LARGE(limit=call.max_attachment_size)
    return content


def _draft(call: Call[Writer], content: Content) -> Attachment:
    """The attachment that the call describes, on no bug yet."""
    params = call.params
    is_patch, content_type = params.truth("is_patch"), "text/plain"
    if not is_patch:
        content_type = checked_content_type(params.text("content_type"))
        if params.text("contenttypemethod") == "autodetect":
            content_type, is_patch = detected_content_type(content_type, content)
    file_name = checked_file_name(params.text("file_name"), errors.FILE_NAME_REQUIRED)
    summary = checked_summary(params.text("summary"))
    if params.truth("is_private") and not access.is_insider(call.user, call.site):
        raise errors.NOT_INSIDER()
    now = call.tx.now
    return Attachment(
        id=0,
        bug_id=0,
        file_name=file_name,
        summary=summary,
        content_type=content_type,
        creator=call.caller,
        size=content.size,
        sha256=content.sha256,
        is_patch=is_patch,
        is_private=params.truth("is_private"),
        is_obsolete=False,
        creation_time=now,
        last_change_time=now,
    )


def _attach(call: Call[Writer], bug: Bug, draft: Attachment, content: Content) -> int:
    attachment = replace(draft, bug_id=bug.id)
    attachment = replace(attachment, id=call.tx.add_attachment(attachment, content))
    editor = FlagEditor(call, bug, attachment)
    editor.apply(editor.wishes())
    editor.save(call.tx)
    if change := editor.difference():
        log_change(call, attachment, "flagtypes.name", *change)
    comments.add_about(call, bug, attachment, "attachment_created", comments.checked_text(call.params.text("comment")))
    call.tx.touch_bug(bug.id)
    return attachment.id


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
