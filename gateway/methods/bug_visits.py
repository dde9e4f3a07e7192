"""`BugUserLastVisit.get` and `.update`: when the caller last looked at bugs."""

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import access
from gateway.methods.bug_people import is_involved
from gateway.methods.declaration import DATETIME, INT, STRING, Call, Login, Param, Route, array, reads, writes
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import ModelField, ObjectType
from gateway.methods.params import text
from gateway.model import Bug, BugVisit
from gateway.store.interface import Reader, Writer
from gateway.values import Value

VISIT = ObjectType[BugVisit](
    ModelField("id", INT, "Number of the bug.", attribute="bug_id"),
    ModelField("last_visit_ts", DATETIME, "Time of the last visit.", attribute="when"),
)


@reads(
    "BugUserLastVisit.get",
    read_only=False,
    login=Login.REQUIRED,
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs; all that were visited if left out.", example="1"),
        *FIELDS_PARAMS,
    ),
    result=array(VISIT),
    routes=(Route("GET", "/bug_user_last_visit/{ids:[0-9]+}"),),
    errors=access.BUG_ERRORS,
)
def get(call: Call[Reader]) -> Value:
    """Tell when the caller last looked at bugs."""
    visits = call.tx.bug_visits(call.caller.id)
    if call.params.value("ids") is not None:
        by_bug = {each.bug_id: each for each in visits}
        bugs = [access.visible_bug(call, reference) for reference in call.params.scalars("ids")]
        visits = [by_bug[bug.id] for bug in bugs if bug.id in by_bug]
    return [*VISIT.show(call, FieldFilter(call.params), visits)]


@writes(
    "BugUserLastVisit.update",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs.", required=True, example="1"),
        *FIELDS_PARAMS,
    ),
    result=array(VISIT),
    routes=(Route("POST", "/bug_user_last_visit/{ids}"),),
    errors=(errors.PARAM_REQUIRED, errors.NOT_SCALARS, errors.BUG_ID_INVALID, errors.BUG_DENIED, errors.NOT_INVOLVED),
)
def update(call: Call[Writer]) -> Value:
    """Note that the caller looks at bugs now."""
    references = call.params.scalars("ids")
    if not references:
        raise errors.PARAM_REQUIRED(param="ids")
    visits = []
    for reference in references:
        bug = _bug(call, reference)
        if not is_involved(call.caller, bug):
            raise errors.NOT_INVOLVED(bug=bug.id)
        visits.append(BugVisit(call.caller.id, bug.id, call.tx.now))
        call.tx.set_bug_visit(visits[-1])
    return [*VISIT.show(call, FieldFilter(call.params), visits)]


def _bug(call: Call[Writer], reference: Value) -> Bug:
    """Return the bug. Bugzilla has the error of a bad alias here for a number that no bug has."""
    try:
        return access.visible_bug(call, reference)
    except GatewayError as error:
        if error.kind is errors.BUG_NOT_FOUND:
            raise errors.BUG_ID_INVALID(bug=text(reference, "ids")) from None
        raise
