"""Classifications, products with their parts and rules, and flag types."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import Rows, SourceRow
from gateway.model import (
    Classification,
    Component,
    FlagType,
    Group,
    GroupControl,
    Milestone,
    Product,
    Scope,
    Version,
)
from gateway.store.interface import Writer

_TARGETS = {"a": "attachment", "b": "bug"}


@dataclass(frozen=True, slots=True)
class ProductNames:
    """The names of products and components by id; a component has its product."""

    products: Mapping[int, str]
    components: Mapping[int, tuple[str, str]]


async def import_products(context: ImportContext, groups: Mapping[int, Group]) -> ProductNames:
    """Import classifications, and products with components, versions, milestones and controls of groups."""
    classifications = [_classification(row) for row in context.rows.all("classifications")]
    reading = _Products(context, groups, {each.id: each.name for each in classifications})
    products = [reading.product(row) for row in context.rows.all("products")]

    def work(writer: Writer) -> None:
        earlier = writer.classifications()
        for classification in classifications:
            if classification not in earlier:
                writer.set_classification(classification)
        there = {product.id: product for product in writer.products()}
        for product in products:
            stored = there.get(product.id)
            if stored is None:
                writer.add_product(product)
            elif _sorted(stored) != _sorted(whole := _completed(context.rows, product, stored)):
                _replace(writer, stored, whole)

    await context.write(work)
    context.report.take("classifications", len(classifications))
    context.report.take("products", len(products))
    return ProductNames(
        {product.id: product.name for product in products},
        {component.id: (product.name, component.name) for product in products for component in product.components},
    )


def _sorted(product: Product) -> Product:
    """Return a product with its parts in the order of their ids, whatever the order in a source or store is."""
    components = (replace(each, default_cc=tuple(sorted(each.default_cc))) for each in product.components)
    return replace(
        product,
        components=tuple(sorted(components, key=lambda each: each.id)),
        versions=tuple(sorted(product.versions, key=lambda each: each.id)),
        milestones=tuple(sorted(product.milestones, key=lambda each: each.id)),
        controls=tuple(sorted(product.controls, key=lambda each: each.group)),
    )


def _completed(rows: Rows, product: Product, there: Product) -> Product:
    """Return a product with the controls and default cc that are there already, if the source does not tell them."""
    if not rows.has("group_control_map"):
        product = replace(product, controls=there.controls)
    if not rows.has("component_cc"):
        earlier = {each.id: each.default_cc for each in there.components}
        components = (replace(each, default_cc=earlier.get(each.id, ())) for each in product.components)
        product = replace(product, components=tuple(components))
    return product


def _replace(writer: Writer, there: Product, product: Product) -> None:
    writer.set_product(product)
    components = {component.id: component for component in _sorted(there).components}
    for component in _sorted(product).components:
        if component.id not in components:
            writer.add_component(product.name, component)
        elif components[component.id] != component:
            writer.set_component(component)
    for control in product.controls:
        if control not in there.controls:
            writer.set_group_control(product.name, control)


def _classification(row: SourceRow) -> Classification:
    return Classification(row.number("id"), row.text("name"), row.text("description"), row.number("sortkey"))


class _Products:
    """Reads products with all of their parts."""

    def __init__(self, context: ImportContext, groups: Mapping[int, Group], classifications: dict[int, str]) -> None:
        self._context = context
        self._groups = groups
        self._classifications = classifications
        self._logins: dict[int, str] = {}
        self._cc: dict[int, list[int]] = {}
        for row in self._taken("component_cc"):
            self._cc.setdefault(row.number("component_id"), []).append(row.number("user_id"))
        self._components = self._by_product("components")
        self._versions = self._by_product("versions")
        self._milestones = self._by_product("milestones")
        self._controls = self._by_product("group_control_map")

    def _taken(self, table: str) -> list[SourceRow]:
        rows = self._context.rows.all(table)
        self._context.report.take(table, len(rows))
        return rows

    def _by_product(self, table: str) -> dict[int, list[SourceRow]]:
        found: dict[int, list[SourceRow]] = {}
        for row in self._taken(table):
            found.setdefault(row.number("product_id"), []).append(row)
        return found

    def product(self, row: SourceRow) -> Product:
        """Return a product as the source has it."""
        number = row.number("id")
        versions = self._versions.get(number, [])
        return Product(
            number,
            row.text("name"),
            row.text("description"),
            row.is_set("isactive", default=True),
            tuple(self._component(each) for each in self._components.get(number, [])),
            tuple(
                _control(each, self._groups[each.number("group_id")])
                for each in self._controls.get(number, [])
                if each.number("group_id") in self._groups
            ),
            tuple(Version(each.number("id"), each.text("value"), _is_active(each)) for each in versions),
            tuple(_milestone(each) for each in self._milestones.get(number, [])),
            self._classifications.get(row.number("classification_id"), "Unclassified"),
            row.text("defaultmilestone"),
            row.is_set("allows_unconfirmed", default=True),
        )

    def _component(self, row: SourceRow) -> Component:
        return Component(
            row.number("id"),
            row.text("name"),
            row.text("description"),
            self._login(row.number("initialowner")),
            self._login(row.number("initialqacontact")),
            tuple(filter(None, map(self._login, self._cc.get(row.number("id"), [])))),
            _is_active(row),
        )

    def _login(self, user_id: int) -> str:
        if user_id not in self._context.users:
            return ""
        if user_id not in self._logins:
            (row,) = self._context.rows.between("profiles", "userid", user_id, user_id)
            self._logins[user_id] = row.text("login_name")
        return self._logins[user_id]


def _is_active(row: SourceRow) -> bool:
    return row.is_set("isactive", default=True)


def _milestone(row: SourceRow) -> Milestone:
    return Milestone(row.number("id"), row.text("value"), row.number("sortkey"), _is_active(row))


def _control(row: SourceRow, group: Group) -> GroupControl:
    return GroupControl(
        group.name,
        row.is_set("entry"),
        row.is_set("canedit"),
        row.number("membercontrol"),
        row.number("othercontrol"),
        row.is_set("editcomponents"),
        row.is_set("editbugs"),
        row.is_set("canconfirm"),
    )


async def import_flag_types(context: ImportContext, groups: Mapping[int, Group], names: ProductNames) -> None:
    """Import flag types with the products and components that they are for."""
    scopes: dict[str, dict[int, list[Scope]]] = {"flaginclusions": {}, "flagexclusions": {}}
    for table, found in scopes.items():
        for row in context.rows.all(table):
            if (scope := _scope(row, names)) is not None:
                found.setdefault(row.number("type_id"), []).append(scope)
                context.report.take(table)
    flag_types = [_flag_type(row, groups, scopes) for row in context.rows.all("flagtypes")]

    def work(writer: Writer) -> None:
        there = {flag_type.id: flag_type for flag_type in writer.flag_types()}
        for flag_type in flag_types:
            if flag_type.id not in there:
                writer.add_flag_type(flag_type)
            elif there[flag_type.id] != flag_type:
                writer.set_flag_type(flag_type)

    await context.write(work)
    context.report.take("flagtypes", len(flag_types))


def _scope(row: SourceRow, names: ProductNames) -> Scope | None:
    product_id, component_id = row.optional_number("product_id"), row.optional_number("component_id")
    if component_id:
        found = names.components.get(component_id)
        return Scope(*found) if found else None
    if product_id:
        name = names.products.get(product_id)
        return Scope(name) if name else None
    return Scope()


def _flag_type(
    row: SourceRow, groups: Mapping[int, Group], scopes: Mapping[str, Mapping[int, list[Scope]]]
) -> FlagType:
    number = row.number("id")
    grant, request = groups.get(row.number("grant_group_id")), groups.get(row.number("request_group_id"))
    return FlagType(
        number,
        row.text("name"),
        row.text("description"),
        _TARGETS.get(row.text("target_type"), "bug"),
        row.number("sortkey"),
        row.is_set("is_active"),
        row.is_set("is_requestable"),
        row.is_set("is_requesteeble"),
        row.is_set("is_multiplicable"),
        grant.name if grant else None,
        request.name if request else None,
        tuple(scopes["flaginclusions"].get(number, [])),
        tuple(scopes["flagexclusions"].get(number, [])),
        row.text("cc_list"),
    )
