"""The parts of an import in progress that all of its steps use."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from gateway.importing.comparing import changes_of
from gateway.importing.import_state import ImportState
from gateway.importing.known_ids import KnownIds
from gateway.importing.report import Report
from gateway.importing.rows import Rows, SourceRow
from gateway.importing.sources.attachment_content import AttachmentContents
from gateway.importing.sources.release import Release
from gateway.model import Person
from gateway.store.interface import Progress, Reader, Store, Writer

T = TypeVar("T")

_STEPS = {"longdescs": "comments", "bugs_activity": "changes", "profiles": "users"}
"""The names of tables in the progress, where they are others."""


@dataclass(slots=True)
class ImportContext:
    """An import in progress: where from, where to, and what was found so far.

    - In a dry run there is no `store`: everything is read and reported, and nothing is written.
    - After a complete import (`earlier`), only bugs that have changed since are imported again: `changed`. Those that
      were changed in the gateway too are left alone. The gateway has `given` ids by table since, and made `others`:
      bugs with the number of one that the Bugzilla made.
    - A site that `is_new` has nothing yet, so that nothing has to be looked for there.
    - A comparison writes nothing, and collects in `differences` what an import would change.
    """

    rows: Rows
    contents: AttachmentContents
    release: Release
    store: Store | None
    report: Report
    progress: Progress
    earlier: ImportState | None = None
    is_new: bool = False
    users: KnownIds = field(default_factory=KnownIds)
    bugs: KnownIds = field(default_factory=KnownIds)
    attachments: KnownIds = field(default_factory=KnownIds)
    comments: KnownIds = field(default_factory=KnownIds)
    changed: list[int] = field(default_factory=list)
    given: dict[str, set[int]] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)
    differences: list[str] | None = None
    latest_change: datetime | None = None
    last_ids: dict[str, int] = field(default_factory=dict)
    _writing: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Writer], None], resources: ExitStack | None = None) -> None:
        """Write a batch and commit it while the next one is read; in a comparison note what it would change.

        The work may run again; `resources` are released after it. An error of the batch before is raised here.
        """
        with resources or ExitStack() as held:
            if self.store is not None and self.differences is None:
                await self.written()
                self._writing = asyncio.create_task(_written(self.store, work, held.pop_all()))
                await asyncio.sleep(0)  # it begins now: reading rows does not wait for anything in the loop
            elif self.store is not None and self.differences is not None:
                self.differences += await self.store.read(lambda reader: changes_of(work, reader))

    async def written(self) -> None:
        """Wait until all batches are written; an error of the last one is raised."""
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def read(self, store: Store, work: Callable[[Reader], T]) -> T:
        """Return what reading work returns that sees all batches."""
        await self.written()
        return await store.read(work)

    def pages(self, table: str, key: str, limit: int) -> Iterator[list[SourceRow]]:
        """Yield all rows of a table by its key, about `limit` at a time."""
        step, total = _STEPS.get(table, table), self.rows.source.count(table)
        done = after = 0
        self.report.take(table, 0)
        while page := self.rows.page(table, key, after, limit):
            after = page[-1].number(key)
            self.note_id(table, after)
            yield page
            done += len(page)
            self.progress(step, done, total)

    def pages_of_bugs(self, table: str, key: str, limit: int) -> Iterator[list[SourceRow]]:
        """Yield the rows of a table with a column bug_id, about `limit` at a time: of changed bugs, in a later import.

        The rows of a bug are in the order of the key.
        """
        if self.earlier is None:
            yield from self.pages(table, key, limit)
            return
        page: list[SourceRow] = []
        self.report.take(table, 0)
        for done, bug_id in enumerate(self.changed, 1):
            page += sorted(self.rows.between(table, "bug_id", bug_id, bug_id), key=lambda row: row.number(key))
            if len(page) >= limit or (page and done == len(self.changed)):
                self.note_id(table, max(row.number(key) for row in page))
                yield page
                page = []
            self.progress(_STEPS.get(table, table), done, len(self.changed))

    def note_id(self, table: str, number: int) -> None:
        """Note an id that a table of the source has."""
        earlier = self.earlier.last_ids.get(table, 0) if self.earlier else 0
        self.last_ids[table] = max(number, self.last_ids.get(table, 0), earlier)

    def is_newer(self, table: str, number: int) -> bool:
        """Tell whether this id was given after an earlier import."""
        return self.earlier is not None and number > self.earlier.last_ids.get(table, 0)

    def is_given(self, table: str, number: int) -> bool:
        """Tell whether the gateway gave this id to something else, and report it."""
        if number not in self.given.get(table, ()):
            return False
        self.report.leave(table, "have a number that the gateway has given to something else", number)
        return True

    def person(self, row: SourceRow, column: str) -> Person | None:
        """Return the user whose id is in a column; None if it is empty or the user does not exist."""
        user_id = row.number(column)
        return Person(user_id, "", "") if user_id in self.users else None

    def is_unknown(self, row: SourceRow, column: str) -> bool:
        """Tell whether a column names a user that does not exist."""
        user_id = row.number(column)
        return bool(user_id) and user_id not in self.users


async def _written(store: Store, work: Callable[[Writer], None], resources: ExitStack) -> None:
    with resources:
        await store.write(work)
