"""The products that bugs can be entered into, and the rights that products give."""

from types import SimpleNamespace
from typing import Any

import pytest

from gateway import errors
from gateway.methods.access import has_right
from gateway.methods.product_access import MANDATORY, can_enter, selectable_product
from gateway.model import Component, GroupControl, Product, User, Version

CORE = Component(id=1, name="Core")
MEMBER = User(1, "a@example.com", "A", groups=frozenset({"staff"}))
STRANGER = User(2, "b@example.com", "B")


@pytest.mark.parametrize(
    ("components", "versions", "enterable"),
    [
        ((CORE,), (), True),  # it takes any version
        ((CORE,), (Version(1, "1.0"), Version(2, "2.0", is_active=False)), True),
        ((CORE,), (Version(1, "1.0", is_active=False),), False),
        ((), (), False),
        ((Component(id=1, name="Core", is_active=False),), (), False),
    ],
)
def test_a_product_is_enterable_with_a_component_and_a_version_that_are_active(
    components: tuple[Component, ...], versions: tuple[Version, ...], enterable: bool
) -> None:
    assert can_enter(None, Product(id=1, name="Widgets", components=components, versions=versions)) is enterable


RIGHTS = {"edit_bugs": "editbugs", "can_confirm": "canconfirm", "edit_components": "editcomponents"}


@pytest.mark.parametrize(("given", "right"), RIGHTS.items())
def test_a_product_gives_a_right_to_a_group(given: str, right: str) -> None:
    product = Product(id=1, name="Widgets", controls=(GroupControl("staff", **{given: True}),))
    assert [each for each in RIGHTS.values() if has_right(MEMBER, each, product)] == [right]
    for outside in (STRANGER, None):
        assert not any(has_right(outside, each, product) for each in RIGHTS.values())


@pytest.mark.parametrize(
    ("user", "name", "is_found"),
    [(MEMBER, "VAULT", True), (MEMBER, "none", False), (STRANGER, "Vault", False), (None, "Vault", False)],
)
def test_a_product_whose_bugs_are_all_in_a_group_is_selected_by_its_members(
    user: User | None, name: str, is_found: bool
) -> None:
    vault = Product(id=1, name="Vault", controls=(GroupControl("staff", member_control=MANDATORY),))
    call: Any = SimpleNamespace(user=user, tx=SimpleNamespace(products=lambda: [vault]))
    if is_found:
        assert selectable_product(call, name) is vault
        return
    with pytest.raises(errors.GatewayError) as refused:
        selectable_product(call, name)
    assert refused.value.kind is errors.ENTRY_DENIED
