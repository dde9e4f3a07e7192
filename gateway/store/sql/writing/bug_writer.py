"""Writing bugs, their comments and the log of changes."""

from gateway.model import Bug, Change, Comment
from gateway.store.sql.tables import BUGS, CHANGES, COMMENTS
from gateway.store.sql.writing.writing_transaction import Reference, WritingTransaction, people_of

ADD_BUG = BUGS.insert
_BUG = BUGS.without("id", "reporter", "creation_time")
SET_BUG = _BUG.update
REMOVE_ALIASES = "DELETE FROM bug_aliases WHERE bug_id = ?"
REMOVE_BUG_GROUPS = "DELETE FROM bug_groups WHERE bug_id = ?"
REMOVE_CC = "DELETE FROM bug_cc WHERE bug_id = ?"
ADD_ALIAS = "INSERT INTO bug_aliases (alias_folded, alias, bug_id) VALUES (?, ?, ?)"
ADD_BUG_GROUP = "INSERT INTO bug_groups (bug_id, group_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
ADD_CC = "INSERT INTO bug_cc (bug_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
TOUCH_BUG = "UPDATE bugs SET last_change_time = ? WHERE id = ?"
ADD_COMMENT, APPEND_COMMENT = COMMENTS.insert, COMMENTS.append
ADD_CHANGE = CHANGES.append


class BugWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about bugs."""

    def add_bug(self, bug: Bug) -> int:
        """Add a bug with its aliases, groups and cc; people by their ids. It has no comments yet."""
        values = BUGS.values(bug, component_id=self._component_id(bug.product, bug.component))
        bug_id = self._add(
            "bug",
            str(bug.id or bug.summary),
            ADD_BUG,
            *values,
            refers=[*people_of(BUGS, bug), ("bug", bug.duplicate_of)],
        )
        self._add_names(bug_id, bug)
        return bug_id

    def set_bug(self, bug: Bug) -> None:
        """Replace a bug, by its number; aliases, groups and cc too, but neither reporter nor creation time."""
        values = _BUG.values(bug, component_id=self._component_id(bug.product, bug.component))
        self._change("bug", bug.id, SET_BUG, *values, bug.id, refers=_refers(bug))
        for remove in (REMOVE_ALIASES, REMOVE_BUG_GROUPS, REMOVE_CC):
            self._run(remove, bug.id)
        self._add_names(bug.id, bug)

    def _add_names(self, bug_id: int, bug: Bug) -> None:
        for alias in bug.aliases:
            self._put("alias", alias, ADD_ALIAS, alias.casefold(), alias, bug_id)
        for group in bug.groups:
            self._run(ADD_BUG_GROUP, bug_id, self._group_id(group))
        for person in bug.cc:
            self.add_cc(bug_id, person.id)

    def add_cc(self, bug_id: int, user_id: int) -> None:
        """Put a user on the cc list of a bug, unless it is there already."""
        self._put("cc", str(user_id), ADD_CC, bug_id, user_id, refers=[("bug", bug_id), ("user", user_id)])

    def touch_bug(self, bug_id: int) -> None:
        """Set a bug's time of the last change to now."""
        self._change("bug", bug_id, TOUCH_BUG, self._seconds, bug_id)

    def add_comment(self, comment: Comment) -> int:
        """Add a comment; its `count` follows from the order and is ignored."""
        refers = _references(comment)
        return self._add("comment", str(comment.id), ADD_COMMENT, *COMMENTS.values(comment), refers=refers)

    def append_comment(self, comment: Comment) -> None:
        """Add a comment as `add_comment` does, without asking for its id."""
        refers = _references(comment)
        self._put("comment", str(comment.id), APPEND_COMMENT, *COMMENTS.values(comment), refers=refers)

    def add_change(self, change: Change) -> None:
        """Add a line to the log of changes."""
        refers = [
            ("user", change.user_id),
            ("comment", change.comment_id),
            *_attachment(change.bug_id, change.attachment_id),
        ]
        self._put("change", change.field, ADD_CHANGE, *CHANGES.values(change), refers=refers)


def _refers(bug: Bug) -> list[Reference]:
    return [*people_of(BUGS, bug), ("bug", bug.duplicate_of)]


def _references(comment: Comment) -> list[Reference]:
    related = ("bug", comment.related_bug)
    return [*people_of(COMMENTS, comment), related, *_attachment(comment.bug_id, comment.attachment_id)]


def _attachment(bug_id: int, attachment_id: int | None) -> list[Reference]:
    return [("bug", bug_id), ("attachment", attachment_id)]
