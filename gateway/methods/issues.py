"""`Issue.*`: Ketura's API for issues, which are bugs (Araxis Ketura, "Issue attachments", 2009)."""

from msgspec.structs import replace

from gateway import errors
from gateway.content import NamedContent
from gateway.methods import access, comments
from gateway.methods.attachment_fields import known_content_type, last_component
from gateway.methods.declaration import (
    FILE,
    ISSUES,
    NOTHING,
    STRING,
    Call,
    Login,
    Param,
    Route,
    writes,
)
from gateway.methods.params import trimmed
from gateway.model import Attachment
from gateway.store.interface import Reader, Writer

MAX_DESCRIPTION = 255
"""The most characters of a description."""

_NAMELESS = "unnamed"


def _admit(call: Call[Reader]) -> None:
    access.editable_bug(call, call.params.value("id"))


@writes(
    "Issue.add_attachment",
    registry=ISSUES,
    login=Login.REQUIRED,
    admits=_admit,
    params=(
        Param("id", STRING, "Number of the issue.", required=True, example="1"),
        Param(
            "File",
            FILE,
            "The file, of at most 10 megabytes; it may be empty. Only the last component of its name is kept; a name "
            "that is percent-encoded as a whole is decoded.",
            required=True,
            example="notes.txt",
        ),
        Param(
            "Description",
            STRING,
            "Description of the file, which becomes the summary of the attachment. If empty, the file name does.",
            required=True,
            example="Notes of the meeting",
            max_length=MAX_DESCRIPTION,
        ),
    ),
    result=NOTHING,
    routes=(Route("POST", "/Issues/{id}/Attachments", status=204),),
    errors=(
        errors.BUG_ID_INVALID,
        errors.BUG_NOT_FOUND,
        errors.BUG_DENIED,
        errors.PRODUCT_EDIT_DENIED,
        errors.MULTIPART_REQUIRED,
        errors.PARAM_REQUIRED,
        errors.OUT_OF_RANGE,
        errors.FILE_TOO_LARGE,
    ),
)
def add_attachment(call: Call[Writer]) -> None:
    """Attach a file to an issue. Every other protocol serves it at once, with the same bytes."""
    bug = access.editable_bug(call, call.params.value("id"))
    file = call.params.file("File")
    draft = _draft(call, bug.id, file)
    attachment = replace(draft, id=call.tx.add_attachment(draft, file.content))
    comments.add_about(call, bug, attachment, "attachment_created", "")
    call.tx.touch_bug(bug.id)


def _draft(call: Call[Writer], bug_id: int, file: NamedContent) -> Attachment:
    """Return the attachment that the call describes, without a number yet."""
    file_name, now = last_component(file.file_name) or _NAMELESS, call.tx.now
    return Attachment(
        id=0,
        bug_id=bug_id,
        file_name=file_name,
        summary=_description(call) or file_name,
        content_type=known_content_type(file.content_type),
        creator=call.caller,
        size=file.content.size,
        sha256=file.content.sha256,
        is_patch=False,
        is_private=False,
        is_obsolete=False,
        creation_time=now,
        last_change_time=now,
    )


def _description(call: Call[Writer]) -> str:
    description = call.params.text("Description")
    if description is None:
        raise errors.PARAM_REQUIRED(param="Description")
    if len(description) > MAX_DESCRIPTION:
        length = f"{len(description)} characters long"
        raise errors.OUT_OF_RANGE(param="Description", value=length, range=f"0 to {MAX_DESCRIPTION}")
    return trimmed(description)
