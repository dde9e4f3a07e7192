"""Counting requests to the site."""

from typing import Protocol


class SiteMeter(Protocol):
    """Counts requests to the site."""

    def site_request(self, outcome: str, seconds: float) -> None:
        """Count a request: its outcome is a status, or a word for what went wrong."""
        ...

    def site_requests_in_flight(self, change: int) -> None:
        """Count a request that begins to wait for its turn (1), or has ended (-1)."""
        ...


class NoMeter:
    """Counts nothing."""

    def site_request(self, outcome: str, seconds: float) -> None:
        """Count nothing."""

    def site_requests_in_flight(self, change: int) -> None:
        """Count nothing."""
