"""Changes of the database, a module a topic: the SQL as constants, then the methods that use it."""

from gateway.store.sqlite.reading import SqliteReader
from gateway.store.sqlite.writing.attachments import AttachmentWriting
from gateway.store.sqlite.writing.bugs import BugWriting
from gateway.store.sqlite.writing.people import PeopleWriting
from gateway.store.sqlite.writing.products import ProductWriting


class SqliteWriter(PeopleWriting, ProductWriting, BugWriting, AttachmentWriting, SqliteReader):
    """`gateway.store.interface.Writer` on SQLite."""
