"""`include_fields` and `exclude_fields`: which members of a result the caller wants.

The rules are those of `filter_wants` in Bugzilla::WebService::Util: exclusion wins, an empty inclusion means all,
names that start with an underscore stand for a kind of fields (_all, _default, _extra, _custom), and a name with a dot
is a member of a member.
"""

from typing import Any

from gateway.methods.declaration import STRING, Param, Value, array
from gateway.methods.params import Params

FIELDS_PARAMS = (
    Param("include_fields", array(STRING), "The members wanted in each result; all where it is left out or empty."),
    Param("exclude_fields", array(STRING), "The members not wanted; this wins over include_fields."),
)


class Fields:
    """The fields that one call asked for."""

    def __init__(self, params: Params) -> None:
        self._included, self._included_kinds = _split(params.items("include_fields"))
        self._excluded, self._excluded_kinds = _split(params.items("exclude_fields"))
        if not self._included and not self._included_kinds:
            self._included_kinds.add("default")
        self._known: dict[tuple[str, str, str], bool] = {}

    def wants(self, field: str, kind: str = "default", parent: str = "") -> bool:
        """Whether the caller wants this field, of this kind, inside the field `parent` if it is given."""
        key = (field, kind, parent)
        if key not in self._known:
            self._known[key] = self._decide(f"{parent}.{field}" if parent else field, kind, parent)
        return self._known[key]

    def _decide(self, field: str, kind: str, parent: str) -> bool:
        if field in self._excluded or field in self._included:
            return field not in self._excluded
        for each in ("all", kind):
            if each in self._excluded_kinds or each in self._included_kinds:
                return each not in self._excluded_kinds
        if parent:
            return parent in self._included
        return any(name.startswith(field + ".") for name in self._included)

    def pick(self, members: dict[str, Any], parent: str = "") -> dict[str, Any]:
        """Those of these members that are wanted."""
        return {name: value for name, value in members.items() if self.wants(name, parent=parent)}

    def pick_each(self, structs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same of several structs that have the same members."""
        names = structs[0].keys() if structs else ()
        wanted = [name for name in names if self.wants(name)]
        return structs if len(wanted) == len(names) else [{name: each[name] for name in wanted} for each in structs]


def _split(items: list[Value]) -> tuple[set[str], set[str]]:
    """The names of fields and those of kinds of fields; what is nested is a name that nothing has."""
    names = {each if isinstance(each, str) else "" for each in items}
    kinds = {name for name in names if name.startswith("_")}
    return names - kinds, {kind[1:] for kind in kinds}
