"""`Bug.render_comment`: a text as a comment in HTML."""

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_draft import closed_statuses
from gateway.methods.comment_links import LinkedAttachment, LinkedBug, Rendering, linked_numbers
from gateway.methods.declaration import STRING, Call, Field, Param, reads, struct
from gateway.model import Attachment
from gateway.store.interface import Reader
from gateway.values import Untyped, Value


@reads(
    "Bug.render_comment",
    read_only=False,
    is_long=True,
    params=(
        Param("text", STRING, "The text.", required=True, example="See bug 1"),
        Param("id", STRING, "Number or alias of the bug that the text is about."),
    ),
    result=struct(Field("html", STRING, "The text in HTML.")),
    errors=(errors.PARAM_REQUIRED, *access.BUG_ERRORS),
)
def render_comment(call: Call[Reader]) -> Value:
    """Show how a text would look as a comment."""
    written = call.params.text("text")
    if written is None:
        raise errors.PARAM_REQUIRED(param="text")
    bug = access.visible_bug(call, call.params.value("id")) if call.params.truth("id") else None
    numbers, attachments = linked_numbers(written, call.site_url)
    own = bug.id if bug else 0
    shown = Rendering(written, call.site_url, own, _bugs(call, numbers), _attachments(call, attachments))
    return {"html": Untyped(shown.html())}


def _bugs(call: Call[Reader], numbers: set[int]) -> dict[int, LinkedBug]:
    if not numbers:
        return {}
    closed = closed_statuses(call.tx)
    return {
        each.id: LinkedBug(
            each.status,
            each.resolution,
            each.status not in closed,
            each.summary if access.can_see_bug(call.user, each) else None,
        )
        for each in call.tx.bugs([*numbers])
    }


def _attachments(call: Call[Reader], numbers: set[int]) -> dict[int, LinkedAttachment]:
    found = call.tx.attachments([*numbers]) if numbers else []
    return {each.id: LinkedAttachment(each.summary, each.is_obsolete) for each in found if _is_seen(call, each)}


def _is_seen(call: Call[Reader], attachment: Attachment) -> bool:
    bug = call.tx.bug(attachment.bug_id)
    is_on_visible_bug = bug is not None and access.can_see_bug(call.user, bug)
    return is_on_visible_bug and access.can_see_attachment(call.user, call.site, attachment)
