"""`gateway doctor`: check a running site, from inside and from outside, and give advice."""

from gateway.cli.doctor.command import doctor

__all__ = ["doctor"]
