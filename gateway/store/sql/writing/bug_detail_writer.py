"""Writing what many bugs and comments do not have: keywords, dependencies, related bugs, custom fields, tags."""

from collections.abc import Collection, Sequence

from gateway.model import BugVisit
from gateway.store.sql.conversions import AMONG, id_list
from gateway.store.sql.tables import BUG_VISITS
from gateway.store.sql.writing.writing_transaction import WritingTransaction

REMOVE_KEYWORDS = "DELETE FROM bug_keywords WHERE bug_id = ?"
ADD_KEYWORD = "INSERT INTO bug_keywords (bug_id, keyword_id) VALUES (?, ?)"
KEYWORD_ID = "SELECT id FROM keywords WHERE name = ?"
ADD_DEPENDENCY = "INSERT INTO bug_dependencies (bug_id, depends_on_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
REMOVE_DEPENDENCY = "DELETE FROM bug_dependencies WHERE bug_id = ? AND depends_on_id = ?"
ADD_URL = "INSERT INTO bug_urls (bug_id, url) VALUES (?, ?) ON CONFLICT DO NOTHING"
REMOVE_URL = "DELETE FROM bug_urls WHERE bug_id = ? AND url = ?"
REMOVE_CUSTOM_VALUES = "DELETE FROM custom_values WHERE bug_id = ? AND field_id = ?"
ADD_CUSTOM_VALUE = "INSERT INTO custom_values (bug_id, field_id, position, value) VALUES (?, ?, ?, ?)"
FIELD_ID = "SELECT id FROM bug_fields WHERE name = ?"
REMOVE_TAGS = "DELETE FROM bug_tags WHERE user_id = ? AND bug_id = ?"
ADD_TAG = "INSERT INTO bug_tags (user_id, bug_id, name) VALUES (?, ?, ?)"
SET_VISIT = BUG_VISITS.upsert("user_id", "bug_id")
FORGET_VISITS = f"DELETE FROM bug_visits WHERE bug_id = ? AND NOT (user_id IN {AMONG})"
SET_COMMENT_PRIVATE = "UPDATE comments SET is_private = ? WHERE id = ?"
REMOVE_COMMENT_TAGS = "DELETE FROM comment_tags WHERE comment_id = ?"
ADD_COMMENT_TAG = """
    INSERT INTO comment_tags (comment_id, tag_folded, tag) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"""


class BugDetailWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about details of bugs."""

    def set_bug_keywords(self, bug_id: int, keywords: Collection[str]) -> None:
        """Replace the keywords of a bug."""
        self._run(REMOVE_KEYWORDS, bug_id)
        for name in sorted(set(keywords)):
            keyword_id = self._id("keyword", name, KEYWORD_ID, name)
            self._put("keyword", name, ADD_KEYWORD, bug_id, keyword_id, refers=[("bug", bug_id)])

    def add_dependency(self, bug_id: int, depends_on: int) -> None:
        """Make a bug depend on another, unless it does."""
        refers = [("bug", bug_id), ("bug", depends_on)]
        self._put("dependency", str(depends_on), ADD_DEPENDENCY, bug_id, depends_on, refers=refers)

    def remove_dependency(self, bug_id: int, depends_on: int) -> None:
        """Make a bug not depend on another."""
        self._run(REMOVE_DEPENDENCY, bug_id, depends_on)

    def add_bug_url(self, bug_id: int, url: str) -> None:
        """Add the address of a related bug, unless it is there."""
        self._put("address", url, ADD_URL, bug_id, url, refers=[("bug", bug_id)])

    def remove_bug_url(self, bug_id: int, url: str) -> None:
        """Remove the address of a related bug."""
        self._run(REMOVE_URL, bug_id, url)

    def set_custom_values(self, bug_id: int, field: str, values: Sequence[str]) -> None:
        """Replace the values of a custom field of a bug; none of them makes it unset."""
        field_id = self._id("field", field, FIELD_ID, field)
        self._run(REMOVE_CUSTOM_VALUES, bug_id, field_id)
        for position, value in enumerate(values):
            self._put("value", value, ADD_CUSTOM_VALUE, bug_id, field_id, position, value, refers=[("bug", bug_id)])

    def set_bug_tags(self, user_id: int, bug_id: int, names: Collection[str]) -> None:
        """Replace the tags that a user gave a bug."""
        self._run(REMOVE_TAGS, user_id, bug_id)
        for name in sorted(set(names)):
            self._put("tag", name, ADD_TAG, user_id, bug_id, name, refers=[("user", user_id), ("bug", bug_id)])

    def set_bug_visit(self, visit: BugVisit) -> None:
        """Note when a user last looked at a bug."""
        refers = [("user", visit.user_id), ("bug", visit.bug_id)]
        self._put("visit", str(visit.bug_id), SET_VISIT, *BUG_VISITS.values(visit), refers=refers)

    def forget_bug_visits(self, bug_id: int, kept: Collection[int]) -> None:
        """Forget the visits to a bug of all users but those with these numbers."""
        self._run(FORGET_VISITS, bug_id, id_list(kept))

    def set_comment_private(self, comment_id: int, is_private: bool) -> None:
        """Make a comment private, or public."""
        self._change("comment", comment_id, SET_COMMENT_PRIVATE, is_private, comment_id)

    def set_comment_tags(self, comment_id: int, tags: Sequence[str]) -> None:
        """Replace the tags of a comment; the same tag in another case is the same."""
        self._run(REMOVE_COMMENT_TAGS, comment_id)
        for tag in tags:
            values = (comment_id, tag.casefold(), tag)
            self._put("tag", tag, ADD_COMMENT_TAG, *values, refers=[("comment", comment_id)])
