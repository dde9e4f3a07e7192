"""The lists of a bug: keywords, aliases, the cc list, dependencies and related bugs."""

import re
from collections.abc import Iterable, Sequence

from gateway import errors
from gateway.methods import access, bug_addresses
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_people import note_visit
from gateway.methods.bug_values import BugModelField, person, user
from gateway.methods.changes import log_bug_change
from gateway.methods.declaration import ANY, STRING, array
from gateway.methods.list_changes import LIST_CHANGE, WHOLE_LIST_CHANGE, ListChange
from gateway.methods.model_fields import Setting, Stage
from gateway.methods.params import is_digits, text, trimmed, whole
from gateway.model import Bug
from gateway.values import Value

MAX_ALIAS = 40


def _words(value: Value, name: str, separators: str = r"[\s,]+") -> list[str]:
    """Return the words of a text or of a list of texts, without empty ones."""
    if isinstance(value, list):
        return [word for each in value if (word := trimmed(text(each, name)))]
    return [word for each in re.split(separators, text(value, name) or "") if (word := each.strip())]


# ---- keywords
def _set_keywords(draft: BugDraft, field: BugModelField, value: Value) -> None:
    if draft.is_new:
        draft.change_detail(field, _by_name(_known_keywords(draft, _words(value, field.name))))
        return
    change = ListChange.read(field.name, value, may_set=True)
    if change.set is not None:
        names = set(_known_keywords(draft, change.set))
    else:
        added, removed = _known_keywords(draft, change.add), _known_keywords(draft, change.remove)
        names = ({*draft.detail(field.name)} | {*added}) - {*removed}
    draft.change_detail(field, _by_name(names))


def _known_keywords(draft: BugDraft, names: Iterable[str]) -> list[str]:
    known = {each.name.casefold(): each.name for each in draft.call.tx.keywords()}
    found = []
    for name in filter(None, (each.strip() for each in names)):
        if name.casefold() not in known:
            raise errors.OBJECT_NOT_FOUND(what="keyword", name=name)
        found.append(known[name.casefold()])
    return found


def _by_name(names: Iterable[str]) -> list[str]:
    return sorted(set(names), key=str.casefold)


# ---- aliases
def _set_aliases(draft: BugDraft, field: BugModelField, value: Value) -> None:
    if draft.is_new:
        draft.put(aliases=tuple(dict.fromkeys(_checked_alias(draft, each) for each in _words(value, field.name))))
        return
    added, removed = _alias_changes(draft, field, value)
    aliases = list(draft.bug.aliases)
    for name in added:
        words = _words(name, field.name)[:1]
        for alias in (_checked_alias(draft, word) for word in words):
            kept = [each for each in aliases if each.casefold() != alias.casefold()]
            aliases = [*kept, alias]
    aliases = [each for each in aliases if each not in removed]
    draft.change(field, tuple(sorted(aliases, key=str.casefold)))


def _alias_changes(draft: BugDraft, field: BugModelField, value: Value) -> tuple[Sequence[str], Sequence[str]]:
    """Return the aliases to add and to remove. A text or a list stands for all that the bug is to have."""
    if not isinstance(value, dict):
        value = {"set": value if isinstance(value, list) else [value]}
    change = ListChange.read(field.name, value, may_set=True)
    if change.set is None:
        return change.add, change.remove
    old = draft.bug.aliases
    return [each for each in change.set if each not in old], [each for each in old if each not in change.set]


def _checked_alias(draft: BugDraft, alias: str) -> str:
    why = _objection(draft, alias)
    if why:
        raise errors.ALIAS_INVALID(alias=alias, why=why)
    return alias


def _objection(draft: BugDraft, alias: str) -> str:
    if len(alias) > MAX_ALIAS:
        return f"it has more than {MAX_ALIAS} characters"
    if is_digits(alias):
        return "it is a number"
    if "," in alias or " " in alias:
        return "it has a comma or a space in it"
    owner = draft.call.tx.bug_id_by_alias(alias)
    is_own = draft.before is not None and owner == draft.before.id
    return "" if owner is None or is_own else "another bug has it"


