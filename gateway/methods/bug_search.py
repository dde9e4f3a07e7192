"""`Bug.search`: find bugs by number and alias."""

from gateway import errors
from gateway.methods import access
from gateway.methods.bugs import BUG
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Field, Param, Route, array, reads, struct
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.params import MAX_ID, Params, check_length, number, text, whole
from gateway.model import Bug
from gateway.store.interface import Reader
from gateway.values import Value


@reads(
    "Bug.search",
    strict=True,
    params=(
        Param("id", array(STRING), "Numbers of bugs; one text may hold several, with commas.", example="1"),
        Param("alias", array(STRING), "Aliases of bugs, whatever their case."),
        Param("limit", INT, "The most bugs to show; 0 or nothing for all."),
        Param("offset", INT, "Number of bugs to skip before these; it needs a limit."),
        Param("permissive", BOOLEAN, "Without effect: python-bugzilla gives it here as it does to Bug.get."),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("bugs", array(BUG), "The bugs that exist and the caller sees, by number.")),
    routes=(Route("GET", "/bug"),),
    errors=(
        errors.PARAMS_REQUIRED,
        errors.PARAM_REQUIRED,
        errors.PARAM_INVALID,
        errors.NOT_SCALARS,
        errors.NOT_NUMERIC,
    ),
)
def search(call: Call[Reader]) -> Value:
    """Find bugs by number or alias, or by both. Bugs that do not exist or that the caller does not see are left out."""
    params = call.params
    limit, offset = _count(params, "limit"), _count(params, "offset")
    if offset and not limit:
        raise errors.PARAM_REQUIRED(param="limit")
    numbers, aliases = _numbers(params, call.settings.max_list), _aliases(params)
    if numbers is None and aliases is None:
        raise errors.PARAMS_REQUIRED(params="id, alias")
    found = _visible(call, numbers, aliases)
    shown = found[offset : offset + limit] if limit else found
    return {"bugs": BUG.show(call, FieldFilter(params), shown)}


def _count(params: Params, name: str) -> int:
    value = params.value(name)
    return number(value, name) if value not in (None, "") else 0


def _numbers(params: Params, limit: int) -> set[int] | None:
    """The numbers that are asked for, at most `limit`; None if that is no criterion.

    Anything else than a number matches no bug. Raises PARAM_INVALID.
    """
    written = [text(each, "id") or "" for each in params.scalars("id")]
    if not any(written):
        return None
    check_length("id", sum(each.count(",") + 1 for each in written), limit)
    numbers = (whole(each.strip()) for listed in written for each in listed.split(","))
    return {each for each in numbers if each is not None and each <= MAX_ID}


def _aliases(params: Params) -> set[str] | None:
    """The aliases that are asked for; None if that is no criterion."""
    written = {text(each, "alias") or "" for each in params.scalars("alias")} - {""}
    return written or None


def _visible(call: Call[Reader], numbers: set[int] | None, aliases: set[str] | None) -> list[Bug]:
    """The bugs that fit both criteria and that the caller sees, by number."""
    if aliases is not None:
        with_alias = {each for alias in aliases if (each := call.tx.bug_id_by_alias(alias)) is not None}
        numbers = with_alias if numbers is None else numbers & with_alias
    bugs = (call.tx.bug(each) for each in sorted(numbers or ()))
    return [bug for bug in bugs if bug is not None and access.can_see_bug(call.user, bug)]
