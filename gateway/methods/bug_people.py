"""The people of a bug, and the visits to it that are noted for them alone."""

from gateway.methods.declaration import Call
from gateway.model import Bug, BugVisit, User
from gateway.store.interface import Writer


def people_ids(bug: Bug) -> set[int]:
    """Return the numbers of the users who are involved in a bug: reporter, assignee, QA contact and cc."""
    people = (bug.reporter, bug.assigned_to, bug.qa_contact, *bug.cc)
    return {person.id for person in people if person is not None}


def is_involved(user: User, bug: Bug) -> bool:
    """Tell whether a user is one of a bug's people."""
    return user.id in people_ids(bug)


def note_visit(call: Call[Writer], bug: Bug) -> None:
    """Note that the caller, who changed a bug, looked at it, and forget visits of those who are involved no longer."""
    if is_involved(call.caller, bug):
        call.tx.set_bug_visit(BugVisit(call.caller.id, bug.id, call.tx.now))
    call.tx.forget_bug_visits(bug.id, people_ids(bug))
