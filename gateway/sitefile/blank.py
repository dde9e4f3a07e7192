"""The site that there is before anybody sets anything up: the groups whose names mean something."""

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
"""In the shape of a site file. `insiders` means something by the parameter `insidergroup`."""
