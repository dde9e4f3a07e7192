"""Writing, a module for each topic: its SQL as constants, then the methods that use it."""

from gateway.store.sql.reading import SqlReader
from gateway.store.sql.writing.attachment_writer import AttachmentWriter
from gateway.store.sql.writing.bug_detail_writer import BugDetailWriter
from gateway.store.sql.writing.bug_writer import BugWriter
from gateway.store.sql.writing.field_writer import FieldWriter
from gateway.store.sql.writing.people_writer import PeopleWriter
from gateway.store.sql.writing.product_writer import ProductWriter


class SqlWriter(PeopleWriter, ProductWriter, FieldWriter, BugWriter, BugDetailWriter, AttachmentWriter, SqlReader):
    """`gateway.store.interface.Writer` in SQL."""
