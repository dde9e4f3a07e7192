"""The audit log of what administrators change: `AuditedWriter` adds to it whatever a command or a call does."""

import getpass
import os
from collections.abc import Collection
from typing import Any, cast

from msgspec import Struct

from gateway.model import (
    ApiKey,
    AuditEntry,
    Component,
    FlagType,
    Group,
    GroupControl,
    Product,
    Site,
    User,
)
from gateway.store.interface import Writer

HIDDEN = "(hidden)"
"""The value of a secret in the log."""

_SEPARATE = {"id", "groups", "components", "controls", "versions", "milestones", "password_hash"}
"""The fields of objects that other operations change."""


def actor() -> str:
    """Return the login of whoever runs the command in the operating system, as far as that tells."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a user id without an account, as in a container
        return f"uid {os.getuid()}"


def audited(tx: Writer, user: User | None = None) -> Writer:
    """Return a `Writer` that logs what administrators change: this user, or without one whoever runs the command."""
    return cast(Writer, AuditedWriter(tx, user))


class AuditedWriter:
    """A `Writer` whose changes of the site, its people and its products are logged; all else is the store's own."""

    def __init__(self, tx: Writer, user: User | None) -> None:
        self._tx = tx
        self._user_id = user.id if user else None
        self._actor = "" if user else actor()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    # ---- the site and its people
    def set_site(self, site: Site) -> None:
        """Replace what is set for the whole site."""
        old, new = self._tx.site().parameters, site.parameters
        self._tx.set_site(site)
        for name in sorted({*old, *new}):
            self._note("Bugzilla::Config", 0, name, old.get(name, ""), new.get(name, ""))

    def add_group(self, group: Group) -> int:
        """Add a group."""
        return self._created("Bugzilla::Group", group.name, self._tx.add_group(group))

    def set_group(self, group: Group) -> None:
        """Replace a group, by its id."""
        old = next((each for each in self._tx.groups() if each.id == group.id), None)
        self._tx.set_group(group)
        self._compare("Bugzilla::Group", old, group)

    def add_user(self, user: User, password_hash: str | None) -> int:
        """Add a user."""
        user_id = self._created("Bugzilla::User", user.login, self._tx.add_user(user, password_hash))
        self._note("Bugzilla::User", user_id, "groups", "", _listed(user.groups))
        return user_id

    def set_user(self, user: User) -> None:
        """Replace everything about a user but the password and the groups, by its id."""
        old = self._tx.user(user.id)
        self._tx.set_user(user)
        self._compare("Bugzilla::User", old, user)

    def set_direct_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups in which a user is by their own right."""
        old = self._tx.direct_groups(user_id)
        self._tx.set_direct_groups(user_id, groups)
        self._note("Bugzilla::User", user_id, "groups", _listed(old - set(groups)), _listed(set(groups) - old))

    def set_blessed_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Replace the groups into which a user, by their own right, may put users."""
        old = self._tx.blessed_groups(user_id)
        self._tx.set_blessed_groups(user_id, groups)
        self._note("Bugzilla::User", user_id, "bless_groups", _listed(old - set(groups)), _listed(set(groups) - old))

    def set_password_hash(self, user_id: int, password_hash: str, *, end_logins: bool = True) -> None:
        """Replace the hash of a user's password."""
        self._tx.set_password_hash(user_id, password_hash, end_logins=end_logins)
        self._note("Bugzilla::User", user_id, "cryptpassword", HIDDEN, f"{HIDDEN}, new")

    def clear_lockouts(self, user_id: int) -> None:
        """Delete the records of wrong passwords for a user from every address."""
        self._tx.clear_lockouts(user_id)
        self._note("Bugzilla::User", user_id, "lockouts", "all", "")

    def add_api_key(self, key: ApiKey) -> int:
        """Add an API key."""
        key_id = self._tx.add_api_key(key)
        self._note("Bugzilla::User", key.user_id, "api_key", "", f"{key_id} {key.description}".strip())
        return key_id

    def revoke_api_key(self, key_id: int) -> None:
        """Revoke an API key."""
        self._tx.revoke_api_key(key_id)
        self._note("Bugzilla::User::APIKey", key_id, "revoked", "0", "1")

    # ---- products
    def add_product(self, product: Product) -> int:
        """Add a product with its components."""
        product_id = self._created("Bugzilla::Product", product.name, self._tx.add_product(product))
        for component in product.components:
            self._note("Bugzilla::Product", product_id, "component", "", component.name)
        return product_id

    def set_product(self, product: Product) -> None:
        """Replace a product, by its id."""
        old = next((each for each in self._tx.products() if each.id == product.id), None)
        self._tx.set_product(product)
        self._compare("Bugzilla::Product", old, product)

    def add_component(self, product: str, component: Component) -> int:
        """Add a component to a product."""
        name = f"{product}: {component.name}"
        return self._created("Bugzilla::Component", name, self._tx.add_component(product, component))

    def set_component(self, component: Component) -> None:
        """Replace a component, by its id."""
        components = (each for product in self._tx.products() for each in product.components)
        old = next((each for each in components if each.id == component.id), None)
        self._tx.set_component(component)
        self._compare("Bugzilla::Component", old, component)

    def set_group_control(self, product: str, control: GroupControl) -> None:
        """Set what a group means for a product."""
        found = self._tx.product(product)
        old = next((each for each in found.controls if each.group == control.group), None) if found else None
        self._tx.set_group_control(product, control)
        self._compare("Bugzilla::Product", old, control, found.id if found else 0, f"{control.group}.")

    def add_flag_type(self, flag_type: FlagType) -> int:
        """Add a flag type."""
        return self._created("Bugzilla::FlagType", flag_type.name, self._tx.add_flag_type(flag_type))

    def set_flag_type(self, flag_type: FlagType) -> None:
        """Replace a flag type, by its id."""
        old = next((each for each in self._tx.flag_types() if each.id == flag_type.id), None)
        self._tx.set_flag_type(flag_type)
        self._compare("Bugzilla::FlagType", old, flag_type)

    def set_flag_type_active(self, flag_type_id: int, active: bool) -> None:
        """Deactivate a flag type, or activate it again."""
        self._tx.set_flag_type_active(flag_type_id, active)
        self._note("Bugzilla::FlagType", flag_type_id, "is_active", str(int(not active)), str(int(active)))

    # ---- the log
    def _created(self, class_name: str, name: str, object_id: int) -> int:
        self._note(class_name, object_id, "__create__", "", name)
        return object_id

    def _compare(
        self, class_name: str, old: Struct | None, new: Struct, object_id: int | None = None, prefix: str = ""
    ) -> None:
        for name in new.__struct_fields__:
            if name not in _SEPARATE:
                before = "" if old is None else _word(getattr(old, name))
                identity = getattr(new, "id", 0) if object_id is None else object_id
                self._note(class_name, identity, f"{prefix}{name}", before, _word(getattr(new, name)))

    def _note(self, class_name: str, object_id: int, field: str, removed: str, added: str) -> None:
        if removed != added:
            self._tx.add_audit_entry(
                AuditEntry(0, self._user_id, class_name, object_id, field, removed, added, self._tx.now, self._actor)
            )


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _word(value: object) -> str:
    """Write a value as Bugzilla's log does: numbers for truth, nothing for None."""
    if isinstance(value, tuple):
        return ", ".join(map(_word, value))
    if isinstance(value, Struct):
        return " / ".join(filter(None, (_word(getattr(value, name)) for name in value.__struct_fields__)))
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
