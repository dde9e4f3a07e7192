"""`Bug.fields` and `Bug.legal_values`: the fields of bugs and the values that they can have."""

from collections.abc import Iterable, Sequence

from gateway import errors
from gateway.methods.bug_get import BUG
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Field, Param, Route, array, reads, struct
from gateway.methods.include_fields import FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.params import number, text, whole
from gateway.methods.product_access import can_select, products
from gateway.methods.product_get import sorted_components, sorted_milestones, sorted_versions
from gateway.model import BugField, FieldType, FieldValue, Keyword, Product
from gateway.store.interface import Reader
from gateway.values import Value

_OF_PRODUCT = ("version", "component", "target_milestone")
"""The fields whose values belong to products."""

_SELECTS = (FieldType.SELECT, FieldType.MULTI_SELECT)

TRANSITION = struct(
    Field("name", STRING, "The status that may come next."),
    Field("comment_required", BOOLEAN, "True if the change takes a comment."),
)
VALUE = struct(
    Field("name", STRING, "The value; null for the status of bugs that are not there yet.", optional=True),
    Field("sort_key", INT, "Position in lists.", optional=True),
    Field("sortkey", INT, "The same as sort_key.", optional=True),
    Field("visibility_values", array(STRING), "Values of value_field with which it can be chosen.", optional=True),
    Field("is_active", BOOLEAN, "Of versions, components and milestones: true if bugs can have it.", optional=True),
    Field("is_open", BOOLEAN, "Of statuses: true if bugs with it are open.", optional=True),
    Field("can_change_to", array(TRANSITION), "Of statuses: those that may come next.", optional=True),
    Field("description", STRING, "Of keywords: the description.", optional=True),
)


def _values(listing: Listing[BugField]) -> Iterable[Value]:
    return [_values_of(listing.call, field) if _has_values(field) else None for field in listing.objects]


def _has_values(field: BugField) -> bool:
    is_select = field.type in _SELECTS and field.name != "product"
    return is_select or field.name in _OF_PRODUCT or field.name == "keywords"


def _value_field(field: BugField) -> str | None:
    return "product" if field.name in _OF_PRODUCT else field.value_field


FIELD = ObjectType[BugField](
    ModelField("id", INT, "Number of the field."),
    ModelField("type", INT, "Kind of field, as Bugzilla numbers them: 2 is a select, 3 a multi-select."),
    ModelField("is_custom", BOOLEAN, "True if the site defined it."),
    ModelField("name", STRING, "Inner name of the field."),
    ModelField("display_name", STRING, "Name for people.", attribute="description"),
    ModelField("is_mandatory", BOOLEAN, "True if every bug has it."),
    ModelField("is_on_bug_entry", BOOLEAN, "True if it can be set when a bug is entered."),
    ModelField("visibility_field", STRING, "Field on whose value it depends that this one is shown.", optional=True),
    ModelField(
        "visibility_values",
        array(STRING),
        "Values of that field with which this one is shown.",
        read=lambda field: [*field.visibility_values],
    ),
    ModelField("value_field", STRING, "Field on whose value the values depend.", optional=True, read=_value_field),
    ModelField("values", array(VALUE), "Values of a field that has a list of them.", optional=True, read_all=_values),
)


@reads(
    "Bug.fields",
    params=(
        Param("ids", array(INT), "Numbers of fields.", example="1"),
        Param("names", array(STRING), "Inner names of fields.", example="bug_status"),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("fields", array(FIELD), "The fields.")),
    routes=(
        Route("GET", "/field/bug"),
        Route("GET", "/field/bug/{ids:[0-9]+}"),
        Route("GET", "/field/bug/{names}"),
    ),
    errors=(errors.OBJECT_NOT_FOUND, errors.NOT_NUMERIC),
)
def fields(call: Call[Reader]) -> Value:
    """Show the fields of bugs, with their values and the workflow of the status."""
    chosen = _chosen(call)
    shown = FIELD.show(call, FieldFilter(call.params), chosen)
    for field, members in zip(chosen, shown, strict=True):
        if not _has_values(field):
            members.pop("values", None)
            members.pop("value_field", None)
    return {"fields": [*shown]}


def _chosen(call: Call[Reader]) -> list[BugField]:
    """Return the fields that a call names, or all that are in use. Raises OBJECT_NOT_FOUND, NOT_NUMERIC."""
    known, params = call.tx.bug_fields(), call.params
    if params.value("ids") is None and params.value("names") is None:
        return sorted((each for each in known if not each.is_obsolete), key=lambda each: (each.sort_key, each.name))
    by_id, by_name = {each.id: each for each in known}, {each.name.casefold(): each for each in known}
    found = []
    for each in params.items("ids"):
        field = by_id.get(number(each, "ids"))
        if field is None:
            raise errors.OBJECT_NOT_FOUND(what="field with the number", name=text(each, "ids"))
        found.append(field)
    for name in params.texts("names"):
        field = by_name.get(name.casefold())
        if field is None:
            raise errors.OBJECT_NOT_FOUND(what="field", name=name)
        if field not in found:
            found.append(field)
    return found


