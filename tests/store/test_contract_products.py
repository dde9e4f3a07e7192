"""Products and flag types, on every backend."""

from collections.abc import Callable

import pytest
from store_samples import Sample

from gateway.model import Component, FlagType, GroupControl, Milestone, Product, Scope, Version
from gateway.store.interface import Store, Writer


async def test_a_product_comes_back_as_added(store: Store, sample: Sample) -> None:
    product = Product(
        40,
        "Gadget",
        "A gadget",
        is_active=False,
        components=(Component(9, "B", "b", "bob@my.company"), Component(12, "A", "a")),
        controls=(GroupControl("staff", entry=True, member_control=3, other_control=1), GroupControl("editbugs")),
        versions=(Version(10, "10"), Version(11, "9", is_active=False), Version(12, "11")),
        milestones=(Milestone(10, "z", 5), Milestone(11, "a", is_active=False)),
    )
    assert await store.write(lambda tx: tx.add_product(product)) == 40
    assert await store.read(lambda tx: tx.product("Gadget")) == product
    assert [each.name for each in await store.read(lambda tx: tx.products())] == ["Widget", "Gadget"]


async def test_products_go_by_id(store: Store) -> None:
    await store.write(lambda tx: [tx.add_product(Product(*each)) for each in ((7, "a"), (2, "c"), (5, "b"))])
    assert await store.read(lambda tx: tx.products()) == [Product(2, "c"), Product(5, "b"), Product(7, "a")]


@pytest.mark.parametrize("name", ["widget", "Widget ", "", "\ud800"])
async def test_a_product_is_found_by_its_exact_name(store: Store, sample: Sample, name: str) -> None:
    assert await store.read(lambda tx: tx.product(name)) is None


async def test_the_default_assignee_is_spelled_as_the_user_is(store: Store, sample: Sample) -> None:
    await store.write(lambda tx: tx.add_component("Widget", Component(0, "New", "", "BOB@my.company")))
    product = await store.read(lambda tx: tx.product("Widget"))
    assert product
    assert [(each.name, each.default_assignee) for each in product.components] == [
        ("Core", "bob@my.company"),
        ("Edge", ""),
        ("New", "bob@my.company"),
    ]


async def test_components_of_two_products_may_share_a_name(store: Store, sample: Sample) -> None:
    await store.write(lambda tx: tx.add_product(Product(0, "Other", components=(Component(0, "Core"),))))
    bug = await store.write(lambda tx: tx.bug(tx.add_bug(sample.new_bug(product="Other"))))
    assert bug
    assert (bug.product, bug.component) == ("Other", "Core")


async def test_a_group_control_is_set_and_replaced(store: Store, sample: Sample) -> None:
    async def controls() -> tuple[GroupControl, ...]:
        product = await store.read(lambda tx: tx.product("Widget"))
        assert product
        return product.controls

    assert await controls() == (GroupControl("staff", True, True, 2, 3),)
    await store.write(lambda tx: tx.set_group_control("Widget", GroupControl("editbugs", can_edit=True)))
    await store.write(lambda tx: tx.set_group_control("Widget", GroupControl("staff", False, False, 1, 0)))
    assert await controls() == (GroupControl("staff", False, False, 1, 0), GroupControl("editbugs", can_edit=True))


async def test_a_flag_type_comes_back_as_added(store: Store, sample: Sample) -> None:
    flag_type = FlagType(
        30,
        "approval",
        "May this go in?",
        "bug",
        sortkey=-5,
        is_active=False,
        is_requestable=False,
        is_requesteeble=False,
        is_multiplicable=False,
        grant_group="staff",
        request_group="editbugs",
        inclusions=(Scope("Widget", "Edge"), Scope("Widget")),
        exclusions=(Scope("Widget", "Core"), Scope()),
    )
    assert await store.write(lambda tx: tx.add_flag_type(flag_type)) == 30
    assert (await store.read(lambda tx: tx.flag_types()))[0] == flag_type


async def test_flag_types_go_by_sort_key_then_name_then_id(store: Store) -> None:
    types = [FlagType(1, "b", sortkey=2), FlagType(5, "a", sortkey=2), FlagType(4, "a", sortkey=2), FlagType(9, "z")]
    await store.write(lambda tx: [tx.add_flag_type(each) for each in types])
    assert [each.id for each in await store.read(lambda tx: tx.flag_types())] == [9, 4, 5, 1]


