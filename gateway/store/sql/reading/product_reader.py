"""Reading products and flag types."""

from collections import defaultdict

from gateway.model import FlagType, Product, Scope
from gateway.store.sql.statements import Row
from gateway.store.sql.tables import COMPONENTS, FLAG_TYPES, GROUP_CONTROLS, PRODUCTS
from gateway.store.sql.transaction import Transaction

_PRODUCT = f"SELECT {PRODUCTS.selected()} FROM products "
PRODUCT_BY_NAME = _PRODUCT + "WHERE name = ?"
ALL_PRODUCTS = _PRODUCT + "ORDER BY id"
COMPONENTS_OF_PRODUCT = f"""
    SELECT {COMPONENTS.selected()}, coalesce(users.login, '') AS default_assignee
    FROM components LEFT JOIN users ON users.id = default_assignee_id
    WHERE product_id = ? ORDER BY components.id"""
CONTROLS_OF_PRODUCT = f"""
    SELECT {GROUP_CONTROLS.selected()}, groups.name AS "group"
    FROM group_controls JOIN groups ON groups.id = group_id
    WHERE product_id = ? ORDER BY group_id"""
VERSIONS = "SELECT name FROM versions WHERE product_id = ? ORDER BY id"
MILESTONES = "SELECT name FROM milestones WHERE product_id = ? ORDER BY id"

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
_read_components = COMPONENTS.reader()
_read_controls = GROUP_CONTROLS.reader()
_read_flag_types = FLAG_TYPES.reader("inclusions", "exclusions")


class ProductReader(Transaction):
    """The part of `gateway.store.interface.Reader` about products and flag types."""

    def product(self, name: str) -> Product | None:
        """Return a product by its exact name."""
        return self._cached((PRODUCT_BY_NAME, name), lambda: self._product(name))

    def _product(self, name: str) -> Product | None:
        found = self._with_parts(self._rows(PRODUCT_BY_NAME, name))
        return found[0] if found else None

    def products(self) -> list[Product]:
        """Return all products, by id."""
        return self._with_parts(self._rows(ALL_PRODUCTS))

    def _with_parts(self, rows: list[Row]) -> list[Product]:
        return _read_products(
            rows,
            components=lambda row: tuple(_read_components(self._rows(COMPONENTS_OF_PRODUCT, row.id))),
            controls=lambda row: tuple(_read_controls(self._rows(CONTROLS_OF_PRODUCT, row.id))),
            versions=lambda row: tuple(name for (name,) in self._rows(VERSIONS, row.id)),
            milestones=lambda row: tuple(name for (name,) in self._rows(MILESTONES, row.id)),
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


def _applies(flag_type: FlagType, product: str, component: str) -> bool:
    def within(scope: Scope) -> bool:
        return scope.product in (None, product) and scope.component in (None, component)

    return any(map(within, flag_type.inclusions)) and not any(map(within, flag_type.exclusions))
