"""Storing a bug that a call creates or changes, with its log and its consequences for other bugs."""

from msgspec.structs import replace

from gateway.methods import custom_values
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_get import BUG
from gateway.methods.bug_lists import follow_dependencies
from gateway.methods.bug_people import note_visit
from gateway.methods.changes import FLAGS, Changes, changes, difference, log_bug_change, log_change
from gateway.methods.custom_fields import active_custom_fields
from gateway.methods.flags import FlagEditor
from gateway.model import FieldType

_LISTS = ("keywords", "depends_on", "blocks", "see_also")
_HOURS = ("estimated_time", "remaining_time")
_UNLOGGED = "dupe_of"
"""The change that answers show, but the log does not."""


def add(draft: BugDraft) -> int:
    """Store a new bug, with its first comment, and return its number."""
    tx = draft.call.tx
    draft.bug = replace(draft.bug, id=tx.add_bug(draft.bug))
    _store_details(draft)
    _store_comments(draft)
    for effect in draft.effects:
        effect(draft.bug)
    return draft.bug.id


def log_flags(draft: BugDraft, editor: FlagEditor) -> None:
    """Store the flags of a new bug, and log them."""
    before = draft.bug
    for requestee in editor.requestees:
        draft.add_cc(requestee)
    editor.save(draft.call.tx)
    found = changes(BUG, before, draft.bug)
    if (flags := editor.difference()) is not None:
        found[FLAGS] = flags
    _log(draft, found)
    if draft.call.params.value("flags") is not None:  # which is a change of its own in Bugzilla
        note_visit(draft.call, draft.bug)


def save(draft: BugDraft, editor: FlagEditor) -> Changes:
    """Store the changes of a bug, log them, and return them by the names of the fields."""
    tx = draft.call.tx
    for requestee in editor.requestees:
        draft.add_cc(requestee)
    found = _changes(draft)
    if (flags := editor.difference()) is not None:
        found[FLAGS] = flags
    if found or draft.comments or draft.hidden:
        draft.put(last_change_time=tx.now)
        tx.set_bug(draft.bug)
    _store_details(draft)
    _store_comments(draft)
    editor.save(tx)
    if found.keys() & {"product", "component"}:
        _retarget_attachment_flags(draft)
    _log(draft, found)
    for effect in draft.effects:
        effect(draft.bug)
    note_visit(draft.call, draft.bug)
    return found


def _changes(draft: BugDraft) -> Changes:
    if draft.before is None:
        raise AssertionError("a new bug has no changes")
    found = changes(BUG, draft.before, draft.bug)
    if draft.is_moved:
        found["component"] = (draft.before.component, draft.bug.component)
    for name in _HOURS:
        old, new = getattr(draft.before, name), getattr(draft.bug, name)
        if old != new:
            found[name] = (str(old), draft.written.get(name, str(new)))
    for name in _LISTS:
        pair = difference(list(draft.stored(name)), list(draft.detail(name)))
        if any(pair):
            found[name] = pair
    return {**found, **_custom_changes(draft)}


def _custom_changes(draft: BugDraft) -> Changes:
    found = {}
    for field in active_custom_fields(draft.call.tx):
        old, new = draft.stored(field.name), draft.detail(field.name)
        if old == new:
            continue
        if field.type == FieldType.MULTI_SELECT:
            found[field.name] = difference(list(old), list(new))
        else:
            added = custom_values.word(field, new)
            found[field.name] = (custom_values.word(field, old), draft.written.get(field.name, added) if new else added)
    return found


def _store_details(draft: BugDraft) -> None:
    tx, bug_id = draft.call.tx, draft.bug.id
    for name, values in draft.details.items():
        if name == "keywords":
            tx.set_bug_keywords(bug_id, values)
        elif name == "see_also":
            _store_addresses(draft)
        elif name not in _LISTS:
            tx.set_custom_values(bug_id, name, values)
    if {"depends_on", "blocks"} & draft.details.keys():
        follow_dependencies(draft)


def _store_addresses(draft: BugDraft) -> None:
    tx, old, new = draft.call.tx, draft.stored("see_also"), draft.detail("see_also")
    for address in (each for each in old if each not in new):
        tx.remove_bug_url(draft.bug.id, address)
    for address in (each for each in new if each not in old):
        tx.add_bug_url(draft.bug.id, address)


def _store_comments(draft: BugDraft) -> None:
    call = draft.call
    for comment in draft.comments:
        draft.comment_ids.append(call.tx.add_comment(replace(comment, bug_id=draft.bug.id)))
        if comment.work_time:
            log_bug_change(call, draft.bug.id, "work_time", ("", f"{comment.work_time:.2f}"))
    for comment in draft.hidden:
        call.tx.set_comment_private(comment.id, comment.is_private)
        change = (str(int(not comment.is_private)), str(int(comment.is_private)))
        log_bug_change(call, draft.bug.id, "longdescs.isprivate", change, comment_id=comment.id)


def _retarget_attachment_flags(draft: BugDraft) -> None:
    """Let the flags of attachments follow the bug to where other flag types apply."""
    for attachment in draft.call.tx.attachments_of_bug(draft.bug.id):
        if attachment.flags:
            editor = FlagEditor(draft.call, draft.bug, attachment)
            editor.retarget()
            editor.save(draft.call.tx)
            if (change := editor.difference()) is not None:
                log_change(draft.call, attachment, FLAGS, change)


def _log(draft: BugDraft, found: Changes) -> None:
    own = {field.name: field.inner_name for field in BUG.model_fields}
    for name, change in found.items():
        if name != _UNLOGGED:
            log_bug_change(draft.call, draft.bug.id, own.get(name, name), change)
