"""All the methods that there are: a module with declarations is listed here, and nowhere else."""

from gateway.methods import (
    attachment_update,
    attachments,
    bug_create,
    bugs,
    bugzilla,
    comments,
    system,
    users,
)
from gateway.methods.declaration import METHODS

__all__ = [
    "METHODS",
    "attachment_update",
    "attachments",
    "bug_create",
    "bugs",
    "bugzilla",
    "comments",
    "system",
    "users",
]
