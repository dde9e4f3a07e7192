"""The reference data that stores cache, and changes of it."""

import re
from collections.abc import Callable

from gateway.model import Component, FlagType, GroupControl, Site, User
from gateway.store.interface import Reader, Writer
from gateway.store.sql.reading import people_reader, product_reader

CHANGES: dict[str, Callable[[Writer], object]] = {
    "site": lambda tx: tx.set_site(Site("6.0")),
    "component": lambda tx: tx.add_component("Widget", Component(0, "New")),
    "control": lambda tx: tx.set_group_control("Widget", GroupControl("staff", entry=False)),
    "control of another group": lambda tx: tx.set_group_control("Widget", GroupControl("editbugs", can_edit=True)),
    "flag type": lambda tx: tx.add_flag_type(FlagType(0, "approval", grant_group="staff")),
    "flag type in use": lambda tx: tx.set_flag_type_active(1, False),
    "assignee's login": lambda tx: tx.set_user(User(2, "robert@my.company", "Bob")),
}

CACHED = [
    people_reader.SITE_ROW,
    product_reader.PRODUCT_BY_NAME,
    product_reader.COMPONENTS_OF_PRODUCT,
    product_reader.CONTROLS_OF_PRODUCT,
    product_reader.VERSIONS,
    product_reader.MILESTONES,
    product_reader.ALL_FLAG_TYPES,
    product_reader.SCOPES,
]

TABLES = {table for sql in CACHED for table in re.findall(r"(?:FROM|JOIN) (\w+)", sql)}
"""Its tables."""


def everything(tx: Reader) -> tuple[object, ...]:
    """All of it that the sample site has."""
    return tx.site(), tx.product("Widget"), tx.product("Gadget"), tx.flag_types(), tx.flag_types("Widget", "Core")
