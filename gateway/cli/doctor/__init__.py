"""`gateway doctor`: looks at a site that runs, from inside and from outside, and says what to do."""

from gateway.cli.doctor.command import doctor

__all__ = ["doctor"]
