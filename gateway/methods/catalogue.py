"""All the methods that there are: a module with declarations is listed here, and nowhere else."""

from gateway.methods import (
    attachment_add,
    attachment_update,
    attachments,
    bug_create,
    bugs,
    bugzilla,
    comments,
    issues,
    sessions,
    system,
    users,
)
from gateway.methods.declaration import ISSUES, METHODS, PAGES

__all__ = [
    "ISSUES",
    "METHODS",
    "PAGES",
    "attachment_add",
    "attachment_update",
    "attachments",
    "bug_create",
    "bugs",
    "bugzilla",
    "comments",
    "issues",
    "sessions",
    "system",
    "users",
]