# ---- the cc list
def _set_cc(draft: BugDraft, field: BugModelField, value: Value) -> None:
    if draft.is_new:
        for login in _words(value, field.name, "[,;]+"):
            found = draft.call.tx.user_by_login(login)
            if found is None:
                raise errors.USER_UNKNOWN(login=login)
            draft.add_cc(person(found))
        return
    change = ListChange.read(field.name, value)
    for login in filter(None, change.add):
        draft.add_cc(person(user(draft, login.strip())))
    for login in change.remove:
        gone = user(draft, login.strip())
        if gone.id != draft.call.caller.id and not draft.may_change("cc", 0, 1):
            raise errors.CC_DENIED(bug=draft.bug.id)
        draft.put(cc=tuple(each for each in draft.bug.cc if each.id != gone.id))


# ---- dependencies
_OPPOSITE = {"depends_on": "blocks", "blocks": "depends_on"}
_INNER = {"depends_on": "dependson", "blocks": "blocked"}


def _set_dependencies(draft: BugDraft, field: BugModelField, value: Value) -> None:
    """Set what a bug depends on, or what it blocks. Callers without editbugs give new bugs none."""
    if draft.is_new:
        if draft.has_right("editbugs"):
            draft.change_detail(field, _numbers(draft, _words(value, field.name)))
        return
    change = ListChange.read(field.name, value, may_set=True)
    old = draft.detail(field.name)
    if change.set is not None:
        numbers = _numbers(draft, change.set, known=old)
    else:
        added = _numbers(draft, change.add, known=old)
        removed = {whole(each) for each in change.remove}
        numbers = sorted(({*old} | {*added}) - removed)
    for number in {*old} - {*numbers}:
        access.visible_bug(draft.call, number)
    draft.change_detail(field, numbers)


def _numbers(draft: BugDraft, references: Iterable[str], known: Sequence[int] = ()) -> list[int]:
    """Return the numbers of bugs that the caller sees, or that are `known`."""
    found = set()
    for reference in filter(None, (each.strip() for each in references)):
        number = whole(reference)
        if number is None or number not in known:
            number = access.visible_bug(draft.call, reference).id
        found.add(number)
    return sorted(found)


def check_loops(draft: BugDraft) -> None:
    """Check that a bug whose dependencies change does not depend on itself. Raises DEPENDENCY_LOOP."""
    if not {"depends_on", "blocks"} & draft.details.keys():
        return
    own = draft.bug.id
    above, below = (_reachable(draft, name) for name in _OPPOSITE)
    loop = {own} if not draft.is_new and own in above | below else above & below
    if loop:
        raise errors.DEPENDENCY_LOOP(bugs=", ".join(map(str, sorted(loop))))


def _reachable(draft: BugDraft, name: str) -> set[int]:
    """Return the bugs that this one depends on, or blocks, through others too, level by level."""
    tx, own = draft.call.tx, draft.bug.id
    question = tx.depends_on if name == "depends_on" else tx.blocks
    found, level = set(), {*draft.detail(name)}
    if own in level and not draft.is_new:
        return {own}
    while level:
        found |= level
        answers = question(sorted(level))
        level = {number for numbers in answers.values() for number in numbers if number != own} - found
    return found


# ---- related bugs
def _set_see_also(draft: BugDraft, field: BugModelField, value: Value) -> None:
    if draft.is_new:
        change_see_also(draft, field, ListChange(add=_words(value, field.name)))
    else:
        change_see_also(draft, field, ListChange.read(field.name, value))


def change_see_also(draft: BugDraft, field: BugModelField, change: ListChange) -> None:
    """Add and remove addresses of related bugs; a bug of this site has this one in its list, too."""
    for written in filter(None, (each.strip() for each in change.add)):
        _relate(draft, field, written)
    for written in change.remove:
        _unrelate(draft, field, written)


