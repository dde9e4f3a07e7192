"""Reading, a module for each topic: its SQL as constants, then the methods that use it."""

from gateway.store.sql.reading.attachment_reader import AttachmentReader
from gateway.store.sql.reading.bug_detail_reader import BugDetailReader
from gateway.store.sql.reading.bug_reader import BugReader
from gateway.store.sql.reading.field_reader import FieldReader
from gateway.store.sql.reading.people_reader import PeopleReader
from gateway.store.sql.reading.product_reader import ProductReader
from gateway.store.sql.searching.bug_finder import BugFinder


class SqlReader(PeopleReader, ProductReader, BugFinder, FieldReader, BugReader, BugDetailReader, AttachmentReader):
    """`gateway.store.interface.Reader` in SQL."""
