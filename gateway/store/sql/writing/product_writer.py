"""Writing products and flag types."""

from collections.abc import Iterable

from gateway.model import Classification, Component, FlagType, GroupControl, Product, Scope
from gateway.store.sql.tables import (
    CLASSIFICATIONS,
    COMPONENTS,
    FLAG_TYPES,
    GROUP_CONTROLS,
    MILESTONES,
    PRODUCTS,
    VERSIONS,
)
from gateway.store.sql.writing.writing_transaction import WritingTransaction

UNCLASSIFIED = "Unclassified"
"""The classification of products that have none, NULL in their column, whether there is a row of this name or not."""

SET_CLASSIFICATION = CLASSIFICATIONS.upsert("id") + " RETURNING id"
CLASSIFICATION_ID = "SELECT id FROM classifications WHERE name = ?"
ADD_PRODUCT = PRODUCTS.insert
_PRODUCT = PRODUCTS.without("id")
SET_PRODUCT = _PRODUCT.update
ADD_COMPONENT = COMPONENTS.insert
_COMPONENT = COMPONENTS.without("id", "product_id")
SET_COMPONENT = _COMPONENT.update
ADD_COMPONENT_CC = "INSERT INTO component_cc (component_id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
REMOVE_COMPONENT_CC = "DELETE FROM component_cc WHERE component_id = ?"
ADD_VERSION = VERSIONS.insert
SET_VERSION = VERSIONS.upsert("id") + " RETURNING id"
ADD_MILESTONE = MILESTONES.insert
SET_MILESTONE = MILESTONES.upsert("id") + " RETURNING id"
SET_GROUP_CONTROL = GROUP_CONTROLS.upsert("product_id", "group_id")
USER_ID = "SELECT id FROM users WHERE login_folded = ?"
ADD_FLAG_TYPE = FLAG_TYPES.insert
_FLAG_TYPE = FLAG_TYPES.without("id")
SET_FLAG_TYPE = _FLAG_TYPE.update
REMOVE_SCOPES = "DELETE FROM flag_type_scopes WHERE flag_type_id = ?"
ADD_SCOPE = """
    INSERT INTO flag_type_scopes (flag_type_id, is_exclusion, product_id, component_id) VALUES (?, ?, ?, ?)"""
SET_FLAG_TYPE_ACTIVE = "UPDATE flag_types SET is_active = ? WHERE id = ?"


class ProductWriter(WritingTransaction):
    """The part of `gateway.store.interface.Writer` about products and flag types."""

    def set_classification(self, classification: Classification) -> int:
        """Add a classification, or replace the one with its id; return the id."""
        values = CLASSIFICATIONS.values(classification)
        return self._add("classification", classification.name, SET_CLASSIFICATION, *values)

    def add_product(self, product: Product) -> int:
        """Add a product with its components, controls, versions and milestones."""
        values = PRODUCTS.values(product, classification_id=self._classification_id(product))
        product_id = self._add("product", product.name, ADD_PRODUCT, *values)
        for component in product.components:
            self._add_component(product_id, component)
        for control in product.controls:
            self._set_group_control(product_id, control)
        self._put_versions(product_id, product, ADD_VERSION, ADD_MILESTONE)
        return product_id

    def set_product(self, product: Product) -> None:
        """Replace a product, by its id, with its versions and milestones; not its components and controls."""
        values = _PRODUCT.values(product, classification_id=self._classification_id(product))
        self._change("product", product.id, SET_PRODUCT, *values, product.id, name=product.name)
        self._put_versions(product.id, product, SET_VERSION, SET_MILESTONE)

    def _classification_id(self, product: Product) -> int | None:
        name = product.classification
        return None if name == UNCLASSIFIED else self._id("classification", name, CLASSIFICATION_ID, name)

    def _put_versions(self, product_id: int, product: Product, version_sql: str, milestone_sql: str) -> None:
        for version in product.versions:
            self._add("version", version.name, version_sql, *VERSIONS.values(version, product_id=product_id))
        for milestone in product.milestones:
            self._add("milestone", milestone.name, milestone_sql, *MILESTONES.values(milestone, product_id=product_id))

    def add_component(self, product: str, component: Component) -> int:
        """Add a component to a product."""
        return self._add_component(self._product_id(product), component)

    def _add_component(self, product_id: int, component: Component) -> int:
        values = COMPONENTS.values(component, product_id=product_id, **self._people_ids(component))
        component_id = self._add("component", component.name, ADD_COMPONENT, *values)
        self._add_component_cc(component_id, component)
        return component_id

    def set_component(self, component: Component) -> None:
        """Replace a component, by its id."""
        values = _COMPONENT.values(component, **self._people_ids(component))
        self._change("component", component.id, SET_COMPONENT, *values, component.id, name=component.name)
        self._run(REMOVE_COMPONENT_CC, component.id)
        self._add_component_cc(component.id, component)

    def _people_ids(self, component: Component) -> dict[str, int | None]:
        assignee, contact = component.default_assignee, component.default_qa_contact
        return {
            "default_assignee_id": self._user_id(assignee) if assignee else None,
            "default_qa_contact_id": self._user_id(contact) if contact else None,
        }

    def _add_component_cc(self, component_id: int, component: Component) -> None:
        for login in component.default_cc:
            self._run(ADD_COMPONENT_CC, component_id, self._user_id(login))

    def _user_id(self, login: str) -> int:
        return self._id("user", login, USER_ID, login.casefold())

    def set_group_control(self, product: str, control: GroupControl) -> None:
        """Set what a group means for a product."""
        self._set_group_control(self._product_id(product), control)

    def _set_group_control(self, product_id: int, control: GroupControl) -> None:
        values = GROUP_CONTROLS.values(control, product_id=product_id, group_id=self._group_id(control.group))
        self._put("group control", control.group, SET_GROUP_CONTROL, *values)

    def add_flag_type(self, flag_type: FlagType) -> int:
        """Add a flag type."""
        values = FLAG_TYPES.values(flag_type, **self._flag_groups(flag_type))
        type_id = self._add("flag type", flag_type.name, ADD_FLAG_TYPE, *values)
        self._add_scopes(type_id, flag_type.inclusions, is_exclusion=False)
        self._add_scopes(type_id, flag_type.exclusions, is_exclusion=True)
        return type_id

    def set_flag_type(self, flag_type: FlagType) -> None:
        """Replace a flag type, by its id."""
        values = _FLAG_TYPE.values(flag_type, **self._flag_groups(flag_type))
        self._change("flag type", flag_type.id, SET_FLAG_TYPE, *values, flag_type.id, name=flag_type.name)
        self._run(REMOVE_SCOPES, flag_type.id)
        self._add_scopes(flag_type.id, flag_type.inclusions, is_exclusion=False)
        self._add_scopes(flag_type.id, flag_type.exclusions, is_exclusion=True)

    def _flag_groups(self, flag_type: FlagType) -> dict[str, int | None]:
        return {
            "grant_group_id": self._optional_group_id(flag_type.grant_group),
            "request_group_id": self._optional_group_id(flag_type.request_group),
        }

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