def urlbase(draft: BugDraft) -> str:
    """Return the address of the site, as its administrator set it or as this client knows it."""
    return draft.call.site.parameters.get("urlbase") or draft.call.site_url


def _relate(draft: BugDraft, field: BugModelField, written: str) -> None:
    base = urlbase(draft)
    reference = bug_addresses.local_reference(written, base)
    other = None
    if reference is None:
        address = bug_addresses.normalized(written)
    else:
        if not re.fullmatch(r"\w+", written):
            bug_addresses.normalized(written)
        other = access.visible_bug(draft.call, reference)
        if other.id == draft.bug.id:
            raise errors.RELATED_TO_ITSELF(bug=other.id)
        address = bug_addresses.local(base, other.id)
    old = draft.detail(field.name)
    if address.casefold() in {each.casefold() for each in old}:
        return
    draft.change_detail(field, [*old, address])
    if other is not None:
        _follow(draft, field, other, is_added=True)


def _unrelate(draft: BugDraft, field: BugModelField, written: str) -> None:
    old = draft.detail(field.name)
    kept = [each for each in old if each.casefold() != written.casefold()]
    if len(kept) == len(old):
        return
    draft.change_detail(field, kept)
    reference = bug_addresses.local_reference(written, urlbase(draft))
    if reference is not None:
        other = access.find_bug(draft.call.tx, reference)
        if access.can_see_bug(draft.call.user, other):
            _follow(draft, field, other, is_added=False)


def _follow(draft: BugDraft, field: BugModelField, other: Bug, *, is_added: bool) -> None:
    """Let the other bug have this one in its list too, or no longer, if the caller may change that."""
    mirrored = BugDraft.of(draft.call, other)
    may_edit = access.can_edit_product(draft.call.user, mirrored.product)
    if not may_edit or not mirrored.may_change(field.inner_name, 0, 1):
        return
    base = urlbase(draft)

    def effect(bug: Bug) -> None:
        address = bug_addresses.local(base, bug.id)
        if (address in mirrored.stored(field.name)) == is_added:
            return
        tx = draft.call.tx
        (tx.add_bug_url if is_added else tx.remove_bug_url)(other.id, address)
        log_bug_change(draft.call, other.id, field.inner_name, ("", address) if is_added else (address, ""))
        tx.touch_bug(other.id)
        note_visit(draft.call, other)

    draft.effects.append(effect)


def follow_dependencies(draft: BugDraft) -> None:
    """Store the changes of dependencies, and log them with the other bugs, too."""
    tx, own = draft.call.tx, draft.bug.id
    for name, opposite in _OPPOSITE.items():
        old, new = draft.stored(name), draft.detail(name)
        for number in sorted({*old} ^ {*new}):
            pair = (own, number) if name == "depends_on" else (number, own)
            is_added = number in new
            (tx.add_dependency if is_added else tx.remove_dependency)(*pair)
            change = ("", str(own)) if is_added else (str(own), "")
            log_bug_change(draft.call, number, _INNER[opposite], change)
            tx.touch_bug(number)


KEYWORDS = Setting(_set_keywords, array(STRING), WHOLE_LIST_CHANGE, Stage.RELATIONS)
ALIAS = Setting(
    _set_aliases, array(STRING), ANY, Stage.LISTS, "Each has at most 40 characters, and no commas and spaces."
)
CC = Setting(_set_cc, array(STRING), LIST_CHANGE, Stage.LISTS)
DEPENDENCIES = Setting(
    _set_dependencies, array(STRING), WHOLE_LIST_CHANGE, Stage.RELATIONS, "Only members of editbugs set it."
)
SEE_ALSO = Setting(
    _set_see_also, array(STRING), LIST_CHANGE, Stage.LISTS, "Numbers and aliases stand for bugs of this site."
)
