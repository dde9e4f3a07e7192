"""`gateway bug`: enter and show bugs while setting up a site; clients use the protocols."""

import click

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show, show_one
from gateway.methods.bug_create import create
from gateway.methods.catalogue import METHODS
from gateway.methods.declaration import Call
from gateway.methods.params import Params
from gateway.model import Attachment, Bug
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader, Writer
from gateway.values import Value


@click.group("bug")
def bug_commands() -> None:
    """Enter, list and show bugs.

    \b
    Example:
      gateway bug show 1
    """


@bug_commands.command("add")
@click.option("--product", required=True, shell_complete=shell_completion.products)
@click.option("--component", required=True)
@click.option("--summary", required=True, help="The summary, in one line.")
@click.option(
    "--as",
    "reporter",
    required=True,
    metavar="LOGIN",
    help="The user who enters it.",
    shell_complete=shell_completion.logins,
)
@click.option("--description", default="", help="The first comment.")
@click.option("--alias", "aliases", multiple=True, help="An alias; may be given several times.")
@click.option(
    "--group",
    "groups",
    multiple=True,
    help="A group whose members only may see it; may be given several times.",
    shell_complete=shell_completion.groups,
)
@click.option("--assignee", metavar="LOGIN", help="The user who works on it.", shell_complete=shell_completion.logins)
@click.option("--version", default="unspecified", help="The version of the product. [unspecified]")
@database_options
def bug_add(
    effective: EffectiveSettings,
    product: str,
    component: str,
    summary: str,
    reporter: str,
    description: str,
    aliases: tuple[str, ...],
    groups: tuple[str, ...],
    assignee: str | None,
    version: str,
) -> None:
    """Enter a bug and print its number. The reporter needs the same rights as over the protocols.

    \b
    Example:
      gateway bug add --as dev@example.com --product Widgets --component Engine --summary "It rattles"
    """
    values: dict[str, Value] = {
        "product": product,
        "component": component,
        "summary": summary,
        "description": description,
        "version": version,
        "alias": list(aliases),
    }
    if groups:
        values["groups"] = list(groups)
    if assignee:
        values["assigned_to"] = assignee

    def work(tx: Writer) -> int:
        params = Params(values, create.param_names)
        result = create.run(Call(tx, store_access.user(tx, reporter), tx.site(), params, METHODS))
        return int(result["id"])

    bug_id = store_access.write(effective.settings, work)
    remark("The bug was entered. Its number is:")
    click.echo(bug_id)


@bug_commands.command("list")
@json_option
@database_options
def bug_list(effective: EffectiveSettings, as_json: bool) -> None:
    """List all bugs. Columns: number, product, component, status, summary, groups, aliases.

    \b
    Example:
      gateway bug list
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        return [_row(bug) for bug_id in tx.bug_ids() if (bug := tx.bug(bug_id))]

    show(store_access.read(effective.settings, work), as_json)


def _row(bug: Bug) -> dict[str, object]:
    return {
        "id": bug.id,
        "product": bug.product,
        "component": bug.component,
        "status": " ".join(filter(None, (bug.status, bug.resolution))),
        "summary": bug.summary,
        "groups": list(bug.groups),
        "aliases": list(bug.aliases),
    }


@bug_commands.command("show")
@click.argument("bug", metavar="NUMBER|ALIAS")
@json_option
@database_options
def bug_show(effective: EffectiveSettings, bug: str, as_json: bool) -> None:
    """Show a bug and its attachments, including private ones.

    \b
    Example:
      gateway bug show 1
    """

    def work(tx: Reader) -> dict[str, object]:
        found = store_access.bug(tx, bug)
        attachments = tx.attachments_of_bug(found.id)
        return {
            **_row(found),
            "reporter": found.reporter.login,
            "assignee": found.assigned_to.login,
            "cc": [person.login for person in found.cc],
            "entered": found.creation_time,
            "changed": found.last_change_time,
            "attachments": [_attachment(each) for each in attachments] if as_json else len(attachments),
            **({} if as_json else {f"attachment {each.id}": _described(each) for each in attachments}),
        }

    show_one(store_access.read(effective.settings, work), as_json)


def _attachment(attachment: Attachment) -> dict[str, object]:
    return {
        "id": attachment.id,
        "file_name": attachment.file_name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "summary": attachment.summary,
        "is_private": attachment.is_private,
        "is_obsolete": attachment.is_obsolete,
    }


def _described(attachment: Attachment) -> str:
    size = "content deleted" if attachment.size is None else f"{attachment.size} bytes"
    marks = ["private"] * attachment.is_private + ["obsolete"] * attachment.is_obsolete
    return ", ".join([attachment.file_name, attachment.content_type, size, *marks, attachment.summary])
