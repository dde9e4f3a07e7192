"""Classifications, products with their parts, and the flag types that apply to them."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.errors import GatewayError
from gateway.importing.sources.rest.rest_accounts import Accounts
from gateway.importing.sources.rest.site_reader import SiteReader
from gateway.importing.sources.rest.working_copy import WorkingCopy
from gateway.store.interface import Progress

_BATCH = 10


def read_products(site: SiteReader, copy: WorkingCopy, accounts: Accounts, progress: Progress) -> None:
    """Read the products that the account may see."""
    ids = sorted(map(int, site.ask("Product.get_accessible_products")["ids"]))
    products: list[Mapping[str, Any]] = []
    for start in range(0, len(ids), _BATCH):
        products += site.ask("Product.get", ids=list(ids[start : start + _BATCH]))["products"]
        progress("products of the site", len(products), len(ids))
    classifications = _classifications(site, copy, sorted({each["classification"] for each in products}))
    accounts.look_up(
        component[member]
        for product in products
        for component in product["components"]
        for member in ("default_assigned_to", "default_qa_contact")
    )
    with copy.batch():
        copy.replace("classifications", classifications)
        numbers = {each["name"]: each["id"] for each in classifications}
        copy.replace("products", (_product(each, numbers[each["classification"]]) for each in products))
        copy.replace(
            "components", (_component(each, product["id"], accounts) for product, each in _of(products, "components"))
        )
        copy.replace("versions", (_version(each, product["id"]) for product, each in _of(products, "versions")))
        copy.replace("milestones", (_milestone(each, product["id"]) for product, each in _of(products, "milestones")))
        types, scopes = _flag_types(products)
        copy.replace("flagtypes", types)
        copy.replace("flaginclusions", scopes)


def _classifications(site: SiteReader, copy: WorkingCopy, names: list[str]) -> list[dict[str, Any]]:
    """Return the classifications with products; with made-up numbers if the account may not see their own."""
    try:
        found = [site.ask("Classification.get", names=[name])["classifications"][0] for name in names]
        copy.set_state("classifications_shown", "1")
    except (GatewayError, LookupError):
        found = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
        copy.set_state("classifications_shown", "")
    return [
        {
            "id": each["id"],
            "name": each["name"],
            "description": each.get("description") or "",
            "sortkey": each.get("sort_key", 0),
        }
        for each in found
    ]


def _of(products: list[Mapping[str, Any]], part: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    yield from ((product, each) for product in products for each in product[part])


def _product(product: Mapping[str, Any], classification_id: int) -> dict[str, Any]:
    return {
        "id": product["id"],
        "name": product["name"],
        "description": product["description"],
        "isactive": product["is_active"],
        "classification_id": classification_id,
        "defaultmilestone": product["default_milestone"],
        "allows_unconfirmed": product["has_unconfirmed"],
    }


def _component(component: Mapping[str, Any], product_id: int, accounts: Accounts) -> dict[str, Any]:
    return {
        "id": component["id"],
        "name": component["name"],
        "product_id": product_id,
        "description": component["description"],
        "initialowner": accounts.user_id(component["default_assigned_to"]),
        "initialqacontact": accounts.user_id(component["default_qa_contact"]),
        "isactive": component["is_active"],
    }


def _version(version: Mapping[str, Any], product_id: int) -> dict[str, Any]:
    return {
        "id": version["id"],
        "value": version["name"],
        "product_id": product_id,
        "isactive": version["is_active"],
    }


def _milestone(milestone: Mapping[str, Any], product_id: int) -> dict[str, Any]:
    return {**_version(milestone, product_id), "sortkey": milestone["sort_key"]}


def _flag_types(products: list[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return flag types, and what each applies to: all products, whole products or components, as it is shown."""
    found: dict[int, dict[str, Any]] = {}
    places: dict[int, set[tuple[int, int]]] = {}
    for product, component in _of(products, "components"):
        for target in ("bug", "attachment"):
            for each in component["flag_types"][target]:
                found[each["id"]] = _flag_type(each, target)
                places.setdefault(each["id"], set()).add((product["id"], component["id"]))
    components = {product["id"]: {each["id"] for each in product["components"]} for product in products}
    scopes = [scope for number in sorted(found) for scope in _scopes(number, places[number], components)]
    return [found[number] for number in sorted(found)], scopes


def _scopes(number: int, places: set[tuple[int, int]], components: Mapping[int, set[int]]) -> Iterator[dict[str, Any]]:
    by_product: dict[int, set[int]] = {}
    for product, component in places:
        by_product.setdefault(product, set()).add(component)
    whole = {product for product, found in by_product.items() if found == components[product]}
    if whole == {product for product, found in components.items() if found}:
        yield {"type_id": number, "product_id": None, "component_id": None}
        return
    for product in sorted(by_product):
        inside: list[int | None] = [None] if product in whole else [*sorted(by_product[product])]
        for each in inside:
            yield {"type_id": number, "product_id": product, "component_id": each}


def _flag_type(flag_type: Mapping[str, Any], target: str) -> dict[str, Any]:
    return {
        "id": flag_type["id"],
        "name": flag_type["name"],
        "description": flag_type["description"],
        "target_type": target[0],
        "sortkey": flag_type["sort_key"],
        "is_active": flag_type["is_active"],
        "is_requestable": flag_type["is_requestable"],
        "is_requesteeble": flag_type["is_requesteeble"],
        "is_multiplicable": flag_type["is_multiplicable"],
        "grant_group_id": flag_type.get("grant_group"),
        "request_group_id": flag_type.get("request_group"),
        "cc_list": flag_type["cc_list"],
    }
