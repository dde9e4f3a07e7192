"""The pages for people, rendered on the server; they work without scripts.

They call declared methods as every protocol does (`gateway.methods.views`, `sessions` and `api_keys`), so that access
is decided in one place. All pages are directly below the root of the site and link to each other by relative URLs, so
they need not know the path under which a proxy serves them.
"""

from gateway.pages.account_pages import AccountPages
from gateway.pages.attachment_pages import AttachmentPages
from gateway.pages.bug_pages import BugPages
from gateway.pages.front_page import FrontPage
from gateway.pages.history_pages import DeletionPages, HistoryPages
from gateway.pages.list_pages import ListPages
from gateway.pages.rendering import set_up
from gateway.pages.unknown_addresses import UnknownAddresses
from gateway.pages.upload_pages import UploadPages

ENDPOINTS = (FrontPage, BugPages, ListPages, UploadPages, AttachmentPages, HistoryPages, DeletionPages, AccountPages)
"""The endpoints that serve pages."""

__all__ = ["ENDPOINTS", "UnknownAddresses", "set_up"]
