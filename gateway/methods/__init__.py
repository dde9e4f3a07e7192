"""What the gateway can do: every method declared once, its rules in plain functions of a transaction."""