def _values_of(call: Call[Reader], field: BugField) -> list[Value]:
    if field.name in _OF_PRODUCT:
        return _product_values(call, field.name)
    if field.name == "keywords":
        return [{"name": each.name, "description": each.description} for each in _sorted_keywords(call)]
    if field.name == "bug_status":
        return _statuses(call)
    if field.name == "classification":
        classes = sorted(call.tx.classifications(), key=lambda each: (each.sort_key, each.name.casefold()))
        return [_value(each.name, each.sort_key, []) for each in classes]
    return [
        _value(each.name, each.sort_key, [each.controlling_value] if each.controlling_value is not None else [])
        for each in call.tx.field_values(field.name)
    ]


def _sorted_keywords(call: Call[Reader]) -> list[Keyword]:
    return sorted(call.tx.keywords(), key=lambda each: each.name.casefold())


def _value(name: str | None, sort_key: int, visibility_values: list[Value], **more: Value) -> Value:
    return {
        "name": name,
        "sort_key": sort_key,
        "sortkey": sort_key,
        "visibility_values": visibility_values,
        **more,
    }


def _product_values(call: Call[Reader], field: str) -> list[Value]:
    """Return the values of all products whose bugs the caller may search."""
    shown = [each for each in call.tx.products() if can_select(call.user, each)]
    found = []
    for product in shown:
        if field == "component":
            found += [(0, 0, each.name, each.is_active, product.name) for each in sorted_components(product)]
        elif field == "version":
            found += [(0, each.id, each.name, each.is_active, product.name) for each in product.versions]
        else:
            found += [(each.sort_key, 0, each.name, each.is_active, product.name) for each in product.milestones]
    if field == "version":
        found.sort(key=lambda each: each[1])
    elif field == "target_milestone":
        found.sort(key=lambda each: (each[0], each[2].casefold()))
    return [
        _value(name, sort_key, [product_name], is_active=is_active)
        for sort_key, _, name, is_active, product_name in found
    ]


def _statuses(call: Call[Reader]) -> list[Value]:
    """Return the statuses, each with those that may follow it; the first, without a name, has those of new bugs."""
    statuses = call.tx.field_values("bug_status")
    return [_status(call, None, statuses), *(_status(call, each, statuses) for each in statuses)]


def _status(call: Call[Reader], status: FieldValue | None, statuses: Sequence[FieldValue]) -> Value:
    after = {each.new_status: each for each in call.tx.status_transitions() if each.old_status == _name(status)}
    following: list[Value] = [
        {"name": each.name, "comment_required": after[each.name].comment_required}
        for each in statuses
        if each.name in after and each.is_active and each.name != _name(status)
    ]
    sort_key = status.sort_key if status else 0
    is_open = status.is_open if status else True
    return _value(_name(status), sort_key, [], is_open=is_open, can_change_to=following)


def _name(status: FieldValue | None) -> str | None:
    return status.name if status else None


@reads(
    "Bug.legal_values",
    params=(
        Param("field", STRING, "Name of a field with a list of values.", required=True, example="priority"),
        Param("product_id", INT, "Number of the product, for version, component and target_milestone.", example="1"),
    ),
    result=struct(Field("values", array(STRING), "The values, in their order.")),
    routes=(Route("GET", "/field/bug/{field}/values"), Route("GET", "/field/bug/{field}/{product_id}/values")),
    errors=(errors.PARAM_REQUIRED, errors.FIELD_NAME_INVALID, errors.PRODUCT_NOT_FOUND),
)
def legal_values(call: Call[Reader]) -> Value:
    """List the values that a field of bugs can have."""
    written = call.params.text("field")
    if written is None:
        raise errors.PARAM_REQUIRED(param="field")
    name = _inner_name(written)
    if name in _OF_PRODUCT:
        return {"values": _names_in(_product(call), name)}
    field = next((each for each in call.tx.bug_fields() if each.name == name), None)
    if field is None or field.type not in _SELECTS or name in ("product", "classification"):
        raise errors.FIELD_NAME_INVALID(field=written)
    return {"values": [each.name for each in call.tx.field_values(name) if each.is_active]}


def _inner_name(name: str) -> str:
    """Return the inner name of a field that may be called by its name in results."""
    return next((field.inner_name for field in BUG.model_fields if field.name == name and field.inner_name), name)


def _product(call: Call[Reader]) -> Product:
    given = call.params.text("product_id")
    if given is None:
        raise errors.PARAM_REQUIRED(param="product_id")
    product = next((each for each in products(call, "accessible") if each.id == whole(given)), None)
    if product is None:
        raise errors.PRODUCT_NOT_FOUND(product=given)
    return product


def _names_in(product: Product, field: str) -> list[Value]:
    if field == "version":
        return [each.name for each in sorted_versions(product)]
    if field == "component":
        return [each.name for each in sorted_components(product)]
    return [each.name for each in sorted_milestones(product)]
