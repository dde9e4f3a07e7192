"""`Product.create`, `Product.update` and `Component.create`: products, for those who edit components."""

from typing import Any

from msgspec.structs import replace

from gateway import errors
from gateway.auditing import audited
from gateway.methods import access
from gateway.methods.administration import (
    CREATED,
    changes,
    edits_components,
    given_texts,
    given_truths,
    listed,
    named,
    require_group,
)
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Login, Param, Route, array, writes
from gateway.methods.params import text, trimmed
from gateway.methods.product_access import selectable_product
from gateway.model import Component, Milestone, Product, Version
from gateway.store.interface import Reader, Writer
from gateway.values import Value

LONGEST_NAME = 64
"""The most characters of the name of a product or component."""

_NO_MILESTONE = "---"


@writes(
    "Product.create",
    login=Login.REQUIRED,
    params=(
        Param("name", STRING, "Name.", required=True, example="Gadgets"),
        Param("description", STRING, "Description.", required=True, example="Gadgets of all kinds"),
        Param("version", STRING, "First version.", required=True, example="1.0"),
        Param("has_unconfirmed", BOOLEAN, "True if bugs in it can be unconfirmed.", default="true"),
        Param("classification", STRING, "Name of its classification, on a site that uses them."),
        Param("default_milestone", STRING, "Milestone of new bugs.", default=_NO_MILESTONE),
        Param("is_open", BOOLEAN, "True if bugs can be entered into it.", default="true"),
        Param("create_series", BOOLEAN, "Accepted without effect."),
    ),
    result=CREATED,
    routes=(Route("POST", "/product", status=201),),
    errors=(
        errors.NOT_AUTHORISED,
        errors.PRODUCT_NAME_REQUIRED,
        errors.PRODUCT_NAME_TOO_LONG,
        errors.PRODUCT_EXISTS,
        errors.PRODUCT_DESCRIPTION_REQUIRED,
        errors.PRODUCT_VERSION_REQUIRED,
        errors.OBJECT_NOT_FOUND,
    ),
)
def create(call: Call[Writer]) -> Value:
    """Create a product with a first version and milestone. Only for members of editcomponents."""
    require_group(call, "editcomponents", "add products")
    params = call.params
    name = _product_name(call, trimmed(params.text("name")))
    description = _description(trimmed(params.text("description")))
    version = trimmed(params.text("version"))
    if not version:
        raise errors.PRODUCT_VERSION_REQUIRED()
    milestone = trimmed(params.text("default_milestone")) or _NO_MILESTONE
    truths: dict[str, Any] = given_truths(call, {"has_unconfirmed": "allows_unconfirmed", "is_open": "is_active"})
    product = Product(
        0,
        name,
        description,
        versions=(Version(0, version),),
        milestones=(Milestone(0, milestone),),
        classification=_classification(call),
        default_milestone=milestone,
        **truths,
    )
    return {"id": audited(call.tx, call.user).add_product(product)}


def _product_name(call: Call[Reader], name: str, product: Product | None = None) -> str:
    if not name:
        raise errors.PRODUCT_NAME_REQUIRED()
    if len(name) > LONGEST_NAME:
        raise errors.PRODUCT_NAME_TOO_LONG(limit=LONGEST_NAME)
    for each in call.tx.products():
        if each.name.casefold() == name.casefold() and (product is None or each.id != product.id):
            raise errors.PRODUCT_EXISTS(product=each.name)
    return name


def _description(written: str) -> str:
    if not written:
        raise errors.PRODUCT_DESCRIPTION_REQUIRED()
    return written


def _classification(call: Call[Reader]) -> str:
    """Return the name of the classification that a call wants, if the site uses them. Raises OBJECT_NOT_FOUND."""
    written = trimmed(call.params.text("classification"))
    if not written or not call.site.uses("useclassification"):
        return "Unclassified"
    found = next((each.name for each in call.tx.classifications() if each.name.casefold() == written.casefold()), None)
    if found is None:
        raise errors.OBJECT_NOT_FOUND(what="classification", name=written)
    return found


_SHOWN = {
    "name": "name",
    "description": "description",
    "default_milestone": "default_milestone",
    "allows_unconfirmed": "has_unconfirmed",
    "is_active": "is_open",
}


