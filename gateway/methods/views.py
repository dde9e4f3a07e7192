"""`Page.*`: what the pages of a bug and of an attachment show.

The rules are those of the methods that programs call (`Bug.attachments`, `Bug.comments`); the methods here combine, in
one transaction, all that a page shows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from gateway import errors
from gateway.content import MemoryContent, StoredContent
from gateway.methods import access, attachments, comments, content_deletion, flags
from gateway.methods.declaration import (
    INT,
    PAGES,
    STRING,
    Call,
    Login,
    Param,
    reads,
)
from gateway.methods.params import number, trimmed
from gateway.methods.users import SHORTEST_PART
from gateway.model import Attachment, Bug, Comment, Flag, FlagType, User
from gateway.store.interface import Reader

EXCERPT, EXCERPTS = 2048, 12
"""The bytes of text that the page of a bug shows of an attachment, and the most attachments, newest first."""

MAX_PEOPLE = 10
"""The most people that complete what is typed."""

COMMENTS, COMMENT_CHARACTERS = 200, 1024 * 1024
"""The most comments that a page shows, the newest, and the most characters of them together."""

_TEXTS = ("text/", "message/", "application/json", "application/xml", "application/javascript", "application/x-sh")


@dataclass(frozen=True, slots=True)
class BugView:
    """A bug as a page shows it: the parts that the caller sees, and the rights of the caller.

    `excerpts` are the first bytes of textual attachments that are not obsolete, by number; `left_out` counts the older
    comments. `choices` are the flags that a new attachment may get, and `replaceable` the attachments that it may make
    obsolete.
    """

    bug: Bug
    attachments: list[Attachment]
    comments: list[Comment]
    left_out: int
    excerpts: dict[int, bytes]
    is_insider: bool
    may_attach: bool
    choices: list["FlagChoice"]
    replaceable: list[Attachment]


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

    `content` is None if it was deleted; `text` is the requested part of it, None if it is not text. `comments` are
    the newest of those with a text about it; `left_out` counts the older ones.
    """

    bug: Bug
    attachment: Attachment
    content: MemoryContent | StoredContent | None
    text: bytes | None
    is_insider: bool
    may_edit: bool
    may_delete: bool
    choices: list[FlagChoice]
    comments: list[Comment]
    left_out: int


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
    newest, left_out = _newest(comments.of_bug(call, found))
    insider = access.is_insider(call.user, call.site)
    open_texts = (each for each in reversed(shown) if is_text(each) and (insider or not each.is_private))
    texts = (each for each in open_texts if not each.is_obsolete)
    may_attach = call.user is not None and access.can_edit_product(call.user, call.tx.product(found.product))
    return BugView(
        bug=found,
        attachments=shown,
        comments=newest,
        left_out=left_out,
        excerpts={each.id: _beginning(call, each, EXCERPT) for each in islice(texts, EXCERPTS)},
        is_insider=insider,
        may_attach=may_attach,
        choices=list(_new_flags(call, found)) if may_attach else [],
        replaceable=[each for each in shown if may_attach and _is_replaceable(call, each)],
    )


def _newest(written: list[Comment]) -> tuple[list[Comment], int]:
    """Return the newest comments, as many as a page shows, the last one in any case, and the number of older ones."""
    characters, first = 0, len(written)
    while first and len(written) - first < COMMENTS:
        characters += len(written[first - 1].text)
        if characters > COMMENT_CHARACTERS and first < len(written):
            break
        first -= 1
    return written[first:], first


def _is_replaceable(call: Call[Reader], attachment: Attachment) -> bool:
    return not attachment.is_obsolete and access.can_edit_attachment(call.caller, call.site, attachment)


def _new_flags(call: Call[Reader], bug: Bug) -> Iterator[FlagChoice]:
    """Yield the flags that the caller may set on a new attachment of a bug."""
    for flag_type in flags.types_for(call.tx, bug):
        possible = flags.statuses(call.caller, flag_type) if flag_type.is_active else []
        if possible:
            yield FlagChoice(None, flag_type, possible)


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
    about_it = [each for each in comments.of_bug(call, its_bug) if each.attachment_id == shown.id and each.text]
    newest, left_out = _newest(about_it)
    editable = call.user is not None and access.can_edit_product(call.user, call.tx.product(its_bug.product))
    may_edit = editable and access.can_edit_attachment(call.caller, call.site, shown)
    return AttachmentView(
        bug=its_bug,
        attachment=shown,
        content=call.tx.contents([shown], 0).get(shown.id),
        text=_beginning(call, shown, wanted) if wanted and is_text(shown) else None,
        is_insider=access.is_insider(call.user, call.site),
        may_edit=may_edit,
        may_delete=shown.size is not None and content_deletion.may_delete(call),
        choices=list(_choices(call, its_bug, shown, may_edit)) if editable else [],
        comments=newest,
        left_out=left_out,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """An attachment in a list of one's own work, with its bug, and the request that it is about, if any."""

    bug: Bug
    attachment: Attachment
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The requests of the caller and by the caller, and the attachments of the caller; newest first."""

    of_me: list[Entry]
    by_me: list[Entry]
    attached: list[Entry]


@reads(
    "Page.own_work",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(Param("limit", INT, "The most entries of each list.", required=True),),
    errors=(errors.NOT_NUMERIC,),
)
def own_work(call: Call[Reader]) -> OwnWork:
    """Show the requests of and by the caller, and what they attached, as far as they see it."""
    limit, user_id = number(call.params.value("limit"), "limit"), call.caller.id
    of_me, by_me = (call.tx.requests(user_id, limit, by_setter=by_setter) for by_setter in (False, True))
    attached = call.tx.attachments_by(user_id, limit)
    numbers = {each.attachment_id for each in (*of_me, *by_me) if each.attachment_id is not None}
    attachments_by_id = {each.id: each for each in call.tx.attachments(sorted(numbers))}
    bug_ids = {flag.bug_id for flag in (*of_me, *by_me)} | {each.bug_id for each in attached}
    bugs = {each.id: each for each in call.tx.bugs(sorted(bug_ids)) if access.can_see_bug(call.user, each)}

    def entries(found: Iterable[tuple[Attachment | None, Flag | None]]) -> list[Entry]:
        return [
            Entry(bugs[each.bug_id], each, flag)
            for each, flag in found
            if each and each.bug_id in bugs and access.can_see_attachment(call.user, call.site, each)
        ]

    return OwnWork(
        entries((attachments_by_id.get(flag.attachment_id or 0), flag) for flag in of_me),
        entries((attachments_by_id.get(flag.attachment_id or 0), flag) for flag in by_me),
        entries((each, None) for each in attached),
    )


@reads(
    "Page.people",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(Param("match", STRING, "A part of a login or real name.", required=True),),
)
def people(call: Call[Reader]) -> list[User]:
    """Find people to complete what is typed, as `User.get` does for callers who are logged in."""
    text = trimmed(call.params.text("match"))
    return call.tx.users_matching(text, MAX_PEOPLE, include_disabled=False) if len(text) >= SHORTEST_PART else []


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
