"""The pages for people, rendered here, without script where that is wanted.

They call declared methods as every protocol does (`gateway.methods.views`, `sessions` and `api_keys`), so that what
somebody sees and may do is decided in one place. All pages are directly below the site and link to each other by
relative addresses: whatever a proxy calls the folder that they are in, they need not know it.
"""

from gateway.pages.account_pages import AccountPages
from gateway.pages.attachment_pages import AttachmentPages
from gateway.pages.bug_pages import BugPages
from gateway.pages.front_page import FrontPage
from gateway.pages.rendering import set_up

ENDPOINTS = (FrontPage, BugPages, AttachmentPages, AccountPages)
"""What answers at the addresses of pages."""

__all__ = ["ENDPOINTS", "set_up"]
