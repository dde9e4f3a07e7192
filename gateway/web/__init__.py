"""The aiohttp application: every protocol at its place, and what the one who runs it looks at."""

from gateway.web.application import WATCH, application

__all__ = ["WATCH", "application"]
