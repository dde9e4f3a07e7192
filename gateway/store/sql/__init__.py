"""The statements that both backends share, and the mapping between rows and the model.

Statements are written once, in the SQL that SQLite and PostgreSQL have in common, with ? for values. The few things
that PostgreSQL says differently stand in `gateway.store.postgresql.dialect`.
"""
