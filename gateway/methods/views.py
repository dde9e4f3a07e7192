"""`Page.*`: what the pages of a bug and of an attachment show, and files attached to a bug by a form.

The rules are those of the methods that programs call (`Bug.attachments`, `Bug.comments`, `Bug.add_attachment`); the
methods here combine, in one transaction, all that a page shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from gateway import errors
from gateway.content import MemoryContent, NamedContent, StoredContent
from gateway.methods import access, attachment_add, attachments, comments, flags
from gateway.methods.attachment_fields import known_content_type, last_component
from gateway.methods.declaration import (
    BOOLEAN,
    FILE,
    INT,
    PAGES,
    STRING,
    Call,
    Login,
    Param,
    array,
    reads,
    writes,
)
from gateway.methods.params import Params, number, trimmed
from gateway.model import Attachment, Bug, Comment, Flag, FlagType
from gateway.store.interface import Reader, Writer
from gateway.values import Value

MAX_FILES = 20
"""The most files in one form."""

EXCERPT, EXCERPTS = 2048, 12
"""The bytes of text that the page of a bug shows of an attachment, and the most attachments, newest first."""

COMMENTS = 200
"""The most comments that the page of a bug shows: the newest."""

_TEXTS = ("text/", "message/", "application/json", "application/xml", "application/javascript", "application/x-sh")
_PATCH_NAMES = (".patch", ".diff")


@dataclass(frozen=True, slots=True)
class BugView:
    """A bug as a page shows it: the parts that the caller sees, and the rights of the caller.

    `excerpts` are the first bytes of textual attachments, by number; `left_out` counts the older comments.
    """

    bug: Bug
    attachments: list[Attachment]
    comments: list[Comment]
    left_out: int
    excerpts: dict[int, bytes]
    is_insider: bool
    may_attach: bool


@dataclass(frozen=True, slots=True)
class FlagChoice:
    """A flag that the caller may change, or a type of which they may set a flag, where `flag` is None.

    `statuses` are those that the caller may give it, besides clearing it.
    """

    flag: Flag | None
    flag_type: FlagType
    statuses: list[str]


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """An attachment as a page shows it.

    `content` is None if it was deleted; `text` is the requested part of it, None if it is not text.
    """

    bug: Bug
    attachment: Attachment
    content: MemoryContent | StoredContent | None
    text: bytes | None
    is_insider: bool
    may_edit: bool
    choices: list[FlagChoice]


@reads(
    "Page.bug",
    registry=PAGES,
    is_long=True,
    params=(Param("id", STRING, "Number or alias of the bug.", required=True),),
    errors=access.BUG_ERRORS,
)
def bug(call: Call[Reader]) -> BugView:
    """Show a bug with its attachments and comments."""
    found = access.visible_bug(call, call.params.value("id"))
    shown = attachments.of_bug(call, found)
    written = comments.of_bug(call, found)
    insider = access.is_insider(call.user, call.site)
    texts = (each for each in reversed(shown) if is_text(each) and (insider or not each.is_private))
    return BugView(
        bug=found,
        attachments=shown,
        comments=written[-COMMENTS:],
        left_out=max(len(written) - COMMENTS, 0),
        excerpts={each.id: _beginning(call, each, EXCERPT) for each in islice(texts, EXCERPTS)},
        is_insider=insider,
        may_attach=call.user is not None and access.can_edit_product(call.user, call.tx.product(found.product)),
    )


@reads(
    "Page.attachment",
    registry=PAGES,
    is_long=True,
    params=(
        Param("id", STRING, "Number of the attachment.", required=True),
        Param("text", INT, "The most bytes to show of it, if it is text.", default="0"),
    ),
    errors=(*access.BUG_ERRORS, errors.NOT_NUMERIC, errors.ATTACHMENT_INVALID, errors.NOT_AUTHORISED),
)
def attachment(call: Call[Reader]) -> AttachmentView:
    """Show an attachment, with the beginning of its text."""
    wanted = number(call.params.value("text") or 0, "text")
    found = call.tx.attachments([number(call.params.value("id"), "id")])
    if not found:
        raise errors.ATTACHMENT_INVALID(attachment=call.params.text("id"))
    shown = found[0]
    its_bug = attachments.bug_of(call, shown)
    editable = call.user is not None and access.can_edit_product(call.user, call.tx.product(its_bug.product))
    may_edit = editable and access.can_edit_attachment(call.caller, call.site, shown)
    return AttachmentView(
        bug=its_bug,
        attachment=shown,
        content=call.tx.contents([shown], 0).get(shown.id),
        text=_beginning(call, shown, wanted) if wanted and is_text(shown) else None,
        is_insider=access.is_insider(call.user, call.site),
        may_edit=may_edit,
        choices=list(_choices(call, its_bug, shown, may_edit)) if editable else [],
    )


def is_text(attachment: Attachment) -> bool:
    """Tell whether the attachment is declared as text and still has its content."""
    return attachment.size is not None and (attachment.is_patch or attachment.content_type.lower().startswith(_TEXTS))


def _beginning(call: Call[Reader], attachment: Attachment, size: int) -> bytes:
    """Return the first bytes of the content."""
    text = bytearray()
    for piece in call.tx.pieces(attachment.id):
        text += piece[: size - len(text)]
        if len(text) >= size:
            break
    return bytes(text)


def _choices(call: Call[Reader], bug: Bug, attachment: Attachment, may_edit: bool) -> Iterator[FlagChoice]:
    """Yield the flags that the caller may change, each type followed by a new flag if one may be set.

    A caller who may not edit the attachment may change the flags that they set or are asked for.
    """
    caller = call.caller
    for flag_type in flags.types_for(call.tx, bug):
        present = [each for each in attachment.flags if each.type_id == flag_type.id]
        for flag in present:
            if may_edit or caller.id in flags.owner_ids(flag):
                yield FlagChoice(flag, flag_type, flags.statuses(caller, flag_type, flag.status))
        free = flag_type.is_active and (flag_type.is_multiplicable or not present)
        possible = flags.statuses(caller, flag_type) if may_edit and free else []
        if possible:
            yield FlagChoice(None, flag_type, possible)


# ---- attaching


def _admit(call: Call[Reader]) -> None:
    access.editable_bug(call, call.params.value("id"))


@writes(
    "Page.attach",
    registry=PAGES,
    login=Login.REQUIRED,
    admits=_admit,
    params=(
        Param("id", STRING, "Number or alias of the bug.", required=True),
        Param("files", array(FILE), "The files.", required=True),
        Param("summary", STRING, "A short description of them; if it is empty, the name of each.", max_length=255),
        Param("comment", STRING, "A comment to add with the first.", max_length=comments.MAX_LENGTH),
        Param("is_patch", BOOLEAN, "True if they are patches; those named *.patch or *.diff always are."),
        Param("is_private", BOOLEAN, "True if only insiders see them."),
    ),
    errors=attachment_add.add_attachment.errors,
)
def attach(call: Call[Writer]) -> list[int]:
    """Attach files to a bug, all or none, each as `Bug.add_attachment` does, and return their numbers."""
    sent = call.params.files("files")
    files = [each for each in sent if each.file_name or each.content.size]  # a form without a file has one of neither
    if not files:
        raise errors.PARAM_REQUIRED(param="files")
    comment = call.params.text("comment")
    return [_attach(call, file, "" if place else comment) for place, file in enumerate(files)]


def _attach(call: Call[Writer], file: NamedContent, comment: str | None) -> int:
    params = call.params
    name = last_component(file.file_name)
    described: dict[str, Value] = {
        "ids": [params.value("id")],
        "data": file.content,
        "file_name": name,
        "summary": trimmed(params.text("summary")) or name,
        "content_type": known_content_type(file.content_type),
        "contenttypemethod": "autodetect",
        "comment": comment,
        "is_patch": params.truth("is_patch") or name.lower().endswith(_PATCH_NAMES),
        "is_private": params.truth("is_private"),
    }
    method = attachment_add.add_attachment
    answer = method.run(replace(call, params=Params(described, method.param_names)))
    return int(answer["ids"][0])
