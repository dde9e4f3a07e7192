"""`Bug.get`: show bugs."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice, repeat

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
    array,
    reads,
    struct,
)
from gateway.methods.include_fields import EXTRA, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.model import Bug, Hours, Person
from gateway.store.interface import Reader
from gateway.values import Value

_CLOSED = ("RESOLVED", "VERIFIED", "CLOSED")
_NO_TIME = Hours("0.00")
_FOR_TIMETRACKERS = "Shown to members of the time tracking group."

PERSON = ObjectType[Person](
    ModelField("id", INT, "Number of the user."),
    ModelField("name", STRING, "Login.", attribute="login"),
    ModelField("real_name", STRING, "Real name."),
    ModelField("email", STRING, "Login, which is an address.", attribute="login"),
)


def _detail(name: str, people: Callable[[Bug], Sequence[Person]]) -> Callable[[Listing[Bug]], Iterable[list[Value]]]:
    """Return the function that shows people of bugs, whose members can be chosen as those of the field `name`."""

    def read_all(listing: Listing[Bug]) -> Iterable[list[Value]]:
        of_bugs = [people(bug) for bug in listing.objects]
        shown = iter(PERSON.show(listing.call, listing.wanted, [each for found in of_bugs for each in found], name))
        return [list(islice(shown, len(found))) for found in of_bugs]

    return read_all


def _single(name: str, person: Callable[[Bug], Person | None]) -> Callable[[Listing[Bug]], Iterable[Value]]:
    """Do as `_detail` for one person, or None."""
    detail = _detail(name, lambda bug: [found] if (found := person(bug)) else [])
    return lambda listing: (shown[0] if shown else None for shown in detail(listing))


def _hours(listing: Listing[Bug]) -> Iterable[Hours] | None:
    call = listing.call
    shown = call.site.timetracking_group and access.in_group(call.user, call.site.timetracking_group)
    return repeat(_NO_TIME, len(listing.objects)) if shown else None


BUG = ObjectType[Bug](
    ModelField("id", INT, "Number of the bug."),
    ModelField("alias", array(STRING), "Aliases.", read=lambda bug: list(bug.aliases), logged_as="alias"),
    ModelField("summary", STRING, "A short description.", logged_as="short_desc"),
    ModelField("product", STRING, "Name of the product.", logged_as="product"),
    ModelField("component", STRING, "Name of the component.", logged_as="component"),
    ModelField("classification", STRING, "Always Unclassified.", read=lambda _: "Unclassified"),
    ModelField("version", STRING, "Version of the product that has the bug.", logged_as="version"),
    ModelField("target_milestone", STRING, "Milestone by which it is to be resolved.", logged_as="target_milestone"),
    ModelField("status", STRING, "Status.", logged_as="bug_status"),
    ModelField("resolution", STRING, "Resolution; empty while the bug is open.", logged_as="resolution"),
    ModelField("is_open", BOOLEAN, "True if the bug is open.", read=lambda bug: bug.status not in _CLOSED),
    ModelField("is_confirmed", BOOLEAN, "True if it is confirmed.", read=lambda bug: bug.status != "UNCONFIRMED"),
    ModelField("dupe_of", INT, "Number of the bug that it duplicates.", optional=True, read=lambda _: None),
    ModelField("priority", STRING, "Priority.", set_on_create=True, logged_as="priority"),
    ModelField("severity", STRING, "Severity.", set_on_create=True, logged_as="bug_severity"),
    ModelField("op_sys", STRING, "Operating system.", set_on_create=True, logged_as="op_sys"),
    ModelField("platform", STRING, "Hardware.", set_on_create=True, logged_as="rep_platform"),
    ModelField("url", STRING, "URL of a page about it.", set_on_create=True, logged_as="bug_file_loc"),
    ModelField("whiteboard", STRING, "Short notes.", set_on_create=True, logged_as="status_whiteboard"),
    ModelField("keywords", array(STRING), "Keywords.", read=lambda _: []),
    ModelField(
        "groups",
        array(STRING),
        "Groups whose members see it; none if everybody does.",
        read=lambda bug: list(bug.groups),
        logged_as="bug_group",
    ),
    ModelField("creator", STRING, "Login of the reporter.", attribute="reporter.login"),
    ModelField(
        "creator_detail",
        PERSON,
        "The reporter.",
        follows="creator",
        read_all=_single("creator", lambda bug: bug.reporter),
    ),
    ModelField(
        "assigned_to",
        STRING,
        "Login of the assignee.",
        attribute="assigned_to.login",
        logged_as="assigned_to",
    ),
    ModelField(
        "assigned_to_detail",
        PERSON,
        "The assignee.",
        follows="assigned_to",
        read_all=_single("assigned_to", lambda bug: bug.assigned_to),
    ),
    ModelField(
        "qa_contact",
        STRING,
        "Login of the QA contact; empty if there is none.",
        read=lambda bug: bug.qa_contact.login if bug.qa_contact else "",
        logged_as="qa_contact",
    ),
    ModelField(
        "qa_contact_detail",
        PERSON,
        "The QA contact; absent if there is none.",
        optional=True,
        follows="qa_contact",
        read_all=_single("qa_contact", lambda bug: bug.qa_contact),
        omit_none=True,
    ),
    ModelField(
        "cc",
        array(STRING),
        "Logins of the users on the cc list.",
        read=lambda bug: [each.login for each in bug.cc],
        logged_as="cc",
    ),
    ModelField(
        "cc_detail",
        array(PERSON),
        "The users on the cc list.",
        follows="cc",
        read_all=_detail("cc", lambda bug: bug.cc),
    ),
    ModelField("blocks", array(INT), "Numbers of the bugs that it blocks.", read=lambda _: []),
    ModelField("depends_on", array(INT), "Numbers of the bugs that it depends on.", read=lambda _: []),
    ModelField("see_also", array(STRING), "URLs of related bugs.", read=lambda _: []),
    ModelField("flags", array(struct()), "Flags of the bug itself.", read=lambda _: []),
    ModelField("tags", array(STRING), "Tags of the caller; on demand.", optional=True, kinds=EXTRA, read=lambda _: []),
    ModelField("deadline", STRING, "Date by which it is due.", optional=True, read=lambda _: None),
    ModelField("creation_time", DATETIME, "Time when it was created."),
    ModelField("last_change_time", DATETIME, "Time of its last change."),
    ModelField("estimated_time", DOUBLE, f"Estimated hours. {_FOR_TIMETRACKERS}", optional=True, read_all=_hours),
    ModelField("remaining_time", DOUBLE, f"Remaining hours. {_FOR_TIMETRACKERS}", optional=True, read_all=_hours),
    ModelField("actual_time", DOUBLE, f"Hours worked. {_FOR_TIMETRACKERS}", optional=True, read_all=_hours),
    ModelField(
        "is_cc_accessible",
        BOOLEAN,
        "True if users on the cc list see it whatever its groups.",
        attribute="cclist_accessible",
        logged_as="cclist_accessible",
    ),
    ModelField(
        "is_creator_accessible",
        BOOLEAN,
        "True if the reporter sees it whatever its groups.",
        attribute="reporter_accessible",
        logged_as="reporter_accessible",
    ),
)

FAULT = struct(
    Field("id", ANY, "The bug as the caller named it."),
    Field("faultString", STRING, "Message of the error."),
    Field("faultCode", INT, "Code of the error."),
)


@reads(
    "Bug.get",
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs.", required=True, example="1"),
        Param(
            "permissive",
            BOOLEAN,
            "True to list bugs that cannot be shown in faults instead of failing.",
            default="false",
        ),
        *FIELDS_PARAMS,
    ),
    result=struct(
        Field("bugs", array(BUG), "The bugs, in the order of ids."),
        Field("faults", array(FAULT), "If permissive: the bugs that cannot be shown."),
    ),
    routes=(Route("GET", "/bug/"), Route("GET", "/bug/{ids}")),
    errors=(errors.PARAM_REQUIRED, *access.BUG_ERRORS),
)
def get(call: Call[Reader]) -> Value:
    """Show bugs."""
    params = call.params
    if not params.has("ids"):
        raise errors.PARAM_REQUIRED(param="ids")
    found, faults = [], []
    for reference in params.scalars("ids"):
        try:
            found.append(access.visible_bug(call, reference))
        except GatewayError as error:
            if not params.truth("permissive"):
                raise
            faults.append({"id": reference, "faultString": error.message, "faultCode": error.kind.code})
    bugs = {bug.id: bug for bug in found}
    shown = dict(zip(bugs, BUG.show(call, FieldFilter(params), [*bugs.values()]), strict=True))
    return {"bugs": [shown[bug.id] for bug in found], "faults": faults}
