"""Dumps of mysqldump, mariadb-dump and pg_dump as sources, read without a database server."""