@pytest.mark.parametrize(
    ("inclusions", "exclusions", "applies"),
    [
        ((Scope(),), (), ["Widget Core", "Widget Edge", "Other Core"]),
        ((), (), []),
        ((Scope("Widget"),), (), ["Widget Core", "Widget Edge"]),
        ((Scope("Widget", "Core"),), (), ["Widget Core"]),
        ((Scope("Widget", "Core"), Scope("Other")), (), ["Widget Core", "Other Core"]),
        ((Scope(),), (Scope("Widget"),), ["Other Core"]),
        ((Scope(),), (Scope("Widget", "Core"),), ["Widget Edge", "Other Core"]),
        ((Scope("Widget"),), (Scope(),), []),
        ((Scope("Widget", "Core"),), (Scope("Widget", "Core"),), []),
    ],
)
async def test_flag_types_apply_where_they_are_included_and_not_excluded(
    store: Store, sample: Sample, inclusions: tuple[Scope, ...], exclusions: tuple[Scope, ...], applies: list[str]
) -> None:
    def work(tx: Writer) -> list[str]:
        tx.add_product(Product(0, "Other", components=(Component(0, "Core"),)))
        type_id = tx.add_flag_type(FlagType(0, "t", inclusions=inclusions, exclusions=exclusions))
        places = ("Widget Core", "Widget Edge", "Other Core")
        return [place for place in places if type_id in [each.id for each in tx.flag_types(*place.split())]]

    assert await store.write(work) == applies


async def test_a_flag_type_goes_out_of_use_and_comes_back(store: Store, sample: Sample) -> None:
    for active in (False, True):
        await store.write(lambda tx, active=active: tx.set_flag_type_active(sample.review, active))
        (review,) = await store.read(lambda tx: tx.flag_types())
        assert review == FlagType(sample.review, "review", is_active=active)


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda tx: tx.add_product(Product(0, "Widget")), "The product 'Widget' exists already."),
        (lambda tx: tx.add_product(Product(1, "New")), "The id of the product 'New' is taken."),
        (lambda tx: tx.add_product(Product(0, "")), "a product's name cannot be empty"),
        (lambda tx: tx.add_product(Product(0, "N", controls=(GroupControl("no"),))), "There is no group 'no'."),
        (
            lambda tx: tx.add_product(Product(0, "N", versions=(Version(0, "1"), Version(0, "1")))),
            "The version '1' exists already.",
        ),
        (
            lambda tx: tx.add_product(Product(0, "N", milestones=(Milestone(0, "1"), Milestone(0, "1")))),
            "The milestone '1' exists already.",
        ),
        (lambda tx: tx.add_component("No", Component(0, "C")), "There is no product 'No'."),
        (lambda tx: tx.add_component("Widget", Component(0, "Core")), "The component 'Core' exists already."),
        (lambda tx: tx.add_component("Widget", Component(0, "")), "a component's name cannot be empty"),
        (lambda tx: tx.add_component("Widget", Component(0, "C", "", "no@x")), "There is no user 'no@x'."),
        (lambda tx: tx.set_group_control("No", GroupControl("staff")), "There is no product 'No'."),
        (lambda tx: tx.set_group_control("Widget", GroupControl("no")), "There is no group 'no'."),
        (lambda tx: tx.set_group_control("Widget", GroupControl("staff", member_control=4)), "0, 1, 2 or 3"),
        (lambda tx: tx.add_flag_type(FlagType(1, "new")), "The id of the flag type 'new' is taken."),
        (lambda tx: tx.add_flag_type(FlagType(0, "n", target_type="user")), "'attachment' or 'bug'"),
        (lambda tx: tx.add_flag_type(FlagType(0, "n", grant_group="no")), "There is no group 'no'."),
        (lambda tx: tx.add_flag_type(FlagType(0, "n", inclusions=(Scope("No"),))), "There is no product 'No'."),
        (lambda tx: tx.add_flag_type(FlagType(0, "n", exclusions=(Scope("Widget", "No"),))), "component 'Widget: No'"),
        (lambda tx: tx.add_flag_type(FlagType(0, "n", inclusions=(Scope(None, "Core"),))), "needs its product"),
        (lambda tx: tx.set_flag_type_active(99, True), "There is no flag type 99."),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(
    store: Store, sample: Sample, work: Callable[[Writer], object], message: str
) -> None:
    before = await store.read(lambda tx: (tx.products(), tx.flag_types()))
    with pytest.raises(ValueError, match=r"\S") as error:
        await store.write(work)
    assert message in str(error.value)
    assert await store.read(lambda tx: (tx.products(), tx.flag_types())) == before
