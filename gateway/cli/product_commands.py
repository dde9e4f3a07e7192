"""`gateway product` and `gateway component`: products, their components, and access to their bugs."""

import click
from msgspec.structs import replace

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, given, json_option
from gateway.cli.output import remark, show
from gateway.model import Component, GroupControl, Product
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader, Writer

_CONTROLS = ("none", "optional", "default", "mandatory")
"""Bugzilla's numbers for the use of a group with a product, as words."""


@click.group("product")
def product_commands() -> None:
    """Add, change and retire products, and control access to their bugs.

    \b
    Example:
      gateway product add Widgets --component Engine
    """


@product_commands.command("add")
@click.argument("name")
@click.option("--description", default="", help="A description of the product.")
@click.option("--component", "components", multiple=True, help="A component; may be given several times.")
@database_options
def product_add(effective: EffectiveSettings, name: str, description: str, components: tuple[str, ...]) -> None:
    """Add a product. It needs a component before bugs can be entered.

    \b
    Example:
      gateway product add Widgets --description "All of our widgets." --component Engine --component Manual
    """
    parts = tuple(Component(0, component) for component in components)
    store_access.write(effective.settings, lambda tx: tx.add_product(Product(0, name, description, components=parts)))
    remark(f"The product {name} was added.")


@product_commands.command("change")
@click.argument("name", shell_complete=shell_completion.products)
@click.option("--name", "new_name", help="A new name.")
@click.option("--description", help="A new description.")
@click.option("--active/--retired", default=None, help="Retire it: its bugs stay, and no more can be entered.")
@database_options
def product_change(
    effective: EffectiveSettings, name: str, new_name: str | None, description: str | None, active: bool | None
) -> None:
    """Change a product, or retire it. Options that are not given stay as they are.

    \b
    Examples:
      gateway product change Widgets --name Gadgets
      gateway product change Widgets --retired
    """
    changes = given(name=new_name, description=description, is_active=active)
    store_access.write(
        effective.settings, lambda tx: tx.set_product(replace(store_access.product(tx, name), **changes))
    )
    remark(f"The product {new_name or name} was changed.")


@product_commands.command("list")
@json_option
@database_options
def product_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List all products. Columns: id, name, description, components, access of groups, in use.

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
                "in use": product.is_active,
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
    """Set the access of a group to the bugs of a product, replacing any earlier setting.

    Only members of a group see the bugs that are in it. Bugs of the product may be put into the group (optional), are
    put into it by default (default), or always are (mandatory).

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
    """Add components to products, and change and retire them.

    \b
    Example:
      gateway component add Widgets Engine
    """


@component_commands.command("add")
@click.argument("product", shell_complete=shell_completion.products)
@click.argument("name")
@click.option("--description", default="", help="A description of the component.")
@click.option(
    "--assignee",
    default="",
    metavar="LOGIN",
    help="The user who is assigned its bugs; by default the one who enters a bug.",
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


@component_commands.command("change")
@click.argument("product", shell_complete=shell_completion.products)
@click.argument("name")
@click.option("--name", "new_name", help="A new name.")
@click.option("--description", help="A new description.")
@click.option("--assignee", metavar="LOGIN", help="The new user who is assigned its bugs; '' for nobody.")
@click.option("--active/--retired", default=None, help="Retire it: its bugs stay, and no more can be entered.")
@database_options
def component_change(
    effective: EffectiveSettings,
    product: str,
    name: str,
    new_name: str | None,
    description: str | None,
    assignee: str | None,
    active: bool | None,
) -> None:
    """Change a component, or retire it. Options that are not given stay as they are.

    \b
    Examples:
      gateway component change Widgets Engine --assignee dev@example.com
      gateway component change Widgets Engine --retired
    """
    changes = given(name=new_name, description=description, default_assignee=assignee, is_active=active)

    def work(tx: Writer) -> None:
        components = [each for each in store_access.product(tx, product).components if each.name == name]
        if not components:
            raise click.ClickException(f"{product} has no component {name}; `gateway component list` lists all.")
        if assignee:
            store_access.user(tx, assignee)
        tx.set_component(replace(components[0], **changes))

    store_access.write(effective.settings, work)
    remark(f"The component {new_name or name} of {product} was changed.")


@component_commands.command("list")
@click.argument("product", required=False, shell_complete=shell_completion.products)
@json_option
@database_options
def component_list(effective: EffectiveSettings, product: str | None, as_json: bool) -> None:
    """List the components of one product or of all. Columns: id, product, name, description, assignee, in use.

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
                "in use": component.is_active,
            }
            for each in products
            for component in each.components
        ]

    show(store_access.read(effective.settings, work), as_json)
