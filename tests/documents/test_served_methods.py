"""All of Bugzilla's methods are served, as the README says."""

import re
from fnmatch import fnmatchcase

from running import ROOT

from gateway.methods.catalogue import METHODS

BUGZILLA = {
    f"{group}.{name}"
    for group, names in {
        "Bug": "add_attachment add_comment attachments comments create fields get history legal_values "
        "possible_duplicates render_comment search search_comment_tags update update_attachment update_comment_tags "
        "update_see_also update_tags",
        "BugUserLastVisit": "get update",
        "Bugzilla": "extensions last_audit_time parameters time timezone version",
        "Classification": "get",
        "Component": "create",
        "FlagType": "create get update",
        "Group": "create get update",
        "Product": "create get get_accessible_products get_enterable_products get_selectable_products update",
        "User": "create get login logout offer_account_by_email update valid_login",
    }.items()
    for name in names.split()
}
"""The methods of Bugzilla 5.2."""

README = (ROOT / "README.md").read_text(encoding="utf-8")


def named(first_words: str) -> list[str]:
    """The methods that the paragraph with this beginning names, with all of a class for `Class.*`."""
    [paragraph] = [each for each in README.split("\n\n") if each.startswith(first_words)]
    patterns = re.findall(r"`([A-Z]\w+\.[\w*]+)`", paragraph)
    for pattern in patterns:
        assert any(fnmatchcase(name, pattern) for name in BUGZILLA), pattern
    return sorted({name for pattern in patterns for name in BUGZILLA if fnmatchcase(name, pattern)})


def test_all_methods_of_bugzilla_are_served_and_named_in_the_readme() -> None:
    assert len(BUGZILLA) == 47
    assert {method.name for method in METHODS} >= BUGZILLA
    assert named("All 47 methods") == sorted(BUGZILLA)


def test_every_other_method_is_of_the_introspection() -> None:
    others = {method.name for method in METHODS} - BUGZILLA
    assert {name.partition(".")[0] for name in others} == {"system", "rpc"}
