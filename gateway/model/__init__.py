"""The data model of bugs, attachments, flags and users, independent of how they are stored.

All times are in UTC and whole seconds, as in Bugzilla. Groups are referred to by their unique names, as administrators
and site files do. Objects are immutable; `msgspec.structs.replace` makes a changed copy.

They are structs of msgspec: a listing creates dozens of them, in a quarter of the time that frozen dataclasses take.
They have no reference cycles, so the garbage collector need not track them.
"""

from gateway.model.bug_fields import BugField, FieldType, FieldValue, Keyword, StatusTransition
from gateway.model.bugs import COMMENT_TYPES, NO_HOURS, Attachment, Bug, BugTag, BugVisit, Change, Comment, Flag, Hours
from gateway.model.people import ApiKey, AuditEntry, Group, GroupGrant, Person, SavedSearch, Session, Site, User
from gateway.model.products import Classification, Component, FlagType, GroupControl, Milestone, Product, Scope, Version

__all__ = [
    "COMMENT_TYPES",
    "NO_HOURS",
    "ApiKey",
    "Attachment",
    "AuditEntry",
    "Bug",
    "BugField",
    "BugTag",
    "BugVisit",
    "Change",
    "Classification",
    "Comment",
    "Component",
    "FieldType",
    "FieldValue",
    "Flag",
    "FlagType",
    "Group",
    "GroupControl",
    "GroupGrant",
    "Hours",
    "Keyword",
    "Milestone",
    "Person",
    "Product",
    "SavedSearch",
    "Scope",
    "Session",
    "Site",
    "StatusTransition",
    "User",
    "Version",
]
