"""Writing products and flag types."""

from collections.abc import Iterable

from gateway.model import Component, FlagType, GroupControl, Product, Scope
from gateway.store.sql.writing.session import WritingSession

ADD_PRODUCT = "INSERT INTO products (id, name, description, is_active) VALUES (?, ?, ?, ?) RETURNING id"
ADD_COMPONENT = """
    INSERT INTO components (id, product_id, name, description, default_assignee_id) VALUES (?, ?, ?, ?, ?)
    RETURNING id"""
ADD_VERSION = "INSERT INTO versions (product_id, name) VALUES (?, ?) RETURNING id"
ADD_MILESTONE = "INSERT INTO milestones (product_id, name) VALUES (?, ?) RETURNING id"
SET_GROUP_CONTROL = """
    INSERT INTO group_controls (product_id, group_id, entry, can_edit, member_control, other_control)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (product_id, group_id) DO UPDATE SET entry = excluded.entry, can_edit = excluded.can_edit,
        member_control = excluded.member_control, other_control = excluded.other_control"""
USER_ID = "SELECT id FROM users WHERE login_folded = ?"
ADD_FLAG_TYPE = """
    INSERT INTO flag_types (id, name, description, target_type, sortkey, is_active, is_requestable, is_requesteeble,
        is_multiplicable, grant_group_id, request_group_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
ADD_SCOPE = """
    INSERT INTO flag_type_scopes (flag_type_id, is_exclusion, product_id, component_id) VALUES (?, ?, ?, ?)"""
SET_FLAG_TYPE_ACTIVE = "UPDATE flag_types SET is_active = ? WHERE id = ?"


class ProductWriting(WritingSession):
    """The part of `gateway.store.interface.Writer` about products and flag types."""

    def add_product(self, product: Product) -> int:
        """Add a product with its components, controls, versions and milestones."""
        values = (product.id or None, product.name, product.description, product.is_active)
        product_id = self._add("product", product.name, ADD_PRODUCT, *values)
        for component in product.components:
            self._add_component(product_id, component)
        for control in product.controls:
            self._set_group_control(product_id, control)
        for version in product.versions:
            self._add("version", version, ADD_VERSION, product_id, version)
        for milestone in product.milestones:
            self._add("milestone", milestone, ADD_MILESTONE, product_id, milestone)
        return product_id

    def add_component(self, product: str, component: Component) -> int:
        """Add a component to a product."""
        return self._add_component(self._product_id(product), component)

    def _add_component(self, product_id: int, component: Component) -> int:
        login = component.default_assignee
        assignee_id = self._id("user", login, USER_ID, login.casefold()) if login else None
        values = (component.id or None, product_id, component.name, component.description, assignee_id)
        return self._add("component", component.name, ADD_COMPONENT, *values)

    def set_group_control(self, product: str, control: GroupControl) -> None:
        """Set what a group means for a product."""
        self._set_group_control(self._product_id(product), control)

    def _set_group_control(self, product_id: int, control: GroupControl) -> None:
        values = (control.entry, control.can_edit, control.member_control, control.other_control)
        group_id = self._group_id(control.group)
        self._put("group control", control.group, SET_GROUP_CONTROL, product_id, group_id, *values)

    def add_flag_type(self, flag_type: FlagType) -> int:
        """Add a flag type."""
        groups = (flag_type.grant_group, flag_type.request_group)
        type_id = self._add(
            "flag type",
            flag_type.name,
            ADD_FLAG_TYPE,
            flag_type.id or None,
            flag_type.name,
            flag_type.description,
            flag_type.target_type,
            flag_type.sortkey,
            flag_type.is_active,
            flag_type.is_requestable,
            flag_type.is_requesteeble,
            flag_type.is_multiplicable,
            *(None if group is None else self._group_id(group) for group in groups),
        )
        self._add_scopes(type_id, flag_type.inclusions, is_exclusion=False)
        self._add_scopes(type_id, flag_type.exclusions, is_exclusion=True)
        return type_id

    def _add_scopes(self, type_id: int, scopes: Iterable[Scope], *, is_exclusion: bool) -> None:
        for scope in scopes:
            self._run(ADD_SCOPE, type_id, is_exclusion, *self._scope_ids(scope))

    def _scope_ids(self, scope: Scope) -> tuple[int | None, int | None]:
        if scope.product is None:
            if scope.component is not None:
                raise ValueError(f"The component '{scope.component}' of a flag type needs its product.")
            return None, None
        product_id = self._product_id(scope.product)
        return product_id, scope.component if scope.component is None else self._component_id(
            scope.product, scope.component
        )

    def set_flag_type_active(self, flag_type_id: int, active: bool) -> None:
        """Take a flag type out of use, or into use again."""
        self._change("flag type", flag_type_id, SET_FLAG_TYPE_ACTIVE, active, flag_type_id)
