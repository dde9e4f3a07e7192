"""Questions to the database, a module a topic: the SQL as constants, then the methods that use it."""

from gateway.store.sqlite.reading.attachments import AttachmentReading
from gateway.store.sqlite.reading.bugs import BugReading
from gateway.store.sqlite.reading.people import PeopleReading
from gateway.store.sqlite.reading.products import ProductReading


class SqliteReader(PeopleReading, ProductReading, BugReading, AttachmentReading):
    """`gateway.store.interface.Reader` on SQLite."""
