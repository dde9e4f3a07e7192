"""`Bug.get`: show bugs."""

from collections.abc import Sequence
from functools import lru_cache

from gateway import errors
from gateway.errors import GatewayError
from gateway.methods import access, bug_lists, bug_places, bug_readers, bug_values, bug_workflow
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
from gateway.methods.include_fields import EXTRA, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import ModelField, ObjectType
from gateway.methods.shown_flags import FLAG
from gateway.model import Bug
from gateway.store.interface import Reader
from gateway.values import Value

_FOR_TIMETRACKERS = "Shown to members of the time tracking group."


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
        read_all=bug_readers.classifications,
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
    ModelField("is_open", BOOLEAN, "True if the bug is open.", read_all=bug_readers.are_open),
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
        read_all=bug_readers.list_of(lambda tx: tx.bug_keywords),
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
        bug_readers.PERSON,
        "The reporter.",
        follows="creator",
        read_all=bug_readers.one_person("creator", lambda bug: bug.reporter),
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
        bug_readers.PERSON,
        "The assignee.",
        follows="assigned_to",
        read_all=bug_readers.one_person("assigned_to", lambda bug: bug.assigned_to),
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
        bug_readers.PERSON,
        "The QA contact; absent if there is none.",
        optional=True,
        follows="qa_contact",
        read_all=bug_readers.one_person("qa_contact", lambda bug: bug.qa_contact),
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
        array(bug_readers.PERSON),
        "The users on the cc list.",
        follows="cc",
        read_all=bug_readers.people("cc", lambda bug: bug.cc),
    ),
    ModelField(
        "blocks",
        array(INT),
        "Numbers of the bugs that it blocks.",
        read_all=bug_readers.list_of(lambda tx: tx.blocks),
        inner_name="blocked",
        setting=bug_lists.DEPENDENCIES,
    ),
    ModelField(
        "depends_on",
        array(INT),
        "Numbers of the bugs that it depends on.",
        read_all=bug_readers.list_of(lambda tx: tx.depends_on),
        inner_name="dependson",
        setting=bug_lists.DEPENDENCIES,
    ),
    ModelField(
        "see_also",
        array(STRING),
        "URLs of related bugs.",
        read_all=bug_readers.list_of(lambda tx: tx.bug_urls),
        inner_name="see_also",
        setting=bug_lists.SEE_ALSO,
    ),
    ModelField("flags", array(FLAG), "Flags of the bug itself.", read_all=bug_readers.flags),
    ModelField(
        "tags", array(STRING), "Tags of the caller; on demand.", optional=True, kinds=EXTRA, read_all=bug_readers.tags
    ),
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
        read_all=bug_readers.for_timetrackers(lambda listing: [bug.estimated_time for bug in listing.objects]),
        inner_name="estimated_time",
        setting=plain(bug_values.hours, DOUBLE),
    ),
    ModelField(
        "remaining_time",
        DOUBLE,
        f"Remaining hours. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=bug_readers.for_timetrackers(lambda listing: [bug.remaining_time for bug in listing.objects]),
        inner_name="remaining_time",
        setting=plain(bug_values.hours, DOUBLE),
    ),
    ModelField(
        "actual_time",
        DOUBLE,
        f"Hours worked. {_FOR_TIMETRACKERS}",
        optional=True,
        read_all=bug_readers.for_timetrackers(bug_readers.hours_worked),
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
        read_all=bug_readers.update_tokens,
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
