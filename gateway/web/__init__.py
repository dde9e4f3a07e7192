"""The aiohttp application: every protocol at its address, health and metrics."""

from gateway.web.application import SERVICE, WATCH, application, front_application

__all__ = ["SERVICE", "WATCH", "application", "front_application"]
