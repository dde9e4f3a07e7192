"""Reading products and flag types."""

from collections import defaultdict

from gateway.model import Component, FlagType, GroupControl, Product, Scope
from gateway.store.sql.session import Session
from gateway.store.sql.statements import Row

_PRODUCT = "SELECT id, name, description, is_active FROM products "
PRODUCT = _PRODUCT + "WHERE name = ?"
PRODUCTS = _PRODUCT + "ORDER BY id"
COMPONENTS = """
    SELECT components.id, name, description, coalesce(users.login, '')
    FROM components LEFT JOIN users ON users.id = default_assignee_id
    WHERE product_id = ? ORDER BY components.id"""
GROUP_CONTROLS = """
    SELECT groups.name, entry, can_edit, member_control, other_control
    FROM group_controls JOIN groups ON groups.id = group_id
    WHERE product_id = ? ORDER BY group_id"""
VERSIONS = "SELECT name FROM versions WHERE product_id = ? ORDER BY id"
MILESTONES = "SELECT name FROM milestones WHERE product_id = ? ORDER BY id"

FLAG_TYPES = """
    SELECT types.id, types.name, types.description, target_type, sortkey,
           is_active, is_requestable, is_requesteeble, is_multiplicable, grants.name, requests.name
    FROM flag_types AS types
    LEFT JOIN groups AS grants ON grants.id = grant_group_id
    LEFT JOIN groups AS requests ON requests.id = request_group_id
    ORDER BY sortkey, types.name, types.id"""
SCOPES = """
    SELECT flag_type_id, is_exclusion, products.name, components.name
    FROM flag_type_scopes AS scopes
    LEFT JOIN products ON products.id = scopes.product_id
    LEFT JOIN components ON components.id = scopes.component_id
    ORDER BY scopes.id"""


class ProductReading(Session):
    """The part of `gateway.store.interface.Reader` about products and flag types."""

    def product(self, name: str) -> Product | None:
        """A product by its exact name."""
        return self._remembered((PRODUCT, name), lambda: self._product_named(name))

    def _product_named(self, name: str) -> Product | None:
        row = self._row(PRODUCT, name)
        return self._product(row) if row else None

    def products(self) -> list[Product]:
        """All products, by id."""
        return [self._product(row) for row in self._rows(PRODUCTS)]

    def _product(self, row: Row) -> Product:
        product_id, name, description, is_active = row
        return Product(
            product_id,
            name,
            description,
            is_active == 1,
            tuple(Component(*component) for component in self._rows(COMPONENTS, product_id)),
            tuple(_group_control(control) for control in self._rows(GROUP_CONTROLS, product_id)),
            tuple(name for (name,) in self._rows(VERSIONS, product_id)),
            tuple(name for (name,) in self._rows(MILESTONES, product_id)),
        )

    def flag_types(self, product: str | None = None, component: str | None = None) -> list[FlagType]:
        """The flag types for attachments and bugs, by sort key, then name, then id.

        With a product and a component only those that apply there: included and not excluded.
        """
        types = self._remembered(FLAG_TYPES, self._flag_types)
        if product is None or component is None:
            return list(types)
        return [flag_type for flag_type in types if _applies(flag_type, product, component)]

    def _flag_types(self) -> tuple[FlagType, ...]:
        inclusions: dict[int, list[Scope]] = defaultdict(list)
        exclusions: dict[int, list[Scope]] = defaultdict(list)
        for type_id, is_exclusion, *scope in self._rows(SCOPES):
            (exclusions if is_exclusion else inclusions)[type_id].append(Scope(*scope))
        return tuple(_flag_type(row, inclusions[row[0]], exclusions[row[0]]) for row in self._rows(FLAG_TYPES))


def _group_control(row: Row) -> GroupControl:
    group, entry, can_edit, member_control, other_control = row
    return GroupControl(group, entry == 1, can_edit == 1, member_control, other_control)


def _flag_type(row: Row, inclusions: list[Scope], exclusions: list[Scope]) -> FlagType:
    type_id, name, description, target_type, sortkey = row[:5]
    is_active, is_requestable, is_requesteeble, is_multiplicable, grant_group, request_group = row[5:]
    return FlagType(
        type_id,
        name,
        description,
        target_type,
        sortkey,
        is_active == 1,
        is_requestable == 1,
        is_requesteeble == 1,
        is_multiplicable == 1,
        grant_group,
        request_group,
        tuple(inclusions),
        tuple(exclusions),
    )


def _applies(flag_type: FlagType, product: str, component: str) -> bool:
    def within(scope: Scope) -> bool:
        return scope.product in (None, product) and scope.component in (None, component)

    return any(map(within, flag_type.inclusions)) and not any(map(within, flag_type.exclusions))
