"""Searching bugs: a `BugQuery` becomes one statement, made of the constants of these modules and of parameters."""
