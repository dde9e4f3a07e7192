"""A source that is the REST of a running site, for one that gives no access to its database."""