@writes(
    "Product.update",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(INT), "Numbers of products.", example="1"),
        Param("names", array(STRING), "Names of products.", example="Widgets"),
        Param("name", STRING, "New name, for one product."),
        Param("description", STRING, "New description."),
        Param("default_milestone", STRING, "Milestone of new bugs, one that the product has."),
        Param("has_unconfirmed", BOOLEAN, "True if bugs in it can be unconfirmed."),
        Param("is_open", BOOLEAN, "True if bugs can be entered into it."),
    ),
    unknown_param=errors.UNKNOWN_CHANGE,
    result=listed("products"),
    routes=(Route("PUT", "/product/{ids:[0-9]+}"), Route("PUT", "/product/{names}")),
    errors=(
        errors.NOT_AUTHORISED,
        errors.PARAMS_REQUIRED,
        errors.ENTRY_DENIED,
        errors.UNKNOWN_CHANGE,
        errors.PRODUCT_NAME_REQUIRED,
        errors.PRODUCT_NAME_TOO_LONG,
        errors.PRODUCT_EXISTS,
        errors.PRODUCT_DESCRIPTION_REQUIRED,
        errors.DEFAULT_MILESTONE_INVALID,
    ),
)
def update(call: Call[Writer]) -> Value:
    """Change products. Only for members of editcomponents."""
    require_group(call, "editcomponents", "change products")
    products = named(call, call.tx.products(), lambda each: each.name, "product", errors.ENTRY_DENIED)
    tx = audited(call.tx, call.user)
    changed: list[Value] = []
    for product in products:
        new = _updated(call, product)
        if new != product:
            tx.set_product(new)
        changed.append({"id": product.id, "changes": changes(product, new, _SHOWN)})
    return {"products": changed}


def _updated(call: Call[Reader], product: Product) -> Product:
    texts = given_texts(call, {"name": "name", "description": "description", "default_milestone": "default_milestone"})
    if "name" in texts:
        _product_name(call, texts["name"], product)
    if "description" in texts:
        _description(texts["description"])
    milestone = texts.get("default_milestone")
    if milestone is not None and milestone not in {each.name for each in product.milestones}:
        raise errors.DEFAULT_MILESTONE_INVALID(product=product.name, milestone=milestone)
    truths = given_truths(call, {"has_unconfirmed": "allows_unconfirmed", "is_open": "is_active"})
    return replace(product, **texts, **truths)


@writes(
    "Component.create",
    login=Login.REQUIRED,
    params=(
        Param("product", STRING, "Name of the product.", required=True, example="Widgets"),
        Param("name", STRING, "Name.", required=True, example="Engine"),
        Param("description", STRING, "Description.", required=True, example="The engine"),
        Param(
            "default_assignee", STRING, "Login of the assignee of new bugs.", required=True, example="me@example.com"
        ),
        Param("default_qa_contact", STRING, "Login of the QA contact of new bugs."),
        Param("default_cc", array(STRING), "Logins of users on the cc list of new bugs."),
        Param("is_open", BOOLEAN, "True if bugs can be put into it.", default="true"),
    ),
    result=CREATED,
    routes=(Route("POST", "/component", status=201),),
    errors=(
        errors.NOT_AUTHORISED,
        errors.ENTRY_DENIED,
        errors.COMPONENT_NAME_TOO_LONG,
        errors.COMPONENT_EXISTS,
        errors.COMPONENT_INCOMPLETE,
        errors.OBJECT_NOT_FOUND,
    ),
)
def create_component(call: Call[Writer]) -> Value:
    """Add a component to a product. Only for those who may edit the product's components."""
    if not edits_components(call):
        raise errors.NOT_AUTHORISED(action="add components")
    product = administered_product(call, call.params.text("product") or "")
    name = _component_name(product, trimmed(call.params.text("name")))
    component = Component(
        0,
        name,
        _needed(call, "description"),
        _login(call, _needed(call, "default_assignee")),
        _login(call, trimmed(call.params.text("default_qa_contact"))) if call.site.uses("useqacontact") else "",
        tuple(dict.fromkeys(_login(call, login) for login in call.params.texts("default_cc") if login)),
        **given_truths(call, {"is_open": "is_active"}),
    )
    return {"id": audited(call.tx, call.user).add_component(product.name, component)}


def administered_product(call: Call[Reader], name: str) -> Product:
    """Return the product of a name whose components the caller may edit. Raises ENTRY_DENIED, NOT_AUTHORISED."""
    product = selectable_product(call, name)
    if not access.has_right(call.user, "editcomponents", product):
        raise errors.NOT_AUTHORISED(action=f"edit the product {product.name}")
    return product


def _component_name(product: Product, name: str) -> str:
    if not name:
        raise errors.COMPONENT_INCOMPLETE(param="name")
    if len(name) > LONGEST_NAME:
        raise errors.COMPONENT_NAME_TOO_LONG(limit=LONGEST_NAME)
    if name.casefold() in {each.name.casefold() for each in product.components}:
        raise errors.COMPONENT_EXISTS(product=product.name, component=name)
    return name


def _needed(call: Call[Reader], param: str) -> str:
    written = trimmed(text(call.params.value(param), param))
    if not written:
        raise errors.COMPONENT_INCOMPLETE(param=param)
    return written


def _login(call: Call[Reader], login: str) -> str:
    """Return the login of a user, as it is stored; empty without one. Raises OBJECT_NOT_FOUND."""
    user = call.tx.user_by_login(login) if login else None
    if user is None and login:
        raise errors.OBJECT_NOT_FOUND(what="user", name=login)
    return user.login if user else ""
