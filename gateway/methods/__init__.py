"""The methods of the gateway: each is declared once, its rules in plain functions of a transaction."""
