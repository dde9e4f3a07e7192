"""`Bug.add_attachment`: attach a file to bugs."""

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
from gateway.methods.changes import FLAGS, log_change
from gateway.methods.declaration import (
    BASE64,
    BOOLEAN,
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
from gateway.methods.flags import FLAG_CHANGE, FLAG_ERRORS, FlagEditor
from gateway.model import Attachment, Bug
from gateway.store.interface import Writer
from gateway.values import Value

MAX_STORED = 256 * 1024 * 1024
"""The most bytes that one call stores if it names several bugs: each of them gets the content."""


@writes(
    "Bug.add_attachment",
    login=Login.REQUIRED,
    params=(
        Param(
            "ids",
            array(STRING),
            "Numbers or aliases of the bugs; each gets the attachment.",
            required=True,
            example="1",
        ),
        Param("data", BASE64, "The content.", required=True, example="SGVsbG8sIHdvcmxkIQo="),
        Param(
            "file_name",
            STRING,
            "The file name; only the last component of a path is kept.",
            required=True,
            example="hello.txt",
        ),
        Param("summary", STRING, "A short description of the attachment.", required=True, example="A greeting"),
        Param(
            "content_type", STRING, "The MIME type; not needed for a patch, which is text/plain.", example="text/plain"
        ),
        Param("comment", STRING, "A comment to add with it, of at most 65,535 characters."),
        Param("is_patch", BOOLEAN, "True if it is a patch.", default="false"),
        Param("is_private", BOOLEAN, "True if only insiders see it; only insiders may set this.", default="false"),
        Param("flags", array(FLAG_CHANGE), "Flags to set on it."),
        Param(
            "contenttypemethod",
            STRING,
            "'autodetect': detect the type of an application/octet-stream from its content.",
        ),
    ),
    result=struct(
        Field("ids", array(INT), "Numbers of the new attachments, one for each bug, in order."),
        Field(
            "attachments",
            mapping(struct()),
            "The new attachments by number, with their content; or with those fields that include_fields and "
            "exclude_fields ask for. REST only, for callers that authenticate by an X-Bugzilla-* header.",
            optional=True,
        ),
    ),
    routes=(Route("POST", "/bug/{ids}/attachment", status=201),),
    errors=(
        errors.PARAM_REQUIRED,
        *access.BUG_ERRORS,
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
    """Attach a file to one or more bugs. Either all of them get it or none does."""
    params = call.params
    references = params.scalars("ids")
    for name in ("ids", "data"):
        if not params.has(name) or (name == "data" and params.value(name) is None):
            raise errors.PARAM_REQUIRED(param=name)
    bugs = [access.editable_bug(call, reference) for reference in references]
    if not bugs:
        return {"ids": []}
    content = _checked_content(call)
    if len(bugs) > 1 and len(bugs) * content.size > MAX_STORED:
        why = f"the copies would take more than {MAX_STORED} bytes"
        raise errors.PARAM_INVALID(param="ids", value=f"{len(bugs)} bugs", why=why)
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
    """Return the attachment that the call describes, on no bug yet."""
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
    editor.apply(editor.requests())
    editor.save(call.tx)
    if change := editor.difference():
        log_change(call, attachment, FLAGS, change)
    comments.add_about(call, bug, attachment, "attachment_created", comments.checked_text(call.params.text("comment")))
    call.tx.touch_bug(bug.id)
    return attachment.id
