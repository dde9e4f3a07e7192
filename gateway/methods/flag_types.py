"""`FlagType.get`: the flags that bugs and attachments of a product can have."""

from collections.abc import Iterable

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import (
    BOOLEAN,
    INT,
    STRING,
    Call,
    Field,
    Param,
    Route,
    array,
    reads,
    struct,
)
from gateway.methods.include_fields import EVERY_FIELD
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.params import text
from gateway.methods.product_access import accessible_product, component_name
from gateway.model import FlagType, Product, Scope
from gateway.store.interface import Reader
from gateway.values import Value


def _statuses(listing: Listing[FlagType]) -> Iterable[Value]:
    return [[*_allowed(listing.call, each)] for each in listing.objects]


def _allowed(call: Call[Reader], flag_type: FlagType) -> Iterable[str]:
    """Yield the statuses that the caller may give; X, which clears a flag, always."""
    yield "X"
    user = call.user
    may_set = access.can_set_flag(user, flag_type) if user else flag_type.grant_group is None
    may_ask = access.can_request_flag(user, flag_type) if user else flag_type.request_group is None
    if flag_type.is_requestable and may_ask:
        yield "?"
    if may_set:
        yield from "+-"


FLAG_TYPE = ObjectType[FlagType](
    ModelField("id", INT, "Number of the flag type."),
    ModelField("name", STRING, "Name."),
    ModelField("description", STRING, "Description."),
    ModelField("type", STRING, "'bug' or 'attachment'.", attribute="target_type"),
    ModelField("values", array(STRING), "Statuses that the caller may give.", read_all=_statuses),
    ModelField("is_active", BOOLEAN, "True if it can be set."),
    ModelField("is_requesteeble", BOOLEAN, "True if it can be requested of a particular user."),
    ModelField("is_multiplicable", BOOLEAN, "True if several of it can be set at once."),
)
IN_PRODUCT = FLAG_TYPE.plus(
    ModelField("inclusions", array(STRING), "Components to which it applies, if not all.", optional=True)
)
"""A flag type as one product has it. Bugzilla leaves exclusions out where there are inclusions, as there always are."""


@reads(
    "FlagType.get",
    read_only=False,
    params=(
        Param("product", STRING, "Name of a product.", required=True, example="Widgets"),
        Param("component", STRING, "Name of a component of it.", example="Core"),
    ),
    result=struct(
        Field("bug", array(IN_PRODUCT), "Flag types of bugs."),
        Field("attachment", array(IN_PRODUCT), "Flag types of attachments."),
    ),
    routes=(Route("GET", "/flag_type/{product}/{component}"), Route("GET", "/flag_type/{product}")),
    errors=(errors.PARAM_REQUIRED, errors.ENTRY_DENIED, errors.OBJECT_NOT_FOUND),
)
def get(call: Call[Reader]) -> Value:
    """Show the flag types of a product, or of one component of it."""
    name = call.params.text("product")
    if name is None:
        raise errors.PARAM_REQUIRED(param="product")
    product = accessible_product(call, name)
    written = text(call.params.value("component"), "component")
    component = component_name(product, written) if written else None
    types = [each for each in call.tx.flag_types() if _applies(each, product, component)]
    return {
        target: [_shown(call, product, each) for each in types if each.target_type == target]
        for target in ("bug", "attachment")
    }


def _applies(flag_type: FlagType, product: Product, component: str | None) -> bool:
    """Tell whether a flag type applies to a component, or to any of the product where none is named."""

    def covers(scopes: Iterable[Scope], *, whole_product: bool) -> bool:
        for scope in scopes:
            if scope.product in (None, product.name) and (
                scope.component in (None, component) or (component is None and not whole_product)
            ):
                return True
        return False

    return covers(flag_type.inclusions, whole_product=False) and not covers(flag_type.exclusions, whole_product=True)


def _shown(call: Call[Reader], product: Product, flag_type: FlagType) -> Value:
    (shown,) = FLAG_TYPE.show(call, EVERY_FIELD, [flag_type])
    if included := _components(flag_type.inclusions, product):
        shown["inclusions"] = [*included]
    return shown


def _components(scopes: Iterable[Scope], product: Product) -> list[str]:
    """Return the components that scopes name in a product; none if they mean all of it."""
    here = [each for each in scopes if each.product in (None, product.name)]
    return [] if any(each.component is None for each in here) else [each.component or "" for each in here]
