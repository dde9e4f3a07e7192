"""Measures of a site, for its metrics."""

from dataclasses import dataclass

from gateway.methods.identity import LOCKOUT, MAX_FAILURES
from gateway.store.interface import Reader


@dataclass(frozen=True, slots=True)
class Measures:
    """The size of the database and of all content in bytes, the number of attachments, and that of locked accounts.

    An account counts once for each network for which it is locked. The database includes content that is in it.
    """

    database_bytes: int
    attachments: int
    attachment_bytes: int
    lockouts: int


def measure(tx: Reader) -> Measures:
    """Measure a site. This reads a row for each attachment."""
    count, size = tx.attachment_totals()
    return Measures(tx.database_size(), count, size, tx.lockouts(tx.now - LOCKOUT, MAX_FAILURES))
