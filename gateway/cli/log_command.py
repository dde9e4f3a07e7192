"""`gateway log`: the changes of users and administrators, latest first."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from heapq import merge
from itertools import islice, takewhile

import click

from gateway.cli import shell_completion, store_access
from gateway.cli.options import database_options, json_option
from gateway.cli.output import show
from gateway.model import AuditEntry, Change
from gateway.settings import EffectiveSettings
from gateway.store.interface import Reader

_PAGE = 500
_BEYOND = 2**62
"""More than the id of any change."""

Line = dict[str, object]


@click.command("log")
@click.option("--bug", metavar="NUMBER|ALIAS", help="Only changes of this bug and its attachments.")
@click.option("--attachment", metavar="NUMBER", type=int, help="Only changes of this attachment.")
@click.option("--user", metavar="LOGIN", help="Only changes by this user.", shell_complete=shell_completion.logins)
@click.option("--administration", is_flag=True, help="Only changes of users, groups, products and parameters.")
@click.option("--since", type=click.DateTime(), help="Only changes since this time, in UTC.")
@click.option("--limit", type=click.IntRange(1), default=100, help="The most changes that are listed. [100]")
@json_option
@database_options
def log_command(
    effective: EffectiveSettings,
    bug: str | None,
    attachment: int | None,
    user: str | None,
    administration: bool,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List the last changes, latest first: those of bugs and attachments, and what administrators changed.

    Columns: time, who, what was changed, field, removed, added. "command" is this command, with the login of its user
    in the operating system. Calls that changed nothing, such as failed logins, are in the log of `gateway serve`.

    \b
    Examples:
      gateway log
      gateway log --bug 1
      gateway log --user ada@example.com --since 2026-11-01
      gateway log --administration --json
    """

    def work(tx: Reader) -> list[Line]:
        begin = since.replace(tzinfo=UTC) if since else None
        lines = _lines(tx, bug, attachment, administration)
        recent = takewhile(lambda each: begin is None or each[0] >= begin, lines)
        wanted = store_access.user(tx, user).id if user else None
        mine = (line for _, user_id, line in recent if wanted is None or user_id == wanted)
        return list(islice(mine, limit))

    show(store_access.read(effective.settings, work), as_json)


_Found = tuple[datetime, int | None, Line]


def _lines(tx: Reader, bug: str | None, attachment: int | None, administration: bool) -> Iterator[_Found]:
    names: dict[int, str] = {}

    def login(user_id: int) -> str:
        if user_id not in names:
            found = tx.user(user_id)
            names[user_id] = found.login if found else f"user {user_id}"
        return names[user_id]

    entries, changes = _chosen(tx, bug, attachment, administration)
    of_users: Iterator[_Found] = ((each.when, each.user_id, _change(each, login(each.user_id))) for each in changes)
    of_administrators: Iterator[_Found] = (
        (each.when, each.user_id, _entry(each, login(each.user_id) if each.user_id else "")) for each in entries
    )
    yield from merge(of_users, of_administrators, key=lambda each: each[0], reverse=True)


def _chosen(
    tx: Reader, bug: str | None, attachment: int | None, administration: bool
) -> tuple[Iterable[AuditEntry], Iterable[Change]]:
    """Return the entries and the changes that are asked for, latest first."""
    if attachment is not None:
        of_bug = reversed(tx.changes(store_access.attachment(tx, attachment).bug_id))
        return _about(tx, {attachment}), (each for each in of_bug if each.attachment_id == attachment)
    if bug is not None:
        found = store_access.bug(tx, bug)
        return _about(tx, {each.id for each in tx.attachments_of_bug(found.id)}), reversed(tx.changes(found.id))
    return _entries(tx), () if administration else _changes(tx)


def _about(tx: Reader, attachment_ids: set[int]) -> Iterator[AuditEntry]:
    return (each for each in _entries(tx) if each.class_name == _ATTACHMENT and each.object_id in attachment_ids)


_ATTACHMENT = "Bugzilla::Attachment"


def _entries(tx: Reader) -> list[AuditEntry]:
    return sorted(tx.audit_log(), key=lambda each: (each.when, each.id), reverse=True)


def _changes(tx: Reader) -> Iterator[Change]:
    page = tx.changes_before(_BEYOND, _PAGE)
    while page:
        yield from page
        page = tx.changes_before(page[-1].id, _PAGE)


def _change(change: Change, login: str) -> Line:
    what = f"bug {change.bug_id}" + (f", attachment {change.attachment_id}" if change.attachment_id else "")
    return _line(change.when, login, what, change.field, change.removed, change.added)


def _entry(entry: AuditEntry, login: str) -> Line:
    what = entry.class_name.rpartition("::")[2].lower() + (f" {entry.object_id}" if entry.object_id else "")
    who = login or (f"command ({entry.actor})" if entry.actor else "command")
    return _line(entry.when, who, what, entry.field, entry.removed, entry.added)


def _line(when: datetime, who: str, what: str, field: str, removed: str, added: str) -> Line:
    return {
        "when": when.strftime("%Y-%m-%d %H:%M:%S"),
        "who": who,
        "what": what,
        "field": field,
        "removed": removed,
        "added": added,
    }
