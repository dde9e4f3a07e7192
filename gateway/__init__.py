"""A gateway that speaks Bugzilla's API to clients that cannot change."""

__version__ = "0.1.0"
