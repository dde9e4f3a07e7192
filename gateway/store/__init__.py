"""The store of bugs, attachments and users: its interface, and a package for each backend."""
