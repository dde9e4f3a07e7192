"""Writing bugs, their comments and the log of changes."""

from gateway.model import Bug, Change, Comment
from gateway.store.sql.rows import seconds
from gateway.store.sql.writing.session import Reference, WritingSession

ADD_BUG = """
    INSERT INTO bugs (id, component_id, summary, reporter_id, assigned_to_id, qa_contact_id, creation_time,
        last_change_time, status, resolution, severity, priority, platform, op_sys, version, target_milestone, url,
        whiteboard, reporter_accessible, cclist_accessible)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
ADD_ALIAS = "INSERT INTO bug_aliases (alias_folded, alias, bug_id) VALUES (?, ?, ?)"
ADD_BUG_GROUP = "INSERT INTO bug_groups (bug_id, group_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
ADD_CC = "INSERT INTO bug_cc (bug_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
TOUCH_BUG = "UPDATE bugs SET last_change_time = ? WHERE id = ?"
ADD_COMMENT = """
    INSERT INTO comments (id, bug_id, creator_id, text, type, attachment_id, is_private, creation_time)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
ADD_CHANGE = """
    INSERT INTO changes (id, user_id, bug_id, attachment_id, field, removed, added, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""


class BugWriting(WritingSession):
    """The part of `gateway.store.interface.Writer` about bugs."""

    def add_bug(self, bug: Bug) -> int:
        """Add a bug with its aliases, groups and cc; people by their ids. It has no comments yet."""
        name = str(bug.id or bug.summary)
        bug_id = self._add("bug", name, ADD_BUG, *self._bug_columns(bug), refers=_people(bug))
        for alias in bug.aliases:
            self._put("alias", alias, ADD_ALIAS, alias.casefold(), alias, bug_id)
        for group in bug.groups:
            self._run(ADD_BUG_GROUP, bug_id, self._group_id(group))
        for person in bug.cc:
            self.add_cc(bug_id, person.id)
        return bug_id

    def add_cc(self, bug_id: int, user_id: int) -> None:
        """Put a user on the cc list of a bug, unless it is there already."""
        self._put("cc", str(user_id), ADD_CC, bug_id, user_id, refers=[("bug", bug_id), ("user", user_id)])

    def _bug_columns(self, bug: Bug) -> tuple[object, ...]:
        return (
            bug.id or None,
            self._component_id(bug.product, bug.component),
            bug.summary,
            bug.reporter.id,
            bug.assigned_to.id,
            bug.qa_contact and bug.qa_contact.id,
            seconds(bug.creation_time),
            seconds(bug.last_change_time),
            bug.status,
            bug.resolution,
            bug.severity,
            bug.priority,
            bug.platform,
            bug.op_sys,
            bug.version,
            bug.target_milestone,
            bug.url,
            bug.whiteboard,
            bug.reporter_accessible,
            bug.cclist_accessible,
        )

    def touch_bug(self, bug_id: int) -> None:
        """Set a bug's time of the last change to now."""
        self._change("bug", bug_id, TOUCH_BUG, self._seconds, bug_id)

    def add_comment(self, comment: Comment) -> int:
        """Add a comment; its `count` follows from the order and is ignored."""
        return self._add(
            "comment",
            str(comment.id),
            ADD_COMMENT,
            comment.id or None,
            comment.bug_id,
            comment.creator.id,
            comment.text,
            comment.type,
            comment.attachment_id,
            comment.is_private,
            seconds(comment.creation_time),
            refers=[("user", comment.creator.id), *_attachment(comment.bug_id, comment.attachment_id)],
        )

    def add_change(self, change: Change) -> None:
        """Add a line to the log of changes."""
        self._add(
            "change",
            change.field,
            ADD_CHANGE,
            change.id or None,
            change.user_id,
            change.bug_id,
            change.attachment_id,
            change.field,
            change.removed,
            change.added,
            seconds(change.when),
            refers=[("user", change.user_id), *_attachment(change.bug_id, change.attachment_id)],
        )


def _people(bug: Bug) -> list[Reference]:
    people = (bug.reporter, bug.assigned_to, bug.qa_contact)
    return [("user", person.id) for person in people if person is not None]


def _attachment(bug_id: int, attachment_id: int | None) -> list[Reference]:
    return [("bug", bug_id), ("attachment", attachment_id)]
