"""The sources of an import: databases and dumps of a Bugzilla, read only, behind one interface (`source.py`)."""
