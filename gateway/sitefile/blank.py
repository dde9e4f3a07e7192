"""The site of a new database: the groups whose names have a meaning."""

from typing import Any

BLANK: dict[str, Any] = {
    "params": {"insidergroup": "insiders"},
    "groups": [
        {"name": "admin", "description": "Administrators."},
        {"name": "editusers", "description": "May look at every account and change it."},
        {"name": "editbugs", "description": "May change every bug and attachment that they see."},
        {"name": "canconfirm", "description": "Their bugs are confirmed from the start."},
        {"name": "insiders", "description": "See private attachments and comments."},
        {"name": "creategroups", "description": "May create and change groups."},
        {"name": "editclassifications", "description": "May see every classification and its products."},
        {"name": "editcomponents", "description": "May create and change products, components and flag types."},
    ],
    "group_grants": [
        {"group": name, "member": "admin"}
        for name in ("editusers", "creategroups", "editclassifications", "editcomponents")
    ],
}
"""As in a site file. The parameter `insidergroup` gives `insiders` its meaning."""
