"""`include_fields` and `exclude_fields`: which members of a result the caller wants.

The rules are those of `filter_wants` in Bugzilla::WebService::Util: exclusion wins, an empty inclusion means all,
names that start with an underscore stand for a kind of fields (_all, _default, _extra, _custom), and a name with a dot
is a member of a member.
"""

from gateway.methods.declaration import STRING, Param, array
from gateway.methods.params import Params
from gateway.values import Value

FIELDS_PARAMS = (
    Param("include_fields", array(STRING), "The members wanted in each result; all if left out or empty."),
    Param("exclude_fields", array(STRING), "The members not wanted; this wins over include_fields."),
)

DEFAULT = ("default",)
"""The kinds of a field that is shown unless the caller asks for others."""

EXTRA = ("extra",)
"""The kinds of a field that is shown only on demand."""

CUSTOM = ("default", "custom")
"""The kinds of a custom field."""


class FieldFilter:
    """The fields that one call asks for; without parameters, those that are shown by default."""

    def __init__(self, params: Params | None = None) -> None:
        self._included, self._included_kinds = _split(params.items("include_fields") if params is not None else [])
        self._excluded, self._excluded_kinds = _split(params.items("exclude_fields") if params is not None else [])
        if not self._included and not self._included_kinds:
            self._included_kinds.add("default")
        chosen = self._included or self._excluded or self._excluded_kinds or self._included_kinds != {"default"}
        self.is_default = not chosen

    def wants(self, field: str, kinds: tuple[str, ...] = DEFAULT, parent: str = "") -> bool:
        """Tell whether the caller wants this field, of these kinds, inside the field `parent` if it is given."""
        if parent:
            field = f"{parent}.{field}"
        if field in self._excluded or field in self._included:
            return field not in self._excluded
        if "all" in self._excluded_kinds or "all" in self._included_kinds:
            return "all" not in self._excluded_kinds
        if not self._excluded_kinds.isdisjoint(kinds):
            return False
        if not self._included_kinds.isdisjoint(kinds):
            return True
        if parent:
            return parent in self._included
        return any(name.startswith(field + ".") for name in self._included)


def _split(items: list[Value]) -> tuple[set[str], set[str]]:
    """Split names of fields from those of kinds of fields. A nested value becomes a name that no field has."""
    names = {each if isinstance(each, str) else "" for each in items}
    kinds = {name for name in names if name.startswith("_")}
    return names - kinds, {kind[1:] for kind in kinds}


EVERY_FIELD = FieldFilter()
"""The filter of structs inside of others, which are shown whole."""
