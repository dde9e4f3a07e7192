"""Ketura's API, whose issues are the bugs: uploads as multipart/form-data."""
