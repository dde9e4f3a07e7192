"""A site that moves from one database to another, while it is in use: `gateway move`."""

from gateway.move.site_moving import Moved, move

__all__ = ["Moved", "move"]
