"""Access to the store that a command works on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import click

from gateway.auditing import audited
from gateway.cli.output import progress
from gateway.model import Attachment, Bug, Product, User
from gateway.settings import Settings
from gateway.sitefile import load
from gateway.store.interface import Reader, Store, Writer
from gateway.store.opening import locate, open_store

T = TypeVar("T")


@asynccontextmanager
async def opened(settings: Settings, *, create: bool = False) -> AsyncIterator[Store]:
    """Open the store of the settings, and close it afterwards; only with `create` may it be new."""
    where = locate(settings.database)
    if not create and not where.has_site():
        raise click.ClickException(
            f"There is no database {where.name}. Create one with `gateway init` or `gateway load FILE`, or try "
            "`gateway demo`."
        )
    store = await open_store(settings, create=create)
    try:
        yield store
    finally:
        await store.close()


def at(settings: Settings, task: Callable[[Store], Awaitable[T]], *, create: bool = False) -> T:
    """Run a task on the store of the settings; only with `create` may it be new."""

    async def run() -> T:
        async with opened(settings, create=create) as store:
            return await task(store)

    return asyncio.run(run())


def fill(settings: Settings, text: bytes | memoryview) -> None:
    """Load a site file into the store of the settings, which may be new. A new one is removed if that fails."""
    where = locate(settings.database)
    was_there = where.has_site()

    async def task(store: Store) -> None:
        with progress() as bars:
            await load(store, text, bars)

    try:
        at(settings, task, create=True)
    except BaseException:
        if not was_there:
            where.remove()
        raise


def read(settings: Settings, work: Callable[[Reader], T]) -> T:
    """Run work that reads on the store of the settings."""
    return at(settings, lambda store: store.read(work))


def write(settings: Settings, work: Callable[[Writer], T]) -> T:
    """Run work that writes on the store of the settings, and log what it changes (`AuditedWriter`).

    If the store refuses it, its message ends the command.
    """
    try:
        return at(settings, lambda store: store.write(lambda tx: work(audited(tx))))
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem


def user(tx: Reader, login: str) -> User:
    """Return the user with this login."""
    found = tx.user_by_login(login)
    if found is None:
        raise click.ClickException(f"There is no user {login}; `gateway user list` lists all.")
    return found


def bug(tx: Reader, reference: str) -> Bug:
    """Return the bug with this number or alias."""
    bug_id = int(reference) if reference.isdecimal() else tx.bug_id_by_alias(reference)
    found = tx.bug(bug_id) if bug_id else None
    if found is None:
        raise click.ClickException(f"There is no bug {reference}; `gateway bug list` lists all.")
    return found


def attachment(tx: Reader, attachment_id: int) -> Attachment:
    """Return the attachment with this number."""
    found = tx.attachments([attachment_id])
    if not found:
        raise click.ClickException(f"There is no attachment {attachment_id}; `gateway attachment list` lists all.")
    return found[0]


def product(tx: Reader, name: str) -> Product:
    """Return the product with this name."""
    found = tx.product(name)
    if found is None:
        raise click.ClickException(f"There is no product {name}; `gateway product list` lists all.")
    return found


def check_group(tx: Reader, name: str) -> None:
    """Make sure that there is a group with this name."""
    if name not in {group.name for group in tx.groups()}:
        raise click.ClickException(f"There is no group {name}; `gateway group list` lists all.")
