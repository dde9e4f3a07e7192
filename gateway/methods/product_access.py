"""The products that a caller may look at, and the classifications that hold them.

The rules are those of Bugzilla::User (`get_selectable_products`, `get_enterable_products`, `can_see_product`).
"""

from collections.abc import Callable, Iterable, Mapping

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import Call
from gateway.model import Product, User
from gateway.store.interface import Reader

MANDATORY = 3
"""The group control that puts every bug of a product into the group (`gateway.model.GroupControl`)."""


def can_select(user: User | None, product: Product) -> bool:
    """Tell whether the user sees bugs of the product in general: as a member of all groups that they are always in."""
    return all(access.in_group(user, each.group) for each in product.controls if each.member_control == MANDATORY)


def can_enter(user: User | None, product: Product) -> bool:
    """Tell whether the user may enter bugs into the product, which takes an active component and version.

    A product without versions takes any.
    """
    has_component = any(each.is_active for each in product.components)
    has_version = not product.versions or any(each.is_active for each in product.versions)
    return has_component and has_version and access.can_enter_product(user, product)


def can_access(user: User | None, product: Product) -> bool:
    """Tell whether the user may look at the product: select it, or enter bugs into it."""
    return can_select(user, product) or can_enter(user, product)


KINDS: Mapping[str, Callable[[User | None, Product], bool]] = {
    "accessible": can_access,
    "enterable": can_enter,
    "selectable": can_select,
}
"""The lists of products that a caller can ask for, by Bugzilla's names."""


def products(call: Call[Reader], kind: str) -> list[Product]:
    """Return the products in a list of `KINDS`, ordered by name."""
    return sorted((each for each in call.tx.products() if KINDS[kind](call.user, each)), key=by_name)


def by_name(named: Product) -> str:
    """Return the key that orders products by name, ignoring case."""
    return named.name.casefold()


def accessible_product(call: Call[Reader], name: str) -> Product:
    """Return the product of a name, ignoring case, that the caller may look at. Raises ENTRY_DENIED."""
    found = find_named(products(call, "accessible"), name)
    if found is None:
        raise errors.ENTRY_DENIED(product=name)
    return found


def selectable_product(call: Call[Reader], name: str) -> Product:
    """Return the product of a name, ignoring case, that the caller may select. Raises ENTRY_DENIED."""
    found = find_named(call.tx.products(), name)
    if found is None or not can_select(call.user, found):
        raise errors.ENTRY_DENIED(product=name)
    return found


def component_name(product: Product, name: str) -> str:
    """Return a component's own spelling of a name, ignoring case. Raises OBJECT_NOT_FOUND."""
    for component in product.components:
        if component.name.casefold() == name.casefold():
            return component.name
    raise errors.OBJECT_NOT_FOUND(what="component", name=name)


def find_named(candidates: Iterable[Product], name: str) -> Product | None:
    """Return the product of a name, ignoring case."""
    return next((each for each in candidates if each.name.casefold() == name.casefold()), None)
