"""The site of a new database: the groups whose names have a meaning."""

from typing import Any

BLANK: dict[str, Any] = {
    "params": {"insidergroup": "insiders"},
    "groups": [
        {"name": "admin", "description": "Administrators."},
        {"name": "editusers", "description": "May look at every account."},
        {"name": "editbugs", "description": "May change every bug and attachment that they see."},
        {"name": "canconfirm", "description": "Their bugs are confirmed from the start."},
        {"name": "insiders", "description": "See private attachments and comments."},
    ],
}
"""As in a site file. The parameter `insidergroup` gives `insiders` its meaning."""
