"""Writing products and flag types."""

from collections.abc import Iterable

from gateway.model import Component, FlagType, GroupControl, Product, Scope
from gateway.store.sql.tables import COMPONENTS, FLAG_TYPES, GROUP_CONTROLS, PRODUCTS
from gateway.store.sql.writing.writing_transaction import WritingTransaction

ADD_PRODUCT = PRODUCTS.insert
ADD_COMPONENT = COMPONENTS.insert
ADD_VERSION = "INSERT INTO versions (product_id, name) VALUES (?, ?) RETURNING id"
ADD_MILESTONE = "INSERT INTO milestones (product_id, name) VALUES (?, ?) RETURNING id"
SET_GROUP_CONTROL = GROUP_CONTROLS.upsert("product_id", "group_id")
USER_ID = "SELECT id FROM users WHERE login_folded = ?"
ADD_FLAG_TYPE = FLAG_TYPES.insert
ADD_SCOPE = """
    INSERT INTO flag_type_scopes (flag_type_id, is_exclusion, product_id, component_id) VALUES (?, ?, ?, ?)"""
SET_FLAG_TYPE_ACTIVE = "UPDATE flag_types SET is_active = ? WHERE id = ?"


class ProductWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about products and flag types."""

    def add_product(self, product: Product) -> int:
        """Add a product with its components, controls, versions and milestones."""
        product_id = self._add("product", product.name, ADD_PRODUCT, *PRODUCTS.values(product))
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
        values = COMPONENTS.values(component, product_id=product_id, default_assignee_id=assignee_id)
        return self._add("component", component.name, ADD_COMPONENT, *values)

    def set_group_control(self, product: str, control: GroupControl) -> None:
        """Set what a group means for a product."""
        self._set_group_control(self._product_id(product), control)

    def _set_group_control(self, product_id: int, control: GroupControl) -> None:
        values = GROUP_CONTROLS.values(control, product_id=product_id, group_id=self._group_id(control.group))
        self._put("group control", control.group, SET_GROUP_CONTROL, *values)

    def add_flag_type(self, flag_type: FlagType) -> int:
        """Add a flag type."""
        values = FLAG_TYPES.values(
            flag_type,
            grant_group_id=self._optional_group_id(flag_type.grant_group),
            request_group_id=self._optional_group_id(flag_type.request_group),
        )
        type_id = self._add("flag type", flag_type.name, ADD_FLAG_TYPE, *values)
        self._add_scopes(type_id, flag_type.inclusions, is_exclusion=False)
        self._add_scopes(type_id, flag_type.exclusions, is_exclusion=True)
        return type_id

    def _optional_group_id(self, group: str | None) -> int | None:
        return None if group is None else self._group_id(group)

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
        """Deactivate a flag type, or activate it again."""
        self._change("flag type", flag_type_id, SET_FLAG_TYPE_ACTIVE, active, flag_type_id)
