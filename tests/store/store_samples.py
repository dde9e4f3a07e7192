"""A small site for the tests of the store, and the makers of what they add to it."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from gateway.content import PIECE, MemoryContent
from gateway.model import (
    Attachment,
    Bug,
    Comment,
    Component,
    Flag,
    FlagType,
    Group,
    GroupControl,
    Milestone,
    Person,
    Product,
    User,
    Version,
)
from gateway.store.interface import Store, Writer

THEN = datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC)
LATER = THEN + timedelta(days=400)

COUNT_FAR = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
    SELECT sum(n) FROM numbers"""
"""A question that takes as long as one likes: a million takes 0.1 s."""


@dataclass(frozen=True)
class Sample:
    """The objects that `fill` put into a store."""

    alice: Person
    bob: Person
    bug: int
    other_bug: int
    review: int

    def new_bug(self, **changes: object) -> Bug:
        bug = Bug(0, "Widget", "Core", "It breaks", self.alice, self.bob, THEN, THEN)
        return replace(bug, **changes)

    def attachment(self, **changes: object) -> Attachment:
        names = ("a.txt", "A file", "text/plain")
        attachment = Attachment(0, self.bug, *names, self.alice, None, None, False, False, False, THEN, THEN)
        return replace(attachment, **changes)

    def comment(self, **changes: object) -> Comment:
        return replace(Comment(0, self.bug, 0, self.alice, "Words", "normal", None, False, THEN), **changes)

    def flag(self, **changes: object) -> Flag:
        return replace(Flag(0, self.review, "", "?", self.bug, None, self.alice, None, THEN, THEN), **changes)


def fill(writer: Writer) -> Sample:
    """Add two users in two groups, a product, two bugs and a flag type."""
    writer.add_group(Group(0, "staff", "Those who work here", True, "@staff.company$"))
    writer.add_group(Group(0, "editbugs"))
    alice = _person(writer, User(0, "Alice@my.company", "Alice Ångström", groups=frozenset({"staff", "editbugs"})))
    bob = _person(writer, User(0, "bob@my.company", "Bob"))
    writer.add_product(
        Product(
            0,
            "Widget",
            "A widget",
            components=(Component(0, "Core", "The core", bob.login), Component(0, "Edge")),
            controls=(GroupControl("staff", True, True, 2, 3),),
            versions=(Version(0, "2.0"), Version(0, "1.0")),
            milestones=(Milestone(0, "M2"), Milestone(0, "M1")),
        )
    )
    bugs = [
        writer.add_bug(Bug(0, "Widget", "Core", summary, alice, bob, THEN, THEN)) for summary in ("First", "Second")
    ]
    return Sample(alice, bob, *bugs, writer.add_flag_type(FlagType(0, "review")))


def _person(writer: Writer, user: User) -> Person:
    return Person(writer.add_user(user, None), user.login, user.real_name)


def data_of(size: int, seed: int = 0) -> bytes:
    """`size` bytes in which no two pieces are equal and every value from 0 to 255 occurs."""
    block = bytes(range(256))
    return b"".join(hashlib.sha256(b"%d %d" % (seed, start)).digest() + block for start in range(0, size, 32 + 256))[
        :size
    ]


class LongContent:
    """Content that is made up as it is read."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._piece = data_of(PIECE)
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        self.sha256 = digest.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        for start in range(0, self.size, PIECE):
            yield self._piece[: self.size - start]


async def add_content(store: Store, sample: Sample, data: bytes) -> int:
    """Add an attachment with this content and return its id."""
    return await store.write(lambda writer: writer.add_attachment(sample.attachment(), MemoryContent(data)))


async def joined(pieces: AsyncIterator[bytes]) -> bytes:
    """All bytes of a stream."""
    return b"".join([piece async for piece in pieces])
