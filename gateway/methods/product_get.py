"""`Product.get` and the lists of products that a caller may look at."""

from collections.abc import Callable, Iterable, Sequence

from gateway import errors
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Field, Param, Route, array, reads, struct
from gateway.methods.include_fields import EVERY_FIELD, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.params import text, whole
from gateway.methods.product_access import KINDS, by_name, products
from gateway.methods.version_order import version_key
from gateway.model import Component, FlagType, Milestone, Product, Version
from gateway.store.interface import Reader
from gateway.values import Value


def _group_id(name: Callable[[FlagType], str | None]) -> Callable[[Listing[FlagType]], Iterable[int | None]]:
    """Return the function that reads the number of a group of flag types."""

    def read_all(listing: Listing[FlagType]) -> Iterable[int | None]:
        ids = {each.name: each.id for each in listing.call.tx.groups()}
        return [ids.get(name(each) or "") for each in listing.objects]

    return read_all


FLAG_TYPE = ObjectType[FlagType](
    ModelField("id", INT, "Number of the flag type."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description."),
    ModelField("cc_list", STRING, "Addresses that are told of its changes."),
    ModelField("sort_key", INT, "Position in lists.", attribute="sortkey"),
    ModelField("is_active", BOOLEAN, "True if it can be set."),
    ModelField("is_requestable", BOOLEAN, "True if it can be requested."),
    ModelField("is_requesteeble", BOOLEAN, "True if it can be requested of a particular user."),
    ModelField("is_multiplicable", BOOLEAN, "True if several of it can be set at once."),
    ModelField(
        "grant_group",
        INT,
        "Number of the group whose members may grant it; absent if everybody may.",
        optional=True,
        read_all=_group_id(lambda each: each.grant_group),
    ),
    ModelField(
        "request_group",
        INT,
        "Number of the group whose members may request it; absent if everybody may.",
        optional=True,
        read_all=_group_id(lambda each: each.request_group),
    ),
)
FLAG_TYPES = struct(
    Field("bug", array(FLAG_TYPE), "Flag types of bugs."),
    Field("attachment", array(FLAG_TYPE), "Flag types of attachments."),
)


COMPONENT = ObjectType[Component](
    ModelField("id", INT, "Number of the component."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description."),
    ModelField("default_assigned_to", STRING, "Login of the default assignee.", attribute="default_assignee"),
    ModelField("default_qa_contact", STRING, "Login of the default QA contact; empty if there is none."),
    ModelField("sort_key", INT, "Always 0.", read=lambda _: 0),
    ModelField("is_active", BOOLEAN, "True if bugs can be put into it."),
)
COMPONENT_WITH_FLAGS = COMPONENT.plus(ModelField("flag_types", FLAG_TYPES, "Flag types that apply to it."))
"""The type of components in results: their flag types depend on the product, and are added when it is shown."""

VERSION = ObjectType[Version](
    ModelField("id", INT, "Number of the version."),
    ModelField("name", STRING, "Name."),
    ModelField("sort_key", INT, "Always 0.", read=lambda _: 0),
    ModelField("is_active", BOOLEAN, "True if bugs can have it."),
)
MILESTONE = ObjectType[Milestone](
    ModelField("id", INT, "Number of the milestone."),
    ModelField("name", STRING, "Name."),
    ModelField("sort_key", INT, "Position in lists."),
    ModelField("is_active", BOOLEAN, "True if bugs can have it."),
)


def sorted_versions(product: Product) -> list[Version]:
    """Return the versions of a product in their order."""
    return sorted(product.versions, key=lambda each: version_key(each.name))


def sorted_milestones(product: Product) -> list[Milestone]:
    """Return the milestones of a product in their order."""
    return sorted(product.milestones, key=lambda each: (each.sort_key, each.name.casefold()))


def sorted_components(product: Product) -> list[Component]:
    """Return the components of a product in their order."""
    return sorted(product.components, key=lambda each: each.name.casefold())


def _components(listing: Listing[Product]) -> Iterable[Value]:
    call, wanted = listing.call, listing.wanted
    with_flags = wanted.wants("flag_types", parent="components")
    for product in listing.objects:
        components = sorted_components(product)
        shown = COMPONENT.show(call, wanted, components, "components")
        for component, members in zip(components, shown, strict=True):
            if with_flags:
                members["flag_types"] = _flag_types(call, product, component)
        yield [*shown]


def _flag_types(call: Call[Reader], product: Product, component: Component) -> Value:
    """Return the flag types of a component, whole: no member of them can be chosen."""
    types = call.tx.flag_types(product.name, component.name)
    return {
        target: [*FLAG_TYPE.show(call, EVERY_FIELD, [each for each in types if each.target_type == target])]
        for target in ("bug", "attachment")
    }


def _versions(listing: Listing[Product]) -> Iterable[Value]:
    for product in listing.objects:
        yield [*VERSION.show(listing.call, listing.wanted, sorted_versions(product), "versions")]


def _milestones(listing: Listing[Product]) -> Iterable[Value]:
    for product in listing.objects:
        yield [*MILESTONE.show(listing.call, listing.wanted, sorted_milestones(product), "milestones")]


PRODUCT = ObjectType[Product](
    ModelField("id", INT, "Number of the product."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description, which may have HTML."),
    ModelField("is_active", BOOLEAN, "True if bugs can be entered into it."),
    ModelField("default_milestone", STRING, "Milestone of new bugs."),
    ModelField("has_unconfirmed", BOOLEAN, "True if bugs in it can be unconfirmed.", attribute="allows_unconfirmed"),
    ModelField("classification", STRING, "Name of its classification."),
    ModelField("components", array(COMPONENT_WITH_FLAGS), "Components, by name.", read_all=_components),
    ModelField("versions", array(VERSION), "Versions, in their order.", read_all=_versions),
    ModelField("milestones", array(MILESTONE), "Milestones, by sort key.", read_all=_milestones),
)

_IDS = struct(Field("ids", array(INT), "Numbers of the products."))


@reads(
    "Product.get",
    params=(
        Param("ids", array(INT), "Numbers of products.", example="1"),
        Param("names", array(STRING), "Names of products.", example="Widgets"),
        Param("type", array(STRING), f"The products to look among: {', '.join(KINDS)}."),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("products", array(PRODUCT), "The products that there are and the caller may look at.")),
    routes=(
        Route("GET", "/product"),
        Route("GET", "/product/{ids:[0-9]+}"),
        Route("GET", "/product/{names}"),
    ),
    errors=(errors.PARAMS_REQUIRED, errors.PRODUCT_LIST_INVALID),
)
def get(call: Call[Reader]) -> Value:
    """Show products by number or name, with their components, versions and milestones."""
    params = call.params
    if all(params.value(name) is None for name in ("ids", "names", "type")):
        raise errors.PARAMS_REQUIRED(params="ids, names, type")
    chosen = _chosen(call, _candidates(call))
    return {"products": [*PRODUCT.show(call, FieldFilter(params), chosen)]}


def _candidates(call: Call[Reader]) -> list[Product]:
    """Return the products among which the call looks."""
    if call.params.value("type") is None:
        return products(call, "accessible")
    found: dict[int, Product] = {}
    for kind in call.params.texts("type"):
        if kind not in KINDS:
            raise errors.PRODUCT_LIST_INVALID(kind=kind, kinds=", ".join(KINDS))
        found |= {each.id: each for each in products(call, kind)}
    return sorted(found.values(), key=by_name)


def _chosen(call: Call[Reader], candidates: Sequence[Product]) -> list[Product]:
    """Return the products with the numbers, then those with the names, of the call; all if it has neither."""
    params = call.params
    if params.value("ids") is None and params.value("names") is None:
        return list(candidates)
    ids = {whole(text(each, "ids") or "") for each in params.items("ids")}
    names = {each.casefold() for each in params.texts("names")}
    by_id = [each for each in candidates if each.id in ids]
    return by_id + [each for each in candidates if each.name.casefold() in names and each.id not in ids]


def _ids(call: Call[Reader], kind: str) -> Value:
    return {"ids": [each.id for each in products(call, kind)]}


@reads("Product.get_accessible_products", result=_IDS, routes=(Route("GET", "/product_accessible"),))
def get_accessible_products(call: Call[Reader]) -> Value:
    """List the products that the caller may search or enter bugs into."""
    return _ids(call, "accessible")


@reads("Product.get_enterable_products", result=_IDS, routes=(Route("GET", "/product_enterable"),))
def get_enterable_products(call: Call[Reader]) -> Value:
    """List the products into which the caller may enter bugs."""
    return _ids(call, "enterable")


@reads("Product.get_selectable_products", result=_IDS, routes=(Route("GET", "/product_selectable"),))
def get_selectable_products(call: Call[Reader]) -> Value:
    """List the products whose bugs the caller may search."""
    return _ids(call, "selectable")
