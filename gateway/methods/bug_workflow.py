"""The status of a bug: the workflow, resolutions and duplicates."""

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_people import note_visit
from gateway.methods.bug_values import BugModelField, person
from gateway.methods.changes import log_bug_change
from gateway.methods.declaration import STRING
from gateway.methods.model_fields import Setting, Stage
from gateway.methods.params import text, trimmed
from gateway.model import NO_HOURS, Bug, Comment
from gateway.values import Value

DUPLICATE = "DUPLICATE"
_UNCONFIRMED = "UNCONFIRMED"


# ---- the status
def initial_status(draft: BugDraft, requested: str) -> str:
    """Return the status of a new bug, which only members of editbugs and canconfirm choose.

    Raises OBJECT_NOT_FOUND, TRANSITION_DENIED.
    """
    possible = _next_statuses(draft, None)
    if not (draft.has_right("editbugs") or draft.has_right("canconfirm")):
        return _UNCONFIRMED if _UNCONFIRMED in possible else possible[0]
    if not requested:
        return next((each for each in possible if each != _UNCONFIRMED), possible[0])
    status = _legal_status(draft, requested)
    if status not in possible:
        raise errors.TRANSITION_DENIED(old="new", new=status)
    _check_comment(draft, None, status)
    return status


def _legal_status(draft: BugDraft, written: str) -> str:
    for legal in draft.call.tx.field_values("bug_status"):
        if legal.name and legal.name.casefold() == written.casefold():
            return legal.name
    raise errors.OBJECT_NOT_FOUND(what="status", name=written)


def _next_statuses(draft: BugDraft, old: str | None) -> list[str]:
    """Return the statuses to which the workflow leads, in their order; UNCONFIRMED only where the product has it."""
    after = {each.new_status for each in draft.call.tx.status_transitions() if each.old_status == old}
    ordered = [each.name for each in draft.call.tx.field_values("bug_status") if each.is_active and each.name in after]
    return [each for each in ordered if each != _UNCONFIRMED or draft.product.allows_unconfirmed]


def _check_comment(draft: BugDraft, old: str | None, new: str) -> None:
    """Check that a transition which needs a comment has one. Raises COMMENT_REQUIRED."""
    needs = any(
        each.comment_required and (each.old_status, each.new_status) == (old, new)
        for each in draft.call.tx.status_transitions()
    )
    if needs and not any(each.text for each in draft.comments):
        raise errors.COMMENT_REQUIRED(field="status", old=old or "", new=new)


def set_status(draft: BugDraft, written: str, resolution: str | None, dupe_of: Value = None) -> None:
    """Give a bug a status, and with it the resolution that it needs or loses."""
    if not written:
        raise errors.PARAM_REQUIRED(param="status")
    old, new = draft.bug.status, _legal_status(draft, written)
    if new != old:
        if new not in _next_statuses(draft, old) or not draft.may_change("bug_status", old, new):
            raise errors.TRANSITION_DENIED(old=old, new=new)
        _check_comment(draft, old, new)
        _check_milestone(draft, new)
        draft.put(status=new)
    if draft.is_open(new):
        _reopen(draft, new)
        return
    set_resolution(draft, draft.bug.resolution if resolution is None else resolution, dupe_of)
    if new != old and draft.bug.remaining_time:
        _zero_remaining_time(draft)


def _check_milestone(draft: BugDraft, new: str) -> None:
    accepts = new in ("IN_PROGRESS", "ASSIGNED") and draft.is_set("musthavemilestoneonaccept")
    product = draft.product
    if accepts and len(product.milestones) > 1 and draft.bug.target_milestone == product.default_milestone:
        raise errors.MILESTONE_REQUIRED(bug=draft.bug.id, status=new)


def _reopen(draft: BugDraft, status: str) -> None:
    is_confirmed = status != _UNCONFIRMED
    if draft.bug.is_confirmed != is_confirmed:
        draft.require_right("everconfirmed", draft.bug.is_confirmed, is_confirmed)
    draft.put(is_confirmed=is_confirmed, resolution="", duplicate_of=None)


def _zero_remaining_time(draft: BugDraft) -> None:
    draft.put(remaining_time=NO_HOURS)
    draft.written["remaining_time"] = "0"


# ---- the resolution
def set_resolution(draft: BugDraft, written: str, dupe_of: Value = None) -> None:
    """Give a bug a resolution; DUPLICATE needs the other bug, unless the bug has one.

    Raises RESOLUTION_REQUIRED, OBJECT_NOT_FOUND, RESOLUTION_NOT_ALLOWED, DUPLICATE_REQUIRED.
    """
    old, is_open = draft.bug.resolution, draft.is_open(draft.bug.status)
    if not written and not is_open:
        raise errors.RESOLUTION_REQUIRED(status=draft.bug.status)
    new = _legal_resolution(draft, written)
    if is_open:
        raise errors.RESOLUTION_NOT_ALLOWED()
    if new != old:
        _check_resolution(draft, new)
        draft.require_right("resolution", old, new)
        draft.put(resolution=new)
        if old == DUPLICATE:
            draft.put(duplicate_of=None)
        elif new == DUPLICATE and draft.bug.remaining_time:
            _zero_remaining_time(draft)
    if new == DUPLICATE:
        if dupe_of is not None:
            set_duplicate(draft, dupe_of)
        elif draft.bug.duplicate_of is None:
            raise errors.DUPLICATE_REQUIRED()


