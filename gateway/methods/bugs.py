"""`Bug.get`: show bugs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import islice

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import access
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
from gateway.model import NO_HOURS, Bug, BugField, Flag, Hours, Person, User
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


def closed_statuses(tx: Reader) -> frozenset[str]:
    """Return the statuses of bugs that are closed."""
    return frozenset(each.name for each in tx.field_values("bug_status") if not each.is_open)


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

    def show(
        self, call: Call[Reader], wanted: FieldFilter, objects: Sequence[Bug], parent: str = ""
    ) -> list[dict[str, Value]]:
        """Return the bugs, in their order, as structs of the fields that are wanted."""
        custom = active_custom_fields(call.tx) if objects else ()
        if custom:
            return _with_custom_fields(custom).show(call, wanted, objects, parent)
        return super().show(call, wanted, objects, parent)


@lru_cache(maxsize=16)
def _with_custom_fields(fields: tuple[BugField, ...]) -> ObjectType[Bug]:
    return BUG.plus(*map(custom_field, fields))


BUG = _BugType(
    ModelField("id", INT, "Number of the bug."),
    ModelField("alias", array(STRING), "Aliases.", read=lambda bug: list(bug.aliases), logged_as="alias"),
    ModelField("summary", STRING, "A short description.", logged_as="short_desc"),
    ModelField("product", STRING, "Name of the product.", logged_as="product"),
    ModelField("component", STRING, "Name of the component.", logged_as="component"),
    ModelField("classification", STRING, "Classification of the product.", read_all=_classifications),
    ModelField("version", STRING, "Version of the product that has the bug.", logged_as="version"),
    ModelField("target_milestone", STRING, "Milestone by which it is to be resolved.", logged_as="target_milestone"),
    ModelField("status", STRING, "Status.", logged_as="bug_status"),
    ModelField("resolution", STRING, "Resolution; empty while the bug is open.", logged_as="resolution"),
    ModelField("is_open", BOOLEAN, "True if the bug is open.", read_all=_are_open),
    ModelField("is_confirmed", BOOLEAN, "True once it was confirmed."),
    ModelField("dupe_of", INT, "Number of the bug that it duplicates.", optional=True, attribute="duplicate_of"),
    ModelField("priority", STRING, "Priority.", set_on_create=True, logged_as="priority"),
    ModelField("severity", STRING, "Severity.", set_on_create=True, logged_as="bug_severity"),
    ModelField("op_sys", STRING, "Operating system.", set_on_create=True, logged_as="op_sys"),
    ModelField("platform", STRING, "Hardware.", set_on_create=True, logged_as="rep_platform"),
    ModelField("url", STRING, "URL of a page about it.", set_on_create=True, logged_as="bug_file_loc"),
    ModelField("whiteboard", STRING, "Short notes.", set_on_create=True, logged_as="status_whiteboard"),
    ModelField("keywords", array(STRING), "Keywords.", read_all=_details(lambda tx: tx.bug_keywords)),
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
    ModelField("blocks", array(INT), "Numbers of the bugs that it blocks.", read_all=_details(lambda tx: tx.blocks)),
    ModelField(
        "depends_on",
        array(INT),
        "Numbers of the bugs that it depends on.",
        read_all=_details(lambda tx: tx.depends_on),
    ),
    ModelField("see_also", array(STRING), "URLs of related bugs.", read_all=_details(lambda tx: tx.bug_urls)),
    ModelField("flags", array(FLAG), "Flags of the bug itself.", read_all=_flags),
    ModelField("tags", array(STRING), "Tags of the caller; on demand.", optional=True, kinds=EXTRA, read_all=_tags),
    ModelField(
        "deadline", STRING, "Date by which it is due: YYYY-MM-DD.", optional=True, read=lambda bug: bug.deadline or None
    ),
    ModelField("creation_time", DATETIME, "Time when it was created."),
    ModelField("last_change_time", DATETIME, "Time of its last change."),
    ModelField(
        "estimated_time",
        DOUBLE,
        f"Estimated hours. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=_hours(lambda listing: [bug.estimated_time for bug in listing.objects]),
    ),
    ModelField(
        "remaining_time",
        DOUBLE,
        f"Remaining hours. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=_hours(lambda listing: [bug.remaining_time for bug in listing.objects]),
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
        logged_as="cclist_accessible",
    ),
    ModelField(
        "is_creator_accessible",
        BOOLEAN,
        "True if the reporter sees it whatever its groups.",
        attribute="reporter_accessible",
        logged_as="reporter_accessible",
    ),
    ModelField(
        "update_token",
        STRING,
        "Another text once the bug was changed; absent for callers who are not logged in.",
        optional=True,
        read_all=_update_tokens,
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
