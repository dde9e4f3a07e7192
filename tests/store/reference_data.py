"""The reference data that stores cache, and changes of it."""

import re
from collections.abc import Callable

from msgspec.structs import replace

from gateway.model import (
    BugField,
    Classification,
    Component,
    FieldValue,
    FlagType,
    GroupControl,
    GroupGrant,
    Keyword,
    Site,
    StatusTransition,
    User,
)
from gateway.store.interface import Reader, Writer
from gateway.store.sql.reading import field_reader, people_reader, product_reader

CHANGES: dict[str, Callable[[Writer], object]] = {
    "site": lambda tx: tx.set_site(Site("6.0")),
    "component": lambda tx: tx.add_component("Widget", Component(0, "New")),
    "control": lambda tx: tx.set_group_control("Widget", GroupControl("staff", entry=False)),
    "control of another group": lambda tx: tx.set_group_control("Widget", GroupControl("editbugs", can_edit=True)),
    "flag type": lambda tx: tx.add_flag_type(FlagType(0, "approval", grant_group="staff")),
    "flag type in use": lambda tx: tx.set_flag_type_active(1, False),
    "classification": lambda tx: tx.set_classification(Classification(0, "New")),
    "field": lambda tx: tx.set_bug_fields([BugField(1, "bug_id", "Number")]),
    "value": lambda tx: tx.set_field_values("priority", [FieldValue(0, "priority", "P1")]),
    "transition": lambda tx: tx.set_status_transitions([StatusTransition(None, "NEW")]),
    "keyword": lambda tx: tx.set_keyword(Keyword(0, "crash")),
    "grant": lambda tx: tx.add_group_grant(GroupGrant("staff", "editbugs")),
    "component's cc": lambda tx: tx.set_component(
        replace(tx.products()[0].components[0], default_cc=("bob@my.company",))
    ),
    "assignee's login": lambda tx: tx.set_user(User(2, "robert@my.company", "Bob")),
}

CACHED = [
    people_reader.GRANTS,
    field_reader.ALL_FIELDS,
    field_reader.VALUES_OF_FIELD,
    field_reader.ALL_TRANSITIONS,
    field_reader.ALL_KEYWORDS,
    product_reader.ALL_CLASSIFICATIONS,
    product_reader.ALL_PRODUCTS,
    people_reader.SITE_ROW,
    product_reader.PRODUCT_BY_NAME,
    product_reader.COMPONENTS_OF_PRODUCT,
    product_reader.CONTROLS_OF_PRODUCT,
    product_reader.VERSIONS_OF_PRODUCT,
    product_reader.MILESTONES_OF_PRODUCT,
    product_reader.ALL_FLAG_TYPES,
    product_reader.SCOPES,
]

TABLES = {table for sql in CACHED for table in re.findall(r"(?:FROM|JOIN) (\w+)", sql)}
"""Its tables."""


def everything(tx: Reader) -> tuple[object, ...]:
    """All of it that the sample site has."""
    products = (tx.product("Widget"), tx.product("Gadget"), tx.products(), tx.classifications())
    fields = (tx.bug_fields(), tx.field_values("priority"), tx.status_transitions(), tx.keywords())
    return tx.site(), tx.group_grants(), products, fields, tx.flag_types(), tx.flag_types("Widget", "Core")
