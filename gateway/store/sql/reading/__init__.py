"""Questions to the database, a module a topic: the SQL as constants, then the methods that use it."""

from gateway.store.sql.reading.attachments import AttachmentReading
from gateway.store.sql.reading.bugs import BugReading
from gateway.store.sql.reading.people import PeopleReading
from gateway.store.sql.reading.products import ProductReading


class SqlReader(PeopleReading, ProductReading, BugReading, AttachmentReading):
    """`gateway.store.interface.Reader` in SQL."""
