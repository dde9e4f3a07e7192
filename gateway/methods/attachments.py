"""`Bug.attachments`: show attachments with their content and flags."""

from collections.abc import Iterable
from itertools import islice

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
    array,
    mapping,
    reads,
    struct,
)
from gateway.methods.include_fields import EVERY_FIELD, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.shown_flags import FLAG
from gateway.model import Attachment, Bug
from gateway.store.interface import Reader
from gateway.values import Value

IN_MEMORY = 1024 * 1024
"""The most bytes of content that one answer holds in memory; the rest is streamed."""


def _sizes(listing: Listing[Attachment]) -> Iterable[int | None]:
    """Return the sizes. That of deleted content is None beside the content itself, else 0, as in Bugzilla."""
    deleted = None if listing.wanted.wants("data") else 0
    return [deleted if each.size is None else each.size for each in listing.objects]


def _contents(listing: Listing[Attachment]) -> Iterable[Value]:
    contents = listing.call.tx.contents(listing.objects, IN_MEMORY)
    return [contents.get(each.id) for each in listing.objects]


def _flags(listing: Listing[Attachment]) -> Iterable[Value]:
    flags = [flag for attachment in listing.objects for flag in attachment.flags]
    shown = iter(FLAG.show(listing.call, EVERY_FIELD, flags))
    return [list(islice(shown, len(attachment.flags))) for attachment in listing.objects]


ATTACHMENT = ObjectType[Attachment](
    ModelField("id", INT, "Number of the attachment."),
    ModelField("bug_id", INT, "Number of the bug that it is on."),
    ModelField("file_name", STRING, "File name.", inner_name="attachments.filename"),
    ModelField("summary", STRING, "A short description.", inner_name="attachments.description"),
    ModelField("content_type", STRING, "MIME type.", inner_name="attachments.mimetype"),
    ModelField("creator", STRING, "Login of the user who attached it.", attribute="creator.login"),
    ModelField("size", INT, "Length in bytes.", optional=True, read_all=_sizes),
    ModelField("data", BASE64, "The content; absent or null once it is deleted.", optional=True, read_all=_contents),
    ModelField(
        "is_patch",
        INT,
        "1 for a patch, else 0.",
        read=lambda each: int(each.is_patch),
        inner_name="attachments.ispatch",
    ),
    ModelField(
        "is_private",
        INT,
        "1 if only insiders see it, else 0.",
        read=lambda each: int(each.is_private),
        inner_name="attachments.isprivate",
    ),
    ModelField(
        "is_obsolete",
        INT,
        "1 if it is obsolete, else 0.",
        read=lambda each: int(each.is_obsolete),
        inner_name="attachments.isobsolete",
    ),
    ModelField("creation_time", DATETIME, "Time when it was attached."),
    ModelField("last_change_time", DATETIME, "Time of its last change."),
    ModelField("flags", array(FLAG), "The flags that are set.", read_all=_flags),
)


@reads(
    "Bug.attachments",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs; all of their attachments are shown.", example="1"),
        Param(
            "attachment_ids",
            array(INT),
            "Numbers of single attachments; those that do not exist are left out.",
            example="1",
        ),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field("bugs", mapping(array(ATTACHMENT)), "The attachments of the bugs in ids, by bug number."),
        Field("attachments", mapping(ATTACHMENT), "The attachments in attachment_ids, by attachment number."),
    ),
    routes=(
        Route("GET", "/bug/attachment/{attachment_ids}"),
        Route("GET", "/bug/{ids}/attachment"),
    ),
    errors=(errors.PARAMS_REQUIRED, *access.BUG_ERRORS, errors.NOT_NUMERIC, errors.NOT_AUTHORISED),
)
def attachments(call: Call[Reader]) -> Value:
    """Show attachments with their content: all of some bugs, and single ones.

    Private attachments of a bug are shown to insiders and to their submitters; single ones are shown to insiders
    only.
    """
    params = call.params
    if not params.has("ids") and not params.has("attachment_ids"):
        raise errors.PARAMS_REQUIRED(params="ids, attachment_ids")
    of_bugs: dict[int, list[Attachment]] = {}
    for reference in params.scalars("ids"):
        bug = access.visible_bug(call, reference)
        if bug.id not in of_bugs:
            of_bugs[bug.id] = of_bug(call, bug)
    single = _single_attachments(call)
    listed = [*(each for found in of_bugs.values() for each in found), *single]
    structs = ATTACHMENT.show(call, FieldFilter(params), listed)
    shown = {attachment.id: struct for attachment, struct in zip(listed, structs, strict=True)}
    return {
        "bugs": {str(bug_id): [shown[each.id] for each in found] for bug_id, found in of_bugs.items()},
        "attachments": {str(each.id): shown[each.id] for each in single},
    }


def of_bug(call: Call[Reader], bug: Bug) -> list[Attachment]:
    """Return the attachments that the caller sees of a bug that they may see."""
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
    """Return the bug of an attachment that is requested by number. Raises BUG_DENIED, NOT_AUTHORISED."""
    bug = access.visible_bug(call, attachment.bug_id)
    if attachment.is_private and not access.is_insider(call.user, call.site):
        raise errors.NOT_AUTHORISED(action=f"see attachment {attachment.id}")
    return bug
