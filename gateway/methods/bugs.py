"""`Bug.get`: bugs as attachment clients look at them."""

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import access
from gateway.methods.declaration import (
    ANY,
    BOOLEAN,
    DATETIME,
    DOUBLE,
    INT,
    STRING,
    Call,
    Field,
    Param,
    Route,
    Value,
    array,
    reads,
    struct,
)
from gateway.methods.fields import FIELDS_PARAMS, Fields
from gateway.model import Bug, Hours, Person
from gateway.store.interface import Reader

_CLOSED = ("RESOLVED", "VERIFIED", "CLOSED")
_NO_TIME = Hours("0.00")

PERSON = struct(
    Field("id", INT, "The number of the user."),
    Field("name", STRING, "The login."),
    Field("real_name", STRING, "The real name."),
    Field("email", STRING, "The login, which is an address."),
)

BUG = struct(
    Field("id", INT, "The number of the bug."),
    Field("alias", array(STRING), "Its aliases."),
    Field("summary", STRING, "What it is about."),
    Field("product", STRING, "Its product."),
    Field("component", STRING, "Its component."),
    Field("classification", STRING, "Always Unclassified."),
    Field("version", STRING, "The version that has it."),
    Field("target_milestone", STRING, "When it is to be done."),
    Field("status", STRING, "Its status."),
    Field("resolution", STRING, "How it was resolved; empty while it is open."),
    Field("is_open", BOOLEAN, "Whether it is open."),
    Field("is_confirmed", BOOLEAN, "Whether it is confirmed."),
    Field("dupe_of", INT, "The bug that it repeats.", optional=True),
    Field("priority", STRING, "Its priority."),
    Field("severity", STRING, "Its severity."),
    Field("op_sys", STRING, "The operating system."),
    Field("platform", STRING, "The hardware."),
    Field("url", STRING, "A page about it."),
    Field("whiteboard", STRING, "Short notes."),
    Field("keywords", array(STRING), "Its keywords."),
    Field("groups", array(STRING), "The groups that see it; none where everybody does."),
    Field("creator", STRING, "The login of who entered it."),
    Field("creator_detail", PERSON, "Who entered it."),
    Field("assigned_to", STRING, "The login of who works on it."),
    Field("assigned_to_detail", PERSON, "Who works on it."),
    Field("qa_contact", STRING, "The login of who checks it; empty for nobody."),
    Field("qa_contact_detail", PERSON, "Who checks it.", optional=True),
    Field("cc", array(STRING), "The logins of who follows it."),
    Field("cc_detail", array(PERSON), "Who follows it."),
    Field("blocks", array(INT), "Bugs that wait for it."),
    Field("depends_on", array(INT), "Bugs that it waits for."),
    Field("see_also", array(STRING), "Related bugs elsewhere."),
    Field("flags", array(struct()), "Its own flags."),
    Field("tags", array(STRING), "The caller's tags, on demand (_extra).", optional=True),
    Field("deadline", STRING, "When it must be done.", optional=True),
    Field("creation_time", DATETIME, "When it was entered."),
    Field("last_change_time", DATETIME, "When it was changed last."),
    Field("estimated_time", DOUBLE, "Hours; for members of the time tracking group.", optional=True),
    Field("remaining_time", DOUBLE, "Hours; for members of the time tracking group.", optional=True),
    Field("actual_time", DOUBLE, "Hours; for members of the time tracking group.", optional=True),
    Field("is_cc_accessible", BOOLEAN, "Whether who follows it sees it in any case."),
    Field("is_creator_accessible", BOOLEAN, "Whether who entered it sees it in any case."),
)

FAULT = struct(
    Field("id", ANY, "The bug as it was asked for."),
    Field("faultString", STRING, "What is wrong."),
    Field("faultCode", INT, "The code of the error."),
)


@reads(
    "Bug.get",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs.", required=True, example="1"),
        Param(
            "permissive",
            BOOLEAN,
            "Whether a bug that cannot be shown becomes a fault instead of an error.",
            default="false",
        ),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field("bugs", array(BUG), "The bugs, in the order of ids."),
        Field("faults", array(FAULT), "With permissive: the bugs that could not be shown."),
    ),
    routes=(Route("GET", "/bug"), Route("GET", "/bug/{ids}")),
    errors=(errors.PARAM_REQUIRED, *access.BUG_ERRORS),
)
def get(call: Call[Reader]) -> Value:
    """Show bugs."""
    params = call.params
    if not params.has("ids"):
        raise errors.PARAM_REQUIRED(param="ids")
    fields, bugs, faults = Fields(params), [], []
    shown: dict[int, dict[str, Value]] = {}
    for reference in params.scalars("ids"):
        try:
            bug = access.visible_bug(call, reference)
            if bug.id not in shown:
                shown[bug.id] = _show(call, bug, fields)
            bugs.append(shown[bug.id])
        except GatewayError as error:
            if not params.truth("permissive"):
                raise
            faults.append({"id": reference, "faultString": error.message, "faultCode": error.kind.code})
    return {"bugs": bugs, "faults": faults}


def _show(call: Call[Reader], bug: Bug, fields: Fields) -> dict[str, Value]:
    shown = fields.pick(_plain_members(bug))
    for name, person in (("creator", bug.reporter), ("assigned_to", bug.assigned_to), ("qa_contact", bug.qa_contact)):
        if fields.wants(name):
            shown |= _person_members(name, person, fields)
    if fields.wants("cc"):
        shown["cc"] = [each.login for each in bug.cc]
        shown["cc_detail"] = [_detail("cc", each, fields) for each in bug.cc]
    if fields.wants("tags", "extra"):
        shown["tags"] = []
    if call.site.timetracking_group and access.in_group(call.user, call.site.timetracking_group):
        shown |= fields.pick(dict.fromkeys(("estimated_time", "remaining_time", "actual_time"), _NO_TIME))
    return shown


def _person_members(name: str, person: Person | None, fields: Fields) -> dict[str, Value]:
    if person is None:
        return {name: ""}
    return {name: person.login, f"{name}_detail": _detail(name, person, fields)}


def _detail(parent: str, person: Person, fields: Fields) -> dict[str, Value]:
    members = {"id": person.id, "name": person.login, "real_name": person.real_name, "email": person.login}
    return fields.pick(members, parent=parent)


def _plain_members(bug: Bug) -> dict[str, Value]:
    return {
        "id": bug.id,
        "alias": list(bug.aliases),
        "summary": bug.summary,
        "product": bug.product,
        "component": bug.component,
        "classification": "Unclassified",
        "version": bug.version,
        "target_milestone": bug.target_milestone,
        "status": bug.status,
        "resolution": bug.resolution,
        "is_open": bug.status not in _CLOSED,
        "is_confirmed": bug.status != "UNCONFIRMED",
        "dupe_of": None,
        "priority": bug.priority,
        "severity": bug.severity,
        "op_sys": bug.op_sys,
        "platform": bug.platform,
        "url": bug.url,
        "whiteboard": bug.whiteboard,
        "keywords": [],
        "groups": list(bug.groups),
        "blocks": [],
        "depends_on": [],
        "see_also": [],
        "flags": [],
        "deadline": None,
        "creation_time": bug.creation_time,
        "last_change_time": bug.last_change_time,
        "is_cc_accessible": bug.cclist_accessible,
        "is_creator_accessible": bug.reporter_accessible,
    }
