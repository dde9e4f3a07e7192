"""The fields of bugs, legal values and workflow of a new Bugzilla, which hold until a site declares its own."""

from collections.abc import Mapping

from gateway.model.bug_fields import BugField, FieldType, FieldValue, StatusTransition

_TYPES = {
    FieldType.SELECT: (
        "classification product component rep_platform op_sys bug_status resolution bug_severity priority"
    ),
    FieldType.KEYWORDS: "keywords tag",
    FieldType.DATETIME: "deadline last_visit_ts",
    FieldType.BUG_URLS: "see_also",
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}

_MANDATORY = {"short_desc", "product", "version", "component"}
_NUMERIC = {
    "bug_id",
    "dependson",
    "blocked",
    "attachments.ispatch",
    "attachments.isobsolete",
    "attachments.isprivate",
    "longdescs.isprivate",
    "longdescs.count",
    "everconfirmed",
    "reporter_accessible",
    "cclist_accessible",
    "estimated_time",
    "remaining_time",
    "work_time",
    "percentage_complete",
}
_NOT_IN_LISTS = {
    "cc",
    "attachments.description",
    "attachments.filename",
    "attachments.mimetype",
    "attachments.ispatch",
    "attachments.isobsolete",
    "attachments.isprivate",
    "attachments.submitter",
    "longdesc",
    "longdescs.isprivate",
    "everconfirmed",
    "reporter_accessible",
    "cclist_accessible",
    "bug_group",
    "commenter",
    "requestees.login_name",
    "setters.login_name",
    "content",
    "attach_data.thedata",
    "owner_idle_time",
    "see_also",
    "comment_tag",
    "days_elapsed",
}
_DESCRIPTIONS = {
    "bug_id": "Bug #",
    "short_desc": "Summary",
    "classification": "Classification",
    "product": "Product",
    "version": "Version",
    "rep_platform": "Platform",
    "bug_file_loc": "URL",
    "op_sys": "OS/Version",
    "bug_status": "Status",
    "status_whiteboard": "Status Whiteboard",
    "keywords": "Keywords",
    "resolution": "Resolution",
    "bug_severity": "Severity",
    "priority": "Priority",
    "component": "Component",
    "assigned_to": "AssignedTo",
    "reporter": "ReportedBy",
    "qa_contact": "QAContact",
    "assigned_to_realname": "AssignedToName",
    "reporter_realname": "ReportedByName",
    "qa_contact_realname": "QAContactName",
    "cc": "CC",
    "dependson": "Depends on",
    "blocked": "Blocks",
    "attachments.description": "Attachment description",
    "attachments.filename": "Attachment filename",
    "attachments.mimetype": "Attachment mime type",
    "attachments.ispatch": "Attachment is patch",
    "attachments.isobsolete": "Attachment is obsolete",
    "attachments.isprivate": "Attachment is private",
    "attachments.submitter": "Attachment creator",
    "target_milestone": "Target Milestone",
    "creation_ts": "Creation date",
    "delta_ts": "Last changed date",
    "longdesc": "Comment",
    "longdescs.isprivate": "Comment is private",
    "longdescs.count": "Number of Comments",
    "alias": "Alias",
    "everconfirmed": "Ever Confirmed",
    "reporter_accessible": "Reporter Accessible",
    "cclist_accessible": "CC Accessible",
    "bug_group": "Group",
    "estimated_time": "Estimated Hours",
    "remaining_time": "Remaining Hours",
    "deadline": "Deadline",
    "commenter": "Commenter",
    "flagtypes.name": "Flags",
    "requestees.login_name": "Flag Requestee",
    "setters.login_name": "Flag Setter",
    "work_time": "Hours Worked",
    "percentage_complete": "Percentage Complete",
    "content": "Content",
    "attach_data.thedata": "Attachment data",
    "owner_idle_time": "Time Since Assignee Touched",
    "see_also": "See Also",
    "tag": "Personal Tags",
    "last_visit_ts": "Last Visit",
    "comment_tag": "Comment Tag",
    "days_elapsed": "Days since bug changed",
}

FIELDS = tuple(
    BugField(
        number,
        name,
        description,
        _TYPE_OF.get(name, FieldType.UNKNOWN),
        number * 100,
        is_mandatory=name in _MANDATORY,
        is_in_lists=name not in _NOT_IN_LISTS,
        is_numeric=name in _NUMERIC,
    )
    for number, (name, description) in enumerate(_DESCRIPTIONS.items(), 1)
)
"""The fields of bugs."""

_VALUES: Mapping[str, tuple[str, ...]] = {
    "bug_severity": ("blocker", "critical", "major", "normal", "minor", "trivial", "enhancement"),
    "priority": ("Highest", "High", "Normal", "Low", "Lowest", "---"),
    "rep_platform": ("All", "PC", "Macintosh", "Other"),
    "op_sys": ("All", "Windows", "Mac OS", "Linux", "Other"),
    "bug_status": ("UNCONFIRMED", "CONFIRMED", "IN_PROGRESS", "RESOLVED", "VERIFIED"),
    "resolution": ("", "FIXED", "INVALID", "WONTFIX", "DUPLICATE", "WORKSFORME"),
}
_CLOSED = ("RESOLVED", "VERIFIED")

VALUES = {
    field: tuple(
        FieldValue(0, field, name, number * 100, is_open=name not in _CLOSED) for number, name in enumerate(names, 1)
    )
    for field, names in _VALUES.items()
}
"""The legal values of select fields, by the name of the field."""

_NEXT: Mapping[str | None, tuple[str, ...]] = {
    None: ("UNCONFIRMED", "CONFIRMED", "IN_PROGRESS"),
    "UNCONFIRMED": ("CONFIRMED", "IN_PROGRESS", "RESOLVED"),
    "CONFIRMED": ("IN_PROGRESS", "RESOLVED"),
    "IN_PROGRESS": ("CONFIRMED", "RESOLVED"),
    "RESOLVED": ("UNCONFIRMED", "CONFIRMED", "VERIFIED"),
    "VERIFIED": ("UNCONFIRMED", "CONFIRMED"),
}

TRANSITIONS = tuple(StatusTransition(old, new) for old, after in _NEXT.items() for new in after)
"""The workflow of the status."""