def _legal_resolution(draft: BugDraft, written: str) -> str:
    if not written:
        raise errors.PARAM_REQUIRED(param="resolution")
    for legal in draft.call.tx.field_values("resolution"):
        if legal.name and legal.name.casefold() == written.casefold():
            return legal.name
    raise errors.OBJECT_NOT_FOUND(what="resolution", name=written)


def _check_resolution(draft: BugDraft, new: str) -> None:
    if draft.is_set("noresolveonopenblockers") and new == "FIXED":
        bugs = draft.call.tx.bugs(draft.detail("depends_on"))
        still_open = [each.id for each in bugs if draft.is_open(each.status)]
        if still_open:
            raise errors.BLOCKERS_OPEN(bug=draft.bug.id, bugs=", ".join(map(str, still_open)))
    if draft.is_set("commentonchange_resolution") and not draft.comments:
        raise errors.COMMENT_REQUIRED(field="resolution", old=draft.bug.resolution, new=new)


# ---- duplicates
def set_duplicate(draft: BugDraft, reference: Value) -> None:
    """Mark a bug as a duplicate of another, which closes it; both get a comment.

    Raises PARAM_REQUIRED, DUPLICATE_LOOP, and as `access.visible_bug` does.
    """
    written = trimmed(text(reference, "dupe_of"))
    if not written:
        raise errors.PARAM_REQUIRED(param="dupe_of")
    other = access.find_bug(draft.call.tx, written)
    if other.id == draft.bug.duplicate_of:
        return
    access.visible_bug(draft.call, written)
    _check_duplicate_loop(draft, other)
    if draft.is_set("commentonduplicate") and not draft.comments:
        raise errors.COMMENT_REQUIRED(field="dupe_of", old="", new=other.id)
    draft.require_right("dup_id", draft.bug.duplicate_of, other.id)
    draft.put(duplicate_of=other.id)
    if draft.bug.resolution != DUPLICATE:
        status = draft.call.site.parameters.get("duplicate_or_move_bug_status") or "RESOLVED"
        set_status(draft, status, DUPLICATE)
    _comment_on_duplicate(draft, other)
    draft.effects.append(lambda bug: _tell_other(draft, bug, other))


def _check_duplicate_loop(draft: BugDraft, other: Bug) -> None:
    seen, at = {draft.bug.id}, other
    while True:
        if at.id in seen:
            raise errors.DUPLICATE_LOOP(bug=draft.bug.id, other=other.id)
        seen.add(at.id)
        following = draft.call.tx.bug(at.duplicate_of) if at.duplicate_of is not None else None
        if following is None:
            return
        at = following


def _comment_on_duplicate(draft: BugDraft, other: Bug) -> None:
    """Let the last comment of the call, or an empty one, say of which bug this one is a duplicate."""
    if not draft.comments:
        draft.add_comment("")
    last: Comment = draft.comments.pop()
    draft.add_comment(
        last.text, is_private=last.is_private, work_time=last.work_time, type="duplicate_of", related_bug=other.id
    )


def _tell_other(draft: BugDraft, bug: Bug, other: Bug) -> None:
    """Put the reporter of the duplicate on the cc list of the other bug, and say there that it has a duplicate."""
    call, reporter = draft.call, draft.call.tx.user(bug.reporter.id)
    is_new_there = reporter is not None and access.can_see_bug(reporter, other) and reporter.id != other.reporter.id
    if reporter is not None and is_new_there and all(each.id != reporter.id for each in other.cc):
        call.tx.add_cc(other.id, reporter.id)
        log_bug_change(call, other.id, "cc", ("", person(reporter).login))
    call.tx.append_comment(
        Comment(0, other.id, 0, call.caller, "", "has_duplicate", None, False, call.tx.now, related_bug=bug.id)
    )
    call.tx.touch_bug(other.id)
    changed = call.tx.bug(other.id)
    if changed is not None:
        note_visit(call, changed)


def _set_part(draft: BugDraft, field: BugModelField, value: Value) -> None:
    """Leave status, resolution and duplicate to `settle`: they depend on each other."""


STATUS = Setting(_set_part, STRING, STRING, Stage.STATUS, "The workflow of the site tells which may follow.")
RESOLUTION = Setting(_set_part, STRING, STRING, Stage.STATUS, "Closing a bug needs one.")
DUPE_OF = Setting(_set_part, None, STRING, Stage.STATUS, "A number or an alias; it closes the bug.")
