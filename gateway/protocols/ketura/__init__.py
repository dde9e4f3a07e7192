"""Ketura's API, in which bugs are issues: uploads as multipart/form-data."""
