"""Reading products and flag types."""

import json
from collections import defaultdict
from collections.abc import Sequence

from gateway.model import Classification, FlagType, Product, Scope
from gateway.store.sql.statements import Row
from gateway.store.sql.tables import (
    CLASSIFICATIONS,
    COMPONENTS,
    FLAG_TYPES,
    GROUP_CONTROLS,
    MILESTONES,
    PRODUCTS,
    VERSIONS,
)
from gateway.store.sql.transaction import Transaction

ALL_CLASSIFICATIONS = f"SELECT {CLASSIFICATIONS.selected()} FROM classifications ORDER BY id"
_PRODUCT = f"""
    SELECT {PRODUCTS.selected()}, coalesce(classifications.name, 'Unclassified') AS classification
    FROM products LEFT JOIN classifications ON classifications.id = classification_id """
PRODUCT_BY_NAME = _PRODUCT + "WHERE products.name = ?"
ALL_PRODUCTS = _PRODUCT + "ORDER BY products.id"
COMPONENTS_OF_PRODUCT = f"""
    SELECT {COMPONENTS.selected()}, coalesce(assignees.login, '') AS default_assignee,
           coalesce(contacts.login, '') AS default_qa_contact,
           (SELECT json_group_array(users.login) FROM component_cc JOIN users ON users.id = user_id
            WHERE component_id = components.id) AS cc
    FROM components LEFT JOIN users AS assignees ON assignees.id = default_assignee_id
    LEFT JOIN users AS contacts ON contacts.id = default_qa_contact_id
    WHERE product_id = ? ORDER BY components.id"""
CONTROLS_OF_PRODUCT = f"""
    SELECT {GROUP_CONTROLS.selected()}, groups.name AS "group"
    FROM group_controls JOIN groups ON groups.id = group_id
    WHERE product_id = ? ORDER BY group_id"""
VERSIONS_OF_PRODUCT = f"SELECT {VERSIONS.selected()} FROM versions WHERE product_id = ? ORDER BY id"
MILESTONES_OF_PRODUCT = f"SELECT {MILESTONES.selected()} FROM milestones WHERE product_id = ? ORDER BY id"

ALL_FLAG_TYPES = f"""
    SELECT {FLAG_TYPES.selected()}, grants.name AS grant_group, requests.name AS request_group
    FROM flag_types
    LEFT JOIN groups AS grants ON grants.id = grant_group_id
    LEFT JOIN groups AS requests ON requests.id = request_group_id
    ORDER BY sortkey, flag_types.name, flag_types.id"""
SCOPES = """
    SELECT flag_type_id, is_exclusion, products.name AS product, components.name AS component
    FROM flag_type_scopes AS scopes
    LEFT JOIN products ON products.id = scopes.product_id
    LEFT JOIN components ON components.id = scopes.component_id
    ORDER BY scopes.id"""

_read_products = PRODUCTS.reader("components", "controls", "versions", "milestones")
_read_components = COMPONENTS.reader("default_cc")
_read_classifications = CLASSIFICATIONS.reader()
_read_versions = VERSIONS.reader()
_read_milestones = MILESTONES.reader()
_read_controls = GROUP_CONTROLS.reader()
_read_flag_types = FLAG_TYPES.reader("inclusions", "exclusions")


class ProductReader(Transaction):
    """The part of `gateway.store.interface.Reader` about products and flag types."""

    def classifications(self) -> Sequence[Classification]:
        """Return all classifications, by id."""
        return self._cached(ALL_CLASSIFICATIONS, lambda: _read_classifications(self._rows(ALL_CLASSIFICATIONS)))

    def product(self, name: str) -> Product | None:
        """Return a product by its exact name."""
        return self._cached((PRODUCT_BY_NAME, name), lambda: self._product(name))

    def _product(self, name: str) -> Product | None:
        found = self._with_parts(self._rows(PRODUCT_BY_NAME, name))
        return found[0] if found else None

    def products(self) -> list[Product]:
        """Return all products, by id."""
        return list(self._cached(ALL_PRODUCTS, lambda: self._with_parts(self._rows(ALL_PRODUCTS))))

    def _with_parts(self, rows: list[Row]) -> list[Product]:
        return _read_products(
            rows,
            components=lambda row: tuple(
                _read_components(self._rows(COMPONENTS_OF_PRODUCT, row.id), default_cc=_component_cc)
            ),
            controls=lambda row: tuple(_read_controls(self._rows(CONTROLS_OF_PRODUCT, row.id))),
            versions=lambda row: tuple(_read_versions(self._rows(VERSIONS_OF_PRODUCT, row.id))),
            milestones=lambda row: tuple(_read_milestones(self._rows(MILESTONES_OF_PRODUCT, row.id))),
        )

    def flag_types(self, product: str | None = None, component: str | None = None) -> list[FlagType]:
        """Return the flag types for attachments and bugs, by sort key, then name, then id.

        With a product and a component only those that apply there: included and not excluded.
        """
        types = self._cached(ALL_FLAG_TYPES, self._flag_types)
        if product is None or component is None:
            return list(types)
        return [flag_type for flag_type in types if _applies(flag_type, product, component)]

    def _flag_types(self) -> tuple[FlagType, ...]:
        inclusions: dict[int, list[Scope]] = defaultdict(list)
        exclusions: dict[int, list[Scope]] = defaultdict(list)
        for row in self._rows(SCOPES):
            scopes = exclusions if row.is_exclusion else inclusions
            scopes[row.flag_type_id].append(Scope(row.product, row.component))
        types = _read_flag_types(
            self._rows(ALL_FLAG_TYPES),
            inclusions=lambda row: tuple(inclusions[row.id]),
            exclusions=lambda row: tuple(exclusions[row.id]),
        )
        return tuple(types)


def _component_cc(row: Row) -> tuple[str, ...]:
    return tuple(sorted(json.loads(row.cc, strict=False), key=str.casefold))


def _applies(flag_type: FlagType, product: str, component: str) -> bool:
    def within(scope: Scope) -> bool:
        return scope.product in (None, product) and scope.component in (None, component)

    return any(map(within, flag_type.inclusions)) and not any(map(within, flag_type.exclusions))
