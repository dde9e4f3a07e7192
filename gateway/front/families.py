"""The two families of Bugzilla's REST: that of releases (5.0 to 5.2), and that of bugzilla.mozilla.org and Harmony.

They take credentials in different places, and each lacks methods that the other has.
"""

import re
from collections.abc import Mapping
from enum import Enum

from gateway.methods.declaration import Route

_DATE = re.compile(r"20[0-9]{6}(\..*)?")


class Family(Enum):
    """A family; its value is a name for people."""

    RELEASES = "Bugzilla 5"
    MOZILLA = "bugzilla.mozilla.org or Harmony"

    @property
    def secrets_in_headers(self) -> bool:
        """True if keys and tokens go into headers; releases read only parameters."""
        return self is Family.MOZILLA


def family_of(version: str) -> Family:
    """The family that a site's version tells: Mozilla's is a date, such as 20260820.1."""
    return Family.MOZILLA if _DATE.fullmatch(version) else Family.RELEASES


_ONLY_MOZILLA = frozenset({"User.offer_account_by_email", "User.whoami", "Bug.update_tags"})
_ONLY_RELEASES = frozenset(
    {
        *("Bug.update_tags", "Bugzilla.last_audit_time", "Bugzilla.parameters", "Product.update"),
        *("FlagType.create", "FlagType.update"),
    }
)
_LACKING: Mapping[Family, frozenset[str]] = {
    Family.RELEASES: _ONLY_MOZILLA,
    Family.MOZILLA: _ONLY_RELEASES,
}

MOZILLA_ROUTES: Mapping[str, tuple[Route, ...]] = {
    "Bug.possible_duplicates": (Route("GET", "/bug/possible_duplicates"),),
    "Bug.render_comment": (Route("POST", "/bug/comment/render"),),
    "BugUserLastVisit.get": (Route("GET", "/bug_user_last_visit"), Route("GET", "/bug_user_last_visit/{ids}")),
    "FlagType.get": (Route("GET", "/flag_types/{product}/{component}"), Route("GET", "/flag_types/{product}")),
    "User.offer_account_by_email": (Route("POST", "/user/offer_account_by_email"),),
}
"""Routes of Mozilla's family that are not those of the declared methods."""

MOZILLA_NAMES: Mapping[str, Mapping[str, str]] = {"Bug.possible_duplicates": {"products": "product"}}
"""Parameters that have another name in Mozilla's family, by method."""

ONLY_IN_PATH = frozenset({"Classification.get"})
"""Reads that in Mozilla's family answer for what their path names alone, so that each name needs a request."""

ALSO_IN_QUERY: Mapping[str, str] = {"Component.create": "product"}
"""Parameters of writes that Mozilla's family does not look for in the body."""


def is_lacking(family: Family, method: str) -> bool:
    """Tell whether the REST of a family is known to have no resource for a method."""
    return method in _LACKING[family]
