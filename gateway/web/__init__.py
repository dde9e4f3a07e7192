"""The aiohttp application: every protocol at its address, health and metrics."""

from gateway.web.application import WATCH, application, front_application

__all__ = ["WATCH", "application", "front_application"]
