"""Reading what many bugs and comments do not have: keywords, dependencies, related bugs, custom fields, tags."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from gateway.model import BugTag, BugVisit, Hours
from gateway.store.sql.collation import collated
from gateway.store.sql.conversions import AMONG, hours, id_list
from gateway.store.sql.tables import BUG_TAGS, BUG_VISITS
from gateway.store.sql.transaction import Transaction

# Each of these selects the id of the bug or comment, then a value.
KEYWORDS_OF_BUGS = f"""
    SELECT bug_id, keywords.name FROM bug_keywords JOIN keywords ON keywords.id = keyword_id
    WHERE bug_id IN {AMONG} ORDER BY bug_id, keywords.name"""
DEPENDS_ON = f"""
    SELECT bug_id, depends_on_id FROM bug_dependencies WHERE bug_id IN {AMONG} ORDER BY bug_id, depends_on_id"""
BLOCKS = f"""
    SELECT depends_on_id, bug_id FROM bug_dependencies WHERE depends_on_id IN {AMONG} ORDER BY depends_on_id, bug_id"""
DUPLICATES = f"SELECT duplicate_of, id FROM bugs WHERE duplicate_of IN {AMONG} ORDER BY duplicate_of, id"
URLS_OF_BUGS = f"SELECT bug_id, url FROM bug_urls WHERE bug_id IN {AMONG} ORDER BY bug_id, id"
WORK_ON_BUGS = f"""
    SELECT bug_id, sum(work_time) AS hundredths FROM comments
    WHERE bug_id IN {AMONG} AND work_time <> 0 GROUP BY bug_id ORDER BY bug_id"""
TAGS_OF_COMMENTS = f"SELECT comment_id, tag FROM comment_tags WHERE comment_id IN {AMONG} ORDER BY comment_id"

CUSTOM_VALUES = f"""
    SELECT bug_id, bug_fields.name, value FROM custom_values JOIN bug_fields ON bug_fields.id = field_id
    WHERE bug_id IN {AMONG} ORDER BY bug_id, field_id, position"""
TAGS_OF_USER = f"SELECT {BUG_TAGS.selected()} FROM bug_tags WHERE user_id = ? ORDER BY bug_id, name"
VISITS_OF_USER = f"SELECT {BUG_VISITS.selected()} FROM bug_visits WHERE user_id = ? ORDER BY id"
TAGS_MATCHING = """
    SELECT min(tag) AS tag FROM comment_tags WHERE instr(tag_folded, ?) > 0
    GROUP BY tag_folded ORDER BY count(*) DESC, tag_folded LIMIT ?"""

_read_tags = BUG_TAGS.reader()
_read_visits = BUG_VISITS.reader()

T = TypeVar("T", int, str)


class BugDetailReader(Transaction):
    """The part of `gateway.store.interface.Reader` about details of bugs."""

    def bug_keywords(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the keywords of bugs that have any, by name, ignoring case."""
        found = self._lists(KEYWORDS_OF_BUGS, ids, str)
        return {bug_id: tuple(sorted(names, key=str.casefold)) for bug_id, names in found.items()}

    def depends_on(self, ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the numbers of the bugs on which these depend, in order."""
        return self._lists(DEPENDS_ON, ids, int)

    def blocks(self, ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the numbers of the bugs that depend on these, in order."""
        return self._lists(BLOCKS, ids, int)

    def duplicates(self, ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """Return the numbers of the duplicates of these bugs, in order."""
        return self._lists(DUPLICATES, ids, int)

    def bug_urls(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the addresses of related bugs, oldest first."""
        return self._lists(URLS_OF_BUGS, ids, str)

    def custom_values(self, ids: Sequence[int]) -> Mapping[int, Mapping[str, tuple[str, ...]]]:
        """Return the values of custom fields that are set, by the name of the field."""
        found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for bug_id, field, value in self._rows(CUSTOM_VALUES, id_list(ids)):
            found[bug_id][field] = (*found[bug_id].get(field, ()), value)
        return found

    def hours_worked(self, ids: Sequence[int]) -> Mapping[int, Hours]:
        """Return the hours that all comments say were worked, for bugs on which any were."""
        return {row.bug_id: hours(int(row.hundredths)) for row in self._rows(WORK_ON_BUGS, id_list(ids))}

    def bug_tags(self, user_id: int) -> list[BugTag]:
        """Return the tags that a user gave bugs, by bug, then name."""
        return _read_tags(self._rows(TAGS_OF_USER, user_id))

    def bug_visits(self, user_id: int) -> list[BugVisit]:
        """Return when a user last looked at bugs, in the order of the first visits."""
        return _read_visits(self._rows(VISITS_OF_USER, user_id))

    def comment_tags(self, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """Return the tags of those comments that have any, by comment id."""
        found = self._lists(TAGS_OF_COMMENTS, ids, str)
        return {comment_id: tuple(sorted(tags, key=collated)) for comment_id, tags in found.items()}

    def comment_tags_matching(self, text: str, limit: int) -> list[str]:
        """Return at most `limit` tags of comments that contain `text`, those of most comments first."""
        return [tag for (tag,) in self._rows(TAGS_MATCHING, text.casefold(), max(limit, 0))]

    def _lists(self, sql: str, ids: Sequence[int], kind: type[T]) -> dict[int, tuple[T, ...]]:
        """Return the values of each id that has any, in their order."""
        found: dict[int, list[T]] = defaultdict(list)
        for of, value in self._rows(sql, id_list(ids)):
            found[of].append(kind(value))
        return {of: tuple(values) for of, values in found.items()}
