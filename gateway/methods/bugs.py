"""`Bug.get`: show bugs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import islice

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import access, bug_lists, bug_places, bug_values, bug_workflow
from gateway.methods.bug_draft import closed_statuses
from gateway.methods.bug_values import GIVEN, plain
from gateway.methods.custom_fields import active_custom_fields, custom_field
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
from gateway.methods.include_fields import EVERY_FIELD, EXTRA, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.shown_flags import FLAG
from gateway.model import NO_HOURS, Bug, Flag, Hours, Person, User
from gateway.store.interface import Reader
from gateway.values import Value

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


def _details(
    question: Callable[[Reader], Callable[[Sequence[int]], Mapping[int, Sequence[Value]]]],
) -> Callable[[Listing[Bug]], Iterable[list[Value]]]:
    """Return the function that shows lists which many bugs do not have, asked for with a question to the store."""

    def read_all(listing: Listing[Bug]) -> Iterable[list[Value]]:
        found = listing.ask(question(listing.call.tx))
        return [list(found.get(bug.id, ())) for bug in listing.objects]

    return read_all


def _hours(hours: Callable[[Listing[Bug]], Iterable[Hours]]) -> Callable[[Listing[Bug]], Iterable[Hours] | None]:
    """Return the function that shows hours to those who may see them."""
    return lambda listing: hours(listing) if access.sees_hours(listing.call.user, listing.call.site) else None


def _hours_worked(listing: Listing[Bug]) -> Iterable[Hours]:
    worked = listing.ask(listing.call.tx.hours_worked)
    return [worked.get(bug.id, NO_HOURS) for bug in listing.objects]


def _classifications(listing: Listing[Bug]) -> Iterable[str]:
    products = {name: listing.call.tx.product(name) for name in {bug.product for bug in listing.objects}}
    return [product.classification if (product := products[bug.product]) else "" for bug in listing.objects]


def _are_open(listing: Listing[Bug]) -> Iterable[bool]:
    closed = closed_statuses(listing.call.tx)
    return [bug.status not in closed for bug in listing.objects]


def _flags(listing: Listing[Bug]) -> Iterable[list[Value]]:
    tx = listing.call.tx
    found = listing.ask(tx.bug_flags)
    of_bugs = [_applicable(tx, bug, found[bug.id]) if bug.id in found else [] for bug in listing.objects]
    shown = iter(FLAG.show(listing.call, EVERY_FIELD, [flag for flags in of_bugs for flag in flags]))
    return [list(islice(shown, len(flags))) for flags in of_bugs]


def _applicable(tx: Reader, bug: Bug, flags: Iterable[Flag]) -> list[Flag]:
    """Return those of the flags of a bug whose type applies to it where it is now, in the order of the types."""
    places = {each.id: place for place, each in enumerate(tx.flag_types(bug.product, bug.component))}
    return sorted((flag for flag in flags if flag.type_id in places), key=lambda flag: places[flag.type_id])


def _tags(listing: Listing[Bug]) -> Iterable[list[Value]]:
    user, tags = listing.call.user, defaultdict(list)
    for tag in listing.call.tx.bug_tags(user.id) if user else ():
        tags[tag.bug_id].append(tag.name)
    return [list(tags.get(bug.id, ())) for bug in listing.objects]


def _update_tokens(listing: Listing[Bug]) -> Iterable[str] | None:
    user = listing.call.user
    return None if user is None else [update_token(user, bug) for bug in listing.objects]


def update_token(user: User, bug: Bug) -> str:
    """Return the name of the state of a bug that a user looks at: it is another one once the bug was changed."""
    state = f"{user.id} {bug.id} {bug.last_change_time.isoformat()}"
    return f"{int(bug.last_change_time.timestamp())}-{sha256(state.encode()).hexdigest()[:32]}"


class _BugType(ObjectType[Bug]):
    """The type of bugs; they are shown with the custom fields of the site."""

    def __init__(self, *fields: ModelField[Bug]) -> None:
        super().__init__(*fields, is_open=True)
        self._with_custom_fields = lru_cache(maxsize=16)(lambda custom: self.plus(*map(custom_field, custom)))

    def show(
        self, call: Call[Reader], wanted: FieldFilter, objects: Sequence[Bug], parent: str = ""
    ) -> list[dict[str, Value]]:
        """Return the bugs, in their order, as structs of the fields that are wanted."""
        custom = active_custom_fields(call.tx) if objects else ()
        if custom:
            return self._with_custom_fields(custom).show(call, wanted, objects, parent)
        return super().show(call, wanted, objects, parent)


BUG = _BugType(
    ModelField("id", INT, "Number of the bug.", inner_name="bug_id", setting=GIVEN),
    ModelField(
        "alias",
        array(STRING),
        "Aliases.",
        attribute="aliases",
        read=lambda bug: list(bug.aliases),
        inner_name="alias",
        setting=bug_lists.ALIAS,
    ),
    ModelField(
        "summary",
        STRING,
        "A short description.",
        inner_name="short_desc",
        setting=plain(bug_values.summary, inner_on_update=False),
    ),
    ModelField("product", STRING, "Name of the product.", inner_name="product", setting=bug_places.PRODUCT),
    ModelField("component", STRING, "Name of the component.", inner_name="component", setting=bug_places.PART),
    ModelField(
        "classification",
        STRING,
        "Classification of the product.",
        read_all=_classifications,
        inner_name="classification",
        setting=GIVEN,
    ),
    ModelField(
        "version",
        STRING,
        "Version of the product that has the bug.",
        inner_name="version",
        setting=bug_places.PART,
    ),
    ModelField(
        "target_milestone",
        STRING,
        "Milestone by which it is to be resolved.",
        inner_name="target_milestone",
        setting=bug_places.PART,
    ),
    ModelField("status", STRING, "Status.", inner_name="bug_status", setting=bug_workflow.STATUS),
    ModelField(
        "resolution",
        STRING,
        "Resolution; empty while the bug is open.",
        inner_name="resolution",
        setting=bug_workflow.RESOLUTION,
    ),
    ModelField("is_open", BOOLEAN, "True if the bug is open.", read_all=_are_open),
    ModelField("is_confirmed", BOOLEAN, "True once it was confirmed.", inner_name="everconfirmed", setting=GIVEN),
    ModelField(
        "dupe_of",
        INT,
        "Number of the bug that it duplicates.",
        optional=True,
        attribute="duplicate_of",
        inner_name="dup_id",
        setting=bug_workflow.DUPE_OF,
    ),
    ModelField("priority", STRING, "Priority.", inner_name="priority", setting=plain(bug_values.priority)),
    ModelField(
        "severity",
        STRING,
        "Severity.",
        inner_name="bug_severity",
        setting=plain(bug_values.choice, inner_on_update=False),
    ),
    ModelField("op_sys", STRING, "Operating system.", inner_name="op_sys", setting=plain(bug_values.choice)),
    ModelField(
        "platform",
        STRING,
        "Hardware.",
        inner_name="rep_platform",
        setting=plain(bug_values.choice, inner_on_update=False),
    ),
    ModelField(
        "url",
        STRING,
        "URL of a page about it.",
        inner_name="bug_file_loc",
        setting=plain(bug_values.url, inner_on_update=False),
    ),
    ModelField(
        "whiteboard",
        STRING,
        "Short notes.",
        inner_name="status_whiteboard",
        setting=plain(bug_values.whiteboard),
    ),
    ModelField(
        "keywords",
        array(STRING),
        "Keywords.",
        read_all=_details(lambda tx: tx.bug_keywords),
        inner_name="keywords",
        setting=bug_lists.KEYWORDS,
    ),
    ModelField(
        "groups",
        array(STRING),
        "Groups whose members see it; none if everybody does.",
        read=lambda bug: list(bug.groups),
        inner_name="bug_group",
        setting=bug_places.GROUPS,
    ),
    ModelField(
        "creator",
        STRING,
        "Login of the reporter.",
        attribute="reporter.login",
        inner_name="reporter",
        setting=GIVEN,
    ),
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
        inner_name="assigned_to",
        setting=bug_values.ASSIGNEE,
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
        inner_name="qa_contact",
        setting=bug_values.QA_CONTACT,
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
        inner_name="cc",
        setting=bug_lists.CC,
    ),
    ModelField(
        "cc_detail",
        array(PERSON),
        "The users on the cc list.",
        follows="cc",
        read_all=_detail("cc", lambda bug: bug.cc),
    ),
    ModelField(
        "blocks",
        array(INT),
        "Numbers of the bugs that it blocks.",
        read_all=_details(lambda tx: tx.blocks),
        inner_name="blocked",
        setting=bug_lists.DEPENDENCIES,
    ),
    ModelField(
        "depends_on",
        array(INT),
        "Numbers of the bugs that it depends on.",
        read_all=_details(lambda tx: tx.depends_on),
        inner_name="dependson",
        setting=bug_lists.DEPENDENCIES,
    ),
    ModelField(
        "see_also",
        array(STRING),
        "URLs of related bugs.",
        read_all=_details(lambda tx: tx.bug_urls),
        inner_name="see_also",
        setting=bug_lists.SEE_ALSO,
    ),
    ModelField("flags", array(FLAG), "Flags of the bug itself.", read_all=_flags),
    ModelField("tags", array(STRING), "Tags of the caller; on demand.", optional=True, kinds=EXTRA, read_all=_tags),
    ModelField(
        "deadline",
        STRING,
        "Date by which it is due: YYYY-MM-DD.",
        optional=True,
        read=lambda bug: bug.deadline or None,
        inner_name="deadline",
        setting=plain(bug_values.deadline),
    ),
    ModelField("creation_time", DATETIME, "Time when it was created.", inner_name="creation_ts", setting=GIVEN),
    ModelField("last_change_time", DATETIME, "Time of its last change.", inner_name="delta_ts", setting=GIVEN),
    ModelField(
        "estimated_time",
        DOUBLE,
        f"Estimated hours. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=_hours(lambda listing: [bug.estimated_time for bug in listing.objects]),
        inner_name="estimated_time",
        setting=plain(bug_values.hours, DOUBLE),
    ),
    ModelField(
        "remaining_time",
        DOUBLE,
        f"Remaining hours. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=_hours(lambda listing: [bug.remaining_time for bug in listing.objects]),
        inner_name="remaining_time",
        setting=plain(bug_values.hours, DOUBLE),
    ),
    ModelField(
        "actual_time",
        DOUBLE,
        f"Hours worked. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=_hours(_hours_worked),
    ),
    ModelField(
        "is_cc_accessible",
        BOOLEAN,
        "True if users on the cc list see it whatever its groups.",
        attribute="cclist_accessible",
        inner_name="cclist_accessible",
        setting=bug_values.ACCESS,
    ),
    ModelField(
        "is_creator_accessible",
        BOOLEAN,
        "True if the reporter sees it whatever its groups.",
        attribute="reporter_accessible",
        inner_name="reporter_accessible",
        setting=bug_values.ACCESS,
    ),
    ModelField(
        "update_token",
        STRING,
        "Another text once the bug was changed; absent for callers who are not logged in.",
        optional=True,
        read_all=_update_tokens,
    ),
)

FOUND_BUG = _BugType(*(field for field in BUG.model_fields if field.name != "update_token"))
"""Bugs as searches show them."""

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
