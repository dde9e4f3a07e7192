"""`Classification.get`: groups of products."""

from collections.abc import Iterable

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import INT, STRING, Call, Field, Param, Route, array, reads, struct
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.product_access import by_name, products
from gateway.model import Classification, Product
from gateway.store.interface import Reader
from gateway.values import Value

PRODUCT = ObjectType[Product](
    ModelField("id", INT, "Number of the product."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description, which may have HTML."),
)


def _edits(call: Call[Reader]) -> bool:
    return access.in_group(call.user, "editclassifications")


def _visible_products(call: Call[Reader]) -> list[Product]:
    return sorted(call.tx.products(), key=by_name) if _edits(call) else products(call, "selectable")


def _products(listing: Listing[Classification]) -> Iterable[Value]:
    visible = _visible_products(listing.call)
    for each in listing.objects:
        held = [product for product in visible if product.classification == each.name]
        yield [*PRODUCT.show(listing.call, listing.wanted, held, "products")]


CLASSIFICATION = ObjectType[Classification](
    ModelField("id", INT, "Number of the classification."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description."),
    ModelField("sort_key", INT, "Position in lists."),
    ModelField("products", array(PRODUCT), "Products that the caller may look at.", read_all=_products),
)


@reads(
    "Classification.get",
    params=(
        Param("ids", array(INT), "Numbers of classifications.", example="1"),
        Param("names", array(STRING), "Names of classifications.", example="Unclassified"),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("classifications", array(CLASSIFICATION), "Those that hold a product for the caller.")),
    routes=(Route("GET", "/classification/{ids:[0-9]+}"), Route("GET", "/classification/{names}")),
    errors=(
        errors.PARAMS_REQUIRED,
        errors.OBJECT_NOT_FOUND,
        errors.NOT_NUMERIC,
        errors.CLASSIFICATIONS_DISABLED,
    ),
)
def get(call: Call[Reader]) -> Value:
    """Show classifications with the products in them."""
    params = call.params
    if params.value("ids") is None and params.value("names") is None:
        raise errors.PARAMS_REQUIRED(params="ids, names")
    if not call.site.uses("useclassification") and not _edits(call):
        raise errors.CLASSIFICATIONS_DISABLED()
    shown = {each.id: each for each in _chosen(call)}
    if not _edits(call):
        filled = {product.classification for product in _visible_products(call)}
        shown = {number: each for number, each in shown.items() if each.name in filled}
    return {"classifications": [*CLASSIFICATION.show(call, FieldFilter(params), [*shown.values()])]}


def _chosen(call: Call[Reader]) -> Iterable[Classification]:
    """Yield the classifications that the call names. Raises OBJECT_NOT_FOUND."""
    by_id = {each.id: each for each in call.tx.classifications()}
    named = {each.name.casefold(): each for each in by_id.values()}
    for number in call.params.numbers("ids"):
        if number not in by_id:
            raise errors.OBJECT_NOT_FOUND(what="classification", name=number)
        yield by_id[number]
    for name in call.params.texts("names"):
        if name.casefold() not in named:
            raise errors.OBJECT_NOT_FOUND(what="classification", name=name)
        yield named[name.casefold()]
