"""The losses of an import over REST: REST does not have some things, and others the account may not see."""

from collections.abc import Iterator, Mapping

from gateway.front.families import Family
from gateway.importing.sources.rest.working_copy import WorkingCopy

_NEVER = (
    "Passwords, API keys and logins: users set new ones (`gateway user password`, `gateway key add`).",
    "Groups that are members of others: whoever was a member through one is a direct member now. Memberships by a "
    "regular expression are those of the users that it matches.",
    "Rights to put users into groups.",
    "The roles of groups in products (`gateway product access`): until they are set, anybody may enter bugs into each "
    "product and change them.",
    "Users who are put on cc by components.",
    "Personal tags, last visits, and searches and reports that others than the owner of the key have saved.",
    "The log of administration, and the names of accounts in other systems (extern_id).",
    "The numbers of changes, keywords and legal values: they got new ones. Clients do not see them.",
    "The comments that changes are about, and changes of the tags of comments.",
    "The sort keys and descriptions of fields: they are those of a new Bugzilla. Fields that are out of use come "
    "without their values.",
    "Inclusions and exclusions of flag types: they were worked out from the components that each is shown for. Flag "
    "types that are for none are left out, and so are flags on bugs for which their type is not.",
    "Products that the account may not see, with their components, and classifications without products.",
    "The hours of each comment: they were worked out from the history. Hours that it does not have are of the first "
    "comment of the bug.",
)

_IN_DOUBT = {
    "groups_shown": "The groups: the account may not list them (editusers, creategroups). Those came that users and "
    "bugs show.",
    "expressions_shown": "The regular expressions of groups, and which groups are in use or for bugs: the account is "
    "not in creategroups.",
    "users_shown": "Users that no bug names: the account may not look all of them up.",
    "memberships_shown": "The groups that users are in, and texts of disabled accounts: the account is not in "
    "editusers.",
    "classifications_shown": "The numbers, descriptions and order of classifications: the account may not see them.",
}
"""By the state of the working copy that is empty where the account may not see it."""

_MAX_EXAMPLES = 20


def losses(copy: WorkingCopy, family: Family, *, has_parameters: bool, unreadable: Mapping[int, str]) -> list[str]:
    """Describe each of the things that could not be read over REST, in one line."""
    return [f"Not over REST: {each}" for each in _lines(copy, family, has_parameters, unreadable)]


def _lines(copy: WorkingCopy, family: Family, has_parameters: bool, unreadable: Mapping[int, str]) -> Iterator[str]:
    yield from _NEVER
    for state, text in _IN_DOUBT.items():
        if not copy.state(state):
            yield text
    if family is Family.MOZILLA:
        yield (
            "Aliases of a bug beside the first, reactions to comments, and fields that Bugzilla 5.2 does not have, "
            "such as type and regressions."
        )
    if not has_parameters:
        yield (
            "The parameters, such as insidergroup, whose members see what is private: nobody does until it is set "
            "(`gateway param set`), or give them with --params."
        )
    yield from _hidden(copy)
    if unreadable:
        shown = "; ".join(f"{number}: {message}" for number, message in [*unreadable.items()][:_MAX_EXAMPLES])
        yield f"{len(unreadable)} bugs that cannot be read. {shown}"


def _hidden(copy: WorkingCopy) -> Iterator[str]:
    """Yield what can be told of that which the account may not see."""
    for table, key in (("bugs", "bug_id"), ("attachments", "attach_id")):
        number = copy.value(f"SELECT max({key}) - count(*) FROM {table}")
        if number:
            yield f"{number} numbers of {table} up to the largest: the account may not see them, or there are none."
    of_bugs = "SELECT max(position) AS last, count(*) AS shown FROM longdescs GROUP BY bug_id"
    if number := copy.value(f"SELECT sum(1 + last - shown) FROM ({of_bugs})"):
        yield f"{number} comments or more: they are private, and the account is not in the group of insidergroup."
    about = "SELECT count(*) FROM longdescs WHERE extra_data NOT IN (SELECT attach_id FROM attachments)"
    if number := copy.value(about):
        yield f"The attachments of {number} comments: these are normal comments now, with the text that was shown."
