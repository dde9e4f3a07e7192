"""All the methods that there are: a module with declarations is listed here, and nowhere else."""

from gateway.methods import (
    api_keys,
    attachment_add,
    attachment_form,
    attachment_update,
    attachments,
    bug_create,
    bug_search,
    bugs,
    bugzilla,
    comments,
    issues,
    sessions,
    system,
    uploads,
    users,
    views,
)
from gateway.methods.declaration import ISSUES, METHODS, PAGES

__all__ = [
    "ISSUES",
    "METHODS",
    "PAGES",
    "api_keys",
    "attachment_add",
    "attachment_form",
    "attachment_update",
    "attachments",
    "bug_create",
    "bug_search",
    "bugs",
    "bugzilla",
    "comments",
    "issues",
    "sessions",
    "system",
    "uploads",
    "users",
    "views",
]
