"""The content of spools, for tests of what reads it."""

from gateway.errors import ErrorKind, GatewayError
from gateway.spools import Spool


def content_or_error(spool: Spool) -> bytes | ErrorKind:
    """The bytes of a spool, or the kind of the error with which it was rejected."""
    try:
        return b"".join(spool.accepted().pieces())
    except GatewayError as error:
        return error.kind
