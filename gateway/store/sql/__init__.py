"""What backends that speak SQL share: the statements, and how rows become the model.

Statements are written once, in the SQL that SQLite and PostgreSQL have in common, with ? for values. The few things
that PostgreSQL says differently stand in `gateway.store.postgresql.dialect`.
"""
