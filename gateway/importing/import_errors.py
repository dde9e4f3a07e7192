"""The error that ends an import with a message for the administrator."""


class ImportRefused(Exception):  # noqa: N818 (it is the import that is refused)
    """A source that cannot be read or a site that cannot be taken over. The message says why and what to do."""
