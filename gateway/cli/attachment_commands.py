"""`gateway attachment`: list and show attachments, and delete their content."""

import asyncio
import sys

import click

from gateway import auditing
from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import remark, show, show_one
from gateway.methods.catalogue import METHODS
from gateway.methods.content_deletion import MAX_REASON, remove_content
from gateway.methods.declaration import Call
from gateway.methods.params import Params
from gateway.model import Attachment
from gateway.settings import EffectiveSettings, Settings
from gateway.store.interface import Reader, Writer
from gateway.store.opening import opened_apart


@click.group("attachment")
def attachment_commands() -> None:
    """List and show attachments, and delete their content.

    \b
    Example:
      gateway attachment list 1
    """


@attachment_commands.command("list")
@click.argument("bug", metavar="[NUMBER|ALIAS]", required=False)
@json_option
@database_options
def attachment_list(effective: EffectiveSettings, bug: str | None, as_json: bool) -> None:
    """List the attachments of one bug, or of all, including private ones.

    Columns: number, bug, file name, type, size (empty if the content was deleted), login, time, private, obsolete,
    summary.

    \b
    Examples:
      gateway attachment list 1
      gateway attachment list | sort -k5 -n | tail
    """

    def work(tx: Reader) -> list[dict[str, object]]:
        bug_ids = [store_access.bug(tx, bug).id] if bug else tx.bug_ids()
        return [_row(each) for bug_id in bug_ids for each in tx.attachments_of_bug(bug_id)]

    show(store_access.read(effective.settings, work), as_json)


@attachment_commands.command("show")
@click.argument("attachment_id", metavar="NUMBER", type=int)
@json_option
@database_options
def attachment_show(effective: EffectiveSettings, attachment_id: int, as_json: bool) -> None:
    """Show an attachment, its flags and the hash of its content.

    \b
    Example:
      gateway attachment show 5
    """

    def work(tx: Reader) -> dict[str, object]:
        found = store_access.attachment(tx, attachment_id)
        flags = [f"{flag.name}{flag.status} by {flag.setter.login}" for flag in found.flags]
        return {**_row(found), "changed": found.last_change_time, "sha256": found.sha256, "flags": flags}

    show_one(store_access.read(effective.settings, work), as_json)


@attachment_commands.command("delete-content")
@click.argument("attachment_id", metavar="NUMBER", type=int)
@click.option(
    "--as",
    "login",
    required=True,
    metavar="LOGIN",
    help="The user in whose name it is deleted and commented on.",
    shell_complete=shell_completion.logins,
)
@click.option("--reason", default="", help="The reason, which is shown in the comment.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@database_options
def attachment_delete_content(
    effective: EffectiveSettings, attachment_id: int, login: str, reason: str, yes: bool, as_json: bool
) -> None:
    """Delete the content of an attachment for good, such as a leaked key or malware.

    The attachment stays: obsolete, as plain text, without flags and without content, as in Bugzilla. A comment on the
    bug says so. Content in a bucket is removed at once, unless another attachment has the same. Backups still have it.

    \b
    Example:
      gateway attachment delete-content 5 --as ada@example.com --reason "It has a private key."
    """
    settings = effective.settings
    found = store_access.read(settings, lambda tx: store_access.attachment(tx, attachment_id))
    if found.size is None:
        raise click.ClickException(f"The content of attachment {attachment_id} is deleted already.")
    if len(reason) > MAX_REASON:
        raise click.UsageError(f"--reason can have {MAX_REASON} characters at most.")
    _confirm(found, yes)

    def work(tx: Writer) -> str:
        old = store_access.attachment(tx, attachment_id)
        user = store_access.user(tx, login)
        remove_content(Call(tx, user, tx.site(), Params({}, frozenset()), METHODS), old, reason, auditing.actor())
        return old.sha256 or ""

    sha256 = store_access.write(settings, work)
    if settings.content:
        asyncio.run(_remove_from_bucket(settings, sha256))
    row: dict[str, object] = {"id": attachment_id, "bug": found.bug_id, "size": found.size, "sha256": sha256}
    if as_json:
        show_one(row, as_json)
    remark(f"The content of attachment {attachment_id} is deleted: {found.size} bytes, SHA-256 {sha256}.")


def _confirm(found: Attachment, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError("This cannot be undone. Confirm it with --yes.")
    click.confirm(f"Delete {found.file_name} ({found.size} bytes) of bug {found.bug_id} for good?", abort=True)


async def _remove_from_bucket(settings: Settings, sha256: str) -> None:
    async with opened_apart(settings) as (store, bucket):
        if not await store.read(lambda tx: tx.is_external(sha256)):
            await bucket.remove_content(sha256)


def _row(attachment: Attachment) -> dict[str, object]:
    return {
        "id": attachment.id,
        "bug": attachment.bug_id,
        "file_name": attachment.file_name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "creator": attachment.creator.login,
        "attached": attachment.creation_time,
        "private": attachment.is_private,
        "obsolete": attachment.is_obsolete,
        "summary": attachment.summary,
    }
