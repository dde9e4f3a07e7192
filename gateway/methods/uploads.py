"""`Page.attach` and `Page.comment`: files and comments that the forms of pages add to a bug."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from msgspec.structs import replace

from gateway import errors
from gateway.content import NamedContent
from gateway.errors import GatewayError
from gateway.methods import access, attachment_add, attachment_update, comments
from gateway.methods.attachment_fields import known_content_type, last_component
from gateway.methods.declaration import ANY, BOOLEAN, INT, PAGES, STRING, Call, Login, Param, array, writes
from gateway.methods.flags import FLAG_CHANGE
from gateway.methods.params import Params, trimmed
from gateway.model import Bug, Comment
from gateway.store.interface import Writer
from gateway.values import Value

MAX_FILES = 20
"""The most files in one form."""

MAX_SUMMARY = 255
"""The most characters of a summary in a form."""

_PATCH_NAMES = (".patch", ".diff")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to attach. An empty summary stands for its name, an empty type for that of the browser."""

    file: NamedContent
    summary: str = ""
    content_type: str = ""
    is_patch: bool = False
    is_private: bool = False


class FileRefused(GatewayError):  # noqa: N818 (it is the file that is refused)
    """An error with one of several files, whose place in the list is told; its message names the file."""

    def __init__(self, error: GatewayError, place: int, name: str) -> None:
        super().__init__(error.kind, f"{name}: {error.message}" if name else error.message, error.values)
        self.place = place
        self.name = name


def _admit(call: Call[Any]) -> None:
    access.editable_bug(call, call.params.value("id"))


@writes(
    "Page.attach",
    registry=PAGES,
    login=Login.REQUIRED,
    admits=_admit,
    params=(
        Param("id", STRING, "Number or alias of the bug.", required=True),
        Param("uploads", array(ANY), "The files, each an `Upload`.", required=True),
        Param("comment", STRING, "A comment to add with the first.", max_length=comments.MAX_LENGTH),
        Param("flags", array(FLAG_CHANGE), "Flags to set on each of them."),
        Param("obsoletes", array(INT), "Attachments of the bug that they make obsolete."),
    ),
    errors=tuple(
        {
            *attachment_add.add_attachment.errors,
            *attachment_update.update_attachment.errors,
            errors.TEXT_TOO_LONG,
            errors.TOO_MANY_FILES,
        }
    ),
)
def attach(call: Call[Writer]) -> list[int]:
    """Attach files to a bug, all or none, each as `Bug.add_attachment` does, and return their numbers."""
    uploads = cast("Sequence[Upload]", call.params.value("uploads") or ())
    if not uploads:
        raise errors.PARAM_REQUIRED(param="files")
    if len(uploads) > MAX_FILES:
        raise errors.TOO_MANY_FILES(limit=MAX_FILES)
    bug = access.editable_bug(call, call.params.value("id"))
    ids = [_attach(call, upload, place) for place, upload in enumerate(uploads)]
    _make_obsolete(call, bug)
    return ids


def _attach(call: Call[Writer], upload: Upload, place: int) -> int:
    name = last_component(upload.file.file_name)
    described: dict[str, Value] = {
        "ids": [call.params.value("id")],
        "data": upload.file.content,
        "file_name": name,
        "summary": trimmed(upload.summary) or name,
        "content_type": upload.content_type or known_content_type(upload.file.content_type),
        "contenttypemethod": "autodetect",
        "comment": "" if place else call.params.text("comment"),
        "is_patch": upload.is_patch or name.lower().endswith(_PATCH_NAMES),
        "is_private": upload.is_private,
        "flags": call.params.value("flags"),
    }
    method = attachment_add.add_attachment
    try:
        if len(upload.summary) > MAX_SUMMARY:
            raise errors.TEXT_TOO_LONG(what="summary", limit=MAX_SUMMARY)
        answer = method.run(replace(call, params=Params(described, method.param_names)))
    except GatewayError as error:
        raise FileRefused(error, place, name) from error
    return int(answer["ids"][0])


def _make_obsolete(call: Call[Writer], bug: Bug) -> None:
    ids = call.params.numbers("obsoletes")
    if not ids:
        return
    for each in call.tx.attachments(ids):
        if each.bug_id != bug.id:
            raise errors.ATTACHMENT_INVALID(attachment=each.id)
    method = attachment_update.update_attachment
    described: dict[str, Value] = {"ids": list(ids), "is_obsolete": True}
    method.run(replace(call, params=Params(described, method.param_names)))


@writes(
    "Page.comment",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(
        Param("id", STRING, "Number or alias of the bug.", required=True),
        Param("comment", STRING, "The comment.", required=True, max_length=comments.MAX_LENGTH),
        Param("is_private", BOOLEAN, "True if only insiders see it."),
    ),
    errors=(*access.BUG_ERRORS, errors.PRODUCT_EDIT_DENIED, errors.NOT_INSIDER, errors.COMMENT_TOO_LONG),
)
def comment(call: Call[Writer]) -> None:
    """Add a comment to a bug."""
    bug = access.editable_bug(call, call.params.value("id"))
    text = comments.checked_text(call.params.text("comment"))
    if not text:
        raise errors.PARAM_REQUIRED(param="comment")
    is_private = call.params.truth("is_private")
    if is_private and not access.is_insider(call.user, call.site):
        raise errors.NOT_INSIDER()
    call.tx.append_comment(
        Comment(
            id=0,
            bug_id=bug.id,
            count=0,
            creator=call.caller,
            text=text,
            type="normal",
            attachment_id=None,
            is_private=is_private,
            creation_time=call.tx.now,
        )
    )
    call.tx.touch_bug(bug.id)
