"""The reference data that stores cache, and changes of it."""

import re
from collections.abc import Callable

from msgspec.structs import replace
from store_samples import fill

from gateway.model import (
    ApiKey,
    BugField,
    Classification,
    Component,
    FieldValue,
    FlagType,
    Group,
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
    "API key": lambda tx: tx.revoke_api_key(1),
    "new API key": lambda tx: tx.add_api_key(ApiKey(0, 1, NEW_KEY)),
    "name of a key's owner": lambda tx: tx.set_user(User(1, "Alice@my.company", "Alice")),
    "key's owner is disabled": lambda tx: tx.set_user(User(1, "Alice@my.company", "Alice Ångström", "Gone.")),
    "groups of a key's owner": lambda tx: tx.set_direct_groups(1, []),
    "name of a group of a key's owner": lambda tx: tx.set_group(Group(1, "crew", "Those who work here")),
    "assignee's login": lambda tx: tx.set_user(User(2, "robert@my.company", "Bob")),
}

KEY, NEW_KEY = "aa" * 32, "bb" * 32
"""The SHA-256 of the first user's API key, and of one that is not there yet."""


def fill_all(writer: Writer) -> None:
    """Add the sample site, and a key for its first user."""
    fill(writer)
    writer.add_api_key(ApiKey(1, 1, KEY))


CACHED = [
    people_reader.API_KEY_AND_USER,
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

OF_KEYS = {"users", "api_keys", "memberships"}
"""The tables of what is cached for each API key that is used: not all changes of them matter."""

TABLES = {table for sql in CACHED for table in re.findall(r"(?:FROM|JOIN) (\w+)", sql)} - OF_KEYS
"""Those of all other data."""

_SHOWN = {"api_keys": {*ApiKey.__struct_fields__} - {"last_used"}, "users": {*User.__struct_fields__} - {"groups"}}

CHANGES_OF_KEYS = [
    *(
        f"UPDATE {table} SET {name} = {name} WHERE id = 1"  # noqa: S608 (of the model's own names)
        for table, names in _SHOWN.items()
        for name in sorted(names)
    ),
    "DELETE FROM memberships WHERE user_id = 1 AND group_id = 1",
    "INSERT INTO memberships (user_id, group_id) VALUES (1, 1)",
    "UPDATE memberships SET user_id = 2 WHERE user_id = 1 AND group_id = 1",
    "UPDATE memberships SET user_id = 1 WHERE user_id = 2 AND group_id = 1",
    "INSERT INTO api_keys (id, user_id, key_hash, description, revoked) VALUES (9, 2, 'dd', '', FALSE)",
    "DELETE FROM api_keys",
]
"""What must change the stamp, on either backend, if the first user has a key."""


def everything(tx: Reader) -> tuple[object, ...]:
    """All of it that the sample site has."""
    products = (tx.product("Widget"), tx.product("Gadget"), tx.products(), tx.classifications())
    fields = (tx.bug_fields(), tx.field_values("priority"), tx.status_transitions(), tx.keywords())
    flag_types = (tx.flag_types(), tx.flag_types("Widget", "Core"))
    return tx.site(), tx.group_grants(), products, fields, flag_types, tx.api_key(KEY), tx.api_key(NEW_KEY)
