"""The site on which bugs change: that of the other rules with more of everything.

It has keywords, custom fields, a field of an extension, types of flags on bugs, and the product Kit with the components
Wheel (admin's, with a default cc) and Old (inactive). Bugs that others than members of secret enter into Reports are in
that group.
"""

import json
from pathlib import Path
from typing import Any

from running import site

from gateway.model import new_bugzilla
from gateway.model.bug_fields import FieldType

CUSTOM = {
    "cf_text": FieldType.TEXT,
    "cf_choice": FieldType.SELECT,
    "cf_choices": FieldType.MULTI_SELECT,
    "cf_notes": FieldType.LONG_TEXT,
    "cf_time": FieldType.DATETIME,
    "cf_bug": FieldType.BUG_ID,
    "cf_day": FieldType.DATE,
    "cf_number": FieldType.INTEGER,
}
CHOICES = ("red", "green", "blue")
_MOVED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Kit", {"id": 30, "name": "moves"}),
    ("Widgets", {"id": 31, "name": "moves"}),
    ("Kit", {"id": 32, "name": "stays"}),
    ("Kit", {"id": 33, "name": "retired"}),
    ("Widgets", {"id": 34, "name": "retired", "is_active": False}),
    ("Kit", {"id": 35, "name": "granted"}),
    ("Widgets", {"id": 36, "name": "granted", "grant_group": "insiders"}),
)
"""The types of flags of one product only."""


def wide_site() -> dict[str, Any]:
    """Return the site as a site file."""
    wide = site()
    own = [{name: getattr(each, name) for name in each.__struct_fields__} for each in new_bugzilla.FIELDS]
    custom = [
        {"id": 1000 + number, "name": name, "description": name, "type": int(kind), "is_custom": True}
        for number, (name, kind) in enumerate(CUSTOM.items())
    ]
    of_extension = {"id": 2000, "name": "bug_mentors", "description": "Mentors", "type": 2, "is_in_lists": True}
    wide["bug_fields"] = [*own, *custom, of_extension]
    wide["field_values"] = [
        {"id": 0, "field": field, "name": name, "sort_key": key}
        for field in ("cf_choice", "cf_choices")
        for key, name in enumerate(CHOICES)
    ]
    wide["products"].append({"id": 6, "name": "Kit", "versions": ["1.0", "2.0"], "milestones": ["---", "soon"]})
    wide["components"] += [
        {"id": 7, "product": "Kit", "name": "Wheel", "default_assignee": "admin@example.com"}
        | {"default_cc": ["insider@example.com"]},
        {"id": 8, "product": "Kit", "name": "Old", "is_active": False},
    ]
    wide["flag_types"] += [
        {"id": 20, "name": "ask", "target_type": "bug"},
        {"id": 21, "name": "grant", "target_type": "bug", "grant_group": "insiders", "is_multiplicable": False},
        *({"target_type": "bug", "inclusions": [f"{product}:__Any__"], **each} for product, each in _MOVED),
    ]
    wide["products"].append({"id": 7, "name": "Reports", "description": "Bugs of others are in a group"})
    wide["components"].append({"id": 9, "product": "Reports", "name": "Box"})
    wide["group_controls"].append(
        {"product": "Reports", "group_name": "secret", "canedit": 0, "entry": 0, "membercontrol": 1, "othercontrol": 3}
    )
    wide["keywords"] = [{"id": number, "name": name} for number, name in enumerate(("crash", "perf"), 1)]
    wide["params"] = {**wide["params"], "urlbase": "http://bugs.example.com/"}
    return wide


def write(file: Path) -> Path:
    """Write the site file."""
    file.write_text(json.dumps(wide_site(), default=list))
    return file
