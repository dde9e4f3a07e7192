"""Damaged input for every codec."""
