"""`gateway product` and `gateway component`: what bugs are about, and who sees and changes them."""

import click

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show
from gateway.model import Component, GroupControl, Product
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader, Writer

_CONTROLS = ("none", "optional", "default", "mandatory")
"""Bugzilla's numbers for what a group means to bugs of a product, as words."""


@click.group("product")
def product_commands() -> None:
    """Add products, and say who sees and changes their bugs.

    \b
    Example:
      gateway product add Widgets --component Engine
    """


@product_commands.command("add")
@click.argument("name")
@click.option("--description", default="", help="What it is.")
@click.option("--component", "components", multiple=True, help="A component of it; may be given several times.")
@database_options
def product_add(effective: EffectiveSettings, name: str, description: str, components: tuple[str, ...]) -> None:
    """Add a product. Bugs can be entered once it has a component.

    \b
    Example:
      gateway product add Widgets --description "All of our widgets." --component Engine --component Manual
    """
    parts = tuple(Component(0, component) for component in components)
    store_access.write(effective.settings, lambda tx: tx.add_product(Product(0, name, description, components=parts)))
    remark(f"The product {name} was added.")


@product_commands.command("list")
@json_option
@database_options
def product_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List all products. Columns: id, name, description, components, what groups mean for it.

    \b
    Example:
      gateway product list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [
            {
                "id": product.id,
                "name": product.name,
                "description": product.description,
                "components": [component.name for component in product.components],
                "access": [_described(control) for control in product.controls],
            }
            for product in tx.products()
        ]

    show(store_access.read(effective.settings, work), as_json)


def _described(control: GroupControl) -> str:
    words = [f"members {_CONTROLS[control.member_control]}", f"others {_CONTROLS[control.other_control]}"]
    words += ["entry"] * control.entry + ["edit"] * control.can_edit
    return f"{control.group}: {' '.join(words)}"


@product_commands.command("access")
@click.argument("name", shell_complete=shell_completion.products)
@click.argument("group", shell_complete=shell_completion.groups)
@click.option("--members", type=click.Choice(_CONTROLS), default="none", help="For bugs that members enter. [none]")
@click.option("--others", type=click.Choice(_CONTROLS), default="none", help="For bugs that others enter. [none]")
@click.option("--entry", is_flag=True, help="Only members may enter bugs.")
@click.option("--edit", is_flag=True, help="Only members may change bugs and their attachments.")
@database_options
def product_access(
    effective: EffectiveSettings, name: str, group: str, members: str, others: str, entry: bool, edit: bool
) -> None:
    """Say what a group means for a product. It replaces what was said before.

    A bug in a group is seen by its members only. Bugs of the product may be put into the group (optional), are by
    default, or always are (mandatory).

    \b
    Examples:
      gateway product access Widgets security --members optional
      gateway product access Secrets staff --members mandatory --others mandatory --entry --edit
    """
    control = GroupControl(group, entry, edit, _CONTROLS.index(members), _CONTROLS.index(others))

    def work(tx: Writer) -> None:
        store_access.product(tx, name)
        store_access.check_group(tx, group)
        tx.set_group_control(name, control)

    store_access.write(effective.settings, work)
    remark(f"{name}: {_described(control)}")


@click.group("component")
def component_commands() -> None:
    """Add components to products.

    \b
    Example:
      gateway component add Widgets Engine
    """


@component_commands.command("add")
@click.argument("product", shell_complete=shell_completion.products)
@click.argument("name")
@click.option("--description", default="", help="What it is.")
@click.option(
    "--assignee",
    default="",
    metavar="LOGIN",
    help="Who gets its bugs; else whoever enters them.",
    shell_complete=shell_completion.logins,
)
@database_options
def component_add(effective: EffectiveSettings, product: str, name: str, description: str, assignee: str) -> None:
    """Add a component to a product.

    \b
    Example:
      gateway component add Widgets Engine --assignee dev@example.com
    """

    def work(tx: Writer) -> None:
        store_access.product(tx, product)
        login = store_access.user(tx, assignee).login if assignee else ""
        tx.add_component(product, Component(0, name, description, login))

    store_access.write(effective.settings, work)
    remark(f"The component {name} of {product} was added.")


@component_commands.command("list")
@click.argument("product", required=False, shell_complete=shell_completion.products)
@json_option
@database_options
def component_list(effective: EffectiveSettings, product: str | None, as_json: bool) -> None:
    """List components, of one product or of all. Columns: id, product, name, description, assignee.

    \b
    Example:
      gateway component list Widgets
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        products = [store_access.product(tx, product)] if product else tx.products()
        return [
            {
                "id": component.id,
                "product": each.name,
                "name": component.name,
                "description": component.description,
                "assignee": component.default_assignee,
            }
            for each in products
            for component in each.components
        ]

    show(store_access.read(effective.settings, work), as_json)
