"""Which products bugs can be entered into."""

import pytest

from gateway.methods.product_access import can_enter
from gateway.model import Component, Product, Version

CORE = Component(id=1, name="Core")


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
