"""Changes of the database, a module a topic: the SQL as constants, then the methods that use it."""

from gateway.store.sql.reading import SqlReader
from gateway.store.sql.writing.attachments import AttachmentWriting
from gateway.store.sql.writing.bugs import BugWriting
from gateway.store.sql.writing.people import PeopleWriting
from gateway.store.sql.writing.products import ProductWriting


class SqlWriter(PeopleWriting, ProductWriting, BugWriting, AttachmentWriting, SqlReader):
    """`gateway.store.interface.Writer` in SQL."""
