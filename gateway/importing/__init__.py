"""Taking over a running Bugzilla: its database and files are read, and its site is written into a store."""
