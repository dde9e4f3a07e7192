"""A running site as a source: its working copy, brought up to date over REST, and the content of its attachments."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.content import Content
from gateway.errors import GatewayError
from gateway.front.families import Family
from gateway.front.spooled_content import SpooledContent
from gateway.importing.sources.column_decoding import TextDecoder
from gateway.importing.sources.release import Release
from gateway.importing.sources.rest.comment_texts import stored_comment
from gateway.importing.sources.rest.losses import losses
from gateway.importing.sources.rest.rest_accounts import Accounts
from gateway.importing.sources.rest.rest_bugs import BugReading
from gateway.importing.sources.rest.rest_fields import SiteFields
from gateway.importing.sources.rest.rest_products import read_products
from gateway.importing.sources.rest.site_access import SiteAccess
from gateway.importing.sources.rest.site_reader import SiteReader
from gateway.importing.sources.rest.working_copy import OWN_COLUMNS, STATE, WorkingCopy
from gateway.importing.sources.source import SMALL, ColumnValues
from gateway.importing.sources.sqlite_source import SqliteRows
from gateway.store.interface import Progress
from gateway.values import Value

_FILE = "site.working-copy"


class RestSource(SqliteRows):
    """The site at a URL that ends with a slash. `prepare` reads it; before that it is as it was read last."""

    database = "rest"
    encodings: frozenset[str] = frozenset()

    def __init__(self, url: str, access: SiteAccess) -> None:
        """Connect to the site. Raises `ImportRefused`."""
        self.name = url
        self._site = SiteReader(url, access)
        try:
            with self._site.refusing():
                self.extensions = _extensions(self._site)
                self.parameters = _parameters(self._site)
            self._copy = WorkingCopy(access.working_copy or Path(_FILE), url)
        except BaseException:
            self._site.close()
            raise
        self.release = _release(self._site)
        self.version = self._site.version
        self.fingerprint = f"{sha256(url.encode()).hexdigest()[:16]}-{self._copy.uid}"
        self._unreadable: Mapping[int, str] = {}
        super().__init__(self._copy.connection, TextDecoder())

    def look_at_tables(self) -> None:
        """Find out which tables and columns there are, but for those of the working copy itself."""
        super().look_at_tables()
        self.tables = {
            name: [each for each in columns if each not in OWN_COLUMNS]
            for name, columns in self.tables.items()
            if name != STATE
        }

    def prepare(self, progress: Progress) -> None:
        """Read what is new or has changed. Each batch is kept. Raises `ImportRefused`."""
        site, copy = self._site, self._copy
        with site.refusing():
            accounts, fields = Accounts(site, copy), SiteFields(site, copy)
            accounts.read_groups()
            accounts.read_users(progress)
            read_products(site, copy, accounts, progress)
            fields.read()
            bugs = BugReading(site, copy, accounts, fields)
            bugs.read(progress)
        self._unreadable = bugs.unreadable
        self.look_at_tables()

    @property
    def losses(self) -> list[str]:
        """A line for each thing that REST does not give, or not to this account."""
        return losses(self._copy, self._site.family, has_parameters=bool(self.parameters), unreadable=self._unreadable)

    # ---- rows
    def _select(self, table: str, condition: str, *values: int) -> Iterator[ColumnValues]:
        for row in super()._select(table, condition, *values):
            yield self._comment(row) if table == "longdescs" else row

    def _comment(self, row: ColumnValues) -> ColumnValues:
        """Return a comment with its type and its own text, which are worked out from what REST shows."""
        about: Any = row["extra_data"]
        summary = None
        if about is not None:
            found = self._connection.execute("SELECT description FROM attachments WHERE attach_id = ?", (about,))
            summary = next((text for (text,) in found.fetchall()), None)
        comment = stored_comment(str(row["thetext"]), about, summary, self._is_bug)
        extra = None if comment.about is None else str(comment.about)
        return {**row, "thetext": comment.text, "type": comment.type, "extra_data": extra}

    def _is_bug(self, number: int) -> bool:
        return self._copy.value("SELECT bug_id FROM bugs WHERE bug_id = ?", number) is not None

    # ---- content
    def content_sizes(self, attachment_ids: Sequence[int]) -> Mapping[int, int]:
        """Return the size in bytes of each of these attachments whose content was not deleted."""
        return dict(self._sizes(attachment_ids))

    def _sizes(self, attachment_ids: Sequence[int]) -> Iterator[tuple[int, int]]:
        for number in attachment_ids:
            size = self._copy.value("SELECT size FROM attach_data WHERE id = ?", number)
            if size is not None:
                yield number, size

    def small_contents(self, attachment_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return those contents that have at most `SMALL` bytes, with one request; none if one may not be seen."""
        ids: list[Value] = [number for number, size in self._sizes(attachment_ids) if 0 < size <= SMALL]
        if not ids:
            return {}
        try:
            with self._site.asking("Bug.attachments", attachment_ids=ids, include_fields=["id", "data"]) as shown:
                found = {each["id"]: each.get("data") for each in shown["attachments"].values()}
                return {number: b"".join(_pieces(data)) for number, data in found.items() if data is not None}
        except GatewayError:
            return {}

    def content_pieces(self, attachment_id: int) -> Iterator[bytes]:
        """Yield the content of an attachment, in pieces."""
        with self._site.refusing():
            try:
                yield from self._shown_pieces(attachment_id, attachment_ids=[attachment_id])
            except GatewayError:  # a private one of the account's own is shown with its bug alone
                bug_id = self._copy.value("SELECT bug_id FROM attachments WHERE attach_id = ?", attachment_id)
                yield from self._shown_pieces(attachment_id, ids=[bug_id])

    def _shown_pieces(self, attachment_id: int, **params: Value) -> Iterator[bytes]:
        with self._site.asking("Bug.attachments", **params, include_fields=["id", "data"]) as shown:
            found = [*shown["attachments"].values(), *(each for of_bug in shown["bugs"].values() for each in of_bug)]
            content = next((each.get("data") for each in found if each["id"] == attachment_id), None)
            yield from _pieces(content) if content is not None else ()

    def close(self) -> None:
        """End the connections. The working copy stays."""
        self._site.close()
        self._copy.close()


def _pieces(content: Content | SpooledContent) -> Iterator[bytes]:
    return content.spool.pieces() if isinstance(content, SpooledContent) else content.pieces()


def _release(site: SiteReader) -> Release:
    if site.family is Family.MOZILLA:
        return Release("of Mozilla's family", site.version)
    return Release(site.version, site.version)


def _extensions(site: SiteReader) -> dict[str, str]:
    try:
        found = site.ask("Bugzilla.extensions")["extensions"]
    except GatewayError:
        return {}
    return {name: str(each.get("version") or "0") for name, each in found.items()}


def _parameters(site: SiteReader) -> dict[str, str]:
    """Return the parameters that the account may see; Mozilla's family shows none."""
    if site.family is Family.MOZILLA:
        return {}
    found = site.ask("Bugzilla.parameters")["parameters"]
    return {name: "" if value is None else str(value) for name, value in found.items()}
